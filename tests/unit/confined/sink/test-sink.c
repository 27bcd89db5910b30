/* The program as core starts it: inside its real lock, spoken to over D-Bus and TCP. */
#include <glib/gstdio.h>
#include <gio/gunixfdlist.h>
#include <glib-unix.h>
#include <gsasl.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contract-sink1.h"
#include "listener.h"
#include "peer.h"
#include "server.h"

#define WAIT_S 20

typedef struct {
  char      *folder;
  Peer      *peer;
  PrSink1   *proxy;
  GMainLoop *loop;
  guint16    port;
  char      *fingerprint;
  guint64    received;
} Fixture;

static gboolean
late_cb (gpointer data)
{
  g_error ("the sink did not answer in time");
  return G_SOURCE_REMOVE;
}

static void
ready_cb (Peer *peer, const GError *error, gpointer data)
{
  Fixture *self = data;

  g_assert_no_error (error);
  g_main_loop_quit (self->loop);
}

static void
closed_cb (Peer *peer, PeerEnd end, const char *why, gpointer data)
{
  g_error ("the sink left: %s", why);
}

static void
received_cb (PrSink1 *proxy, guint64 count, gpointer data)
{
  Fixture *self = data;

  self->received = count;
  g_main_loop_quit (self->loop);
}

static void
run (Fixture *self)
{
  guint late = g_timeout_add_seconds (WAIT_S, late_cb, NULL);

  g_main_loop_run (self->loop);
  g_source_remove (late);
}

static void
served_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Fixture *self = data;
  g_autoptr (GError) error = NULL;

  pr_sink1_call_serve_finish (self->proxy, &self->fingerprint, NULL, result, &error);
  g_assert_no_error (error);
  g_main_loop_quit (self->loop);
}

static void
setup (Fixture *self, gconstpointer options)
{
  const char *arguments[] = { "--dir", NULL, NULL };
  PeerSpec spec = { "sink", arguments, "org.postrider.Sink1", 0 };
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("sink-XXXXXX", NULL);
  int listener;

  self->loop = g_main_loop_new (NULL, FALSE);
  arguments[1] = self->folder = g_build_filename (folder, "captured", NULL); /* is not there yet */
  self->peer = peer_start (&spec, ready_cb, closed_cb, self);
  run (self);
  self->proxy = pr_sink1_proxy_new_sync (peer_get_connection (self->peer), G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES, NULL, PEER_PATH,
                                         NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (self->proxy, "received", G_CALLBACK (received_cb), self);
  listener = listener_open (SOCK_NONBLOCK, &self->port);
  g_unix_fd_list_append (fds, listener, NULL);
  close (listener);
  pr_sink1_call_serve (self->proxy, g_variant_new_handle (0), g_variant_new_parsed ((const char *) options), fds, NULL, served_cb, self);
  run (self);
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    remove_folder (child);
  }
  g_remove (path);
}

static void
teardown (Fixture *self, gconstpointer options)
{
  g_autofree char *parent = g_path_get_dirname (self->folder);

  peer_free (self->peer);
  g_object_unref (self->proxy);
  g_main_loop_unref (self->loop);
  remove_folder (parent);
  g_free (self->folder);
  g_free (self->fingerprint);
}

/* --- a blocking client --- */

typedef struct {
  GIOStream        *stream;
  GDataInputStream *in;
} Client;

static void
client_use (Client *self, GIOStream *stream)
{
  g_clear_object (&self->in);
  self->stream = stream;
  self->in = g_data_input_stream_new (g_io_stream_get_input_stream (stream));
  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (self->in), FALSE);
  g_data_input_stream_set_newline_type (self->in, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
}

/* Returns: (transfer full) the last line of the reply. */
static char *
client_read (Client *self)
{
  g_autoptr (GError) error = NULL;

  for (;;) {
    char *line = g_data_input_stream_read_line (self->in, NULL, NULL, &error);

    g_assert_no_error (error);
    g_assert_nonnull (line);
    if (line[3] == ' ')
      return line;
    g_free (line);
  }
}

