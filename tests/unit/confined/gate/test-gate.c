/* gate as core starts it: inside its real lock, spoken to over D-Bus; a browser, core and a server are played here. */
#include "connect-head.h"
#include "contract-gate1.h"
#include "fault.h"
#include "listener.h"
#include "peer.h"
#include "tunnel.h"
#include <errno.h>
#include <gio/gunixfdlist.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_S 60 /* only a hang takes so long */
#define RIGHT "CONNECT login.example.org:443 HTTP/1.1\r\nHost: login.example.org:443\r\n\r\n"
#define LARGE (4 * 1024 * 1024) /* more than gate's buffers and the kernel's together */

typedef struct {
  Peer    *peer;
  PrGate1 *proxy;
  gboolean is_ready;
  guint    asked;
  guint32  serial; /* of the last, as what follows */
  char    *host;
  guint16  port;
} Fixture;

typedef struct {
  gboolean is_done;
  GError  *error;
} Call;

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
  g_error ("gate left: %s", why);
}

static void
asked_cb (PrGate1 *proxy, guint serial, const char *host, guint16 port, gpointer data)
{
  Fixture *self = data;

  self->asked++;
  self->serial = serial;
  g_free (self->host);
  self->host = g_strdup (host);
  self->port = port;
}

static void
fixture_set_up (Fixture *self, gconstpointer unused)
{
  PeerSpec spec = { .program = "gate", .interface = "org.postrider.Gate1" };
  g_autoptr (GError) error = NULL;

  self->peer = peer_start (&spec, ready_cb, closed_cb, self);
  while (!self->is_ready)
    g_main_context_iteration (NULL, TRUE);
  self->proxy = pr_gate1_proxy_new_sync (peer_get_connection (self->peer), G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES, NULL, PEER_PATH, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (self->proxy, "asked", G_CALLBACK (asked_cb), self);
}

static void
fixture_tear_down (Fixture *self, gconstpointer unused)
{
  g_signal_handlers_disconnect_by_data (self->proxy, self);
  g_object_unref (self->proxy);
  peer_free (self->peer);
  g_free (self->host);
}

static void
called_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Call *call = data;
  GVariant *answer = g_dbus_proxy_call_finish (G_DBUS_PROXY (source), result, &call->error);

  g_clear_pointer (&answer, g_variant_unref);
  call->is_done = TRUE;
}

/* Returns: (transfer full) the error, or NULL. fd: duplicated; -1: none. */
static GError *
fixture_call (Fixture *self, const char *method, GVariant *arguments, int fd)
{
  g_autoptr (GUnixFDList) fds = fd >= 0 ? g_unix_fd_list_new () : NULL;
  Call call = { 0 };

  if (fds != NULL)
    g_unix_fd_list_append (fds, fd, NULL);
  g_dbus_proxy_call_with_unix_fd_list (G_DBUS_PROXY (self->proxy), method, arguments, G_DBUS_CALL_FLAGS_NONE, -1, fds, NULL, called_cb, &call);
  while (!call.is_done)
    g_main_context_iteration (NULL, TRUE);
  fault_strip_remote (call.error);
  return call.error;
}

static GError *
fixture_take (Fixture *self, guint32 serial, int fd)
{
  return fixture_call (self, "Take", g_variant_new ("(uh)", serial, 0), fd);
}

static void
fixture_answer (Fixture *self, guint32 serial, int fd)
{
  g_autoptr (GError) error = fixture_call (self, "Answer", g_variant_new ("(uh)", serial, 0), fd);

  g_assert_no_error (error);
}

static void
fixture_refuse (Fixture *self, guint32 serial)
{
  g_autoptr (GError) error = fixture_call (self, "Refuse", g_variant_new ("(u)", serial), -1);

  g_assert_no_error (error);
}

static void
fixture_wait_for_question (Fixture *self, guint count)
{
  while (self->asked < count)
    g_main_context_iteration (NULL, TRUE);
}

/* --- sockets --- */

