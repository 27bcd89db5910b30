/* csv.h - delimited text in UTF-8, fed in pieces, to rows of cells.
 * Trust:  input is hostile. Used in: confined/import. Does no I/O.
 * Source: RFC 4180, read as leniently as Python's csv module does: a quotation mark inside an unquoted cell is itself, what follows
 *         a closing one is added to the cell. Rows end with LF, CRLF or CR. More leniently: blanks and = before an opening mark are no part
 *         of the cell, and a mark that would swallow rows is found out (CsvQuotes).
 * Rows are counted as a spreadsheet shows them at the left: 1 is the first, empty ones count, a line break inside quotes does not. */
#pragma once
#include "frame.h"

#define CSV_CELL_MAX (1024 * 1024)     /* octets; chosen: beyond any value that belongs into a message */
#define CSV_ROW_MAX (4 * 1024 * 1024)  /* octets; a row must fit into one reply of Import1.Next (8 MiB) with room */
#define CSV_CELLS_MAX 1000             /* columns; chosen. Excel has 16,384, which nobody fills with people */
#define CSV_ROWS_MAX 10000000          /* chosen: ten times what a sheet of Excel holds */

typedef enum {
  CSV_QUOTES_FINE,
  CSV_QUOTES_STRAY,     /* text follows what would close this row's mark, lines later, or it stands around a row: the mark was left out, and
                           each line is a row */
  CSV_QUOTES_SWALLOWED, /* a quoted cell is well closed, and yet holds what looks like another row: nobody knows what was meant */
} CsvQuotes;

typedef struct {
  guint64      number;  /* 1 is the first */
  guint        n_cells; /* at least 1 */
  const Slice *cells;   /* borrowed until the next call; a NUL stands behind each */
  CsvQuotes    quotes;
} CsvRow;

typedef enum {
  CSV_ROW,   /* out_row is filled */
  CSV_MORE,  /* feed the next piece */
  CSV_END,   /* all was read */
  CSV_WRONG, /* error is set; nothing more will come */
} CsvStep;

typedef struct CsvParser CsvParser;

/* delimiter: an ASCII character. '\n' makes each line one cell, without quotes. */
CsvParser *csv_parser_new  (char delimiter);
void       csv_parser_free (CsvParser *self); /* NULL is a no-op */

/* `data` is borrowed until csv_parser_next() says CSV_MORE. is_last: nothing comes behind it. */
void csv_parser_feed (CsvParser *self, const char *data, gsize len, gboolean is_last);

/* Errors: FAULT_DATA with the row: over a limit above, or a quotation mark that is never closed. */
CsvStep csv_parser_next (CsvParser *self, CsvRow *out_row, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsvParser, csv_parser_free)