static void
client_expect (Client *self, const char *says, const char *reply)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *got = NULL;

  if (says != NULL)
    g_output_stream_write_all (g_io_stream_get_output_stream (self->stream), says, strlen (says), NULL, NULL, &error);
  g_assert_no_error (error);
  got = client_read (self);
  if (!g_str_has_prefix (got, reply))
    g_error ("%s: wanted %s, got %s", says, reply, got);
}

static void
client_connect (Client *self, const Fixture *fixture)
{
  g_autoptr (GSocketClient) connector = g_socket_client_new ();
  g_autoptr (GError) error = NULL;

  g_socket_client_set_timeout (connector, WAIT_S);
  client_use (self, G_IO_STREAM (g_socket_client_connect_to_host (connector, "127.0.0.1", fixture->port, NULL, &error)));
  g_assert_no_error (error);
  client_expect (self, NULL, "220 ");
  client_expect (self, "EHLO test.example\r\n", "250 ");
}

static void
client_clear (Client *self)
{
  g_clear_object (&self->in);
  g_clear_object (&self->stream);
}

/* --- */

static guint
count_files (const Fixture *self, const char *folder, char **out_one)
{
  g_autofree char *path = g_build_filename (self->folder, folder, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  guint count = 0;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *file = g_build_filename (path, name, NULL);

    count++;
    if (out_one != NULL) {
      g_free (*out_one);
      *out_one = NULL;
      g_file_get_contents (file, out_one, NULL, NULL);
    }
  }
  return count;
}

#define ENVELOPE "MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.net>\r\n"

static void
test_stores (Fixture *self, gconstpointer options)
{
  g_autofree char *text = NULL;
  Client client = { 0 };

  g_assert_cmpstr (self->fingerprint, ==, "");
  client_connect (&client, self);
  client_expect (&client, ENVELOPE "DATA\r\n", "250 2.1.0");
  client_expect (&client, NULL, "250 2.1.5");
  client_expect (&client, NULL, "354 ");
  client_expect (&client, "Subject: x\r\n\r\n..dot\r\n.\r\n", "250 2.0.0");
  g_assert_cmpuint (count_files (self, "new", &text), ==, 1); /* complete before the answer */
  g_assert_cmpstr (text, ==, "Return-Path: <ann@example.org>\nDelivered-To: bob@example.net\nSubject: x\n\n.dot\n");
  run (self);
  g_assert_cmpuint (self->received, ==, 1);
  client_clear (&client);
}

/* Large messages go to disk in pieces; half of one leaves nothing. */
static void
test_large (Fixture *self, gconstpointer options)
{
  g_autofree char *line = g_strnfill (700, 'x');
  GString *chunk = g_string_new (NULL);
  g_autofree char *text = NULL;
  Client client = { 0 };

  for (guint i = 0; i < 2000; i++)
    g_string_append_printf (chunk, "%s\r\n", line);
  client_connect (&client, self);
  client_expect (&client, ENVELOPE, "250 ");
  client_expect (&client, NULL, "250 ");
  g_string_prepend (chunk, "BDAT 1404000\r\n");
  client_expect (&client, chunk->str, "250 ");
  client_expect (&client, chunk->str, "250 ");
  g_assert_cmpuint (count_files (self, "tmp", NULL), ==, 1);
  client_expect (&client, "BDAT 0 LAST\r\n", "250 ");
  g_assert_cmpuint (count_files (self, "new", &text), ==, 1);
  g_assert_cmpuint (strlen (text), ==, strlen ("Return-Path: <ann@example.org>\nDelivered-To: bob@example.net\n") + 2 * 2000 * 701);
  client_expect (&client, ENVELOPE, "250 ");
  client_expect (&client, NULL, "250 ");
  client_expect (&client, chunk->str, "250 ");
  client_expect (&client, "RSET\r\n", "250 ");
  g_assert_cmpuint (count_files (self, "tmp", NULL), ==, 0);
  client_clear (&client);
  g_string_free (chunk, TRUE);
}

static void
tls_expect (SSL *ssl, const char *says, const char *reply)
{
  char got[4096];
  gsize len = 0, more = 0;

  g_assert_cmpint (SSL_write (ssl, says, (int) strlen (says)), ==, (int) strlen (says));
  do {
    g_assert_cmpint (SSL_read_ex (ssl, got + len, sizeof got - len - 1, &more), ==, 1);
    len += more;
    got[len] = '\0';
  } while (len < 2 || got[len - 1] != '\n');
  if (!g_str_has_prefix (got, reply))
    g_error ("%s: wanted %s, got %s", says, reply, got);
}

