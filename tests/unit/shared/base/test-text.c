#include "text.h"

#include <string.h>

#define L(literal) literal, sizeof (literal) - 1

static const struct { const char *data; gsize len, max; const char *shown; } printable[] = {
  { L (""), 10, "" },
  { L ("plain"), 100, "plain" },
  { L ("Köln"), 100, "Köln" },
  { L ("a\nb\tc\r"), 100, "a?b?c?" },                 /* one line */
  { L ("\x1b[2J"), 100, "?[2J" },                     /* an escape is disarmed */
  { L ("a\xff" "b"), 100, "a?b" },                    /* no UTF-8 */
  { L ("a\xe2\x80\xae" "b"), 100, "a?b" },            /* turns the writing direction */
  { L ("a\xe2\x80\xa8" "b"), 100, "a?b" },            /* a line break of Unicode */
  { L ("a\xc2\x9b" "b"), 100, "a?b" },                /* the C1 form of ESC [ */
  { L ("äöüäöüäöü"), 12, "äöüä…" },                   /* cut at a character, within max */
};

static void
test_printable (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (printable); i++) {
    g_autofree char *exact = g_memdup2 (printable[i].data, MAX (printable[i].len, 1));
    g_autofree char *shown = text_printable (exact, (gssize) printable[i].len, printable[i].max);

    g_assert_cmpstr (shown, ==, printable[i].shown);
    g_assert_cmpuint (strlen (shown), <=, printable[i].max);
  }
}

static void
test_missing (void)
{
  static const char *const missing[] = { "", " ", "\t\r\n", "-", " - ", "#N/A", "#n/a", "NULL", "null ", " Null", "N/A", "n/a", "(null)", "\\N", "#REF!", "#DIV/0!", "nan", "NaN", "None" };
  static const char *const there[] = { "--", "none", "Nan", "\\n!", "0", "NULLs", "#N/A!", "nul", "x", "\xc3\xa4" };

  for (gsize i = 0; i < G_N_ELEMENTS (missing); i++)
    g_assert_true (text_is_missing (missing[i], strlen (missing[i])));
  for (gsize i = 0; i < G_N_ELEMENTS (there); i++)
    g_assert_false (text_is_missing (there[i], strlen (there[i])));
  g_assert_true (text_is_missing ("", 0));
}

static const struct { const char *a, *b; gboolean is_same; } names[] = {
  { "First Name", "first  name", TRUE },
  { " first\tname\n", "FIRST NAME", TRUE },
  { "STRASSE", "straße", TRUE },           /* case folding, not lower case */
  { "K\xc3\xb6ln", "Ko\xcc\x88ln", TRUE }, /* composed or not: a Mac writes the second */
  { "a\xc2\xa0" "b", "a b", TRUE },        /* a no-break space */
  { "", " \t ", TRUE },
  { "ab", "a b", FALSE },
  { "Koln", "Köln", FALSE },               /* an accent is a difference */
};

static void
test_fold (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *a = text_fold (names[i].a, -1);
    g_autofree char *exact = g_memdup2 (names[i].b, MAX (strlen (names[i].b), 1));
    g_autofree char *b = text_fold (exact, (gssize) strlen (names[i].b)); /* needs no NUL */

    g_assert_cmpint (strcmp (a, b) == 0, ==, names[i].is_same);
  }
}

static void
test_count (void)
{
  static const struct { guint64 count; const char *text; } rows[] = { { 0, "0 people" }, { 1, "1 person" }, { 2, "2 people" }, { G_MAXUINT64, "18446744073709551615 people" } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *text = text_count (rows[i].count, "person", "people");

    g_assert_cmpstr (text, ==, rows[i].text);
  }
}

static void
test_add_sentence (void)
{
  g_autoptr (GStrvBuilder) sentences = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;
  g_autofree char *text = NULL;

  text_add_sentence (sentences, "%s has %u", "ann", 2u);
  text_add_sentence (sentences, "%s", "50 %d"); /* foreign words are no format */
  all = g_strv_builder_end (sentences);
  text = g_strjoinv ("|", all);
  g_assert_cmpstr (text, ==, "ann has 2|50 %d");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/base/text/printable", test_printable);
  g_test_add_func ("/shared/base/text/missing", test_missing);
  g_test_add_func ("/shared/base/text/fold", test_fold);
  g_test_add_func ("/shared/base/text/count", test_count);
  g_test_add_func ("/shared/base/text/add-sentence", test_add_sentence);
  return g_test_run ();
}
