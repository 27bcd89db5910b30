/* contract.h - what the contract's annotations say that D-Bus types cannot: length, count, form, keys.
 * Trust:  checks hostile values; the tables are made from the XML here at build time.
 * Used in: shared/peer (each message that arrives from a confined program), core/client (each call; in builds for tests each answer). */
#pragma once
#include <gio/gio.h>
#include <gio/gunixfdlist.h>

typedef enum { CONTRACT_CALL, CONTRACT_REPLY, CONTRACT_SIGNAL } ContractSide;

typedef enum {
  CONTRACT_ANY,   /* no form of its own */
  CONTRACT_LINE,  /* no control characters: fits on a line of a terminal */
  CONTRACT_COLUMN, /* a line; U+0001 may be its first character: a hidden column (shared/wire/hidden-columns) */
  CONTRACT_TEXT,  /* line breaks and tabs too */
  CONTRACT_WORD,  /* letters, digits, - _ . */
  CONTRACT_HOST,  /* letters, digits, - _ . : */
  CONTRACT_FRAME, /* shared/wire/frame; its inside is checked by who reads it */
} ContractForm;

typedef enum {
  CONTRACT_EXPOSED_NOBODY, /* the command line alone */
  CONTRACT_EXPOSED_CLIENT, /* the command line and the shell */
  CONTRACT_EXPOSED_SHELL,  /* the shell alone */
  CONTRACT_EXPOSED_PAGE,   /* the page, and with it the shell and the command line */
} ContractExposure;

typedef enum {
  CONTRACT_EFFECT_NONE,         /* the page may not call it */
  CONTRACT_EFFECT_HARMLESS,
  CONTRACT_EFFECT_LEAVES,       /* something leaves the machine by it, or may from then on */
  CONTRACT_EFFECT_IRREVERSIBLE, /* what it takes away or sends cannot be had back */
} ContractEffect;

typedef enum {
  CONTRACT_HANDLE_NONE,
  CONTRACT_HANDLE_FILE,   /* the page gives the number of a chosen file */
  CONTRACT_HANDLE_SECRET, /* the page gives nothing: the shell asks the person */
} ContractHandle;

#define CONTRACT_FURTHER "*"

typedef struct ContractKey ContractKey;
struct ContractKey { /* of an a{sv}, or of each in an aa{sv}; ends with a NULL name */
  const char        *name, *type; /* name CONTRACT_FURTHER: any key that is not named, of one of these types, a letter each */
  gboolean           is_optional; /* FALSE: what comes back has it; in a call each key may be missing */
  const ContractKey *keys;        /* of an a{sv} or aa{sv} inside, else NULL */
};

typedef struct {
  const char        *name;
  guint              max; /* octets of a string or ay, children of a container; 0: no limit of its own */
  ContractForm       form;
  ContractHandle     handle;
  const ContractKey *keys; /* NULL: of no concern here */
} ContractCheck;

typedef struct {
  const char  *interface;
  const char  *member;
  ContractSide side;
  ContractExposure exposure;
  ContractEffect effect;
  const char  *signature; /* of all arguments, in parentheses */
  ContractCheck args[16];
} ContractRow;

extern const ContractRow contract_rows[]; /* ends with a NULL interface */

#define CONTRACT_ERROR (contract_error_quark ())
GQuark contract_error_quark (void);
typedef enum {
  CONTRACT_ERROR_UNKNOWN, /* no such member on that side: drop the peer */
  CONTRACT_ERROR_TYPE,    /* wrong signature: drop the peer */
  CONTRACT_ERROR_VALUE,   /* too long, too large, too many, wrong form: drop the peer, or refuse the call */
} ContractError;

/* Returns: static, or NULL: the contract has no such key. The row may be CONTRACT_FURTHER's. keys: may be NULL. */
const ContractKey *contract_find_key (const ContractKey *keys, const char *name);

/* Returns: static, or NULL: the contract has no such member on that side. */
const ContractRow *contract_find (const char *interface, const char *member, ContractSide side);

/* Checks all arguments (a tuple, or NULL for none; borrowed) of one message.
 * Returns: TRUE, or FALSE with `error` set. Its text names member and argument, never a value. */
gboolean contract_check (const char *interface, const char *member, ContractSide side,
                         GVariant *arguments, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A handle is a number that the sender writes, and g_unix_fd_list_get() asserts that it names a descriptor.
 * Returns: how many handles there are in `value` (NULL: none), in any depth; -1 when one names none of `fds` (NULL: none came). */
int contract_count_handles (GVariant *value, GUnixFDList *fds) G_GNUC_WARN_UNUSED_RESULT;
