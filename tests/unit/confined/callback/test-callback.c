/* Each attack has a control, the same request without the twist, which has to be told and answered: else a refusal shows nothing. */
#include "callback-fixture.h"

#include "fault.h"
#include "listener.h"
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- attacks of one request --- */

#define L(literal) literal, sizeof (literal) - 1
#define QUERY(text) L ("GET /cb?state=RIGHT&a=" text " HTTP/1.1\r\n" HOST "\r\n")
#define FIELD(text) L (GET HOST text "\r\n\r\n")

static const struct { const char *name; const char *bad; gsize bad_len; const char *good; gsize good_len; } attacks[] = {
  { "no Host", L (GET "\r\n"), L (RIGHT) },
  { "two Hosts", L (GET HOST HOST "\r\n"), L (RIGHT) },
  { "two Hosts in two spellings", L (GET HOST "hOsT: evil.example\r\n\r\n"), L (GET "hOsT: 127.0.0.1:" PORT_MARK "\r\n\r\n") },
  { "empty Host", L (GET "Host:\r\n\r\n"), L (RIGHT) },
  { "Host with another port", L (GET "Host: 127.0.0.1:1\r\n\r\n"), L (RIGHT) },
  { "Host without a port", L (GET "Host: 127.0.0.1\r\n\r\n"), L (GET "Host: localhost:" PORT_MARK "\r\n\r\n") },
  { "a rebound name", L (GET "Host: evil.example:" PORT_MARK "\r\n\r\n"), L (GET "Host: [::1]:" PORT_MARK "\r\n\r\n") },
  { "Host with a name behind", L (GET "Host: 127.0.0.1:" PORT_MARK "@evil.example\r\n\r\n"), L (RIGHT) },
  { "Host with another loopback address", L (GET "Host: 127.1:" PORT_MARK "\r\n\r\n"), L (RIGHT) },
  { "absolute URI", L ("GET http://127.0.0.1:" PORT_MARK "/cb?state=RIGHT HTTP/1.1\r\n" HOST "\r\n"), L (RIGHT) },
  { "authority form", L ("CONNECT 127.0.0.1:" PORT_MARK " HTTP/1.1\r\n" HOST "\r\n"), L (RIGHT) },
  { "asterisk", L ("OPTIONS * HTTP/1.1\r\n" HOST "\r\n"), L (RIGHT) },
  { "preflight of another page", L ("OPTIONS /cb?state=RIGHT HTTP/1.1\r\n" HOST "Origin: http://evil.example\r\nAccess-Control-Request-Method: GET\r\n\r\n"),
    FIELD ("Origin: http://127.0.0.1") },
  { "wrong path", L ("GET /ca?state=RIGHT HTTP/1.1\r\n" HOST "\r\n"), L (RIGHT) },
  { "the root", L ("GET / HTTP/1.1\r\n" HOST "\r\n"), L (RIGHT) },
  { "longer path", L ("GET /cb/?state=RIGHT HTTP/1.1\r\n" HOST "\r\n"), L (RIGHT) },
  { "two slashes", L ("GET //cb?state=RIGHT HTTP/1.1\r\n" HOST "\r\n"), L (RIGHT) },
  { "dots", L ("GET /x/../cb?state=RIGHT HTTP/1.1\r\n" HOST "\r\n"), L (RIGHT) },
  { "percent in the path", L ("GET /%63b?state=RIGHT HTTP/1.1\r\n" HOST "\r\n"), L (RIGHT) },
  { "backslash", L ("GET \\cb?state=RIGHT HTTP/1.1\r\n" HOST "\r\n"), L (RIGHT) },
  { "POST", L ("POST /cb?state=RIGHT HTTP/1.1\r\n" HOST "\r\n"), L (RIGHT) },
  { "HEAD", L ("HEAD /cb?state=RIGHT HTTP/1.1\r\n" HOST "\r\n"), L (RIGHT) },
  { "PUT", L ("PUT /cb?state=RIGHT HTTP/1.1\r\n" HOST "\r\n"), L (RIGHT) },
  { "method in small letters", L ("get /cb?state=RIGHT HTTP/1.1\r\n" HOST "\r\n"), L (RIGHT) },
  { "override of the method", L ("POST /cb?state=RIGHT HTTP/1.1\r\n" HOST "X-HTTP-Method-Override: GET\r\n\r\n"), FIELD ("X-HTTP-Method-Override: POST") },
  { "a body", L (GET HOST "Content-Length: 1\r\n\r\nx"), L (GET HOST "Content-Length: 0\r\n\r\n") },
  { "a body that nobody announced", L (GET HOST "\r\nx"), L (RIGHT) },
  { "a pipelined second request", L (RIGHT RIGHT), L (RIGHT) },
  { "chunks", L (GET HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), FIELD ("TE: trailers") },
  { "chunks and a length", L (GET HOST "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n"), L (GET HOST "Content-Length: 0\r\n\r\n") },
  { "two lengths", L (GET HOST "Content-Length: 0\r\nContent-Length: 0\r\n\r\n"), L (GET HOST "Content-Length: 0\r\n\r\n") },
  { "a length with a sign", L (GET HOST "Content-Length: +0\r\n\r\n"), L (GET HOST "Content-Length: 0\r\n\r\n") },
  { "NUL in the path", L ("GET /cb\0?state=RIGHT HTTP/1.1\r\n" HOST "\r\n"), L (RIGHT) },
  { "NUL in the query", QUERY ("\0"), QUERY ("0") },
  { "NUL in Host", L (GET "Host: 127.0.0.1:" PORT_MARK "\0evil\r\n\r\n"), L (RIGHT) },
  { "NUL in a field", FIELD ("X-A: b\0c"), FIELD ("X-A: bc") },
  { "NUL in the name of a field", FIELD ("X\0A: b"), FIELD ("XA: b") },
  { "NUL in front", L ("\0" RIGHT), L (RIGHT) },
  { "CR in the query", QUERY ("\r"), QUERY ("r") },
  { "CR in a field", FIELD ("X-A: b\rHost: evil"), FIELD ("X-A: b Host: evil") },
  { "LF in a field", FIELD ("X-A: b\nX-B: c"), FIELD ("X-A: b\r\nX-B: c") },
  { "LF at each end", L ("GET /cb?state=RIGHT HTTP/1.1\nHost: 127.0.0.1:" PORT_MARK "\n\n"), L (RIGHT) },
  { "a line that goes on", L (GET HOST "X-A: b\r\n c\r\n\r\n"), FIELD ("X-A: b c") },
  { "a line of white space", L (GET " \r\n" HOST "\r\n"), L (RIGHT) },
  { "white space in front of the colon", L (GET "Host : 127.0.0.1:" PORT_MARK "\r\n\r\n"), L (RIGHT) },
  { "a field without a colon", FIELD ("X-A"), FIELD ("X-A:") },
  { "an empty line in front", L ("\r\n" RIGHT), L (RIGHT) },
  { "a tab between the words", L ("GET\t/cb?state=RIGHT HTTP/1.1\r\n" HOST "\r\n"), L (RIGHT) },
  { "two spaces between the words", L ("GET  /cb?state=RIGHT HTTP/1.1\r\n" HOST "\r\n"), L (RIGHT) },
  { "HTTP/0.9", L ("GET /cb?state=RIGHT\r\n\r\n"), L ("GET /cb?state=RIGHT HTTP/1.0\r\n" HOST "\r\n") },
  { "HTTP/1.2", L ("GET /cb?state=RIGHT HTTP/1.2\r\n" HOST "\r\n"), L (RIGHT) },
  { "the preface of HTTP/2", L ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), L (RIGHT) },
  { "%00", QUERY ("%00"), QUERY ("%20") },
  { "%0D%0A", QUERY ("%0D%0ASet-Cookie:x"), QUERY ("%20Set-Cookie:x") },
  { "half a percent", QUERY ("%4"), QUERY ("%41") },
  { "percent of no number", QUERY ("%zz"), QUERY ("%5a") },
  { "a fragment", QUERY ("#b"), QUERY ("%23b") },
  { "a quotation mark", QUERY ("\"b"), QUERY ("%22b") },
  { "an angle bracket", QUERY ("<b>"), QUERY ("%3Cb%3E") },
  { "eight bits", QUERY ("\xc3\xa4"), QUERY ("%c3%a4") },
  { "TLS", L ("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), L (RIGHT) },
};

static void
test_attacks (Fixture *self, gconstpointer routes)
{
  for (gsize i = 0; i < G_N_ELEMENTS (attacks); i++) {
    guint before = self->asked;
    Client bad = { 0 }, good = { 0 };
    g_autofree char *refused = run_client (self, &bad, attacks[i].bad, attacks[i].bad_len);
    g_autofree char *taken = NULL;

    g_test_message ("%s", attacks[i].name);
    g_assert_cmpuint (get_status (refused), ==, 404);
    g_assert_cmpuint (self->asked, ==, before); /* core has heard nothing of it */
    taken = run_client (self, &good, attacks[i].good, attacks[i].good_len);
    g_assert_cmpuint (get_status (taken), ==, 200);
    g_assert_cmpuint (self->asked, ==, before + 1);
  }
  g_test_message ("%zu attacks", G_N_ELEMENTS (attacks));
}

/* `unit` n times between a beginning and an end. What is far too long may end in a reset instead of a 404. */
static void
assert_times (Fixture *self, const char *start, const char *unit, const char *end, guint n, gboolean is_right)
{
  GString *text = g_string_new (start);
  guint before = self->asked;
  g_autofree char *got = NULL;

  for (guint i = 0; i < n; i++)
    g_string_append (text, unit);
  g_string_append (text, end);
  got = say (self, text->str);
  g_string_free (text, TRUE);
  if (is_right)
    g_assert_cmpuint (get_status (got), ==, 200);
  else
    g_assert_true (get_status (got) == 404 || *got == '\0');
  g_assert_cmpuint (self->asked, ==, before + is_right);
}

static void
assert_most (Fixture *self, const char *start, const char *unit, const char *end, guint most, guint far_more)
{
  assert_times (self, start, unit, end, most, TRUE);
  assert_times (self, start, unit, end, most + 1, FALSE);
  assert_times (self, start, unit, end, far_more, FALSE);
}

static void
test_huge (Fixture *self, gconstpointer routes)
{
  static const char start[] = "GET /cb?state=RIGHT HTTP/1.1\r\n" HOST;
  g_autofree char *number = g_strdup_printf ("%u", self->port);
  guint room = 16 * 1024 - (guint) (strlen (start) - strlen (PORT_MARK) + strlen (number)) - (guint) strlen ("X: \r\n\r\n");

  assert_most (self, "GET /cb?state=RIGHT", "a", " HTTP/1.1\r\n" HOST "\r\n", 8192 - 11, 400000);
  assert_most (self, "GET /cb?state=RIGHT", "&a", " HTTP/1.1\r\n" HOST "\r\n", 63, 4000);
  assert_most (self, start, "X: y\r\n", "\r\n", 99, 2000);
  assert_most (self, "GET /cb?state=RIGHT HTTP/1.1\r\n" HOST "Cookie: a", ";a", "\r\n\r\n", 63, 4000);
  assert_most (self, "GET /cb?state=RIGHT HTTP/1.1\r\n" HOST "X: ", "y", "\r\n\r\n", room, 1000000); /* 16 KiB in all */
}

/* --- what is told and answered --- */

static void
test_told (Fixture *self, gconstpointer routes)
{
  g_autofree char *host = g_strdup_printf ("localhost:%u", self->port);
  g_autofree char *got = say (self, "GET /cb?a=%41&a=b&state=RIGHT+%26?/ HTTP/1.1\r\nHost: localhost:" PORT_MARK "\r\nX-Hub-Signature-256: x\r\n\r\n");

  g_assert_cmpuint (get_status (got), ==, 200);
  g_assert_cmpuint (self->route, ==, 7);
  g_assert_cmpstr (self->path, ==, "/cb");
  g_assert_cmpstr (self->host, ==, host);
  g_assert_cmpstr (self->query, ==, "a=%41&a=b&state=RIGHT+%26?/"); /* as it came: core reads it */
  g_assert_cmpstr (self->header, ==, "");                           /* none that the kind does not name */
  g_assert_cmpuint (g_bytes_get_size (self->body), ==, 0);
}

static void
assert_guarded (const char *got, guint status)
{
  static const char *const wanted[] = { "\r\nConnection: close\r\n", "\r\nCache-Control: no-store\r\n", "\r\nReferrer-Policy: no-referrer\r\n", "\r\nX-Content-Type-Options: nosniff\r\n",
                                        "\r\nContent-Security-Policy: default-src 'none'; ", "\r\nCross-Origin-Resource-Policy: same-origin\r\n" };
  static const char *const unwanted[] = { "<script", "Set-Cookie", "Access-Control", "Location", "RIGHT", "WRONG", "secret-code", "Keep-Alive" };

  g_assert_cmpuint (get_status (got), ==, status);
  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
    if (strstr (got, wanted[i]) == NULL)
      g_error ("%u lacks %s: %s", status, wanted[i], got);
  for (gsize i = 0; i < G_N_ELEMENTS (unwanted); i++)
    if (strstr (got, unwanted[i]) != NULL)
      g_error ("%u holds %s: %s", status, unwanted[i], got);
}

/* Every kind of answer: the right one, core's 404, ours. Nothing of the request is in any, and the connection ends. */
static void
test_answers (Fixture *self, gconstpointer routes)
{
  g_autofree char *right = say (self, "GET /cb?state=RIGHT&code=secret-code HTTP/1.1\r\n" HOST "Connection: keep-alive\r\n\r\n");
  g_autofree char *wrong = say (self, "GET /cb?state=WRONG&code=secret-code HTTP/1.1\r\n" HOST "\r\n");
  g_autofree char *strange = say (self, "GET /secret-code?state=WRONG HTTP/1.1\r\n" HOST "\r\n");

  assert_guarded (right, 200);
  assert_guarded (wrong, 404);
  assert_guarded (strange, 404);
  g_assert_nonnull (strstr (right, "<b>ann &lt;ann@example.org&gt;</b>"));
  g_assert_true (g_str_has_suffix (wrong, "\r\n\r\nNothing is here.\n"));
  g_assert_true (g_str_has_suffix (strange, "\r\n\r\nNothing is here.\n"));
  self->is_clumsy = TRUE;
  {
    g_autofree char *clumsy = say (self, RIGHT);

    assert_guarded (clumsy, 404);
  }
}

/* Old requests do not count against new ones: each is told, core alone knows which was the first. */
static void
test_again (Fixture *self, gconstpointer routes)
{
  for (guint i = 0; i < 50; i++) {
    guint32 last = self->serial;

    assert_right (self);
    g_assert_cmpuint (self->serial, !=, last);
  }
}

/* Core says nothing: the client hears "later" when the time is over, and an answer that comes then is nobody's. */
static void
test_unanswered (Fixture *self, gconstpointer routes)
{
  g_autoptr (GError) error = fixture_limit (self, 1, 16384, 32, 1, 0);
  g_autofree char *got = NULL;

  g_assert_no_error (error);
  self->is_silent = TRUE;
  got = say (self, RIGHT);
  assert_guarded (got, 503);
  fixture_answer (self, self->serial);
  fixture_answer (self, 4711);
  self->is_silent = FALSE;
  assert_right (self);
}

/* Clients that leave while core thinks. */
static void
test_gone (Fixture *self, gconstpointer routes)
{
  guint32 serials[8];

  self->is_silent = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (serials); i++) {
    g_autoptr (GBytes) says = with_port (RIGHT, strlen (RIGHT), self->port);
    int fd = connect_to (self->port);

    g_assert_cmpint (send (fd, g_bytes_get_data (says, NULL), g_bytes_get_size (says), 0), >, 0);
    while (self->asked <= i)
      g_main_context_iteration (NULL, TRUE);
    serials[i] = self->serial;
    if (i % 2 == 0)
      setsockopt (fd, SOL_SOCKET, SO_LINGER, &(struct linger){ 1, 0 }, sizeof (struct linger)); /* a reset */
    close (fd);
  }
  for (guint i = 0; i < G_N_ELEMENTS (serials); i++)
    fixture_answer (self, serials[i]);
  self->is_silent = FALSE;
  assert_right (self);
}

