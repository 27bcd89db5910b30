/* parts.h - the parts of the main process, opened in order upon one data folder, closed in reverse.
 * Used in: core/main.c, tests/fuzz. */
#pragma once
#include "core.h"

#define PARTS_ALIVE_EVERY_S 60 /* chosen: the store is told so often that core runs */

/* home, state, socket: borrowed for as long as the parts are open. What was sending goes on. FALSE: parts_close() takes away what is
 * there. Errors: as database_open(), vault_new(), app_new() say. */
gboolean parts_open  (Core *core, const char *home, const char *state, const char *socket, GError **error);
void     parts_close (Core *core);

/* Lifetimes do not run through `gap_s` seconds in which nothing could be tried (below zero: the clock was set back). One transaction:
 * time that is counted twice would make lifetimes endless. */
gboolean parts_shift_times (Core *core, gint64 gap_s, gint64 now_utc);
