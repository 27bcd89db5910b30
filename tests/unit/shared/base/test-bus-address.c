#include "bus-address.h"

static void
test_addresses (void)
{
  static const struct { const char *raw, *path; gboolean is_abstract; } rows[] = {
    { "unix:path=/run/user/1000/at-spi/bus_0,guid=01", "/run/user/1000/at-spi/bus_0", FALSE },
    { "unix:abstract=/tmp/dbus-aX,guid=01", "/tmp/dbus-aX", TRUE },
    { "unix:path=/run/x;unixexec:path=/bin/sh", "/run/x", FALSE }, /* the rest is left away */
    { "unixexec:path=/bin/sh", NULL, FALSE },
    { "tcp:host=example.org,port=1", NULL, FALSE },
    { "unix:path=/run/../home/x", NULL, FALSE },
    { "unix:path=relative", NULL, FALSE },
    { "unix:path=/a b", NULL, FALSE },
    { "unix:path=/a%20b", NULL, FALSE },
    { "unix:path=--bind", NULL, FALSE },
    { "unix:path=", NULL, FALSE },
    { "", NULL, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    gboolean is_abstract = FALSE;
    g_autofree char *path = bus_address_parse (rows[i].raw, &is_abstract);

    g_assert_cmpstr (path, ==, rows[i].path);
    g_assert_cmpint (is_abstract, ==, rows[i].is_abstract);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/base/bus-address/addresses", test_addresses);
  return g_test_run ();
}