/* The handshake inside the lock; the certificate is the one whose fingerprint was told. */
static void
test_tls (Fixture *self, gconstpointer options)
{
  g_autoptr (GError) error = NULL;
  SSL_CTX *context = SSL_CTX_new (TLS_client_method ());
  SSL *ssl = SSL_new (context);
  Client client = { 0 };
  X509 *certificate;
  guint8 digest[32];
  int fd;

  client_connect (&client, self);
  client_expect (&client, "AUTH PLAIN AGFubgBzZWNyZXQ=\r\n", "538 "); /* not in the clear when TLS is to be had */
  client_expect (&client, "STARTTLS\r\n", "220 ");
  fd = g_socket_get_fd (g_socket_connection_get_socket (G_SOCKET_CONNECTION (client.stream)));
  g_assert_true (g_unix_set_fd_nonblocking (fd, FALSE, &error));
  SSL_set_fd (ssl, fd);
  g_assert_cmpint (SSL_connect (ssl), ==, 1);
  certificate = SSL_get1_peer_certificate (ssl);
  g_assert_cmpint (X509_digest (certificate, EVP_sha256 (), digest, NULL), ==, 1);
  g_assert_cmpuint (strlen (self->fingerprint), ==, 64);
  for (guint i = 0; i < sizeof digest; i++)
    g_assert_cmpint (digest[i], ==, g_ascii_xdigit_value (self->fingerprint[2 * i]) << 4 | g_ascii_xdigit_value (self->fingerprint[2 * i + 1]));
  tls_expect (ssl, "MAIL FROM:<ann@example.org>\r\n", "503 "); /* EHLO of before counts no more */
  tls_expect (ssl, "EHLO test.example\r\n", "250-");
  tls_expect (ssl, "MAIL FROM:<ann@example.org>\r\n", "530 ");
  tls_expect (ssl, "AUTH PLAIN AGFubgBzZWNyZXQ=\r\n", "235 ");
  tls_expect (ssl, ENVELOPE "BDAT 3 LAST\r\na\r\n", "250 2.1.0");
  X509_free (certificate);
  SSL_free (ssl);
  SSL_CTX_free (context);
  client_clear (&client);
  run (self);
  g_assert_cmpuint (self->received, ==, 1);
}

static void
login (Gsasl *gsasl, const char *mechanism, Client *client, const char *password, const char *end)
{
  Gsasl_session *session = NULL;
  g_autofree char *says = g_strdup_printf ("AUTH %s\r\n", mechanism);
  int code = GSASL_NEEDS_MORE;

  g_assert_cmpint (gsasl_client_start (gsasl, mechanism, &session), ==, GSASL_OK);
  gsasl_property_set (session, GSASL_AUTHID, "ann");
  gsasl_property_set (session, GSASL_PASSWORD, password);
  for (;;) {
    g_autofree char *reply = NULL;
    char *answer = NULL;

    g_output_stream_write_all (g_io_stream_get_output_stream (client->stream), says, strlen (says), NULL, NULL, NULL);
    reply = client_read (client);
    if (!g_str_has_prefix (reply, "334 ")) {
      g_assert_true (g_str_has_prefix (reply, end));
      break;
    }
    if (code == GSASL_OK && reply[4] == '\0') {
      answer = NULL;
    } else {
      code = gsasl_step64 (session, reply + 4, &answer);
      g_assert_true (code == GSASL_OK || code == GSASL_NEEDS_MORE);
    }
    g_free (says);
    says = g_strconcat (answer != NULL ? answer : "", "\r\n", NULL);
    gsasl_free (answer);
  }
  gsasl_finish (session);
}

/* All mechanisms, inside the lock: chance and hashes must be had without files. */
static void
test_mechanisms (Fixture *self, gconstpointer options)
{
  static const char *const mechanisms[] = { "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256" };
  Gsasl *gsasl = NULL;

  g_assert_cmpint (gsasl_init (&gsasl), ==, GSASL_OK);
  for (gsize i = 0; i < G_N_ELEMENTS (mechanisms); i++) {
    Client client = { 0 };

    g_test_message ("%s", mechanisms[i]);
    client_connect (&client, self);
    login (gsasl, mechanisms[i], &client, "wrong", "535 ");
    login (gsasl, mechanisms[i], &client, "secret", "235 ");
    client_expect (&client, ENVELOPE, "250 ");
    client_clear (&client);
  }
  gsasl_done (gsasl);
}