/* --- what core may ask --- */

static const char *const bad_routes[] = {
  "@a(ussuub) []",
  "[(uint32 1, 'PUT', '/cb', uint32 0, uint32 0, true)]",
  "[(uint32 1, 'GET', 'cb', uint32 0, uint32 0, true)]",
  "[(uint32 1, 'GET', '/cb', uint32 0, uint32 9, true)]",
  "[(uint32 1, 'GET', '/cb', uint32 0, uint32 0, false)]",
  WEBHOOK, /* a second purpose */
};

static void
test_serve (Fixture *self, gconstpointer routes)
{
  guint16 port = 0;
  int other = listener_open (SOCK_NONBLOCK, &port), plain = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_autoptr (GError) twice = fixture_serve (self, other, 1, REDIRECT), deaf = fixture_serve (self, plain, 2, REDIRECT), second = NULL;

  g_assert_error (twice, FAULT, FAULT_USAGE); /* the number is used */
  g_assert_error (deaf, FAULT, FAULT_USAGE);  /* it does not listen */
  for (gsize i = 0; i < G_N_ELEMENTS (bad_routes); i++) {
    g_autoptr (GError) error = fixture_serve (self, other, 2, bad_routes[i]);

    g_test_message ("row %zu", i);
    g_assert_error (error, FAULT, FAULT_USAGE);
  }
  second = fixture_serve (self, other, 2, REDIRECT);
  g_assert_no_error (second);
  assert_right (self);
  self->port = port;
  assert_right (self); /* each by its own port */
  close (other);
  close (plain);
}

