/* Two names of one person, or of two: a hint for people. */
#include "alike.h"
#include "name-key.h"

static const struct { const char *a, *b; gboolean right; } cases[] = {
  { "Dora Lind", "Dora Lindt", TRUE },      /* a slip */
  { "Dora Lind", "Lind, Dora", TRUE },
  { "Dora Lind", "D. Lind", TRUE },
  { "Dora Lind", "Dora", TRUE },
  { "Dora Maria Lind", "Dora Lind", TRUE },
  { "Dora M. Lind", "Dora Maria Lind", TRUE },
  { "J\xc3\xb6rg M\xc3\xbcller", "J\xc3\xb6rg Mueller", TRUE },
  { "Dora Lind", "", TRUE },                /* nobody knows */
  { "\xe5\xb1\xb1\xe7\x94\xb0 \xe8\x8a\xb1\xe5\xad\x90", "\xe8\x8a\xb1\xe5\xad\x90 \xe5\xb1\xb1\xe7\x94\xb0", TRUE },
  { "Dora Lind", "Emil Lind", FALSE },      /* a couple */
  { "Dora", "Emil", FALSE },
  { "Jan", "Ina", FALSE },
  { "Ann Lee", "Bob Lee", FALSE },
  { "E. Lind", "D. Lind", FALSE },
  { "Nora Lind", "Dora Lind", FALSE },      /* twins */
  { "A", "B", FALSE },
  { "Ann", "Amy", FALSE },                  /* in so short a name another letter is another name */
  { "D. L.", "Dora Lind", FALSE },          /* initials alone are many people's */
};

static void
test_names (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *a = name_key_build (cases[i].a), *b = name_key_build (cases[i].b);

    if (alike_names (a, b) != cases[i].right || alike_names (b, a) != cases[i].right)
      g_error ("“%s” and “%s”", cases[i].a, cases[i].b);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/store/alike/names", test_names);
  return g_test_run ();
}