static void
test_counts (Fixture *self, gconstpointer options)
{
  Client client = { 0 };

  client_connect (&client, self);
  client_expect (&client, "MAIL FROM:<>\r\nRCPT TO:<nobody@example.net>\r\n", "250 ");
  client_expect (&client, NULL, "550 ");
  client_expect (&client, "RCPT TO:<bob@example.net>\r\nBDAT 3 LAST\r\na\r\n", "250 ");
  client_expect (&client, NULL, "250 ");
  g_assert_cmpuint (count_files (self, "new", NULL), ==, 0);
  run (self);
  g_assert_cmpuint (self->received, ==, 1);
  client_clear (&client);
}

static int
connect_raw (const Fixture *self)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (self->port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct timeval patience = { .tv_sec = WAIT_S };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return fd;
}

static void
expect_raw (int fd, const char *start)
{
  char got[256] = "";

  g_assert_cmpint (recv (fd, got, sizeof got - 1, 0), >, 0);
  g_assert_true (g_str_has_prefix (got, start));
}

/* One too many is told so, and room that is given back is given out again. */
static void
test_many (Fixture *self, gconstpointer options)
{
  int fds[SERVER_CONNECTIONS_MAX], other;

  for (guint i = 0; i < SERVER_CONNECTIONS_MAX; i++) {
    fds[i] = connect_raw (self);
    expect_raw (fds[i], "220 ");
  }
  other = connect_raw (self);
  expect_raw (other, "421 4.3.2");
  close (other);
  g_assert_cmpint (send (fds[7], "QUIT\r\n", 6, 0), ==, 6);
  expect_raw (fds[7], "221 ");
  g_assert_cmpint (recv (fds[7], &(char){ 0 }, 1, 0), ==, 0);
  other = connect_raw (self);
  expect_raw (other, "220 ");
  close (other);
  for (guint i = 0; i < SERVER_CONNECTIONS_MAX; i++)
    close (fds[i]);
}

/* A client that talks and never listens is no longer read; others are served all the same. */
static void
test_deaf (Fixture *self, gconstpointer options)
{
  static const char noop[] = "NOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\n";
  int deaf = connect_raw (self);
  Client client = { 0 };
  gsize sent = 0;
  gssize n;

  while (sent < 64 * 1024 * 1024 && (n = send (deaf, noop, sizeof noop - 1, MSG_DONTWAIT)) > 0) {
    sent += (gsize) n;
    if (sent % (4096 * (sizeof noop - 1)) == 0)
      g_usleep (1000); /* time to be read */
  }
  g_assert_cmpuint (sent, <, 64 * 1024 * 1024); /* the kernel's buffers fill: nobody takes it */
  client_connect (&client, self);
  client_expect (&client, "NOOP\r\n", "250 ");
  client_clear (&client);
  close (deaf);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/confined/sink/sink/stores", Fixture, "@a{sv} {}", setup, test_stores, teardown);
  g_test_add ("/confined/sink/sink/large", Fixture, "@a{sv} {}", setup, test_large, teardown);
  g_test_add ("/confined/sink/sink/tls", Fixture, "{'tls': <true>, 'auth_user': <'ann'>, 'auth_password': <'secret'>}", setup, test_tls, teardown);
  g_test_add ("/confined/sink/sink/mechanisms", Fixture, "{'auth_user': <'ann'>, 'auth_password': <'secret'>}", setup, test_mechanisms, teardown);
  g_test_add ("/confined/sink/sink/counts", Fixture, "{'store': <false>, 'refuse': <['nobody*']>}", setup, test_counts, teardown);
  g_test_add ("/confined/sink/sink/many", Fixture, "@a{sv} {}", setup, test_many, teardown);
  g_test_add ("/confined/sink/sink/deaf", Fixture, "@a{sv} {}", setup, test_deaf, teardown);
  return g_test_run ();
}
