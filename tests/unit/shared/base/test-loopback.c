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

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/loopback/is-loopback", test_is_loopback);
  return g_test_run ();
}
