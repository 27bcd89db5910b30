#include "duration.h"
#include "fault.h"

static const struct {
  const char *text;
  guint       seconds; /* 0: refused */
} cases[] = {
  { "90s", 90 },
  { "1 min", 60 },
  { "45min", 2700 },
  { "2m", 120 },
  { "6h", 21600 },
  { "1 Day", 86400 },
  { "5d", 432000 },
  { "30 days", 2592000 },
  { "31d", 0 },                   /* over the range */
  { "0h", 0 },
  { "5s", 0 },                    /* under the range */
  { "6", 0 },                     /* of what? */
  { "", 0 },
  { "h", 0 },
  { "-6h", 0 },
  { "1.5h", 0 },
  { "6h ", 0 },
  { "1h30", 0 },
  { "18446744073709551616s", 0 }, /* 2⁶⁴ */
  { "213503982334602d", 0 },      /* 2⁶⁴ seconds */
};

static void
test_parse (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    guint seconds = 7;

    g_test_message ("%s", cases[i].text);
    g_assert_cmpint (duration_parse (cases[i].text, "--give-up", 10, 30 * 86400, &seconds, &error), ==, cases[i].seconds > 0);
    g_assert_cmpuint (seconds, ==, cases[i].seconds > 0 ? cases[i].seconds : 7);
    if (cases[i].seconds == 0) {
      g_assert_error (error, FAULT, FAULT_USAGE);
      g_assert_nonnull (g_strstr_len (error->message, -1, "--give-up"));
    }
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/duration/parse", test_parse);
  return g_test_run ();
}