/* --- what comes later --- */

#define BODY_LEN (3 * 1024 * 1024)

/* 3 MiB, of any octets, come whole and as they are, with the one field that the kind names; one more octet does not. */
static void
test_webhook (Fixture *self, gconstpointer routes)
{
  GString *says = g_string_new ("POST /hook HTTP/1.1\r\nHost: hooks.example.org\r\nX-HUB-Signature-256: sha256=00ff\r\nX-Other: y\r\nContent-Length: 3145728\r\n\r\n");
  gsize head_len = says->len;
  Client client = { 0 };
  g_autofree char *got = NULL, *refused = NULL, *asked = NULL;

  for (gsize i = 0; i < BODY_LEN; i++)
    g_string_append_c (says, (char) (i * 7 + i / 256));
  got = run_client (self, &client, says->str, says->len);
  g_assert_cmpuint (get_status (got), ==, 200);
  g_assert_cmpstr (self->host, ==, "hooks.example.org");
  g_assert_cmpstr (self->header, ==, "x-hub-signature-256: sha256=00ff");
  g_assert_cmpmem (g_bytes_get_data (self->body, NULL), g_bytes_get_size (self->body), says->str + head_len, BODY_LEN);
  refused = say (self, "POST /hook HTTP/1.1\r\nHost: a\r\nContent-Length: 3145729\r\n\r\n");
  g_assert_cmpuint (get_status (refused), ==, 404);
  asked = say (self, "POST /hook HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx");
  g_assert_nonnull (strstr (asked, "HTTP/1.1 200"));
  g_assert_cmpuint (self->asked, ==, 2);
  g_string_free (says, TRUE);
}

