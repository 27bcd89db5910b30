#include "table.h"

static void
test_width (void)
{
  static const struct {
    const char *text;
    gsize       width;
  } cases[] = {
    { "", 0 },        { "Ann", 3 },
    { "Müller", 6 },  /* an octet more than columns */
    { "東京", 4 },    /* wide */
    { "e\u0301", 1 }, /* a combining accent takes no room */
    { "한국", 4 },
    { "Привет", 6 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpuint (table_width (cases[i].text), ==, cases[i].width);
}

/* Returns: (transfer full) what table_print() writes into a pipe-like file. */
static char *
print (Table *table)
{
  char *text = NULL;
  size_t len = 0;
  FILE *out = tmpfile ();

  table_print (table, out);
  fflush (out);
  len = (size_t) ftell (out);
  text = g_malloc0 (len + 1);
  rewind (out);
  g_assert_cmpuint (fread (text, 1, len, out), ==, len);
  fclose (out);
  return text;
}

static void
test_align (void)
{
  g_autoptr (Table) table = table_new ("NAME", ">N", "TOWN", NULL);
  g_autofree char *text = NULL;

  table_row (table, "東京", "7", "x", NULL);
  table_row (table, "Ann", "12345", "\x1b[2Jy", NULL); /* an escape is disarmed */
  table_row (table, "B", NULL);                        /* missing cells are empty */
  text = print (table);
  g_assert_cmpstr (text, ==, "NAME      N  TOWN\n東京      7  x\nAnn   12345  ?[2Jy\nB\n");
}

static void
test_headless (void)
{
  g_autoptr (Table) table = table_new (">", "", NULL);
  g_autofree char *text = NULL;

  table_row (table, "12", "rows", NULL);
  table_row (table, "3", "more", NULL);
  text = print (table);
  g_assert_cmpstr (text, ==, "12  rows\n 3  more\n");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/table/width", test_width);
  g_test_add_func ("/cli/table/align", test_align);
  g_test_add_func ("/cli/table/headless", test_headless);
  return g_test_run ();
}
