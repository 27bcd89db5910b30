/* The program as core starts it: inside its real lock, spoken to over D-Bus and TCP. Each attack has a control, the same request without the twist,
 * which has to be told and answered: else a refusal shows nothing. */
#include <errno.h>
#include <gio/gunixfdlist.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contract-callback1.h"
#include "fault.h"
#include "listener.h"
#include "peer.h"

#define WAIT_S 60      /* only a hang takes so long */
#define PROMPT_S 2     /* what a person in front of a browser is promised, beyond what a request takes on this machine */
#define USUALS 20      /* such requests */
#define READ_MAX (64 * 1024)
#define PORT_MARK "@PORT@"
#define HOST "Host: 127.0.0.1:" PORT_MARK "\r\n"
#define REDIRECT "[(uint32 7, 'GET', '/cb', uint32 0, uint32 0, true)]"
#define WEBHOOK "[(uint32 1, 'GET', '/hook', uint32 0, uint32 1, true), (uint32 2, 'POST', '/hook', uint32 3145728, uint32 1, true)]"
#define LEAVE \
  "[(uint32 1, 'GET', '/u/*', uint32 0, uint32 2, false), (uint32 2, 'HEAD', '/u/*', uint32 0, uint32 2, false), (uint32 3, 'POST', '/u/*', uint32 1024, uint32 2, true)]"

typedef struct {
  Peer        *peer;
  PrCallback1 *proxy;
  guint16      port;
  int          listener;
  gint64       usual_us;  /* what a request took that nobody disturbed */
  gboolean     is_ready;
  gboolean     is_silent; /* core does not answer */
  gboolean     is_clumsy; /* core answers with a page that there is not */
  guint        pending;   /* answers that callback has not replied to yet */
  guint        asked;     /* how often */
  guint32      serial;    /* of the last, as what follows */
  guint32      route;
  char        *path, *host, *query, *header;
  GBytes      *body;
} Fixture;

typedef struct { /* a client of its own thread, so that core may answer meanwhile */
  guint16     port;
  GBytes     *says;
  gboolean    half_closes;
  guint       pause_ms; /* between octets; 0: all at once */
  GByteArray *got;
  gint64      took_us;
  int         done;
} Client;

/* --- core --- */

static void
ready_cb (Peer *peer, const GError *error, gpointer data)
{
  g_assert_no_error (error);
  ((Fixture *) data)->is_ready = TRUE;
}

static void
closed_cb (Peer *peer, PeerEnd end, const char *why, gpointer data)
{
  g_error ("callback left: %s", why);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Fixture *self = data;
  g_autoptr (GError) error = NULL;
  gboolean is_taken = pr_callback1_call_answer_finish (PR_CALLBACK1 (source), result, &error);

  self->pending--;
  fault_strip_remote (error);
  if (self->is_clumsy)
    g_assert_error (error, FAULT, FAULT_USAGE);
  else
    g_assert_true (is_taken);
}

static void
answer (Fixture *self, guint32 serial)
{
  const char *const account[] = { "ann <ann@example.org>", NULL }, *const none[] = { NULL };
  gboolean is_right = strstr (self->query, "state=RIGHT") != NULL;

  self->pending++;
  if (self->is_clumsy)
    pr_callback1_call_answer (self->proxy, serial, 200, "signed-out", none, NULL, answered_cb, self);
  else if (self->route == 7 && is_right)
    pr_callback1_call_answer (self->proxy, serial, 200, "signed-in", account, NULL, answered_cb, self);
  else if (self->route == 7)
    pr_callback1_call_answer (self->proxy, serial, 404, "not-found", none, NULL, answered_cb, self);
  else
    pr_callback1_call_answer (self->proxy, serial, 200, "taken", none, NULL, answered_cb, self);
}

static void
clear_asked (Fixture *self)
{
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->host, g_free);
  g_clear_pointer (&self->query, g_free);
  g_clear_pointer (&self->header, g_free);
  g_clear_pointer (&self->body, g_bytes_unref);
}

static void
asked_cb (PrCallback1 *proxy, guint serial, guint route, const char *path, const char *host, const char *query, const char *const *header, GVariant *body,
          gpointer data)
{
  Fixture *self = data;

  clear_asked (self);
  self->asked++;
  self->serial = serial;
  self->route = route;
  self->path = g_strdup (path);
  self->host = g_strdup (host);
  self->query = g_strdup (query);
  self->header = g_strjoinv ("|", (char **) header);
  self->body = g_variant_get_data_as_bytes (body);
  if (!self->is_silent)
    answer (self, serial);
}

