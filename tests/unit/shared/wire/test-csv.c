/* Rows of good and bad. csv-against-python.py lets Python's csv module read the same. */
#include "csv.h"

#include "fault.h"
#include <string.h>

/* cells joined by | and rows by / */
static const struct { char delimiter; const char *text; const char *rows; } good[] = {
  { ',', "", "" },
  { ',', "a,b\n1,2\n", "a|b/1|2" },
  { ',', "a,b\n1,2", "a|b/1|2" },           /* no line break at the end */
  { ',', "a,b\r\n1,2\r\n", "a|b/1|2" },
  { ',', "a,b\r1,2\r", "a|b/1|2" },         /* old Macs */
  { ',', "a,\n", "a|" },
  { ',', "a,", "a|" },                      /* an empty cell at the very end */
  { ',', ",", "|" },
  { ',', "a\n\nb\n", "a//b" },              /* empty rows count */
  { ',', "\"a,b\",c", "a,b|c" },
  { ',', "\"a\nb\",c", "a\nb|c" },          /* a line break inside quotes */
  { ',', "\"a\r\nb\"\n", "a\r\nb" },
  { ',', "\"a \"\"b\"\"\"", "a \"b\"" },
  { ',', "\"\",\"\"", "|" },
  { ',', "a \"b\" c,d", "a \"b\" c|d" },    /* a quotation mark inside an unquoted cell is itself */
  { ',', "\"a\"b,c", "ab|c" },              /* what follows the closing one is added, as Python does */
  { ',', "\"a\"b\"c", "ab\"c" },
  { ',', " \"a\"", "a" },                  /* a blank before the mark, as many hands type it */
  { ',', "x, \"a, b\" ,c", "x|a, b |c" },
  { ',', "=\"01067\",=1+1", "01067|=1+1" }, /* Excel's text */
  { ',', "=\"a,b\"", "a,b" },
  { '\n', " \"a\" =\"b\"", " \"a\" =\"b\"" },
  /* a mark that nothing closes: text follows what would close it, lines later */
  { ',', "n,e\n\"B,b@x.org\nC,c@x.org\nD \"D\" D,d@x.org\nE,e@x.org\n", "n|e/B|b@x.org/C|c@x.org/D \"D\" D|d@x.org/E|e@x.org" },
  { ',', "n,e\nA,\"a@x.org\nB,\"b@x.org\"\n", "n|e/A|a@x.org/B|b@x.org" },
  { ',', "n,e\n\"B,b@x.org,\"\"\nC,\"c@x.org\"\n", "n|e/B|b@x.org|/C|c@x.org" },
  { ',', "n,e,t\n\"B,b@x.org,\"x\"\n", "n|e|t/B|b@x.org|x" },
  { ';', "\"a\nb\"c;d\n", "a/b\"c|d" },
  { ',', "n,e\n\"A,a@x.org\nB,b@x.org\"\nC,c@x.org\n", "n|e/A|a@x.org/B|b@x.org/C|c@x.org" },
  { ',', "n,e\n\"A,a@x.org\nB\",b@x.org", "n|e/A|a@x.org/B|b@x.org" },
  { ',', "n,e\n\"A,a@x.org\nB,b@x.org\"", "n|e/A|a@x.org/B|b@x.org" },
  { ';', "a,b;c", "a,b|c" },
  { '\t', "a\tb c", "a|b c" },
  { '\n', "a,\"b\nc\n", "a,\"b/c" },        /* lines: quotes mean nothing */
  { ',', "0123456789abcdef,0123456789abcdef", "0123456789abcdef|0123456789abcdef" }, /* longer than a word of eight */
};

static char *
parse (char delimiter, const char *text, gsize len, gsize step, GError **error)
{
  g_autoptr (CsvParser) parser = csv_parser_new (delimiter);
  GString *rows = g_string_new (NULL);
  guint64 number = 0;
  gsize at = 0;
  CsvStep what = CSV_MORE;

  for (;;) {
    CsvRow row;

    if (what == CSV_MORE) {
      gsize piece = MIN (step, len - at);
      if (at == len && at > 0)
        g_error ("asked for more behind the end");
      csv_parser_feed (parser, text + at, piece, at + piece == len);
      at += piece;
    }
    what = csv_parser_next (parser, &row, error);
    if (what == CSV_END || what == CSV_WRONG)
      return g_string_free (rows, FALSE);
    if (what == CSV_MORE)
      continue;
    g_assert_cmpuint (row.number, ==, ++number);
    if (number > 1)
      g_string_append_c (rows, '/');
    for (guint i = 0; i < row.n_cells; i++) {
      g_assert_cmpint (row.cells[i].data[row.cells[i].len], ==, '\0');
      g_string_append_printf (rows, "%s%s", i > 0 ? "|" : "", row.cells[i].data);
    }
  }
}

