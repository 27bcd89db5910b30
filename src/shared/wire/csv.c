#include "csv.h"

#include "fault.h"
#include <string.h>

typedef enum {
  AT_START, /* of a cell */
  LEADING,  /* blanks at its start: they are none of it if a quotation mark follows */
  EQUALS,   /* ="…": Excel's way to say that digits are text */
  PLAIN,
  QUOTED,
  QUOTE_SEEN, /* inside quotes: the end, or the first half of a doubled one */
  CLOSED,     /* blanks behind the closing one */
} CsvState;

struct CsvParser {
  char        delimiter;
  gboolean    is_lines;
  CsvState    state;
  gboolean    is_after_cr; /* an LF that follows belongs to it */
  gboolean    is_row_done; /* the row was lent out: begin a new one */
  gboolean    is_last;
  const char *at, *end;
  guint64     number;
  char       *bytes; /* the cells of this row, a NUL behind each */
  gsize       used, allocated;
  gsize       starts[CSV_CELLS_MAX + 1]; /* where each cell begins; the last one is open */
  guint       n_cells;                   /* closed ones */
  Slice       cells[CSV_CELLS_MAX];
  guint       width;    /* cells of the row before */
  CsvQuotes   quotes;   /* of this row */
  GByteArray *raw;      /* the quoted cell as the file has it, its opening mark included */
  GByteArray *again;    /* octets that are read a second time */
  const char *later, *later_end; /* the octets behind those */
  gboolean    is_again;
};

CsvParser *
csv_parser_new (char delimiter)
{
  CsvParser *self = g_new0 (CsvParser, 1);

  self->delimiter = delimiter;
  self->is_lines = delimiter == '\n';
  self->raw = g_byte_array_new ();
  self->again = g_byte_array_new ();
  return self;
}

void
csv_parser_free (CsvParser *self)
{
  if (self == NULL)
    return;
  g_byte_array_unref (self->raw);
  g_byte_array_unref (self->again);
  g_free (self->bytes);
  g_free (self);
}

void
csv_parser_feed (CsvParser *self, const char *data, gsize len, gboolean is_last)
{
  self->at = data;
  self->end = data + len;
  self->is_last = is_last;
}

static gboolean
csv_parser_refuse (CsvParser *self, GError **error, const char *what)
{
  g_set_error (error, FAULT, FAULT_DATA, "row %" G_GUINT64_FORMAT ": %s", self->number + 1, what);
  return FALSE;
}

static gboolean
csv_parser_append (CsvParser *self, const char *data, gsize len, GError **error)
{
  gsize need = self->used + len + 1;

  if (self->used - self->starts[self->n_cells] + len > CSV_CELL_MAX)
    return csv_parser_refuse (self, error, "a cell is longer than 1 MiB (is a quotation mark missing?)");
  if (need > CSV_ROW_MAX)
    return csv_parser_refuse (self, error, "the row is longer than 4 MiB");
  if (need > self->allocated) {
    self->allocated = MAX (2 * self->allocated, need + 4096);
    self->bytes = g_realloc (self->bytes, self->allocated);
  }
  if (len > 0)
    memcpy (self->bytes + self->used, data, len);
  self->used += len;
  return TRUE;
}

/* --- quotation marks that are none --- */

static Slice
open_cell (const CsvParser *self)
{
  gsize start = self->starts[self->n_cells];

  return (Slice){ self->bytes + start, self->used - start };
}

static gboolean
is_address_like (const char *from, const char *to)
{
  const char *at = memchr (from, '@', (gsize) (to - from));

  if (at == NULL || at == from || to - at < 4 || memchr (at, '.', (gsize) (to - at - 1)) == NULL)
    return FALSE;
  for (const char *p = from; p < to; p++)
    if (*p == ' ' || *p == '\t')
      return FALSE;
  return TRUE;
}

/* Counts the cells of the line that begins at `from`. Returns: where it ends. */
static const char *
count_line (const CsvParser *self, const char *from, const char *end, guint *out_cells, gboolean *out_has_address)
{
  *out_cells = 1;
  *out_has_address = FALSE;
  for (const char *p = from;; p++)
    if (p == end || *p == self->delimiter || *p == '\n' || *p == '\r') {
      *out_has_address = *out_has_address || is_address_like (from, p);
      from = p + 1;
      if (p == end || *p != self->delimiter)
        return p;
      ++*out_cells;
    }
}

/* A cell over several lines is a note, unless its first line ends where a row ends and one of its lines has cells with an address. If it is
 * the first one that has them, the mark stands around a row and is none. */
