#include "csv.h"

#include "fault.h"
#include <string.h>

typedef enum {
  AT_START, /* of a cell */
  PLAIN,
  QUOTED,
  QUOTE_SEEN, /* inside quotes: the end, or the first half of a doubled one */
} State;

struct CsvParser {
  char        delimiter;
  gboolean    is_lines;
  State       state;
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
};

CsvParser *
csv_parser_new (char delimiter)
{
  CsvParser *self = g_new0 (CsvParser, 1);

  self->delimiter = delimiter;
  self->is_lines = delimiter == '\n';
  return self;
}

void
csv_parser_free (CsvParser *self)
{
  if (self != NULL)
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
refuse (CsvParser *self, GError **error, const char *what)
{
  g_set_error (error, FAULT, FAULT_DATA, "row %" G_GUINT64_FORMAT ": %s", self->number + 1, what);
  return FALSE;
}

static gboolean
append (CsvParser *self, const char *data, gsize len, GError **error)
{
  gsize need = self->used + len + 1;

  if (self->used - self->starts[self->n_cells] + len > CSV_CELL_MAX)
    return refuse (self, error, "a cell is longer than 1 MiB (is a quotation mark missing?)");
  if (need > CSV_ROW_MAX)
    return refuse (self, error, "the row is longer than 4 MiB");
  if (need > self->allocated) {
    self->allocated = MAX (2 * self->allocated, need + 4096);
    self->bytes = g_realloc (self->bytes, self->allocated);
  }
  if (len > 0)
    memcpy (self->bytes + self->used, data, len);
  self->used += len;
  return TRUE;
}

static gboolean
close_cell (CsvParser *self, GError **error)
{
  if (self->n_cells == CSV_CELLS_MAX)
    return refuse (self, error, "more than 1,000 columns");
  if (!append (self, "", 0, error))
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
    refuse (self, error, "the file has more than 10 million rows: split it");
    return CSV_WRONG;
  }
  if (!close_cell (self, error))
    return CSV_WRONG;
  for (guint i = 0; i < self->n_cells; i++) /* only now: bytes may have moved while it grew */
    self->cells[i] = (Slice){ self->bytes + self->starts[i], self->starts[i + 1] - self->starts[i] - 1 };
  self->is_row_done = TRUE;
  *out_row = (CsvRow){ ++self->number, self->n_cells, self->cells };
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

  if (!append (self, self->at, (gsize) (stop - self->at), error))
    return FALSE;
  self->at = stop;
  if (quote != NULL) {
    self->at++;
    self->state = QUOTE_SEEN;
  }
  return TRUE;
}

static gboolean
read_plain (CsvParser *self, GError **error)
{
  const char *stop = find_end (self->at, self->end, self->delimiter);

  if (!append (self, self->at, (gsize) (stop - self->at), error))
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
    refuse (self, error, "a quotation mark is opened here and never closed: mend the row, or double each \" inside a value");
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
}

CsvStep
csv_parser_next (CsvParser *self, CsvRow *out_row, GError **error)
{
  if (self->is_row_done)
    begin_row (self);
  while (self->at < self->end) {
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
    } else if (c == '\n' || c == '\r') {
      self->at++;
      self->is_after_cr = c == '\r';
      return close_row (self, out_row, error);
    } else if (c == self->delimiter) {
      self->at++;
      if (!close_cell (self, error))
        return CSV_WRONG;
    } else if (c == '"' && !self->is_lines && self->state != PLAIN) {
      self->at++;
      if (self->state == QUOTE_SEEN && !append (self, "\"", 1, error))
        return CSV_WRONG;
      self->state = QUOTED;
    } else if (!read_plain (self, error)) {
      return CSV_WRONG;
    }
  }
  return finish_piece (self, out_row, error);
}