typedef struct {
  gboolean is_done;
  GError  *error;
} Call;

static void
served_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Call *call = data;

  pr_callback1_call_serve_finish (PR_CALLBACK1 (source), NULL, result, &call->error);
  call->is_done = TRUE;
}

static void
limited_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Call *call = data;

  pr_callback1_call_limits_finish (PR_CALLBACK1 (source), result, &call->error);
  call->is_done = TRUE;
}

static void
wait_for (const gboolean *condition)
{
  while (!*condition)
    g_main_context_iteration (NULL, TRUE);
}

/* Returns: (transfer full) the error, or NULL. */
static GError *
serve (Fixture *self, int socket, guint32 number, const char *routes)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  Call call = { 0 };

  g_unix_fd_list_append (fds, socket, NULL);
  pr_callback1_call_serve (self->proxy, g_variant_new_handle (0), number, g_variant_new_parsed (routes), fds, NULL, served_cb, &call);
  wait_for (&call.is_done);
  fault_strip_remote (call.error);
  return call.error;
}

static GError *
limit (Fixture *self, guint32 number, guint header, guint connections, guint idle_s, guint per_s)
{
  Call call = { 0 };

  pr_callback1_call_limits (self->proxy, number, header, connections, idle_s, per_s, NULL, limited_cb, &call);
  wait_for (&call.is_done);
  fault_strip_remote (call.error);
  return call.error;
}

static void
setup (Fixture *self, gconstpointer routes)
{
  PeerSpec spec = { .program = "callback", .interface = "org.postrider.Callback1" };
  g_autoptr (GError) error = NULL, refused = NULL;

  self->peer = peer_start (&spec, ready_cb, closed_cb, self);
  wait_for (&self->is_ready);
  self->proxy = pr_callback1_proxy_new_sync (peer_get_connection (self->peer), G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES, NULL, PEER_PATH, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (self->proxy, "asked", G_CALLBACK (asked_cb), self);
  self->listener = listener_open (SOCK_NONBLOCK, &self->port);
  g_assert_cmpint (listen (self->listener, 1024), ==, 0); /* as dial's */
  refused = serve (self, self->listener, 1, routes);
  g_assert_no_error (refused);
}

static void
teardown (Fixture *self, gconstpointer routes)
{
  while (self->pending > 0)
    g_main_context_iteration (NULL, TRUE);
  peer_free (self->peer);
  g_object_unref (self->proxy);
  close (self->listener);
  clear_asked (self);
}

/* --- clients --- */

static int
connect_to (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct timeval patience = { .tv_sec = WAIT_S };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return fd;
}

static void
client_send (const Client *self, int fd)
{
  gsize len, step;
  const char *octets = g_bytes_get_data (self->says, &len);

  for (gsize at = 0; at < len; at += step) {
    step = self->pause_ms > 0 ? 1 : len;
    if (send (fd, octets + at, MIN (step, len - at), MSG_NOSIGNAL) < 0)
      return; /* turned away in the middle of it */
    if (self->pause_ms > 0)
      g_usleep (1000 * self->pause_ms);
  }
}

static gpointer
client_thread (gpointer data)
{
  Client *self = data;
  gint64 start_us = g_get_monotonic_time ();
  int fd = connect_to (self->port);
  char piece[4096];
  gssize n;

  client_send (self, fd);
  if (self->half_closes)
    shutdown (fd, SHUT_WR);
  while ((n = recv (fd, piece, sizeof piece, 0)) > 0 && self->got->len < READ_MAX)
    g_byte_array_append (self->got, (const guint8 *) piece, (guint) n);
  close (fd);
  self->took_us = g_get_monotonic_time () - start_us;
  g_atomic_int_set (&self->done, 1);
  g_main_context_wakeup (NULL);
  return NULL;
}

static GBytes *
with_port (const char *data, gsize len, guint16 port)
{
  g_autofree char *number = g_strdup_printf ("%u", port);
  GByteArray *out = g_byte_array_new ();
  gsize mark_len = strlen (PORT_MARK);

  for (gsize i = 0; i < len; i++) {
    if (len - i >= mark_len && memcmp (data + i, PORT_MARK, mark_len) == 0) {
      g_byte_array_append (out, (const guint8 *) number, (guint) strlen (number));
      i += mark_len - 1;
    } else {
      g_byte_array_append (out, (const guint8 *) data + i, 1);
    }
  }
  return g_byte_array_free_to_bytes (out);
}

/* Says it, hears the answer until the server closes. Returns: (transfer full) text, "" when there was none. */
static char *
run_client (Fixture *self, Client *client, const char *says, gsize len)
{
  GThread *thread;

  client->port = self->port;
  client->says = with_port (says, len, self->port);
  client->got = g_byte_array_new ();
  thread = g_thread_new ("client", client_thread, client);
  while (!g_atomic_int_get (&client->done) || self->pending > 0)
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  g_bytes_unref (client->says);
  g_byte_array_append (client->got, (const guint8 *) "", 1);
  return (char *) g_byte_array_free (client->got, FALSE);
}

static char *
say (Fixture *self, const char *says)
{
  Client client = { 0 };

  return run_client (self, &client, says, strlen (says));
}

static guint
get_status (const char *got)
{
  return g_str_has_prefix (got, "HTTP/1.1 ") ? (guint) g_ascii_strtoull (got + 9, NULL, 10) : 0;
}

#define RIGHT "GET /cb?code=abc&state=RIGHT HTTP/1.1\r\n" HOST "\r\n"

static gint64
assert_right (Fixture *self)
{
  Client client = { 0 };
  guint before = self->asked;
  g_autofree char *got = run_client (self, &client, RIGHT, strlen (RIGHT));

  g_assert_cmpuint (get_status (got), ==, 200);
  g_assert_cmpuint (self->asked, ==, before + 1);
  return client.took_us;
}

static void
measure_usual (Fixture *self)
{
  for (guint i = 0; i < 5; i++)
    self->usual_us = MAX (self->usual_us, assert_right (self));
}

/* Sanitizers, and a machine with other work, make every request slow, not only this one. */
static void
assert_prompt (Fixture *self, const char *what)
{
  gint64 took_us = assert_right (self);

  g_test_message ("%s: answered in %.1f ms (%.1f ms when nobody disturbs)", what, (double) took_us / 1000, (double) self->usual_us / 1000);
  g_assert_cmpint (took_us, <, PROMPT_S * G_USEC_PER_SEC + USUALS * self->usual_us);
}

/* --- attacks of one request --- */

#define L(literal) literal, sizeof (literal) - 1
#define GET "GET /cb?code=abc&state=RIGHT HTTP/1.1\r\n"
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
  g_autoptr (GError) error = limit (self, 1, 16384, 32, 1, 0);
  g_autofree char *got = NULL;

  g_assert_no_error (error);
  self->is_silent = TRUE;
  got = say (self, RIGHT);
  assert_guarded (got, 503);
  answer (self, self->serial);
  answer (self, 4711);
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
    answer (self, serials[i]);
  self->is_silent = FALSE;
  assert_right (self);
}

