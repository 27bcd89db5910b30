#include "refused.h"

#include "text.h"

#define VALUE_MAX 256 /* contract: octets of a rejected value */

struct Refused {
  FrameWriter *rows; /* NULL: none */
};

Refused *
refused_new (void)
{
  return g_new0 (Refused, 1);
}

void
refused_free (Refused *self)
{
  if (self != NULL)
    frame_writer_free (self->rows);
  g_free (self);
}

static void
count (GHashTable *counts, const char *reason)
{
  guint64 *n = g_hash_table_lookup (counts, reason);

  if (n == NULL) {
    n = g_new0 (guint64, 1);
    g_hash_table_insert (counts, g_strdup (reason), n);
  }
  (*n)++;
}

void
refused_add (Refused *self, guint64 row, const char *field, Slice value, const char *reason, const char *sentence, GHashTable *counts)
{
  g_autofree char *shown = text_printable (value.data, (gssize) value.len, VALUE_MAX);

  count (counts, reason);
  if (self->rows == NULL)
    self->rows = frame_writer_new (FRAME_REJECTS);
  frame_writer_row (self->rows, row, 0, 4);
  frame_writer_string (self->rows, field);
  frame_writer_string (self->rows, shown);
  frame_writer_string (self->rows, reason);
  frame_writer_string (self->rows, sentence);
}

GVariant *
refused_take (Refused *self)
{
  g_autoptr (FrameWriter) rows = g_steal_pointer (&self->rows);

  return rows != NULL ? g_variant_ref_sink (frame_writer_finish (rows)) : NULL;
}
