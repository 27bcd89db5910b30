/* progress-line.h - how far it is, on standard error: a bar on a terminal, now and then a plain line in a pipe. Used in: cli. */
#pragma once
#include <glib.h>

typedef struct ProgressLine ProgressLine;

ProgressLine *progress_line_new  (gboolean is_silent);
/* fraction: 0..1. text: what stands behind the bar, or the whole plain line. Draws at most ten times a second; a pipe gets a line
 * every ten seconds. is_change: something that is worth a line of its own now. */
void      progress_line_set  (ProgressLine *self, double fraction, const char *text, gboolean is_change);
void      progress_line_hide (ProgressLine *self); /* the line is free for other words */
void      progress_line_free (ProgressLine *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProgressLine, progress_line_free)