/* --- many --- */

#define SLOW 100

static guint
count_open (const int *fds, guint n)
{
  guint open_count = 0;

  for (guint i = 0; i < n; i++) {
    char octet;
    gssize got = recv (fds[i], &octet, 1, MSG_DONTWAIT);

    open_count += got < 0 && errno == EAGAIN;
  }
  return open_count;
}

/* A hundred that send an octet now and then. With room for all of them they stay (the control: that many would fill it); with 32 places those who have said
 * least for longest lose theirs, and the right one is answered in between. */
static void
test_slowloris (Fixture *self, gconstpointer routes)
{
  g_autoptr (GError) wide = limit (self, 1, 16384, 128, 60, 0), narrow = NULL;
  int fds[SLOW];

  g_assert_no_error (wide);
  measure_usual (self);
  for (guint i = 0; i < SLOW; i++) {
    fds[i] = connect_to (self->port);
    g_assert_cmpint (send (fds[i], "GET /cb?", 8, MSG_NOSIGNAL), ==, 8);
  }
  assert_prompt (self, "beside 100 slow ones with a place for each");
  g_assert_cmpuint (count_open (fds, SLOW), ==, SLOW);
  narrow = limit (self, 1, 16384, 32, 60, 0);
  g_assert_no_error (narrow);
  for (guint round = 0; round < 20; round++) {
    for (guint i = 0; i < SLOW; i++)
      (void) send (fds[i], "a", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    assert_prompt (self, "beside 100 slow ones with 32 places");
  }
  g_assert_cmpuint (count_open (fds, SLOW), <, 32);
  for (guint i = 0; i < SLOW; i++)
    close (fds[i]);
}

#define FLOOD 10000
#define FLOOD_KEPT 256

typedef struct {
  guint16 port;
  int     opened;
} Flood;

/* Opens without waiting for anybody, keeps the last ones open, and says nothing. */
static gpointer
flood_thread (gpointer data)
{
  Flood *flood = data;
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (flood->port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fds[FLOOD_KEPT];

  for (guint i = 0; i < FLOOD_KEPT; i++)
    fds[i] = -1;
  for (guint i = 0; i < FLOOD; i++) {
    int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fds[i % FLOOD_KEPT] >= 0)
      close (fds[i % FLOOD_KEPT]);
    (void) connect (fd, (struct sockaddr *) &address, sizeof address);
    fds[i % FLOOD_KEPT] = fd;
    g_atomic_int_inc (&flood->opened);
  }
  for (guint i = 0; i < FLOOD_KEPT; i++)
    if (fds[i] >= 0)
      close (fds[i]);
  return NULL;
}

static void
test_flood (Fixture *self, gconstpointer routes)
{
  Flood flood = { .port = self->port };
  GThread *thread;
  guint during = 0;

  measure_usual (self);
  thread = g_thread_new ("flood", flood_thread, &flood);
  while (g_atomic_int_get (&flood.opened) < FLOOD) {
    assert_prompt (self, "in a flood of 10,000");
    during++;
  }
  g_thread_join (thread);
  g_assert_cmpint (flood.opened, ==, FLOOD);
  g_assert_cmpuint (during, >, 0);
  assert_prompt (self, "behind the flood");
}

/* One that dribbles its head and one that dribbles its body: both are served in the end, and others meanwhile. */
static void
test_dribble (Fixture *self, gconstpointer routes)
{
  static const char whole[] = "POST /hook HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";
  Client slow = { .pause_ms = 5 };
  g_autofree char *got = run_client (self, &slow, whole, sizeof whole - 1);

  g_assert_cmpuint (get_status (got), ==, 200);
  g_assert_cmpuint (g_bytes_get_size (self->body), ==, 4);
  {
    static const char half[] = "POST /hook HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo";
    int fd = connect_to (self->port);
    g_autofree char *other = NULL;
    char octets[16] = "";

    g_assert_cmpint (send (fd, half, sizeof half - 1, 0), ==, sizeof half - 1);
    other = say (self, "GET /hook?x HTTP/1.1\r\nHost: a\r\n\r\n");
    g_assert_cmpuint (get_status (other), ==, 200);
    g_assert_cmpint (send (fd, "dy", 2, 0), ==, 2);
    while (recv (fd, octets, 12, MSG_DONTWAIT) < 12)
      g_main_context_iteration (NULL, FALSE);
    g_assert_true (g_str_has_prefix (octets, "HTTP/1.1 200"));
    close (fd);
  }
}

/* Whoever says nothing at all is closed when its time is over, a half body too; a half close without a whole head at once. */
static void
test_idle (Fixture *self, gconstpointer routes)
{
  static const char *const silent[] = { "", "GET /cb?state", "POST /hook HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo" };
  g_autoptr (GError) error = limit (self, 1, 16384, 32, 1, 0);
  Client half = { .half_closes = TRUE };
  g_autofree char *got = NULL;

  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (silent); i++) {
    g_autofree char *nothing = say (self, silent[i]);

    g_assert_cmpstr (nothing, ==, "");
  }
  got = run_client (self, &half, "GET /hook", 9);
  g_assert_cmpstr (got, ==, "");
  g_assert_cmpuint (self->asked, ==, 0);
}

