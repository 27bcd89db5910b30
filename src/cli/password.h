/* password.h - where a command gets a password from: never an argument, never the environment.
 * Used in: cli (account, vault, sink). */
#pragma once
#include "secret-bytes.h"

typedef struct { /* two options of each command that takes a password; both may be NULL */
  const char *file;    /* a path, "-": standard input */
  const char *command; /* for /bin/sh -c; the first line that it prints */
} PasswordSource;

gboolean password_is_given (const PasswordSource *source);
/* From the file or the command; if neither is given, asks `question` (twice: is_new).
 * Returns: (transfer full), or NULL with FAULT_USAGE, FAULT_NO_INPUT, FAULT_DATA (empty, too long) or FAULT_UNAVAILABLE (the command failed). */
SecretBytes *password_read (const PasswordSource *source, const char *question, gboolean is_new, GError **error);
