#include "fault.h"
#include "rate.h"

static const struct {
  const char *text;
  guint       per_hour; /* 0: refused */
} cases[] = {
  { "30/min", 1800 },    { "30/minute", 1800 }, { "5/s", 18000 },   { "5/sec", 18000 }, { "1/second", 3600 },
  { "100/hour", 100 },   { "100/h", 100 },      { "480/day", 20 },  { "24/d", 1 },
  { "0.5/s", 1800 },     /* a part of one */
  { "1000/s", 3600000 }, /* the most */
  { "1001/s", 0 },       /* beyond it */
  { "10/day", 0 },       /* less than one an hour cannot be said */
  { "30", 0 },           /* of what? */
  { "30/", 0 },          { "/min", 0 },         { "-1/min", 0 },    { "0/min", 0 },     { "30/week", 0 },
  { "30 / min", 0 },     { "30/min ", 0 },      { "", 0 },
  { "inf/s", 0 },        { "nan/s", 0 },        { "1e99/s", 0 },    /* what strtod takes and we do not mean */
};

static void
test_parse (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    guint per_hour = 7;
    gboolean is_ok = rate_parse (cases[i].text, &per_hour, &error);

    if (cases[i].per_hour == 0) {
      g_assert_error (error, FAULT, FAULT_USAGE);
      g_assert_cmpuint (per_hour, ==, 7); /* untouched */
    } else {
      g_assert_no_error (error);
      g_assert_true (is_ok);
      g_assert_cmpuint (per_hour, ==, cases[i].per_hour);
    }
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/rate/parse", test_parse);
  return g_test_run ();
}