/* --- limits --- */

static const struct { guint number, header, connections, idle_s, per_s; gboolean is_fine; } limits[] = {
  { 1, 16384, 32, 10, 0, TRUE },
  { 1, 1024, 1, 1, 1, TRUE },
  { 1, 32768, 128, 600, 1000, FALSE }, /* 128 bodies of 3 MiB */
  { 2, 16384, 32, 10, 0, FALSE },      /* nobody */
  { 1, 1023, 32, 10, 0, FALSE },
  { 1, 32769, 32, 10, 0, FALSE },
  { 1, 16384, 0, 10, 0, FALSE },
  { 1, 16384, 129, 10, 0, FALSE },
  { 1, 16384, 32, 0, 0, FALSE },
  { 1, 16384, 32, 601, 0, FALSE },
};

static void
test_limits (Fixture *self, gconstpointer routes)
{
  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++) {
    g_autoptr (GError) error = limit (self, limits[i].number, limits[i].header, limits[i].connections, limits[i].idle_s, limits[i].per_s);

    g_test_message ("row %zu", i);
    if (limits[i].is_fine)
      g_assert_no_error (error);
    else
      g_assert_error (error, FAULT, FAULT_USAGE);
  }
}

/* So many a second are told, the next ones come later; what fits no route does not count. */
static void
test_per_second (Fixture *self, gconstpointer routes)
{
  g_autoptr (GError) error = limit (self, 1, 16384, 32, 10, 2);
  guint told = 0, later = 0;
  gint64 start_us = g_get_monotonic_time ();
  gint64 seconds;

  g_assert_no_error (error);
  for (guint i = 0; i < 40; i++) {
    g_autofree char *strange = say (self, "GET / HTTP/1.1\r\n" HOST "\r\n");
    g_autofree char *got = say (self, RIGHT);

    g_assert_cmpuint (get_status (strange), ==, 404);
    told += get_status (got) == 200;
    later += get_status (got) == 503;
  }
  seconds = (g_get_monotonic_time () - start_us) / G_USEC_PER_SEC + 2;
  g_assert_cmpuint (told + later, ==, 40);
  g_assert_cmpuint (told, ==, self->asked);
  g_assert_cmpint (told, <=, 2 * seconds);
  g_assert_cmpuint (told, >=, 2);
}

