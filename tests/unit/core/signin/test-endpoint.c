/* Addresses of own servers: which are taken, as what, and what is said of the others. RFC 3986 §3. */
#include "endpoint.h"

#include "fault.h"
#include <string.h>

typedef struct {
  const char *text;
  EndpointForm form;
  const char *wanted; /* "tls HOST PORT TARGET" or "plain …"; NULL: refused */
  const char *said;
} Row;

static const Row rows[] = {
  { "https://accounts.example/auth", ENDPOINT_WHOLE, "tls accounts.example 443 /auth", NULL },
  { "https://Accounts.Example:8443/a/b?c=d&e=%2F", ENDPOINT_WHOLE, "tls accounts.example 8443 /a/b?c=d&e=%2F", NULL },
  { "https://accounts.example", ENDPOINT_WHOLE, "tls accounts.example 443 /", NULL },
  { "https://b\303\274cher.example/", ENDPOINT_WHOLE, "tls xn--bcher-kva.example 443 /", NULL },
  { "https://192.0.2.1/x", ENDPOINT_WHOLE, "tls 192.0.2.1 443 /x", NULL },
  { "http://127.0.0.1:4000/token", ENDPOINT_WHOLE, "plain 127.0.0.1 4000 /token", NULL },
  { "http://127.9.9.9/token", ENDPOINT_WHOLE, "plain 127.9.9.9 80 /token", NULL },
  { "http://[::1]:4000/token", ENDPOINT_WHOLE, "plain ::1 4000 /token", NULL },
  { "http://localhost:4000/token", ENDPOINT_WHOLE, NULL, "by its number" },
  { "http://accounts.example/token", ENDPOINT_WHOLE, NULL, "by its number" },
  { "http://127.0.0.1.example/token", ENDPOINT_WHOLE, NULL, "by its number" },
  { "http://192.0.2.1/", ENDPOINT_WHOLE, NULL, "by its number" },
  { "http://[::ffff:127.0.0.1]/", ENDPOINT_WHOLE, NULL, "by its number" },
  { "http://0.0.0.0/", ENDPOINT_WHOLE, NULL, "by its number" },
  { "http://2130706433/", ENDPOINT_WHOLE, NULL, "by its number" }, /* 127.0.0.1 to inet_aton(), a name to us */
  { "https://user@accounts.example/", ENDPOINT_WHOLE, NULL, "do not belong there" },
  { "https://accounts.example/#a", ENDPOINT_WHOLE, NULL, "do not belong there" },
  { "https://accounts.example:0/", ENDPOINT_WHOLE, NULL, "no port" },
  { "https://accounts.example:70000/", ENDPOINT_WHOLE, NULL, "no address" },
  { "https:///auth", ENDPOINT_WHOLE, NULL, "" },
  { "https://a b/", ENDPOINT_WHOLE, NULL, "" },
  { "https://a%2eb/", ENDPOINT_WHOLE, "tls a.b 443 /", NULL }, /* §3.2.2: a name may hold escapes */
  { "https://-a/", ENDPOINT_WHOLE, NULL, "host is none" },
  { "ftp://accounts.example/", ENDPOINT_WHOLE, NULL, "do not belong there" },
  { "file:///etc/passwd", ENDPOINT_WHOLE, NULL, "" },
  { "accounts.example", ENDPOINT_WHOLE, NULL, "no address" },
  { "", ENDPOINT_WHOLE, NULL, "no address" },
  { "https://gmail.example", ENDPOINT_ORIGIN, "tls gmail.example 443 (null)", NULL },
  { "http://127.0.0.1:4001/", ENDPOINT_ORIGIN, "plain 127.0.0.1 4001 (null)", NULL },
  { "https://gmail.example/upload", ENDPOINT_ORIGIN, NULL, "do not belong there" },
  { "https://gmail.example?a", ENDPOINT_ORIGIN, NULL, "do not belong there" },
  { "smtp://mail.example:587", ENDPOINT_SMTP, "plain mail.example 587 (null)", NULL },
  { "smtps://mail.example:465", ENDPOINT_SMTP, "tls mail.example 465 (null)", NULL },
  { "smtp://127.0.0.1:2525", ENDPOINT_SMTP, "plain 127.0.0.1 2525 (null)", NULL },
  { "smtp://mail.example", ENDPOINT_SMTP, NULL, "no port" },
  { "https://mail.example:587", ENDPOINT_SMTP, NULL, "do not belong there" },
  { "smtp://mail.example:587/x", ENDPOINT_SMTP, NULL, "do not belong there" },
  { "smtp://mail.example:587", ENDPOINT_WHOLE, NULL, "do not belong there" },
};

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (Endpoint) endpoint = endpoint_parse ("token", row->text, row->form, &error);
  g_autofree char *found = endpoint == NULL ? NULL
    : g_strdup_printf ("%s %s %u %s", endpoint->is_tls ? "tls" : "plain", endpoint->host, endpoint->port, endpoint->target != NULL ? endpoint->target : "(null)");

  g_assert_cmpstr (found, ==, row->wanted);
  if (row->wanted != NULL) {
    g_assert_no_error (error);
    return;
  }
  g_assert_error (error, FAULT, FAULT_USAGE);
  g_assert_true (g_str_has_prefix (error->message, "token=“"));
  g_assert_nonnull (strstr (error->message, row->said));
}

static void
test_long (void)
{
  g_autofree char *path = g_strnfill (ENDPOINT_MAX_BYTES, 'a');
  g_autofree char *text = g_strconcat ("https://accounts.example/", path, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (endpoint_parse ("token", text, ENDPOINT_WHOLE, &error));
  g_assert_error (error, FAULT, FAULT_USAGE);
  g_assert_cmpuint (strlen (error->message), <, 1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strdup_printf ("/core/signin/endpoint/%02zu", i);

    g_test_add_data_func (path, &rows[i], test_row);
  }
  g_test_add_func ("/core/signin/endpoint/long", test_long);
  return g_test_run ();
}
