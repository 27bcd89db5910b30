/* prompt.h - questions to the person at the terminal. Trust: what is typed is the user's; a password is never echoed, and the
 * terminal is as before whatever signal comes. Used in: cli. Source: termios(3), getpass(3). */
#pragma once
#include "options.h"
#include "secret-bytes.h"

/* Reads a line from /dev/tty without echo.
 * Returns: (transfer full), or NULL with FAULT_USAGE: no terminal, or nothing typed. */
SecretBytes *prompt_secret (const char *question, GError **error);
/* Asks twice until both are the same (three times at most). */
SecretBytes *prompt_secret_twice (const char *question, GError **error);

/* "QUESTION [y/N] " on standard error, the answer from standard input. */
gboolean prompt_yes (const char *question);

typedef struct { /* of commands that cannot be undone */
  gboolean is_yes;
} PromptOptions;
extern const Option prompt_options[];

/* A person at a terminal is asked once more; where nobody can be asked, --yes says so beforehand.
 * Returns: TRUE: do it; FALSE with FAULT_USAGE: nobody said yes. */
gboolean prompt_agreed (gboolean has_terminal, const PromptOptions *options, const char *question, GError **error);
