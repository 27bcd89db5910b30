#include "callback-fixture.h"

#include "fault.h"
#include "listener.h"
#include <gio/gunixfdlist.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_S 60      /* only a hang takes so long */
#define PROMPT_S 2     /* what a person in front of a browser is promised, beyond what a request takes on this machine */
#define USUALS 20      /* such requests */
#define READ_MAX (64 * 1024)

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

void
fixture_answer (Fixture *self, guint32 serial)
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
    fixture_answer (self, serial);
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
GError *
fixture_serve (Fixture *self, int socket, guint32 number, const char *routes)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  Call call = { 0 };

  g_unix_fd_list_append (fds, socket, NULL);
  pr_callback1_call_serve (self->proxy, g_variant_new_handle (0), number, g_variant_new_parsed (routes), fds, NULL, served_cb, &call);
  wait_for (&call.is_done);
  fault_strip_remote (call.error);
  return call.error;
}

GError *
fixture_limit (Fixture *self, guint32 number, guint header, guint connections, guint idle_s, guint per_s)
{
  Call call = { 0 };

  pr_callback1_call_limits (self->proxy, number, header, connections, idle_s, per_s, NULL, limited_cb, &call);
  wait_for (&call.is_done);
  fault_strip_remote (call.error);
  return call.error;
}

void
fixture_set_up (Fixture *self, gconstpointer routes)
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
  refused = fixture_serve (self, self->listener, 1, routes);
  g_assert_no_error (refused);
}

void
fixture_tear_down (Fixture *self, gconstpointer routes)
{
  while (self->pending > 0)
    g_main_context_iteration (NULL, TRUE);
  peer_free (self->peer);
  g_object_unref (self->proxy);
  close (self->listener);
  clear_asked (self);
}

/* --- clients --- */

int
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

GBytes *
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
char *
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

char *
say (Fixture *self, const char *says)
{
  Client client = { 0 };

  return run_client (self, &client, says, strlen (says));
}

guint
get_status (const char *got)
{
  return g_str_has_prefix (got, "HTTP/1.1 ") ? (guint) g_ascii_strtoull (got + 9, NULL, 10) : 0;
}

gint64
assert_right (Fixture *self)
{
  Client client = { 0 };
  guint before = self->asked;
  g_autofree char *got = run_client (self, &client, RIGHT, strlen (RIGHT));

  g_assert_cmpuint (get_status (got), ==, 200);
  g_assert_cmpuint (self->asked, ==, before + 1);
  return client.took_us;
}

void
measure_usual (Fixture *self)
{
  for (guint i = 0; i < 5; i++)
    self->usual_us = MAX (self->usual_us, assert_right (self));
}

/* Sanitizers, and a machine with other work, make every request slow, not only this one. */
void
assert_prompt (Fixture *self, const char *what)
{
  gint64 took_us = assert_right (self);

  g_test_message ("%s: answered in %.1f ms (%.1f ms when nobody disturbs)", what, (double) took_us / 1000, (double) self->usual_us / 1000);
  g_assert_cmpint (took_us, <, PROMPT_S * G_USEC_PER_SEC + USUALS * self->usual_us);
}

void
callback_fixture_init (int *argc, char ***argv)
{
  struct rlimit descriptors;

  g_test_init (argc, argv, NULL);
  fault_quark ();
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &descriptors), ==, 0);
  descriptors.rlim_cur = MIN (descriptors.rlim_max, 4096);
  setrlimit (RLIMIT_NOFILE, &descriptors);
}
