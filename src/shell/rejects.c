#include "rejects.h"

#include "csv-rejects.h"

#define REJECTS_MAX_BYTES (256 * 1024 * 1024) /* chosen: more of one import are counted in its report, and not kept */

struct Rejects {
  GMutex     mutex;
  GPtrArray *frames; /* of GVariant */
  gsize      bytes;
  gboolean   is_kept; /* rows of a file are coming, not one row's second try */
};

Rejects *
rejects_new (void)
{
  Rejects *self = g_new0 (Rejects, 1);

  g_mutex_init (&self->mutex);
  self->frames = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  return self;
}

void
rejects_free (Rejects *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->frames);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

void
rejects_begin (Rejects *self, gboolean is_file)
{
  g_mutex_lock (&self->mutex);
  self->is_kept = is_file;
  if (is_file) {
    g_ptr_array_set_size (self->frames, 0);
    self->bytes = 0;
  }
  g_mutex_unlock (&self->mutex);
}

void
rejects_add (Rejects *self, GVariant *rows)
{
  g_mutex_lock (&self->mutex);
  if (self->is_kept && self->bytes + g_variant_get_size (rows) <= REJECTS_MAX_BYTES) {
    self->bytes += g_variant_get_size (rows);
    g_ptr_array_add (self->frames, g_variant_ref (rows));
  }
  g_mutex_unlock (&self->mutex);
}

static void
write_frame (GVariant *rows, CsvRejects *out)
{
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  gconstpointer bytes = g_variant_get_data (rows);
  FrameReader reader;

  if (!frame_open (&reader, FRAME_REJECTS, bytes, g_variant_get_size (rows), NULL))
    return;
  while (frame_next (&reader, row, NULL))
    if (row->n_fields >= REJECT_FIELDS && row->aux != REJECT_DOUBTED)
      csv_rejects_add (out, row);
}

guint64
rejects_write (Rejects *self, CsvOut *csv)
{
  g_autoptr (CsvRejects) out = csv_rejects_new (csv);

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->frames->len; i++)
    write_frame (g_ptr_array_index (self->frames, i), out);
  g_mutex_unlock (&self->mutex);
  return csv_rejects_end (out);
}