/* The page with the button is callback's own; what it sends is told. HEAD has no body. */
static void
test_leave (Fixture *self, gconstpointer routes)
{
  g_autofree char *button = say (self, "GET /u/abc-_.~ HTTP/1.1\r\nHost: a\r\n\r\n");
  g_autofree char *head = say (self, "HEAD /u/abc HTTP/1.1\r\nHost: a\r\n\r\n");
  g_autofree char *deep = say (self, "GET /u/abc/d HTTP/1.1\r\nHost: a\r\n\r\n");
  g_autofree char *pressed = NULL;

  g_assert_cmpuint (get_status (button), ==, 200);
  g_assert_nonnull (strstr (button, "<form method=\"post\">"));
  g_assert_nonnull (strstr (button, "form-action 'self'"));
  g_assert_cmpuint (get_status (head), ==, 200);
  g_assert_true (g_str_has_suffix (head, "\r\n\r\n"));
  g_assert_cmpuint (get_status (deep), ==, 404);
  g_assert_cmpuint (self->asked, ==, 0);
  pressed = say (self, "POST /u/abc HTTP/1.1\r\nHost: a\r\nContent-Length: 26\r\n\r\nList-Unsubscribe=One-Click");
  g_assert_cmpuint (get_status (pressed), ==, 200);
  g_assert_cmpstr (self->path, ==, "/u/abc");
  g_assert_cmpmem (g_bytes_get_data (self->body, NULL), g_bytes_get_size (self->body), "List-Unsubscribe=One-Click", 26);
}

