/* sheet.c - import_table_sheet_new(): the rows of one sheet, streamed. Source: ECMA-376 part 1 §18.3.1.4 (c), §18.18.11 (cell types). */
#include "workbook.h"

#include "fault.h"
#include <string.h>

#define LOST G_MAXSIZE /* the cell has a value, and the file does not hold it */

typedef struct {
  guint column; /* from 0 */
  char  type;   /* n number, s shared, t text, i text in <is>, b boolean, e error */
  guint style;
  gboolean is_formula;
} Cell;

typedef struct {
  ImportTable base;
  Workbook   *workbook; /* borrowed */
  Input      *input;    /* borrowed */
  Markup      markup;
  guint64     number;   /* of the row */
  guint       n_cells;  /* the last column with a value, counted from 1 */
  Slice       cells[CSV_CELLS_MAX];
  gsize       starts[CSV_CELLS_MAX]; /* in bytes, plus 1; 0: empty; LOST */
  GString    *bytes;
  GString    *value, *inline_text; /* <v> and <is> of the cell being read */
  gboolean    is_over;
} Sheet;

static gboolean
sheet_refuse (const Sheet *self, GError **error, const char *what)
{
  g_set_error (error, FAULT, FAULT_DATA, "row %" G_GUINT64_FORMAT ": %s", self->number, what);
  return FALSE;
}

/* "BC12" -> 54. Returns: FALSE: no reference. */
static gboolean
read_column (const char *reference, guint *out_column)
{
  guint column = 0, n = 0;

  for (; n < 4 && g_ascii_isalpha (reference[n]); n++)
    column = column * 26 + (guint) (g_ascii_toupper (reference[n]) - 'A') + 1;
  if (n == 0 || n == 4)
    return FALSE;
  *out_column = column - 1;
  return TRUE;
}

static void
open_cell (Sheet *self, Cell *cell, guint next_column)
{
  g_autofree char *reference = markup_dup_attribute (&self->markup, "r"), *type = markup_dup_attribute (&self->markup, "t");
  g_autofree char *style = markup_dup_attribute (&self->markup, "s");

  cell->column = next_column;
  if (reference != NULL)
    read_column (reference, &cell->column);
  cell->style = style != NULL ? (guint) MIN (g_ascii_strtoull (style, NULL, 10), G_MAXUINT32) : 0;
  cell->type = type == NULL || strcmp (type, "n") == 0 ? 'n' :
               strcmp (type, "s") == 0 ? 's' : strcmp (type, "b") == 0 ? 'b' : strcmp (type, "e") == 0 ? 'e' :
               strcmp (type, "inlineStr") == 0 ? 'i' : 't';
  cell->is_formula = FALSE;
  g_string_truncate (self->value, 0);
  g_string_truncate (self->inline_text, 0);
}

static void
append_value (Sheet *self, const Cell *cell)
{
  NumberStyle style = { NUMBER_PLAIN, NULL };
  Slice shared;

  switch (cell->type) {
  case 's':
    shared = workbook_get_string (self->workbook, g_ascii_strtoull (self->value->str, NULL, 10));
    g_string_append_len (self->bytes, shared.data, (gssize) shared.len);
    break;
  case 'b':
    g_string_append (self->bytes, strcmp (self->value->str, "1") == 0 ? "TRUE" : "FALSE");
    break;
  case 'e': /* #REF! and the like: no value, whatever it was to be */
    break;
  case 'n':
    if (cell->style < self->workbook->styles->len)
      style = g_array_index (self->workbook->styles, NumberStyle, cell->style);
    number_append (self->bytes, self->value->str, self->value->len, style, self->workbook->is_1904);
    break;
  default:
    workbook_unescape (self->value, 0);
    g_string_append_len (self->bytes, self->value->str, (gssize) self->value->len);
  }
}

/* inlineStr means <is>; where one of the two is missing the other counts. */
static void
choose_text (Sheet *self, Cell *cell)
{
  if (self->inline_text->len > 0 && (cell->type == 'i' || self->value->len == 0)) {
    g_string_assign (self->value, self->inline_text->str);
    cell->type = 't';
  } else if (cell->type == 'i') {
    cell->type = 't';
  }
}

/* A formula that nobody has calculated: no value, or the zero that XlsxWriter writes for each ("Formula Results" in its documentation); and a
 * shared string that is not there. One whose result is an empty text says so by its type. */
static gboolean
is_lost (const Sheet *self, const Cell *cell)
{
  if (cell->type == 's')
    return self->value->len > 0 && g_ascii_strtoull (self->value->str, NULL, 10) >= self->workbook->starts->len;
  return cell->is_formula && cell->type == 'n' &&
         (self->value->len == 0 || (self->workbook->is_uncalculated && strcmp (self->value->str, "0") == 0));
}

static gboolean
close_cell (Sheet *self, Cell *cell, GError **error)
{
  gsize start = self->bytes->len;
  gboolean is_without;

  choose_text (self, cell);
  is_without = is_lost (self, cell);
  if (self->value->len == 0 && !is_without)
    return TRUE;
  if (cell->column >= CSV_CELLS_MAX) /* empty cells may stand there: a whole row was coloured */
    return sheet_refuse (self, error, "more than 1,000 columns");
  if (!is_without)
    append_value (self, cell);
  if (self->bytes->len - start > CSV_CELL_MAX)
    return sheet_refuse (self, error, "a cell is longer than 1 MiB");
  if (self->bytes->len > CSV_ROW_MAX)
    return sheet_refuse (self, error, "the row is longer than 4 MiB");
  self->cells[cell->column].len = self->bytes->len - start;
  self->starts[cell->column] = is_without ? LOST : start + 1;
  self->n_cells = MAX (self->n_cells, cell->column + 1);
  return TRUE;
}

