/* However the text is cut into pieces, the rows are the same. First octet: delimiter; second: length of a piece. */
#include "csv.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize len);

static char *
read_rows (char delimiter, const char *text, gsize len, gsize piece)
{
  g_autoptr (CsvParser) parser = csv_parser_new (delimiter);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA1);
  CsvStep step = CSV_MORE;
  gsize at = 0;
  CsvRow row;

  while (step == CSV_MORE || step == CSV_ROW) {
    if (step == CSV_MORE) {
      gsize n = MIN (piece, len - at);

      csv_parser_feed (parser, text + at, n, at + n == len);
      at += n;
    }
    step = csv_parser_next (parser, &row, NULL);
    for (guint i = 0; step == CSV_ROW && i < row.n_cells; i++) {
      g_checksum_update (sum, (const guint8 *) &row.cells[i].len, sizeof row.cells[i].len);
      g_checksum_update (sum, (const guint8 *) row.cells[i].data, (gssize) row.cells[i].len);
    }
    if (step == CSV_ROW) {
      g_checksum_update (sum, (const guint8 *) &row.number, sizeof row.number);
      g_checksum_update (sum, (const guint8 *) &row.quotes, sizeof row.quotes);
    }
  }
  return g_strdup_printf ("%d %s", step, g_checksum_get_string (sum));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize len)
{
  static const char delimiters[] = ",;\t|\n";
  g_autofree char *whole = NULL, *pieces = NULL;

  if (len < 2)
    return 0;
  whole = read_rows (delimiters[data[0] % 5], (const char *) data + 2, len - 2, len);
  pieces = read_rows (delimiters[data[0] % 5], (const char *) data + 2, len - 2, 1 + data[1]);
  g_assert_cmpstr (whole, ==, pieces);
  return 0;
}
