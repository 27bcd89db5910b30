/* shell-process.h - postrider-shell in its box, as core sees it: a client of App1 on a socketpair, and a process.
 * Trust:  the shell is hostile: what it may call is in the contract (exposure), how much at once is here. Used in: core/window. */
#pragma once
#include "core.h"

typedef struct ShellProcess ShellProcess;

typedef struct {
  void (*greeted) (gpointer data);                  /* once: it said Hello, so it has its display and stands */
  void (*ended)   (const char *why, gpointer data); /* once, also without greeted: it is gone. why: a sentence for the log; NULL: it was closed */
} ShellFuncs;

/* wrapper: bwrap and its options (borrowed). cookie: what it finds as fd 4, or NULL. funcs: kept by pointer.
 * Returns: (transfer full), or NULL with FAULT_*; callbacks never come before this returns. */
ShellProcess *shell_process_start (Core *core, const char *const *wrapper, GBytes *cookie, const ShellFuncs *funcs, gpointer data, GError **error);
void          shell_process_free  (ShellProcess *self); /* hangs up, kills, no callbacks any more; NULL is a no-op */

void shell_process_raise (ShellProcess *self);
void shell_process_tell_look (ShellProcess *self, GVariant *look);
