#include "csv-rejects.h"

struct CsvRejects {
  CsvOut    *csv;
  gboolean   has_head;
  guint64    key, count; /* of the row that is being put together; 0: none */
  GString   *reason;
  GPtrArray *cells;      /* of GString */
};

static void
free_string (gpointer string)
{
  g_string_free (string, TRUE);
}

CsvRejects *
csv_rejects_new (CsvOut *csv)
{
  CsvRejects *self = g_new0 (CsvRejects, 1);

  self->csv = csv;
  self->reason = g_string_new (NULL);
  self->cells = g_ptr_array_new_with_free_func (free_string);
  return self;
}

void
csv_rejects_free (CsvRejects *self)
{
  if (self == NULL)
    return;
  g_string_free (self->reason, TRUE);
  g_ptr_array_unref (self->cells);
  g_free (self);
}

/* row: whose columns the file gets; NULL: none. */
static void
write_head (CsvRejects *self, const FrameRow *row)
{
  if (self->has_head)
    return;
  self->has_head = TRUE;
  csv_out_text (self->csv, "rejected_row");
  csv_out_text (self->csv, "rejected_reason");
  for (guint i = REJECT_FIELDS; row != NULL && i + 1 < row->n_fields; i += 2)
    csv_out_value (self->csv, row->fields[i].data, row->fields[i].len);
  csv_out_end_row (self->csv);
}

static void
flush_row (CsvRejects *self)
{
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, self->key);

  if (self->key == 0)
    return;
  csv_out_text (self->csv, number);
  csv_out_value (self->csv, self->reason->str, self->reason->len);
  for (guint i = 0; i < self->cells->len; i++) {
    const GString *cell = g_ptr_array_index (self->cells, i);

    csv_out_phone (self->csv, cell->str, cell->len);
  }
  csv_out_end_row (self->csv);
  self->count++;
  self->key = 0;
  g_string_truncate (self->reason, 0);
  g_ptr_array_set_size (self->cells, 0);
}

static void
append_reason (CsvRejects *self, const FrameRow *row)
{
  static const guint parts[] = { 0, 2, 3 };

  if (self->reason->len > 0)
    g_string_append (self->reason, " | ");
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++) {
    Slice part = row->fields[parts[i]];

    g_string_append_len (self->reason, part.data, (gssize) part.len);
    if (part.len > 0 && i + 1 < G_N_ELEMENTS (parts))
      g_string_append (self->reason, ": ");
  }
}

void
csv_rejects_add (CsvRejects *self, const FrameRow *row)
{
  write_head (self, row);
  if (row->key != self->key || row->n_fields > REJECT_FIELDS) /* several people of one line are rows of their own */
    flush_row (self);
  self->key = row->key;
  append_reason (self, row);
  for (guint i = REJECT_FIELDS; i + 1 < row->n_fields; i += 2)
    g_ptr_array_add (self->cells, g_string_new_len (row->fields[i + 1].data, (gssize) row->fields[i + 1].len));
}

guint64
csv_rejects_end (CsvRejects *self)
{
  write_head (self, NULL);
  flush_row (self);
  return self->count;
}