/* Both ends of a TCP connection of this machine. */
static void
make_pair (int out[2])
{
  guint16 port;
  int listener = listener_open (0, &port);
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct timeval patience = { .tv_sec = PATIENCE_S };

  out[0] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (out[0], (struct sockaddr *) &address, sizeof address), ==, 0);
  out[1] = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);
  g_assert_cmpint (out[1], >=, 0);
  setsockopt (out[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  close (listener);
}

/* Gives gate one end. Returns: the other, which the caller closes. */
static int
give_client (Fixture *self, guint32 serial)
{
  int pair[2];
  g_autoptr (GError) error = NULL;

  make_pair (pair);
  error = fixture_take (self, serial, pair[1]);
  g_assert_no_error (error);
  close (pair[1]);
  return pair[0];
}

static void
say (int fd, const char *text, gsize len)
{
  for (gssize n; len > 0; text += n, len -= (gsize) n) {
    n = send (fd, text, len, MSG_NOSIGNAL);
    g_assert_cmpint (n, >, 0);
  }
}

/* Until `end` was heard, or the other side has hung up. Returns: (transfer full) */
static char *
hear (int fd, const char *end)
{
  GString *got = g_string_new (NULL);
  char octet;

  while (recv (fd, &octet, 1, 0) == 1) {
    g_string_append_c (got, octet);
    if (end != NULL && g_str_has_suffix (got->str, end))
      break;
  }
  return g_string_free (got, FALSE);
}

static void
assert_hangs_up (int fd)
{
  char octet;
  gssize n = recv (fd, &octet, 1, 0);

  g_assert_true (n == 0 || (n < 0 && errno == ECONNRESET));
}

/* A tunnel that stands. Returns: in out: the browser's end, the server's. */
static void
open_tunnel (Fixture *self, guint32 serial, int out[2])
{
  g_autofree char *got = NULL;
  int pair[2];

  out[0] = give_client (self, serial);
  say (out[0], RIGHT, strlen (RIGHT));
  fixture_wait_for_question (self, self->asked + 1);
  make_pair (pair);
  fixture_answer (self, serial, pair[1]);
  close (pair[1]);
  out[1] = pair[0];
  got = hear (out[0], "\r\n\r\n");
  g_assert_cmpstr (got, ==, "HTTP/1.1 200 Connection Established\r\n\r\n");
}

/* --- tests --- */

static void
test_tunnel (Fixture *self, gconstpointer unused)
{
  static const char there[] = "\x16\x03\x01\0from the browser", back[] = "\x16\x03\x03\0from the server";
  char got[64];
  int ends[2];

  open_tunnel (self, 7, ends);
  g_assert_cmpuint (self->serial, ==, 7);
  g_assert_cmpstr (self->host, ==, "login.example.org");
  g_assert_cmpuint (self->port, ==, 443);
  say (ends[0], there, sizeof there);
  g_assert_cmpint (recv (ends[1], got, sizeof there, MSG_WAITALL), ==, sizeof there); /* nothing of the head in front */
  g_assert_cmpmem (got, sizeof there, there, sizeof there);
  say (ends[1], back, sizeof back);
  g_assert_cmpint (recv (ends[0], got, sizeof back, MSG_WAITALL), ==, sizeof back);
  g_assert_cmpmem (got, sizeof back, back, sizeof back);
  close (ends[0]);
  assert_hangs_up (ends[1]);
  close (ends[1]);
  g_assert_cmpuint (self->asked, ==, 1);
}

/* A server that ends its answer is heard to the end, and the other way round: each direction by itself. */
static void
test_half_closed (Fixture *self, gconstpointer unused)
{
  g_autofree char *there = NULL, *back = NULL;
  int ends[2];

  open_tunnel (self, 1, ends);
  say (ends[0], "the last word", 13);
  shutdown (ends[0], SHUT_WR);
  there = hear (ends[1], NULL);
  g_assert_cmpstr (there, ==, "the last word");
  say (ends[1], "an answer all the same", 22);
  close (ends[1]);
  back = hear (ends[0], NULL);
  g_assert_cmpstr (back, ==, "an answer all the same");
  close (ends[0]);
}

typedef struct {
  int        fd;
  GByteArray *octets; /* to say; NULL: hear and compare */
  gboolean   is_same;
} Stream;

static gpointer
say_thread (gpointer data)
{
  Stream *self = data;

  say (self->fd, (const char *) self->octets->data, self->octets->len);
  shutdown (self->fd, SHUT_WR);
  return NULL;
}

static guint8
octet_at (gsize at)
{
  return (guint8) (at * 31 + (at >> 8) * 7 + (at >> 16));
}

/* Who reads late holds up who writes, and nothing gets lost. */
static void
test_large (Fixture *self, gconstpointer unused)
{
  g_autoptr (GByteArray) octets = g_byte_array_sized_new (LARGE);
  g_autofree guint8 *got = g_malloc (LARGE);
  Stream up;
  GThread *thread;
  int ends[2];

  for (gsize i = 0; i < LARGE; i++) {
    guint8 octet = octet_at (i);

    g_byte_array_append (octets, &octet, 1);
  }
  open_tunnel (self, 1, ends);
  up = (Stream){ ends[0], octets, FALSE };
  thread = g_thread_new ("browser", say_thread, &up);
  g_usleep (200000); /* all buffers on the way are full */
  g_assert_cmpint (recv (ends[1], got, LARGE, MSG_WAITALL), ==, LARGE);
  g_assert_cmpmem (got, LARGE, octets->data, octets->len);
  assert_hangs_up (ends[1]);
  g_thread_join (thread);
  close (ends[0]);
  close (ends[1]);
}

static const struct { const char *name, *text; } refusals[] = {
  { "get", "GET http://127.0.0.1/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" },
  { "post", "POST http://127.0.0.1/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" },
  { "no-port", "CONNECT login.example.org HTTP/1.1\r\n\r\n" },
  { "pipelined", RIGHT "\x16\x03\x01" },
  { "two", RIGHT RIGHT },
  { "tls", "\x16\x03\x01\x02\r\n\r\n" },
};

/* Without a word, here or to core. */
static void
test_refused_here (Fixture *self, gconstpointer unused)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++) {
    int client = give_client (self, (guint32) i);

    g_test_message ("%s", refusals[i].name);
    say (client, refusals[i].text, strlen (refusals[i].text));
    assert_hangs_up (client);
    close (client);
  }
  g_assert_cmpuint (self->asked, ==, 0);
}

