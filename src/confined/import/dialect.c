#include "dialect.h"

#include "address.h"
#include "columns.h"
#include "csv.h"
#include "header.h"
#include "text-list.h"
#include "value.h"
#include <string.h>

#define ROWS_LOOKED_AT 64 /* chosen: enough to see what is the rule and what is dirt */

static const char delimiters[] = { ',', ';', '\t', '|' }; /* the earlier one wins a tie */

typedef struct {
  guint rows, columns, same; /* columns: of most rows; same: rows that have so many */
  guint clean;               /* rows with a cell that is an address or a number and nothing else */
  guint kinds;               /* bit 0: a column of addresses, bit 1: of numbers */
  guint lead;                /* rows of one cell before any other: titles, perhaps */
  guint many_same;           /* as same, of rows with more than one cell */
  gboolean has_header;
} Score;

gboolean
dialect_is_email (Slice cell)
{
  gsize at;

  return cell.len <= ADDRESS_MAX && address_split (cell.data, cell.len, &at) == ADDRESS_FINE &&
         memchr (cell.data + at + 1, '.', cell.len - at - 1) != NULL && memchr (cell.data + at + 1, ' ', cell.len - at - 1) == NULL;
}

/* 2026-05-03, 3.5.2026: three groups of digits, eight at most */
static gboolean
is_date (Slice cell)
{
  guint n_digits = 0, n_marks = 0;
  char mark = '\0';

  for (gsize i = 0; i < cell.len; i++)
    if (g_ascii_isdigit (cell.data[i]))
      n_digits++;
    else if (strchr ("-./", cell.data[i]) == NULL || (mark != '\0' && mark != cell.data[i]))
      return FALSE;
    else
      mark = cell.data[i], n_marks++;
  return n_marks == 2 && n_digits <= 8;
}

gboolean
dialect_is_phone (Slice cell)
{
  return !is_date (cell) && text_is_phone_like (cell.data, cell.len) && (cell.data[0] == '+' || cell.len >= 7);
}

static gboolean
is_known_header (Slice cell)
{
  g_autofree char *text = cell.len < 100 ? g_strndup (cell.data, cell.len) : NULL;

  return text != NULL && g_utf8_validate (text, -1, NULL) && columns_recognise (text).role != COLUMN_FIELD;
}

static void
add_row (Score *self, const CsvRow *row, guint counts[CSV_CELLS_MAX + 1])
{
  gboolean is_clean = FALSE;
  guint n_known = 0;

  for (guint i = 0; i < row->n_cells; i++) {
    Slice cell = value_bare (row->cells[i]);

    n_known += self->rows < HEADER_ROWS_MAX && is_known_header (cell);
    if (dialect_is_email (cell)) {
      is_clean = TRUE;
      self->kinds |= 1;
    } else if (dialect_is_phone (cell)) {
      is_clean = TRUE;
      self->kinds |= 2;
    }
  }
  self->clean += is_clean;
  self->has_header = self->has_header || (n_known > 0 && (self->rows == 0 || (n_known > 1 && !is_clean)));
  self->lead += row->n_cells == 1 && self->lead == self->rows;
  self->rows++;
  if (++counts[row->n_cells] > self->same || (counts[row->n_cells] == self->same && row->n_cells > self->columns)) {
    self->same = counts[row->n_cells];
    self->columns = row->n_cells;
  }
  if (row->n_cells > 1)
    self->many_same = MAX (self->many_same, counts[row->n_cells]);
}

static Score
try_delimiter (const char *head, gsize len, gboolean is_whole, char delimiter)
{
  g_autoptr (CsvParser) parser = csv_parser_new (delimiter);
  g_autofree guint *counts = g_new0 (guint, CSV_CELLS_MAX + 1);
  Score score = { 0 };
  CsvRow row;

  csv_parser_feed (parser, head, len, is_whole);
  while (score.rows < ROWS_LOOKED_AT && csv_parser_next (parser, &row, NULL) == CSV_ROW)
    if (row.n_cells > 1 || row.cells[0].len > 0)
      add_row (&score, &row, counts);
  return score;
}

static guint
score_weigh (const Score *score)
{
  guint rows = score->rows - score->lead;

  if (rows == 0 || score->many_same * 2 < rows)
    return 0;
  return 1000 * score->many_same / rows + 1000 * MIN (score->clean, rows) / rows + (score->has_header ? 500 : 0);
}

/* How many of the items on the lines are people. */
static void
count_items (const char *head, gsize len, gboolean is_whole, guint *out_good, guint *out_all)
{
  g_autoptr (CsvParser) parser = csv_parser_new ('\n');
  TextLine line;
  TextItem item;
  CsvRow row;

  *out_good = *out_all = 0;
  csv_parser_feed (parser, head, len, is_whole);
  while (*out_all < 16 * ROWS_LOOKED_AT && csv_parser_next (parser, &row, NULL) == CSV_ROW) {
    text_line_open (&line, row.cells[0].data, row.cells[0].len);
    while (text_line_next (&line, &item)) {
      *out_good += item.kind != TEXT_ITEM_OTHER;
      ++*out_all;
    }
  }
}

/* A table has a header that we know, or columns of unlike things; a list has people on each line, however many. */
static gboolean
is_list (const Score *best, guint good, guint all)
{
  if (best->has_header || good == 0)
    return FALSE;
  if (best->columns < 2 || best->same * 4 < best->rows * 3)
    return good * 2 >= all;
  return good == all && best->kinds != 3;
}

/* Excel's first line: sep=; or, saved once more, "sep=;" */
static gboolean
find_mark (const char *head, gsize len, char *out_delimiter)
{
  gsize quote = len > 0 && head[0] == '"', end = 5 + 2 * quote;

  if (len <= end || g_ascii_strncasecmp (head + quote, "sep=", 4) != 0 || (head[end] != '\r' && head[end] != '\n') ||
      (quote > 0 && head[end - 1] != '"'))
    return FALSE;
  *out_delimiter = head[4 + quote];
  return *out_delimiter == '\t' || *out_delimiter == ' ' || (g_ascii_ispunct (*out_delimiter) && *out_delimiter != '"');
}

Dialect
dialect_guess (const char *head, gsize len, gboolean is_whole)
{
  Dialect self = { FALSE, ',', FALSE };
  Score best = { 0 };
  guint weight = 0, good, all;

  if (find_mark (head, len, &self.delimiter)) {
    self.has_mark = TRUE;
    return self;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (delimiters); i++) {
    Score score = try_delimiter (head, len, is_whole, delimiters[i]);
    guint mine = score_weigh (&score);

    if (i == 0 || mine > weight) {
      best = score;
      weight = mine;
      self.delimiter = delimiters[i];
    }
  }
  count_items (head, len, is_whole, &good, &all);
  self.is_list = is_list (&best, good, all);
  return self;
}
