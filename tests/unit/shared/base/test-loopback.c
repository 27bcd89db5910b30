#include "loopback.h"

static void
test_is_loopback (void)
{
  static const struct { const char *address; gboolean is_loopback; } rows[] = {
    { "127.0.0.1:25", TRUE },        { "127.9.9.9:1", TRUE },       { "[::1]:587", TRUE },   { "[::ffff:127.0.0.1]:25", TRUE },
    { "128.0.0.1:25", FALSE },       { "[::2]:587", FALSE },        { "127.0.0.1", FALSE }, /* no port: not what a socket says */
    { "127.0.0.1.example.org:25", FALSE }, { "localhost:25", FALSE }, { "", FALSE }, { ":", FALSE }, { "[]:1", FALSE }, { "[::1:25", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (is_loopback_address (rows[i].address), ==, rows[i].is_loopback);
}

static void
test_literal (void)
{
  static const struct { const char *host; gboolean is_literal; } rows[] = {
    { "127.0.0.1", TRUE }, { "127.255.0.9", TRUE }, { "::1", TRUE }, { "0:0:0:0:0:0:0:1", TRUE }, { "localhost", FALSE }, { "[::1]", FALSE }, { "127.0.0.1:25", FALSE },
    { "127.1", FALSE }, { "2130706433", FALSE }, { "::ffff:127.0.0.1", FALSE }, { "128.0.0.1", FALSE }, { "0.0.0.0", FALSE }, { "::", FALSE }, { "", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (is_loopback_literal (rows[i].host), ==, rows[i].is_literal);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/base/loopback/is-loopback", test_is_loopback);
  g_test_add_func ("/shared/base/loopback/literal", test_literal);
  return g_test_run ();
}