/* By core, without a word; the right one behind it still comes through. */
static void
test_refused_by_core (Fixture *self, gconstpointer unused)
{
  int client = give_client (self, 1), ends[2];

  say (client, RIGHT, strlen (RIGHT));
  fixture_wait_for_question (self, 1);
  fixture_refuse (self, 1);
  assert_hangs_up (client);
  close (client);
  open_tunnel (self, 1, ends); /* the number is free again */
  fixture_refuse (self, 1); /* also one that stands */
  assert_hangs_up (ends[0]);
  assert_hangs_up (ends[1]);
  close (ends[0]);
  close (ends[1]);
}

/* Before core has answered, nothing goes anywhere; what the browser says too early goes to the server, not into a head. */
static void
test_impatient (Fixture *self, gconstpointer unused)
{
  int client = give_client (self, 1), pair[2];
  g_autofree char *head = NULL, *there = NULL;
  struct pollfd waiting = { .events = POLLIN };

  say (client, RIGHT, strlen (RIGHT));
  fixture_wait_for_question (self, 1);
  say (client, RIGHT "octets", strlen (RIGHT "octets"));
  waiting.fd = client;
  g_assert_cmpint (poll (&waiting, 1, 100), ==, 0);
  make_pair (pair);
  fixture_answer (self, 1, pair[1]);
  close (pair[1]);
  there = hear (pair[0], "octets");
  g_assert_cmpstr (there, ==, RIGHT "octets");
  g_assert_cmpuint (self->asked, ==, 1); /* once a connection */
  head = hear (client, "\r\n\r\n");
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 200 "));
  close (client);
  close (pair[0]);
}

