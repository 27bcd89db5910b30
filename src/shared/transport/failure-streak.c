#include "failure-streak.h"

#include <string.h>

#define FAILURE_STREAK_MAX 64

typedef struct {
  const char *word; /* static: Verdict.pause */
  guint       kind, count;
} Streak;

struct FailureStreak {
  GArray *all; /* Streak; one for each word and kind that was met, so a handful */
};

FailureStreak *
failure_streak_new (void)
{
  FailureStreak *self = g_new0 (FailureStreak, 1);

  self->all = g_array_new (FALSE, FALSE, sizeof (Streak));
  return self;
}

void
failure_streak_free (FailureStreak *self)
{
  if (self != NULL)
    g_array_unref (self->all);
  g_free (self);
}

guint
failure_streak_count (FailureStreak *self, const Verdict *verdict, guint kind)
{
  Streak streak = { verdict->pause, kind, 1 };

  if (verdict->pause == NULL)
    return 0;
  for (guint i = 0; i < self->all->len; i++) {
    Streak *known = &g_array_index (self->all, Streak, i);

    if (known->kind == kind && strcmp (known->word, verdict->pause) == 0)
      return ++known->count;
  }
  if (self->all->len < FAILURE_STREAK_MAX) /* a server that thinks of a new status each time */
    g_array_append_val (self->all, streak);
  return 1;
}

void
failure_streak_end (FailureStreak *self)
{
  g_array_set_size (self->all, 0);
}
