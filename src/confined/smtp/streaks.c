#include "streaks.h"

#include <string.h>

typedef struct {
  const char *word; /* static: a row's in reply-table.c */
  guint       count;
} Streak;

struct Streaks {
  GArray *all; /* Streak; one for each word that was met, so a handful */
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

gboolean
streaks_count (Streaks *self, const Verdict *verdict)
{
  guint i = 0;

  if (verdict->pause == NULL)
    return FALSE;
  while (i < self->all->len && strcmp (g_array_index (self->all, Streak, i).word, verdict->pause) != 0)
    i++;
  if (i == self->all->len) {
    Streak streak = { verdict->pause, 0 };

    g_array_append_val (self->all, streak);
  }
  return ++g_array_index (self->all, Streak, i).count >= verdict->pause_after;
}

void
streaks_end (Streaks *self)
{
  g_array_set_size (self->all, 0);
}