int
main (int argc, char *argv[])
{
  callback_fixture_init (&argc, &argv);
  g_test_add ("/confined/callback/callback/attacks", Fixture, REDIRECT, fixture_set_up, test_attacks, fixture_tear_down);
  g_test_add ("/confined/callback/callback/huge", Fixture, REDIRECT, fixture_set_up, test_huge, fixture_tear_down);
  g_test_add ("/confined/callback/callback/told", Fixture, REDIRECT, fixture_set_up, test_told, fixture_tear_down);
  g_test_add ("/confined/callback/callback/answers", Fixture, REDIRECT, fixture_set_up, test_answers, fixture_tear_down);
  g_test_add ("/confined/callback/callback/again", Fixture, REDIRECT, fixture_set_up, test_again, fixture_tear_down);
  g_test_add ("/confined/callback/callback/unanswered", Fixture, REDIRECT, fixture_set_up, test_unanswered, fixture_tear_down);
  g_test_add ("/confined/callback/callback/gone", Fixture, REDIRECT, fixture_set_up, test_gone, fixture_tear_down);
  g_test_add ("/confined/callback/callback/serve", Fixture, REDIRECT, fixture_set_up, test_serve, fixture_tear_down);
  g_test_add ("/confined/callback/callback/webhook", Fixture, WEBHOOK, fixture_set_up, test_webhook, fixture_tear_down);
  g_test_add ("/confined/callback/callback/leave", Fixture, LEAVE, fixture_set_up, test_leave, fixture_tear_down);
  return g_test_run ();
}