static CsvQuotes
find_swallowed (const CsvParser *self)
{
  Slice cell = open_cell (self);
  const char *end = cell.data + cell.len, *at;
  gboolean has_address, is_row;
  guint n_cells;

  at = count_line (self, cell.data, end, &n_cells, &has_address);
  if (at == end || self->width < 2 || self->n_cells + n_cells != self->width)
    return CSV_QUOTES_FINE;
  if (n_cells > 1 && has_address)
    return CSV_QUOTES_STRAY;
  is_row = FALSE;
  while (at < end && !is_row) {
    at = count_line (self, at + 1, end, &n_cells, &has_address);
    is_row = n_cells > 1 && has_address;
  }
  return is_row ? CSV_QUOTES_SWALLOWED : CSV_QUOTES_FINE;
}

/* Behind the closing mark stands text. Is the opening one none, since the cell goes over lines, or over cells of a row? */
static gboolean
is_stray (const CsvParser *self)
{
  Slice cell = open_cell (self);
  const char *end = cell.data + cell.len, *stop;
  gboolean has_address;
  guint n_cells;

  if (cell.len == 0)
    return FALSE;
  stop = count_line (self, cell.data, end, &n_cells, &has_address);
  return stop < end || (n_cells > 1 && has_address);
}

/* Back to the opening mark, which is left out, and so is the closing one if `is_closed`; what stands behind it is read as if there were none.
 * Each mark is left out once, and those that were doubled inside close what they open: nothing is read often. */
static void
read_again (CsvParser *self, gboolean is_closed)
{
  g_autoptr (GByteArray) rest = g_byte_array_new ();
  guint last = self->raw->len - 1;

  while (is_closed && self->raw->data[last] != '"')
    last--;
  if (is_closed)
    g_byte_array_remove_index (self->raw, last);

  g_byte_array_append (rest, self->raw->data + 1, self->raw->len - 1);
  if (self->is_again) {
    g_byte_array_append (rest, (const guint8 *) self->at, (guint) (self->end - self->at));
  } else {
    self->later = self->at;
    self->later_end = self->end;
  }
  g_byte_array_unref (self->again);
  self->again = g_steal_pointer (&rest);
  self->is_again = TRUE;
  self->at = (const char *) self->again->data;
  self->end = self->at + self->again->len;
  self->used = self->starts[self->n_cells];
  self->state = PLAIN;
  self->quotes = CSV_QUOTES_STRAY;
}

/* Well closed, but around a row. */
static gboolean
is_wrapped (const CsvParser *self)
{
  return (self->state == QUOTE_SEEN || self->state == CLOSED) && find_swallowed (self) == CSV_QUOTES_STRAY;
}

static gboolean
has_more (CsvParser *self)
{
  if (self->at == self->end && self->is_again) {
    self->is_again = FALSE;
    self->at = self->later;
    self->end = self->later_end;
  }
  if (self->at == self->end && self->is_last && is_wrapped (self))
    read_again (self, TRUE);
  return self->at < self->end;
}

static void
keep_raw (CsvParser *self, const char *data, gsize len)
{
  g_byte_array_append (self->raw, (const guint8 *) data, (guint) len);
}

/* --- cells --- */

static gboolean
close_cell (CsvParser *self, GError **error)
{
  if ((self->state == QUOTE_SEEN || self->state == CLOSED) && find_swallowed (self) == CSV_QUOTES_SWALLOWED)
    self->quotes = CSV_QUOTES_SWALLOWED;
  if (self->n_cells == CSV_CELLS_MAX)
    return csv_parser_refuse (self, error, "more than 1,000 columns");
  if (!csv_parser_append (self, "", 0, error))
    return FALSE;
  self->bytes[self->used++] = '\0';
  self->starts[++self->n_cells] = self->used;
  self->state = AT_START;
  return TRUE;
}

static CsvStep
close_row (CsvParser *self, CsvRow *out_row, GError **error)
{
  if (self->number == CSV_ROWS_MAX) {
    csv_parser_refuse (self, error, "the file has more than 10 million rows: split it");
    return CSV_WRONG;
  }
  if (!close_cell (self, error))
    return CSV_WRONG;
  for (guint i = 0; i < self->n_cells; i++) /* only now: bytes may have moved while it grew */
    self->cells[i] = (Slice){ self->bytes + self->starts[i], self->starts[i + 1] - self->starts[i] - 1 };
  self->is_row_done = TRUE;
  self->width = self->n_cells;
  *out_row = (CsvRow){ ++self->number, self->n_cells, self->cells, self->quotes };
  return CSV_ROW;
}

#define ONES G_GUINT64_CONSTANT (0x0101010101010101)
#define HIGHS G_GUINT64_CONSTANT (0x8080808080808080)

static inline guint64
has_octet (guint64 word, char octet)
{
  guint64 zeroed = word ^ (ONES * (guint8) octet);

  return (zeroed - ONES) & ~zeroed & HIGHS;
}

