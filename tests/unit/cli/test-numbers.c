/* What a campaign's numbers mean for a script: docs/json.md, "Exit status" of `postrider help send`. */
#include "numbers.h"

static const struct {
  const char *numbers;
  int         status;
  gboolean    has_ended, is_only_later;
} cases[] = {
  { "'state': <'done'>, 'accepted': <@t 3>", 0, TRUE, FALSE },
  { "'state': <'done'>, 'accepted': <@t 2>, 'skipped': <@t 1>", 0, TRUE, FALSE },
  { "'state': <'done'>, 'refused': <@t 1>", 1, TRUE, FALSE },
  { "'state': <'done'>, 'unknown': <@t 1>", 1, TRUE, FALSE },
  { "'state': <'cancelled'>, 'accepted': <@t 3>", 1, TRUE, FALSE }, /* not all that were meant */
  { "'state': <'cancelled'>, 'handed': <@t 1>", 75, TRUE, FALSE },
  { "'state': <'sending'>, 'accepted': <@t 3>", 75, FALSE, FALSE },
  { "'state': <'paused'>, 'accepted': <@t 3>, 'queued': <@t 1>", 75, TRUE, FALSE },
  { "'state': <'paused'>, 'handed': <@t 1>", 75, FALSE, FALSE }, /* what is on the wire comes back */
  { "'state': <'waiting'>, 'later': <@t 1>", 75, FALSE, TRUE },
  { "'state': <'waiting'>, 'later': <@t 1>, 'queued': <@t 1>", 75, FALSE, FALSE },
  { "'state': <'sending'>, 'later': <@t 1>, 'handed': <@t 1>", 75, FALSE, FALSE },
  { "'state': <'prepared'>, 'queued': <@t 1>", 75, FALSE, FALSE },
};

static void
test_meaning (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = g_strdup_printf ("{%s}", cases[i].numbers);
    g_autoptr (GVariant) numbers = g_variant_ref_sink (g_variant_new_parsed (text));

    g_test_message ("%s", text);
    g_assert_cmpint (numbers_status (numbers), ==, cases[i].status);
    g_assert_cmpint (numbers_has_ended (numbers), ==, cases[i].has_ended);
    g_assert_cmpint (numbers_only_later (numbers), ==, cases[i].is_only_later);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/numbers/meaning", test_meaning);
  return g_test_run ();
}