/* One octet after the other is a head too; a head that does not end within its time is closed. */
static void
test_slow (Fixture *self, gconstpointer unused)
{
  int client = give_client (self, 1), slow = give_client (self, 2);
  gint64 start_us = g_get_monotonic_time ();

  for (gsize i = 0; i < strlen (RIGHT); i++)
    say (client, &RIGHT[i], 1);
  fixture_wait_for_question (self, 1);
  say (slow, "CONNECT login", 13);
  assert_hangs_up (slow);
  g_assert_cmpint (g_get_monotonic_time () - start_us, >=, 9 * G_USEC_PER_SEC);
  g_assert_cmpuint (self->asked, ==, 1);
  close (client);
  close (slow);
}

/* Whoever comes when all places are taken is refused, and whoever leaves makes room. */
static void
test_crowd (Fixture *self, gconstpointer unused)
{
  int clients[TUNNELS_MAX], pair[2];
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < TUNNELS_MAX; i++)
    clients[i] = give_client (self, i);
  make_pair (pair);
  error = fixture_take (self, TUNNELS_MAX, pair[1]);
  g_assert_error (error, FAULT, FAULT_TEMP);
  close (clients[0]);
  for (guint i = 0; i < 1000 && error != NULL; i++) {
    g_usleep (10000);
    g_clear_error (&error);
    error = fixture_take (self, TUNNELS_MAX, pair[1]);
  }
  g_assert_no_error (error);
  for (guint i = 1; i < TUNNELS_MAX; i++)
    close (clients[i]);
  close (pair[0]);
  close (pair[1]);
}

/* Core's own mistakes cost no more than an error. */
static void
test_wrong_calls (Fixture *self, gconstpointer unused)
{
  int client = give_client (self, 1), pair[2], files[2];
  g_autoptr (GError) again = NULL, file = NULL, listener_error = NULL, no_socket = NULL;
  guint16 port;
  int listener = listener_open (0, &port);

  make_pair (pair);
  again = fixture_take (self, 1, pair[1]);
  g_assert_error (again, FAULT, FAULT_USAGE);
  g_assert_cmpint (pipe (files), ==, 0);
  file = fixture_take (self, 2, files[0]);
  g_assert_error (file, FAULT, FAULT_USAGE);
  listener_error = fixture_take (self, 2, listener);
  g_assert_error (listener_error, FAULT, FAULT_USAGE);
  no_socket = fixture_call (self, "Answer", g_variant_new ("(uh)", 1, 0), files[0]);
  g_assert_error (no_socket, FAULT, FAULT_USAGE);
  fixture_answer (self, 1, pair[1]);  /* before it has asked: the socket is closed, the connection goes on */
  fixture_answer (self, 99, pair[1]); /* nobody's */
  fixture_refuse (self, 99);
  say (client, RIGHT, strlen (RIGHT));
  fixture_wait_for_question (self, 1);
  for (guint i = 0; i < 2; i++)
    close (files[i]);
  close (listener);
  close (client);
  close (pair[0]);
  close (pair[1]);
}

int
main (int argc, char *argv[])
{
  static const struct { const char *path; void (*run) (Fixture *self, gconstpointer unused); } tests[] = {
    { "/confined/gate/gate/tunnel", test_tunnel },
    { "/confined/gate/gate/half-closed", test_half_closed },
    { "/confined/gate/gate/large", test_large },
    { "/confined/gate/gate/refused-here", test_refused_here },
    { "/confined/gate/gate/refused-by-core", test_refused_by_core },
    { "/confined/gate/gate/impatient", test_impatient },
    { "/confined/gate/gate/slow", test_slow },
    { "/confined/gate/gate/crowd", test_crowd },
    { "/confined/gate/gate/wrong-calls", test_wrong_calls },
  };

  g_test_init (&argc, &argv, NULL);
  fault_quark ();
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, fixture_set_up, tests[i].run, fixture_tear_down);
  return g_test_run ();
}
