/* session.h - one run of the command: how it answers, and its core. Used in: cli. */
#pragma once
#include "account-form.h"
#include "options.h"
#include "contract-app1.h"
#include "secret-bytes.h"

typedef struct {
  /* options that every command has */
  gboolean is_json;  /* one document */
  gboolean is_jsonl; /* a stream of them; is_json is then FALSE */
  gboolean is_quiet; /* errors alone, and what was asked for (a list, a file, JSON) */
  gboolean wants_help;

  gboolean has_terminal; /* standard input and standard error are terminals: a person can be asked */
  gboolean has_met_vault; /* it was locked when core was asked, and open when it was looked at: tried again once */
  PrApp1  *core;         /* NULL until session_core() */
  AccountForm *form;     /* NULL until Command.draw: owned */
} Session;

typedef struct { /* a row of the table of commands; ends with name NULL */
  const char   *name;      /* "account add" */
  const char   *arguments; /* "NAME ADDRESS" */
  const char   *summary;   /* of one line */
  guint         min_words, max_words;
  const Option *options; /* NULL: none of its own */
  gsize         values_size;
  /* values: as `options` says. words: what belongs to no option. Returns: the exit status, or -1 with `error` set. */
  int (*run) (Session *session, const void *values, char **words, GError **error);
  const char *help; /* more words, and examples */
  /* Options that core knows, and `options` does not: fills session->form. NULL: there are none. Returns: FALSE with `error` set. */
  gboolean (*draw) (Session *session, GError **error);
} Command;

extern const Option session_options[]; /* for Session itself */

/* Returns: (borrowed) core, connected on first use; or NULL with FAULT_*. */
PrApp1 *session_core (Session *self, GError **error);
void    session_clear (Session *self);

/* After a call of core: FALSE becomes -1 with a FAULT that people can read, TRUE becomes 0. */
int session_end (gboolean is_ok, GError **error);

gboolean session_is_for_programs (const Session *self); /* --json or --jsonl */
/* A remark on standard error; not with --quiet, not for programs. */
void session_say (const Session *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* Says what was done, on standard output; not with --quiet, not for programs. */
void session_tell (const Session *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* After FAULT_NO_PERM: asks for the passphrase of the vault or the password of `account` (NULL: none) and gives it to core.
 * Returns: TRUE: try again (`error` is cleared); FALSE with `error` as it was, or another one: nobody to ask, or nothing typed. */
gboolean session_unlock (Session *self, const char *account, GError **error);

/* App1.AccountSecret. Returns: FALSE with core's own error. */
gboolean session_send_secret (Session *self, const char *account, const SecretBytes *secret, GError **error);

/* "12" → 12. Returns: FALSE with FAULT_USAGE. */
gboolean session_campaign (const char *word, guint64 *out_campaign, GError **error);
