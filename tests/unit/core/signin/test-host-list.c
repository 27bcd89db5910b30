/* Which hosts a window may reach: what may be named, and what fits what is named. */
#include "host-list.h"

#include "fault.h"

static const struct {
  const char *authorize, *hosts, *host;
  guint16     port;
  gboolean    has;
} asked[] = {
  { "https://login.example.org/auth", NULL, "login.example.org", 443, TRUE },
  { "https://login.example.org/auth?a=b", NULL, "login.example.org", 443, TRUE },
  { "https://LOGIN.example.org/auth", NULL, "login.example.org", 443, TRUE },
  { "https://login.example.org/auth", NULL, "login.example.org", 8443, FALSE },
  { "https://login.example.org/auth", NULL, "login.example.org", 80, FALSE },
  { "https://login.example.org/auth", NULL, "a.login.example.org", 443, FALSE },
  { "https://login.example.org/auth", NULL, "example.org", 443, FALSE },
  { "https://login.example.org/auth", NULL, "login.example.org.", 443, FALSE },
  { "https://login.example.org/auth", NULL, "login.example.organic", 443, FALSE },
  { "https://login.example.org/auth", NULL, "notlogin.example.org", 443, FALSE },
  { "https://login.example.org/auth", NULL, "127.0.0.1", 443, FALSE },
  { "https://login.example.org/auth", NULL, "localhost", 443, FALSE },
  { "https://login.example.org/auth", NULL, "::1", 443, FALSE },
  { "https://login.example.org/auth", NULL, "", 443, FALSE },
  { "https://login.example.org:8443/auth", NULL, "login.example.org", 8443, TRUE },
  { "https://login.example.org:8443/auth", NULL, "login.example.org", 443, FALSE },
  { "https://login.example.org/auth", "static.example.net", "static.example.net", 443, TRUE },
  { "https://login.example.org/auth", "  static.example.net\tOTHER.example.net:99  ", "other.example.net", 99, TRUE },
  { "https://login.example.org/auth", "static.example.net:99", "static.example.net", 443, FALSE },
  { "https://login.example.org/auth", "*.example.net", "a.example.net", 443, TRUE },
  { "https://login.example.org/auth", "*.example.net", "a.b.example.net", 443, TRUE },
  { "https://login.example.org/auth", "*.example.net", "example.net", 443, FALSE },
  { "https://login.example.org/auth", "*.example.net", ".example.net", 443, FALSE },
  { "https://login.example.org/auth", "*.example.net", "aexample.net", 443, FALSE },
  { "https://login.example.org/auth", "*.example.net", "evilexample.net", 443, FALSE },
  { "https://login.example.org/auth", "*.example.net", "a.example.net.evil.example", 443, FALSE },
  { "https://login.example.org/auth", "*.example.net:99", "a.example.net", 99, TRUE },
  { "https://login.example.org/auth", "*.example.net:99", "a.example.net", 443, FALSE },
  { "https://127.0.0.1:4433/auth", NULL, "127.0.0.1", 4433, TRUE },
  { "https://127.0.0.1:4433/auth", NULL, "127.0.0.1", 443, FALSE },
  { "https://127.0.0.1:4433/auth", NULL, "127.0.0.2", 4433, FALSE },
  { "https://[::1]:4433/auth", NULL, "::1", 4433, TRUE },
  { "https://localhost:4433/auth", "localhost:4434", "localhost", 4434, TRUE },
};

static void
test_asked (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (asked); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (HostList) list = host_list_new (asked[i].authorize, asked[i].hosts, &error);

    g_assert_no_error (error);
    g_test_message ("%s, %s: %s %u", asked[i].authorize, asked[i].hosts, asked[i].host, asked[i].port);
    g_assert_cmpint (host_list_has (list, asked[i].host, asked[i].port), ==, asked[i].has);
  }
}

/* A server of one's own may be on this machine; else names alone, which nobody reads as an address. */
static const struct { const char *authorize, *hosts; } refused[] = {
  { "http://127.0.0.1:4433/auth", NULL },
  { "https://10.0.0.1/auth", NULL },
  { "https://192.0.2.1/auth", NULL },
  { "https://[2001:db8::1]/auth", NULL },
  { "https://127.1/auth", NULL },
  { "https://login/auth", NULL },
  { "nothing", NULL },
  { "https://login.example.org/auth", "127.0.0.1" },
  { "https://login.example.org/auth", "10.0.0.1:443" },
  { "https://login.example.org/auth", "127.1" },
  { "https://login.example.org/auth", "example.0x7f000001" },
  { "https://login.example.org/auth", "::1" },
  { "https://login.example.org/auth", "[::1]" },
  { "https://login.example.org/auth", "*" },
  { "https://login.example.org/auth", "*.org" },
  { "https://login.example.org/auth", "*.*.example.org" },
  { "https://login.example.org/auth", "a.*.example.org" },
  { "https://login.example.org/auth", "*.localhost" },
  { "https://login.example.org/auth", "https://a.example.org" },
  { "https://login.example.org/auth", "a.example.org/" },
  { "https://login.example.org/auth", "a.example.org:0" },
  { "https://login.example.org/auth", "a.example.org:65536" },
  { "https://login.example.org/auth", "a.example.org:" },
  { "https://login.example.org/auth", "a.example.org:443:443" },
  { "https://login.example.org/auth", "a..example.org" },
  { "https://login.example.org/auth", "a.example.org." },
  { "https://login.example.org/auth", "-a.example.org" },
  { "https://login.example.org/auth", "a,b.example.org" },
  { "https://login.example.org/auth", "b\303\274cher.example.org" },
};

static void
test_refused (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autoptr (GError) error = NULL;

    g_test_message ("%s, %s", refused[i].authorize, refused[i].hosts);
    g_assert_null (host_list_new (refused[i].authorize, refused[i].hosts, &error));
    g_assert_true (g_error_matches (error, FAULT, FAULT_DATA) || g_error_matches (error, FAULT, FAULT_USAGE));
    if (refused[i].hosts != NULL)
      g_assert_false (host_list_check (refused[i].hosts, NULL));
  }
}

static void
test_many (void)
{
  g_autoptr (GString) hosts = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i <= HOST_LIST_MAX; i++)
    g_string_append_printf (hosts, "a%u.example.org ", i);
  g_assert_false (host_list_check (hosts->str, &error));
  g_assert_error (error, FAULT, FAULT_DATA);
}

static void
test_local (void)
{
  g_assert_true (host_list_is_local ("localhost"));
  g_assert_true (host_list_is_local ("127.0.0.1"));
  g_assert_true (host_list_is_local ("::1"));
  g_assert_false (host_list_is_local ("login.example.org"));
  g_assert_false (host_list_is_local ("127.1"));
  g_assert_false (host_list_is_local ("localhost.example.org"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/signin/host-list/asked", test_asked);
  g_test_add_func ("/core/signin/host-list/refused", test_refused);
  g_test_add_func ("/core/signin/host-list/many", test_many);
  g_test_add_func ("/core/signin/host-list/local", test_local);
  return g_test_run ();
}
