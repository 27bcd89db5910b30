#include "progress.h"

#define INTERVAL_MS 200 /* contract: at most five times a second */

struct Progress {
  ProgressFunc changed;
  gpointer     data;
  GHashTable  *touched; /* campaign id (gint64, owned) as a set */
  guint        timer;
};

Progress *
progress_new (ProgressFunc changed, gpointer data)
{
  Progress *self = g_new0 (Progress, 1);

  self->changed = changed;
  self->data = data;
  self->touched = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return self;
}

void
progress_free (Progress *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->timer, g_source_remove);
  g_hash_table_unref (self->touched);
  g_free (self);
}

static gboolean
tell_cb (gpointer data)
{
  Progress *self = data;
  g_autoptr (GHashTable) touched = self->touched;
  GHashTableIter iter;
  gpointer id;

  self->timer = 0;
  self->touched = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_hash_table_iter_init (&iter, touched);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    self->changed (*(guint64 *) id, self->data);
  return G_SOURCE_REMOVE;
}

static void
progress_touch_in (Progress *self, guint64 campaign, guint interval_ms)
{
  g_hash_table_add (self->touched, g_memdup2 (&campaign, sizeof campaign));
  if (self->timer == 0)
    self->timer = g_timeout_add (interval_ms, tell_cb, self);
}

void
progress_touch (Progress *self, guint64 campaign)
{
  progress_touch_in (self, campaign, INTERVAL_MS);
}

void
progress_touch_now (Progress *self, guint64 campaign)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  progress_touch_in (self, campaign, 0);
}
