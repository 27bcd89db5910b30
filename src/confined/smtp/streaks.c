#include "streaks.h"

#include <string.h>

#define STREAKS_MAX 64

typedef struct {
  const char *word; /* static: a row's in reply-table.c */
  guint       kind, count;
} Streak;

struct Streaks {
  GArray *all; /* Streak; one for each word and kind that was met, so a handful */
};

Streaks *
streaks_new (void)
{
  Streaks *self = g_new0 (Streaks, 1);

  self->all = g_array_new (FALSE, FALSE, sizeof (Streak));
  return self;
}

void
streaks_free (Streaks *self)
{
  if (self != NULL)
    g_array_unref (self->all);
  g_free (self);
}

guint
streaks_count (Streaks *self, const Verdict *verdict, guint kind)
{
  Streak streak = { verdict->pause, kind, 1 };

  if (verdict->pause == NULL)
    return 0;
  for (guint i = 0; i < self->all->len; i++) {
    Streak *known = &g_array_index (self->all, Streak, i);

    if (known->kind == kind && strcmp (known->word, verdict->pause) == 0)
      return ++known->count;
  }
  if (self->all->len < STREAKS_MAX) /* a server that thinks of a new status each time */
    g_array_append_val (self->all, streak);
  return 1;
}

void
streaks_end (Streaks *self)
{
  g_array_set_size (self->all, 0);
}