/* Where an unquoted cell ends. Eight octets at a time while none of them matters. */
static const char *
find_end (const char *at, const char *end, char delimiter)
{
  for (; end - at >= 8; at += 8) {
    guint64 word;

    memcpy (&word, at, 8);
    if ((has_octet (word, delimiter) | has_octet (word, '\n') | has_octet (word, '\r')) != 0)
      break;
  }
  while (at < end && *at != delimiter && *at != '\n' && *at != '\r')
    at++;
  return at;
}

static gboolean
read_quoted (CsvParser *self, GError **error)
{
  const char *quote = memchr (self->at, '"', (gsize) (self->end - self->at));
  const char *stop = quote != NULL ? quote : self->end;

  if (!csv_parser_append (self, self->at, (gsize) (stop - self->at), error))
    return FALSE;
  keep_raw (self, self->at, (gsize) (stop - self->at) + (quote != NULL));
  self->at = stop;
  if (quote != NULL) {
    self->at++;
    self->state = QUOTE_SEEN;
  }
  return TRUE;
}

/* At a quotation mark that may open a cell, or be the second one of two. */
static gboolean
read_quote (CsvParser *self, GError **error)
{
  if (self->state == QUOTE_SEEN) {
    if (!csv_parser_append (self, "\"", 1, error))
      return FALSE;
  } else {
    self->used = self->starts[self->n_cells]; /* blanks, = */
    g_byte_array_set_size (self->raw, 0);
  }
  keep_raw (self, self->at++, 1);
  self->state = QUOTED;
  return TRUE;
}

/* At what is neither a separator nor a quotation mark that counts, and stands before the first or behind the last octet of a cell. */
static gboolean
read_margin (CsvParser *self, CsvState next, GError **error)
{
  if (!csv_parser_append (self, self->at, 1, error))
    return FALSE;
  if (next == CLOSED)
    keep_raw (self, self->at, 1);
  self->at++;
  self->state = next;
  return TRUE;
}

static gboolean
read_plain (CsvParser *self, GError **error)
{
  const char *stop = find_end (self->at, self->end, self->delimiter);

  if (!csv_parser_append (self, self->at, (gsize) (stop - self->at), error))
    return FALSE;
  self->state = PLAIN;
  self->at = stop;
  return TRUE;
}

/* The piece is used up. */
static CsvStep
finish_piece (CsvParser *self, CsvRow *out_row, GError **error)
{
  if (!self->is_last)
    return CSV_MORE;
  if (self->state == QUOTED) {
    csv_parser_refuse (self, error, "a quotation mark is opened here and never closed: mend the row, or double each \" inside a value");
    return CSV_WRONG;
  }
  if (self->state == AT_START && self->n_cells == 0)
    return CSV_END;
  return close_row (self, out_row, error);
}

static void
begin_row (CsvParser *self)
{
  self->is_row_done = FALSE;
  self->used = self->n_cells = 0;
  self->state = AT_START;
  self->quotes = CSV_QUOTES_FINE;
}

static gboolean
read_text (CsvParser *self, char c, GError **error)
{
  gboolean is_margin = (c == ' ' || c == '\t') && !self->is_lines;

  switch (self->state) {
  case AT_START: case LEADING:
    if (is_margin)
      return read_margin (self, LEADING, error);
    if (c == '=' && !self->is_lines)
      return read_margin (self, EQUALS, error);
    break;
  case QUOTE_SEEN: case CLOSED:
    if (is_margin)
      return read_margin (self, CLOSED, error);
    if (is_stray (self)) {
      read_again (self, FALSE);
      return TRUE;
    }
    break;
  case EQUALS: case PLAIN: case QUOTED:
    break;
  }
  return read_plain (self, error);
}

CsvStep
csv_parser_next (CsvParser *self, CsvRow *out_row, GError **error)
{
  if (self->is_row_done)
    begin_row (self);
  while (has_more (self)) {
    char c = *self->at;

    if (self->is_after_cr) {
      self->is_after_cr = FALSE;
      if (c == '\n') {
        self->at++;
        continue;
      }
    }
    if (self->state == QUOTED) {
      if (!read_quoted (self, error))
        return CSV_WRONG;
    } else if ((c == '\n' || c == '\r' || c == self->delimiter) && is_wrapped (self)) {
      read_again (self, TRUE);
    } else if (c == '\n' || c == '\r') {
      self->at++;
      self->is_after_cr = c == '\r';
      return close_row (self, out_row, error);
    } else if (c == self->delimiter) {
      self->at++;
      if (!close_cell (self, error))
        return CSV_WRONG;
    } else if (c == '"' && !self->is_lines && self->state != PLAIN && self->state != CLOSED) {
      if (!read_quote (self, error))
        return CSV_WRONG;
    } else if (!read_text (self, c, error)) {
      return CSV_WRONG;
    }
  }
  return finish_piece (self, out_row, error);
}
