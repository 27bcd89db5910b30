#include "number.h"

#include <string.h>

static const struct { const char *raw, *code, *text; } cases[] = {
  { "5", NULL, "5" }, { "-5", NULL, "-5" }, { "0", NULL, "0" }, { "-0", NULL, "0" }, { "007", NULL, "7" },
  { "3.1E9", NULL, "3100000000" },                          /* a phone is never 3.1E9 */
  { "4.915112345678E+12", NULL, "4915112345678" },
  { "442079460958", NULL, "442079460958" },
  { "12345678901234567890", NULL, "12345678901234567890" }, /* longer than a double is exact: as written */
  { "1.2345678901234567E+19", NULL, "12345678901234567000" },
  { "0.30000000000000004", NULL, "0.3" },                   /* 0.1 + 0.2 */
  { "1.5", NULL, "1.5" }, { "1.50", NULL, "1.5" }, { "-1.5E-3", NULL, "-0.0015" }, { "1E-7", NULL, "0.0000001" },
  { "0.5", "0%", "50%" }, { "0.1234", "0.0 %", "12.3 %" },
  { "1234567.891", "#,##0.00", "1,234,567.89" }, { "0.5", "#,##0.00", "0.50" }, { "-1234.5", "#,##0.00", "-1,234.50" }, { "999.995", "#,##0.00", "1,000.00" },
  { "-1234.5", "#,##0.00;(#,##0.00)", "(1,234.50)" }, { "0", "0;-0;\"none\"", "0" }, { "0.004", "0.00", "0.00" }, { "-0.004", "0.00", "0.00" },
  { "19.9", "#,##0.00\\ \"€\"", "19.90 €" }, { "1234", "_-[$€-407]\\ * #,##0.00_-", "€ 1,234.00" }, { "1234567", "0.0,,\" M\"", "1.2 M" }, { "12.5", "0.##", "12.5" },
  { "12", "0.##", "12" }, { "0.25", "#.##", ".25" }, { "0.25", ".00", ".25" }, { "12.25", ".00", "12.25" }, { "1.5", "# ?/?", "1.5" },
  { "5551234", "[<=9999999]###-####;(###) ###-####", "555-1234" }, { "4255551234", "[<=9999999]###-####;(###) ###-####", "(425) 555-1234" },
  { "491701234567", "\"+\"0", "+491701234567" }, { "1E20", "#,##0", "100,000,000,000,000,000,000" },
  { "7", "00000", "00007" },                                /* a postcode */
  { "12", "\"No. \"0", "No. 12" },
  { "7.5", "000", "008" },
  { "45351", "yyyy-mm-dd", "2024-02-29" },
  { "45351.5", "d.m.yy h:mm", "2024-02-29T12:00:00" },
  { "45351.999999", "yyyy-mm-dd hh:mm", "2024-03-01T00:00:00" }, /* rounds up over midnight */
  { "0.395833333333333", "h:mm AM/PM", "09:30:00" },
  { "0.9999999", "hh:mm", "23:59:59" },                     /* a time does not round to 24:00:00 */
  { "1", "mmm yy", "1900-01-01" }, { "59", "d/m/y", "1900-02-28" }, { "61", "d/m/y", "1900-03-01" }, /* around the leap day that never was */
  { "2958465", "yyyy", "9999-12-31" }, { "2958466", "yyyy", "2958466" }, /* no such day: the number */
  { "-1", "yyyy", "-1" },
  { "12", "[Red]0", "12" }, { "12", "[$-407]d. mmmm", "1900-01-12" }, { "12", "\\d0", "d12" }, { "12", "0 \"days\"", "12 days" },
  { "1.25", "[h]:mm", "30:00" }, { "1.5", "[h]:mm:ss", "36:00:00" }, { "0.5", "[mm]:ss", "720:00" }, { "-0.25", "[hh]:mm", "-06:00" }, { "0.0000115740740740741", "[ss].00", "01" },
  { "1.5", "h:mm", "12:00:00" }, { "1E300", "[h]:mm", NULL },
  { "12", "General", "12" }, { "12", "0.00E+00", "12" }, { "12", "\"open", "12" },
  { "1E400", NULL, "1E400" },                               /* beyond a double */
  { "1E", NULL, "1E" }, { "abc", NULL, "abc" }, { "", NULL, "" }, { "1.2.3", NULL, "1.2.3" }, { ".", NULL, "." }, { "0x10", NULL, "0x10" },
  { "NaN", "yyyy", "NaN" }, { "1e308", "yyyy", NULL },
};

static void
test_append (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GString) out = g_string_new (">");
    g_autofree char *exact = g_memdup2 (cases[i].raw, MAX (strlen (cases[i].raw), 1));

    number_append (out, exact, strlen (cases[i].raw), number_style_parse (164, cases[i].code != NULL ? cases[i].code : "General"), FALSE);
    if (cases[i].text != NULL)
      g_assert_cmpstr (out->str + 1, ==, cases[i].text);
    else
      g_assert_cmpuint (out->len, >, 300); /* all its digits */
  }
}

static void
test_builtin (void)
{
  g_assert_cmpint (number_style_parse (0, NULL).kind, ==, NUMBER_PLAIN);
  g_assert_cmpint (number_style_parse (14, NULL).kind, ==, NUMBER_DATE);
  g_assert_cmpint (number_style_parse (20, NULL).kind, ==, NUMBER_TIME);
  g_assert_cmpint (number_style_parse (22, NULL).kind, ==, NUMBER_DATE);
  g_assert_cmpint (number_style_parse (46, NULL).kind, ==, NUMBER_SPAN);
  g_assert_cmpstr (number_style_parse (10, NULL).code, ==, "0.00%");
  g_assert_cmpint (number_style_parse (49, NULL).kind, ==, NUMBER_PLAIN); /* text */
}

static void
test_1904 (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  number_append (out, "0", 1, (NumberStyle){ NUMBER_DATE, NULL }, TRUE);
  g_assert_cmpstr (out->str, ==, "1904-01-01");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/confined/import/number/append", test_append);
  g_test_add_func ("/confined/import/number/builtin", test_builtin);
  g_test_add_func ("/confined/import/number/1904", test_1904);
  return g_test_run ();
}
