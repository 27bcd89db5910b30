/* contract.h - what the contract's annotations say that D-Bus types cannot: length, count, form.
 * Trust:  checks hostile values; the tables are made from the XML here at build time.
 * Used in: shared/peer (each message that arrives from a confined program), core/app (each call). */
#pragma once
#include <gio/gio.h>
#include <gio/gunixfdlist.h>

typedef enum { CONTRACT_CALL, CONTRACT_REPLY, CONTRACT_SIGNAL } ContractSide;

typedef enum {
  CONTRACT_ANY,   /* no form of its own */
  CONTRACT_LINE,  /* no control characters: fits on a line of a terminal */
  CONTRACT_TEXT,  /* line breaks and tabs too */
  CONTRACT_WORD,  /* letters, digits, - _ . */
  CONTRACT_HOST,  /* letters, digits, - _ . : */
  CONTRACT_FRAME, /* shared/wire/frame; its inside is checked by who reads it */
} ContractForm;

typedef struct {
  guint        max; /* octets of a string or ay, children of a container; 0: no limit of its own */
  ContractForm form;
} ContractCheck;

typedef struct {
  const char  *interface;
  const char  *member;
  ContractSide side;
  const char  *signature; /* of all arguments, in parentheses */
  ContractCheck args[12];
} ContractRow;

extern const ContractRow contract_rows[]; /* ends with a NULL interface */

#define CONTRACT_ERROR (contract_error_quark ())
GQuark contract_error_quark (void);
typedef enum {
  CONTRACT_ERROR_UNKNOWN, /* no such member on that side: drop the peer */
  CONTRACT_ERROR_TYPE,    /* wrong signature: drop the peer */
  CONTRACT_ERROR_VALUE,   /* too long, too many, wrong form: drop the peer, or refuse the call */
} ContractError;

/* Checks all arguments (a tuple, or NULL for none; borrowed) of one message.
 * Returns: TRUE, or FALSE with `error` set. Its text names member and argument, never a value. */
gboolean contract_check (const char *interface, const char *member, ContractSide side,
                         GVariant *arguments, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A handle is a number that the sender writes, and g_unix_fd_list_get() asserts that it names a descriptor.
 * Returns: how many handles there are in `value` (NULL: none), in any depth; -1 when one names none of `fds` (NULL: none came). */
int contract_count_handles (GVariant *value, GUnixFDList *fds) G_GNUC_WARN_UNUSED_RESULT;
