/* failure-streak.h - answers of one kind without an acceptance between them: when are there enough to pause?
 * Used in: brake (what concerns the account, and each campaign's letter). How many of which kind: the verdict says. */
#pragma once
#include "verdict.h"

typedef struct FailureStreak FailureStreak;

FailureStreak *failure_streak_new  (void);
void           failure_streak_free (FailureStreak *self); /* NULL is a no-op */
/* kind: what makes two answers equal; 0 where the verdict's word is enough. Returns: how many it is by now, 0 for a verdict that pauses nothing. */
guint failure_streak_count (FailureStreak *self, const Verdict *verdict, guint kind);
void  failure_streak_end   (FailureStreak *self); /* something went well */
