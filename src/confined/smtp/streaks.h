/* streaks.h - answers of one kind without an acceptance between them: when are there enough to pause?
 * Used in: lane (what concerns the account), campaign (what concerns its letter). Source: reply-table (how many of which kind). */
#pragma once
#include "reply-table.h"
#include <glib.h>

typedef struct Streaks Streaks;

Streaks *streaks_new   (void);
void     streaks_free  (Streaks *self); /* NULL is a no-op */
/* kind: what makes two answers equal; 0 where the verdict's word is enough. Returns: how many it is by now, 0 for a verdict that pauses nothing. */
guint    streaks_count (Streaks *self, const Verdict *verdict, guint kind);
void     streaks_end   (Streaks *self); /* something went well */
