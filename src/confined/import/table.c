#include "table.h"

#include "text-list.h"
#include <string.h>

typedef struct {
  ImportTable base;
  Input      *input; /* borrowed */
  CsvParser  *parser;
  gboolean    is_fed;
  TextLine    line;    /* list: what is left of this line */
  guint64     number;  /* list: of this line */
  Slice       cells[LIST_CELLS];
} TextTable;

const char import_table_lost[] = "";

gboolean
import_table_is_lost (Slice cell)
{
  return cell.data == import_table_lost;
}

void
import_table_free (ImportTable *self)
{
  if (self != NULL)
    self->free (self);
}

static gboolean
text_table_feed (TextTable *self, GError **error)
{
  const char *data;
  gsize len;
  gboolean is_last;

  if (!input_next (self->input, &data, &len, &is_last, error))
    return FALSE;
  csv_parser_feed (self->parser, data, len, is_last);
  return TRUE;
}

static gboolean
csv_next (ImportTable *base, CsvRow *out_row, GError **error)
{
  TextTable *self = (TextTable *) base;

  for (;;) {
    CsvStep step = self->is_fed ? csv_parser_next (self->parser, out_row, error) : CSV_MORE;

    if (step != CSV_MORE)
      return step == CSV_ROW;
    if (!text_table_feed (self, error))
      return FALSE;
    self->is_fed = TRUE;
  }
}

static gboolean
list_next (ImportTable *base, CsvRow *out_row, GError **error)
{
  TextTable *self = (TextTable *) base;
  TextItem item;
  CsvRow line;

  while (!text_line_next (&self->line, &item)) {
    if (!csv_next (base, &line, error))
      return FALSE;
    self->number = line.number;
    text_line_open (&self->line, line.cells[0].data, line.cells[0].len);
  }
  memset (self->cells, 0, sizeof self->cells);
  self->cells[LIST_NAME] = item.name;
  if (item.kind != TEXT_ITEM_OTHER)
    self->cells[item.kind == TEXT_ITEM_EMAIL ? LIST_EMAIL : LIST_PHONE] = item.value;
  *out_row = (CsvRow){ self->number, LIST_CELLS, self->cells, CSV_QUOTES_FINE };
  return TRUE;
}

static guint64
text_get_position (ImportTable *base)
{
  return input_get_position (((TextTable *) base)->input);
}

static void
text_free (ImportTable *base)
{
  csv_parser_free (((TextTable *) base)->parser);
  g_free (base);
}

static ImportTable *
text_new (Input *input, char delimiter, gboolean (*next) (ImportTable *, CsvRow *, GError **))
{
  TextTable *self = g_new0 (TextTable, 1);

  self->base = (ImportTable){ next, text_get_position, text_free, FALSE };
  self->input = input;
  self->parser = csv_parser_new (delimiter);
  input_rewind (input);
  return &self->base;
}

ImportTable *
import_table_csv_new (Input *input, char delimiter)
{
  return text_new (input, delimiter, csv_next);
}

ImportTable *
import_table_list_new (Input *input)
{
  return text_new (input, '\n', list_next);
}

KeptRow *
kept_row_new (const CsvRow *row)
{
  gsize size = 0;
  KeptRow *self;
  char *at;

  for (guint i = 0; i < row->n_cells; i++)
    size += row->cells[i].len;
  self = g_malloc (sizeof *self + row->n_cells * sizeof (Slice) + size);
  at = (char *) (self->cells + row->n_cells);
  for (guint i = 0; i < row->n_cells; i++) {
    if (row->cells[i].len > 0)
      memcpy (at, row->cells[i].data, row->cells[i].len);
    self->cells[i] = (Slice){ import_table_is_lost (row->cells[i]) ? import_table_lost : at, row->cells[i].len };
    at += row->cells[i].len;
  }
  self->row = (CsvRow){ row->number, row->n_cells, self->cells, row->quotes };
  return self;
}
