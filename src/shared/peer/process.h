/* process.h - the life of a confined program as an operating system sees it: started, ended, what it said on stderr.
 * Trust:  what it says is foreign: printable and capped, into our log. Used in: peer.c (tests/fuzz stands in for it), core/window. */
#pragma once
#include <glib.h>

typedef struct Process Process;

/* Called once, from the main loop, never before process_start() returns. why: a sentence, or NULL when it left with status 0. */
typedef void (*ProcessExitedFunc) (const char *why, gpointer data);

typedef struct { /* all borrowed */
  const char        *program;     /* "smtp": postrider-smtp beside us; or another's, by its absolute path */
  const char *const *wrapper;     /* starts it (bwrap and its options), or NULL */
  const char *const *arguments;   /* further ones, or NULL. Never a secret: others can read them */
  const char *const *environment; /* NAME=VALUE, beside the few that every program gets, or NULL */
  int                wrapper_fd;  /* > 2: the wrapper finds a duplicate of it as fd 4 */
} ProcessSpec;

/* Starts it with fd 3 = a duplicate of `fd`, an allow-listed environment and nothing else open.
 * Returns: (transfer full), or NULL with FAULT_CONFIG or FAULT_OS: then `exited` is not called. */
Process *process_start   (const ProcessSpec *spec, int fd, ProcessExitedFunc exited, gpointer data, GError **error);
GPid     process_get_pid (Process *self); /* as it was at start; 0: it left at once */
void     process_kill    (Process *self); /* SIGKILL; a no-op when it has left */
void     process_free    (Process *self); /* the process lives on, and `exited` is still called; NULL is a no-op */