/* A smaller head is held to from then on. */
static void
test_small_head (Fixture *self, gconstpointer routes)
{
  g_autofree char *filler = g_strnfill (1200, 'x'), *says = g_strconcat (GET HOST "X: ", filler, "\r\n\r\n", NULL);
  g_autofree char *fine = say (self, says), *refused = NULL;
  g_autoptr (GError) error = limit (self, 1, 1024, 32, 10, 0);

  g_assert_no_error (error);
  refused = say (self, says);
  g_assert_cmpuint (get_status (fine), ==, 200);
  g_assert_cmpuint (get_status (refused), ==, 404);
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
  g_autoptr (GError) twice = serve (self, other, 1, REDIRECT), deaf = serve (self, plain, 2, REDIRECT), second = NULL;

  g_assert_error (twice, FAULT, FAULT_USAGE); /* the number is used */
  g_assert_error (deaf, FAULT, FAULT_USAGE);  /* it does not listen */
  for (gsize i = 0; i < G_N_ELEMENTS (bad_routes); i++) {
    g_autoptr (GError) error = serve (self, other, 2, bad_routes[i]);

    g_test_message ("row %zu", i);
    g_assert_error (error, FAULT, FAULT_USAGE);
  }
  second = serve (self, other, 2, REDIRECT);
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
  struct rlimit descriptors;

  g_test_init (&argc, &argv, NULL);
  fault_quark ();
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &descriptors), ==, 0);
  descriptors.rlim_cur = MIN (descriptors.rlim_max, 4096);
  setrlimit (RLIMIT_NOFILE, &descriptors);
  g_test_add ("/confined/callback/callback/attacks", Fixture, REDIRECT, setup, test_attacks, teardown);
  g_test_add ("/confined/callback/callback/huge", Fixture, REDIRECT, setup, test_huge, teardown);
  g_test_add ("/confined/callback/callback/told", Fixture, REDIRECT, setup, test_told, teardown);
  g_test_add ("/confined/callback/callback/answers", Fixture, REDIRECT, setup, test_answers, teardown);
  g_test_add ("/confined/callback/callback/again", Fixture, REDIRECT, setup, test_again, teardown);
  g_test_add ("/confined/callback/callback/unanswered", Fixture, REDIRECT, setup, test_unanswered, teardown);
  g_test_add ("/confined/callback/callback/gone", Fixture, REDIRECT, setup, test_gone, teardown);
  g_test_add ("/confined/callback/callback/slowloris", Fixture, REDIRECT, setup, test_slowloris, teardown);
  g_test_add ("/confined/callback/callback/flood", Fixture, REDIRECT, setup, test_flood, teardown);
  g_test_add ("/confined/callback/callback/dribble", Fixture, WEBHOOK, setup, test_dribble, teardown);
  g_test_add ("/confined/callback/callback/idle", Fixture, WEBHOOK, setup, test_idle, teardown);
  g_test_add ("/confined/callback/callback/limits", Fixture, WEBHOOK, setup, test_limits, teardown);
  g_test_add ("/confined/callback/callback/per-second", Fixture, REDIRECT, setup, test_per_second, teardown);
  g_test_add ("/confined/callback/callback/small-head", Fixture, REDIRECT, setup, test_small_head, teardown);
  g_test_add ("/confined/callback/callback/serve", Fixture, REDIRECT, setup, test_serve, teardown);
  g_test_add ("/confined/callback/callback/webhook", Fixture, WEBHOOK, setup, test_webhook, teardown);
  g_test_add ("/confined/callback/callback/leave", Fixture, LEAVE, setup, test_leave, teardown);
  return g_test_run ();
}
