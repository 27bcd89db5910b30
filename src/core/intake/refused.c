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
refused_count (GHashTable *counts, const char *reason)
{
  guint64 *n = g_hash_table_lookup (counts, reason);

  if (n == NULL) {
    n = g_new0 (guint64, 1);
    g_hash_table_insert (counts, g_strdup (reason), n);
  }
  (*n)++;
}

static void
write_cells (FrameWriter *rows, const FrameRow *row, const char *const *fields)
{
  static const char *const fixed[] = { "name", "email", "phone" };

  for (guint i = 0; i < row->n_fields; i++) {
    frame_writer_string (rows, i < G_N_ELEMENTS (fixed) ? fixed[i] : fields[i - G_N_ELEMENTS (fixed)]);
    frame_writer_field (rows, row->fields[i].data, row->fields[i].len);
  }
}

void
refused_add (Refused *self, const FrameRow *row, const char *const *fields, const Refusal *why, GHashTable *counts)
{
  g_autofree char *shown = text_printable (why->value.data, (gssize) why->value.len, VALUE_MAX);

  refused_count (counts, why->reason);
  if (self->rows == NULL)
    self->rows = frame_writer_new (FRAME_REJECTS);
  frame_writer_row (self->rows, row->key, 0, 4 + 2 * row->n_fields);
  frame_writer_string (self->rows, why->field);
  frame_writer_string (self->rows, shown);
  frame_writer_string (self->rows, why->reason);
  frame_writer_string (self->rows, why->sentence);
  write_cells (self->rows, row, fields);
}

GVariant *
refused_take (Refused *self)
{
  g_autoptr (FrameWriter) rows = g_steal_pointer (&self->rows);

  return rows != NULL ? g_variant_ref_sink (frame_writer_finish (rows)) : NULL;
}
