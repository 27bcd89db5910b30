/* csv-dump.c - stdin as rows: DELIMITER PIECE. Each cell percent-encoded, tab between, a line a row. */
#include "csv.h"

#include <gio/gio.h>
#include <stdio.h>
#include <unistd.h>

int
main (int argc, char *argv[])
{
  g_autoptr (CsvParser) parser = csv_parser_new (argv[1][0]);
  gsize piece = (gsize) g_ascii_strtoull (argv[2], NULL, 10), at = 0;
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  guint8 buffer[65536];
  CsvStep step = CSV_MORE;
  CsvRow row;
  gssize n;

  while ((n = read (0, buffer, sizeof buffer)) > 0)
    g_byte_array_append (all, buffer, (guint) n);
  for (;;) {
    if (step == CSV_MORE) {
      gsize len = MIN (piece, all->len - at);

      csv_parser_feed (parser, (const char *) all->data + at, len, at + len == all->len);
      at += len;
    }
    step = csv_parser_next (parser, &row, &error);
    if (step == CSV_END || step == CSV_WRONG)
      break;
    if (step == CSV_MORE)
      continue;
    for (guint i = 0; i < row.n_cells; i++) {
      g_autofree char *text = g_uri_escape_bytes ((const guint8 *) row.cells[i].data, row.cells[i].len, NULL);

      printf ("%s%s", i > 0 ? "\t" : "", text);
    }
    printf ("\n");
  }
  if (error != NULL)
    printf ("error\t%s\n", error->message);
  return 0;
}
