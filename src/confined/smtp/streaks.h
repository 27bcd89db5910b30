/* streaks.h - refusals of one kind without an acceptance between them: when are there enough to pause?
 * Used in: lane. Source: verdict (how many of which kind). */
#pragma once
#include "reply-table.h"
#include <glib.h>

typedef struct Streaks Streaks;

Streaks *streaks_new   (void);
void     streaks_free  (Streaks *self); /* NULL is a no-op */
gboolean streaks_count (Streaks *self, const Verdict *verdict); /* TRUE: that was one too many. A verdict that pauses nothing counts nothing */
void     streaks_end   (Streaks *self); /* something went well */