/* Which of the rows holds what should be a row of its own. */
static const struct { const char *text; guint64 row; } swallowing[] = {
  { "n,e\nA,\"a@x.org\nB,b@x.org\"\nC,c@x.org\n", 2 },
  { "n,e,t\nA,a@x.org,\"hello\nB,b@x.org,hello\"\n", 2 },
  { "n,e,t\nA,a@x.org,\"call first\nthen ring, twice\"\n", 0 },       /* a note */
  { "n,e,t\nA,a@x.org,\"or write to\nb@x.org\"\n", 0 },
  { "n,e\n\"A\nB\",a@x.org\n", 0 },
};

static void
test_swallowing (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (swallowing); i++) {
    g_autoptr (CsvParser) parser = csv_parser_new (',');
    guint64 found = 0;
    CsvRow row;

    csv_parser_feed (parser, swallowing[i].text, strlen (swallowing[i].text), TRUE);
    while (csv_parser_next (parser, &row, NULL) == CSV_ROW)
      found = row.quotes == CSV_QUOTES_SWALLOWED ? row.number : found;
    g_assert_cmpuint (found, ==, swallowing[i].row);
  }
}

static void
test_good (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    for (gsize step = 1; step <= strlen (good[i].text) + 1; step++) { /* however it is cut */
      g_autoptr (GError) error = NULL;
      g_autofree char *rows = parse (good[i].delimiter, good[i].text, strlen (good[i].text), step, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (rows, ==, good[i].rows);
    }
}

static void
assert_wrong (const char *text, gsize len, const char *row)
{
  g_autoptr (GError) error = NULL;

  g_free (parse (',', text, len, 65536, &error));
  g_assert_error (error, FAULT, FAULT_DATA);
  g_assert_true (g_str_has_prefix (error->message, row));
}

static void
test_limits (void)
{
  g_autofree char *cell = g_strnfill (CSV_CELL_MAX + 1, 'x'), *commas = g_strnfill (CSV_CELLS_MAX, ',');
  g_autoptr (GString) row = g_string_new ("a\n");
  g_autofree char *fits = g_strndup (cell, CSV_CELL_MAX), *rows = NULL;
  g_autoptr (GError) error = NULL;

  assert_wrong ("a\n\"b\n", 5, "row 2: "); /* a quotation mark that is never closed */
  assert_wrong (cell, CSV_CELL_MAX + 1, "row 1: ");
  assert_wrong (commas, CSV_CELLS_MAX, "row 1: "); /* one cell more than commas */
  for (guint i = 0; i < 5; i++)
    g_string_append_printf (row, "%s,", fits);
  assert_wrong (row->str, row->len, "row 2: ");
  rows = parse (',', fits, CSV_CELL_MAX, 1000, &error); /* exactly the limit */
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (rows), ==, CSV_CELL_MAX);
}

/* Ten million rows are read, and one more is none too few to refuse. */
static void
test_rows (void)
{
  g_autofree char *lines = g_strnfill (1 << 16, '\n');
  g_autoptr (CsvParser) parser = csv_parser_new (',');
  g_autoptr (GError) error = NULL;
  guint64 number = 0;
  CsvStep step;
  CsvRow row;

  csv_parser_feed (parser, lines, 1 << 16, FALSE);
  while ((step = csv_parser_next (parser, &row, &error)) != CSV_WRONG && number <= CSV_ROWS_MAX)
    if (step == CSV_ROW)
      number = row.number;
    else
      csv_parser_feed (parser, lines, 1 << 16, FALSE);
  g_assert_cmpuint (number, ==, CSV_ROWS_MAX);
  g_assert_error (error, FAULT, FAULT_DATA);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/wire/csv/good", test_good);
  g_test_add_func ("/shared/wire/csv/swallowing", test_swallowing);
  g_test_add_func ("/shared/wire/csv/limits", test_limits);
  g_test_add_func ("/shared/wire/csv/rows", test_rows);
  return g_test_run ();
}