static gboolean
read_cell (Sheet *self, Cell *cell, GError **error)
{
  gboolean is_text = FALSE, is_phonetic = FALSE, is_inline = FALSE;

  if (markup_is_empty (&self->markup))
    return TRUE;
  while (markup_next (&self->markup, error)) {
    const char *text = is_text && !is_phonetic ? markup_peek_text (&self->markup) : NULL;

    if (text != NULL)
      g_string_append (is_inline ? self->inline_text : self->value, text);
    else if (markup_is_start (&self->markup, "f"))
      cell->is_formula = TRUE;
    else if (markup_is_start (&self->markup, "is") || markup_is_end (&self->markup, "is"))
      is_inline = markup_is_start (&self->markup, "is") && !markup_is_empty (&self->markup);
    else if (markup_is_start (&self->markup, "v") || markup_is_start (&self->markup, "t"))
      is_text = !markup_is_empty (&self->markup);
    else if (markup_is_end (&self->markup, "v") || markup_is_end (&self->markup, "t"))
      is_text = FALSE;
    else if (markup_is_start (&self->markup, "rPh") || markup_is_end (&self->markup, "rPh"))
      is_phonetic = markup_is_start (&self->markup, "rPh") && !markup_is_empty (&self->markup);
    else if (markup_is_end (&self->markup, "c"))
      return close_cell (self, cell, error);
    if (MAX (self->value->len, self->inline_text->len) > CSV_CELL_MAX)
      return sheet_refuse (self, error, "a cell is longer than 1 MiB");
  }
  return FALSE;
}

static gboolean
open_row (Sheet *self, GError **error)
{
  g_autofree char *reference = markup_dup_attribute (&self->markup, "r");
  guint64 number = reference != NULL ? g_ascii_strtoull (reference, NULL, 10) : self->number + 1;

  if (number <= self->number)
    return sheet_refuse (self, error, "the rows of the sheet are out of order: open the workbook, save it again, and import that");
  if (number > CSV_ROWS_MAX)
    return sheet_refuse (self, error, "the sheet has more than 10 million rows");
  self->number = number;
  self->n_cells = 0;
  memset (self->cells, 0, sizeof self->cells);
  memset (self->starts, 0, sizeof self->starts);
  g_string_truncate (self->bytes, 0);
  return TRUE;
}

static gboolean
read_cells (Sheet *self, GError **error)
{
  Cell cell = { 0 };
  guint next_column = 0;

  if (markup_is_empty (&self->markup))
    return TRUE;
  while (markup_next (&self->markup, error)) {
    if (markup_is_end (&self->markup, "row"))
      return TRUE;
    if (!markup_is_start (&self->markup, "c"))
      continue;
    open_cell (self, &cell, next_column);
    if (!read_cell (self, &cell, error))
      return FALSE;
    next_column = cell.column + 1;
  }
  return FALSE;
}

static gboolean
sheet_next (ImportTable *base, CsvRow *out_row, GError **error)
{
  Sheet *self = (Sheet *) base;
  g_autoptr (GError) wrong = NULL;

  while (!self->is_over && markup_next (&self->markup, &wrong)) {
    if (markup_is_end (&self->markup, "sheetData"))
      break;
    if (!markup_is_start (&self->markup, "row"))
      continue;
    if (!open_row (self, &wrong) || !read_cells (self, &wrong))
      break;
    for (guint i = 0; i < self->n_cells; i++)
      self->cells[i].data = self->starts[i] == LOST ? import_table_lost : self->starts[i] > 0 ? self->bytes->str + self->starts[i] - 1 : "";
    *out_row = (CsvRow){ self->number, self->n_cells, self->cells, CSV_QUOTES_FINE };
    return TRUE;
  }
  self->is_over = TRUE;
  if (wrong != NULL)
    g_propagate_error (error, g_steal_pointer (&wrong));
  return FALSE;
}

/* As far into the file as into the sheet. */
static guint64
sheet_get_position (ImportTable *base)
{
  Sheet *self = (Sheet *) base;
  guint64 size = archive_part_get_size (self->markup.part);
  double share = (double) MIN (archive_part_get_read (self->markup.part), size) / (double) size;

  return (guint64) (share * (double) input_get_size (self->input));
}

static void
sheet_free (ImportTable *base)
{
  Sheet *self = (Sheet *) base;

  markup_close (&self->markup);
  g_string_free (self->bytes, TRUE);
  g_string_free (self->value, TRUE);
  g_string_free (self->inline_text, TRUE);
  g_free (self);
}

ImportTable *
import_table_sheet_new (Workbook *workbook, Input *input, guint index, GError **error)
{
  Sheet *self = g_new0 (Sheet, 1);

  self->base = (ImportTable){ sheet_next, sheet_get_position, sheet_free, TRUE };
  self->workbook = workbook;
  self->input = input;
  self->bytes = g_string_new (NULL);
  self->value = g_string_new (NULL);
  self->inline_text = g_string_new (NULL);
  if (!markup_open (&self->markup, workbook->archive, g_ptr_array_index (workbook->targets, index), error)) {
    sheet_free (&self->base);
    return NULL; // cppcheck-suppress memleak; base is its first member
  }
  return &self->base;
}
