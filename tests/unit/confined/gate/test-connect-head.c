/* What a browser says to its proxy: one way to read it, or none. */
#include "connect-head.h"

#include <string.h>

#define LINE "CONNECT login.example.org:443 HTTP/1.1\r\n"
#define ROW(text) text, sizeof text - 1

static const struct {
  const char      *name, *text;
  gsize            len;
  ConnectHeadState state;
  const char      *host;
  guint16          port;
} rows[] = {
  { "plain", ROW (LINE "\r\n"), CONNECT_HEAD_WHOLE, "login.example.org", 443 },
  { "as-webkit", ROW (LINE "Host: login.example.org\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nProxy-Connection: Keep-Alive\r\n\r\n"), CONNECT_HEAD_WHOLE, "login.example.org", 443 },
  { "http-1.0", ROW ("CONNECT a.example:1 HTTP/1.0\r\n\r\n"), CONNECT_HEAD_WHOLE, "a.example", 1 },
  { "capitals", ROW ("CONNECT Login.EXAMPLE.org:65535 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_WHOLE, "login.example.org", 65535 },
  { "ipv4", ROW ("CONNECT 127.0.0.1:8443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_WHOLE, "127.0.0.1", 8443 },
  { "ipv6", ROW ("CONNECT [::1]:8443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_WHOLE, "::1", 8443 },
  { "ipv6-long", ROW ("CONNECT [2001:DB8::192.0.2.1]:443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_WHOLE, "2001:db8::192.0.2.1", 443 },
  { "empty-value", ROW (LINE "Host:\r\n\r\n"), CONNECT_HEAD_WHOLE, "login.example.org", 443 },
  { "tab-in-value", ROW (LINE "A: b\tc\r\n\r\n"), CONNECT_HEAD_WHOLE, "login.example.org", 443 },
  { "nothing", ROW (""), CONNECT_HEAD_MORE, NULL, 0 },
  { "half", ROW ("CONNECT login.exa"), CONNECT_HEAD_MORE, NULL, 0 },
  { "no-empty-line", ROW (LINE), CONNECT_HEAD_MORE, NULL, 0 },
  { "half-an-end", ROW (LINE "A: b\r\n\r"), CONNECT_HEAD_MORE, NULL, 0 },
  { "get", ROW ("GET http://login.example.org/ HTTP/1.1\r\nHost: login.example.org\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "get-origin", ROW ("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "small-letters", ROW ("connect login.example.org:443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "longer-method", ROW ("CONNECTS login.example.org:443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "post-with-body", ROW ("POST http://a.example/ HTTP/1.1\r\nContent-Length: 1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "body-announced", ROW (LINE "Content-Length: 5\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "chunks-announced", ROW (LINE "transfer-ENCODING: chunked\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "octets-behind", ROW (LINE "\r\n\x16\x03\x01"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "second-behind", ROW (LINE "\r\n" LINE "\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "empty-line-first", ROW ("\r\n" LINE "\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "no-port", ROW ("CONNECT login.example.org HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "empty-port", ROW ("CONNECT login.example.org: HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "port-0", ROW ("CONNECT login.example.org:0 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "port-0443", ROW ("CONNECT login.example.org:0443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "port-65536", ROW ("CONNECT login.example.org:65536 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "port-wraps", ROW ("CONNECT login.example.org:65979 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "port-long", ROW ("CONNECT login.example.org:4294967739 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "port-sign", ROW ("CONNECT login.example.org:+443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "port-letters", ROW ("CONNECT login.example.org:https HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "two-ports", ROW ("CONNECT login.example.org:80:443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "user", ROW ("CONNECT login.example.org@evil.example:443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "path", ROW ("CONNECT login.example.org/:443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "whole-address", ROW ("CONNECT https://login.example.org:443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "percent", ROW ("CONNECT login%2eexample.org:443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "no-host", ROW ("CONNECT :443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "dot-behind", ROW ("CONNECT login.example.org.:443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "dot-in-front", ROW ("CONNECT .example.org:443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "two-dots", ROW ("CONNECT login..org:443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "beyond-ascii", ROW ("CONNECT l\303\266gin.example.org:443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "nul-in-host", ROW ("CONNECT login.example.org\0.evil.example:443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "nul-early", ROW ("CONN\0"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "bare-ipv6", ROW ("CONNECT ::1:443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "open-bracket", ROW ("CONNECT [::1:443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "empty-brackets", ROW ("CONNECT []:443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "name-in-brackets", ROW ("CONNECT [localhost]:443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "zone", ROW ("CONNECT [fe80::1%25eth0]:443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "two-spaces", ROW ("CONNECT  login.example.org:443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "space-behind", ROW ("CONNECT login.example.org:443 HTTP/1.1 \r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "space-in-front", ROW (" " LINE "\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "tab", ROW ("CONNECT\tlogin.example.org:443 HTTP/1.1\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "http-2", ROW ("CONNECT login.example.org:443 HTTP/2.0\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "http-0.9", ROW ("CONNECT login.example.org:443\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "line-feeds", ROW ("CONNECT login.example.org:443 HTTP/1.1\nA: b\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "carriage-return", ROW (LINE "A: b\rc\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "line-feed-in-value", ROW (LINE "A: b\nc: d\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "folded", ROW (LINE "A: b\r\n c\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "no-name", ROW (LINE ": b\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "space-in-name", ROW (LINE "A : b\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "no-colon", ROW (LINE "A\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "escape", ROW (LINE "A: \x1b[2J\r\n\r\n"), CONNECT_HEAD_MALFORMED, NULL, 0 },
  { "tls", ROW ("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), CONNECT_HEAD_MALFORMED, NULL, 0 },
};

static void
test_row (gconstpointer data)
{
  const typeof (rows[0]) *row = data;
  ConnectTarget target = { "untouched", 9 };

  g_assert_cmpint (connect_head_read (row->text, row->len, &target), ==, row->state);
  if (row->host == NULL)
    return;
  g_assert_cmpstr (target.host, ==, row->host);
  g_assert_cmpuint (target.port, ==, row->port);
}

/* Octet by octet it is not yet a head, until it is one. */
static void
test_pieces (void)
{
  static const char text[] = LINE "Host: login.example.org\r\n\r\n";
  ConnectTarget target = { 0 };

  for (gsize len = 0; len < sizeof text - 1; len++)
    g_assert_cmpint (connect_head_read (text, len, &target), ==, CONNECT_HEAD_MORE);
  g_assert_cmpint (connect_head_read (text, sizeof text - 1, &target), ==, CONNECT_HEAD_WHOLE);
}

static ConnectHeadState
read_fields (guint count, guint value_len)
{
  g_autoptr (GString) text = g_string_new (LINE);
  g_autofree char *value = g_strnfill (value_len, 'a');
  ConnectTarget target;

  for (guint i = 0; i < count; i++)
    g_string_append_printf (text, "A: %s\r\n", value);
  g_string_append (text, "\r\n");
  return connect_head_read (text->str, text->len, &target);
}

static void
test_limits (void)
{
  g_autofree char *endless = g_strnfill (CONNECT_HEAD_MAX, 'a');
  g_autofree char *label = g_strnfill (64, 'a');
  g_autofree char *long_label = g_strdup_printf ("CONNECT %s.org:443 HTTP/1.1\r\n\r\n", label);
  g_autoptr (GString) name = g_string_new ("CONNECT ");
  ConnectTarget target;

  g_assert_cmpint (read_fields (CONNECT_FIELDS_MAX, 1), ==, CONNECT_HEAD_WHOLE);
  g_assert_cmpint (read_fields (CONNECT_FIELDS_MAX + 1, 1), ==, CONNECT_HEAD_MALFORMED);
  g_assert_cmpint (read_fields (1, 8000), ==, CONNECT_HEAD_WHOLE);
  g_assert_cmpint (read_fields (1, CONNECT_HEAD_MAX), ==, CONNECT_HEAD_MALFORMED);
  g_assert_cmpint (connect_head_read (endless, CONNECT_HEAD_MAX - 1, &target), ==, CONNECT_HEAD_MORE);
  g_assert_cmpint (connect_head_read (endless, CONNECT_HEAD_MAX, &target), ==, CONNECT_HEAD_MALFORMED);
  g_assert_cmpint (connect_head_read (long_label, strlen (long_label), &target), ==, CONNECT_HEAD_MALFORMED);
  for (guint i = 0; i < 126; i++) /* 252 octets and a last label */
    g_string_append (name, "a.");
  g_string_append (name, "b:443 HTTP/1.1\r\n\r\n");
  g_assert_cmpint (connect_head_read (name->str, name->len, &target), ==, CONNECT_HEAD_WHOLE);
  g_assert_cmpuint (strlen (target.host), ==, CONNECT_HOST_MAX);
  g_string_insert (name, 8, "a.");
  g_assert_cmpint (connect_head_read (name->str, name->len, &target), ==, CONNECT_HEAD_MALFORMED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strdup_printf ("/confined/gate/connect-head/%s", rows[i].name);

    g_test_add_data_func (path, &rows[i], test_row);
  }
  g_test_add_func ("/confined/gate/connect-head/pieces", test_pieces);
  g_test_add_func ("/confined/gate/connect-head/limits", test_limits);
  return g_test_run ();
}
