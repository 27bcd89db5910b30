#include "dialect.h"

#include <string.h>

static const struct { const char *head; gboolean is_list; char delimiter; } cases[] = {
  { "name,email\nAnn,ann@example.org\n", FALSE, ',' },
  { "name;email\nAnn;ann@example.org\n", FALSE, ';' },
  { "name\temail\nAnn\tann@example.org\n", FALSE, '\t' },
  { "name|email\nAnn|ann@example.org\n", FALSE, '|' },
  { "name;email\nLee, Ann;ann@example.org\nRoe, Bob;bob@example.org\n", FALSE, ';' }, /* a comma in every name */
  { "name,note\n\"a;b;c\",\"x;y\"\n\"d;e;f\",\"z;w\"\n", FALSE, ',' },               /* semicolons inside quotes */
  { "sep=;\nname,x;email\n", FALSE, ';' },                                             /* Excel says it itself */
  { "Ann,ann@example.org\nBob,bob@example.org\n", FALSE, ',' },                      /* no header: unlike columns */
  { "ann@example.org,+442079460958\nbob@example.org,+442079460959\n", FALSE, ',' },  /* no header: columns of unlike things */
  { "email\nann@example.org\n", FALSE, ',' },                                        /* one column with a header */
  { "ann@example.org\nbob@example.org\n", TRUE, 0 },
  { "Ann <ann@example.org>, Bob <bob@example.org>\n", TRUE, 0 },
  { "ann@example.org; bob@example.org; eve@example.org\n", TRUE, 0 },
  { "Ann: +44 20 7946 0958\nBob: +44 20 7946 0959\n", TRUE, 0 },
  { "+44 20 7946 0958 - Ann\n", TRUE, 0 },
  { "ann@example.org\ngarbage\nBob <bob@example.org>\n", TRUE, 0 },                   /* dirt in a list */
  { "x\n", FALSE, ',' },
  { "", FALSE, ',' },
};

static void
test_guess (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    Dialect dialect = dialect_guess (cases[i].head, strlen (cases[i].head), TRUE);

    if (dialect.is_list != cases[i].is_list || (!dialect.is_list && dialect.delimiter != cases[i].delimiter))
      g_test_message ("%s", cases[i].head);
    g_assert_cmpint (dialect.is_list, ==, cases[i].is_list);
    if (!dialect.is_list)
      g_assert_cmpint (dialect.delimiter, ==, cases[i].delimiter);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/confined/import/dialect/guess", test_guess);
  return g_test_run ();
}
