#include "samples.h"

#include "frame.h"
#include "store.h"

static void
sample_free (Sample *self)
{
  g_free (self->address);
  g_free (self->name);
  g_clear_pointer (&self->values, g_bytes_unref);
  g_free (self);
}

static gboolean
has (GPtrArray *samples, guint64 recipient)
{
  for (guint i = 0; i < samples->len; i++)
    if (((Sample *) g_ptr_array_index (samples, i))->recipient == recipient)
      return TRUE;
  return FALSE;
}

static gboolean
collect (Core *core, sqlite3_stmt *row, GPtrArray *samples, const char *why, GError **error)
{
  int result;

  while ((result = store_step (core->store, row, error)) == 1) {
    Sample *sample;

    if (has (samples, (guint64) store_int (row, 0)))
      continue;
    sample = g_new0 (Sample, 1);
    sample->recipient = (guint64) store_int (row, 0);
    sample->address = g_strdup (store_text (row, 1));
    sample->name = g_strdup (store_text (row, 2));
    sample->values = g_bytes_new (sqlite3_column_blob (row, 3), (gsize) sqlite3_column_bytes (row, 3));
    sample->why = why;
    g_ptr_array_add (samples, sample);
  }
  return result == 0;
}

#define ROWS "SELECT s.id,s.address,s.name,s.fields FROM ledger s WHERE s.campaign=?1 AND s.state<>6 "

/* Each reads the campaign once: it is asked once, by a person. */
static const struct {
  const char *why, *sql;
} kinds[] = {
  { "longest", ROWS "ORDER BY length(s.name)+length(s.fields) DESC, s.id LIMIT ?2" },
  { "emptiest", ROWS "ORDER BY length(s.name)+length(s.fields), s.id LIMIT ?2" },
  /* a letter from U+0370 on, where Latin ends, but for U+1E00-1EFF, where it goes on */
  { "non-latin", ROWS "AND s.name GLOB '*[' || char(0x370) || '-' || char(0x1dff) || char(0x1f00) || '-' || char(0x1ffff) || ']*' ORDER BY s.id LIMIT ?2" },
};

GPtrArray *
samples_choose (Core *core, guint64 campaign, guint64 after, guint max, gboolean is_samples, GError **error)
{
  g_autoptr (GPtrArray) samples = g_ptr_array_new_with_free_func ((GDestroyNotify) sample_free);

  if (!is_samples) {
    sqlite3_stmt *page = store_query (core->store, ROWS "AND s.id>?2 ORDER BY s.id LIMIT ?3", "iii", (gint64) campaign, (gint64) after, (gint64) max);

    return collect (core, page, samples, "", error) ? g_steal_pointer (&samples) : NULL;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (kinds) && samples->len < max; i++)
    if (!collect (core, store_query (core->store, kinds[i].sql, "ii", (gint64) campaign, (gint64) 1), samples, kinds[i].why, error))
      return NULL;
  if (samples->len < max &&
      !collect (core, store_query (core->store, ROWS "ORDER BY random() LIMIT ?2", "ii", (gint64) campaign, (gint64) (max - samples->len)), samples, "random", error))
    return NULL;
  return g_steal_pointer (&samples);
}

GPtrArray *
samples_load (Core *core, guint64 campaign, GArray *ids, GError **error)
{
  g_autoptr (GPtrArray) samples = g_ptr_array_new_with_free_func ((GDestroyNotify) sample_free);

  for (guint i = 0; i < ids->len; i++)
    if (!collect (core, store_query (core->store, ROWS "AND s.id=?2", "ii", (gint64) campaign, (gint64) g_array_index (ids, guint64, i)), samples, "", error))
      return NULL;
  return g_steal_pointer (&samples);
}

GVariant *
samples_to_frame (GPtrArray *samples)
{
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_RECIPIENTS);

  for (guint i = 0; i < samples->len; i++) {
    const Sample *sample = g_ptr_array_index (samples, i);
    gsize len;
    gconstpointer values = g_bytes_get_data (sample->values, &len);

    frame_writer_row (frame, sample->recipient, 0, 2 + frame_count_raw (values, len));
    frame_writer_string (frame, sample->address);
    frame_writer_string (frame, sample->name);
    frame_writer_raw (frame, values, len);
  }
  return frame_writer_finish (frame);
}
