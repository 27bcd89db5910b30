/* liar.c - a peer that breaks the contract in the way that its first argument names. For test-lying-peers only.
 * It speaks over fd 3 like a confined program, with raw messages where GDBus would not let it lie. */
#include <gio/gio.h>
#include <gio/gunixfdlist.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TRANSPORT "org.postrider.Transport2"
#define PATH "/org/postrider"
#define FRAME_BYTES (4 * 1024 * 1024) /* the biggest that the contract allows */

static const char *mode = "";
static GDBusConnection *connection = NULL;

static gboolean
is_mode (const char *name)
{
  return strcmp (mode, name) == 0;
}

static void
send_message (GDBusMessage *message)
{
  g_dbus_connection_send_message (connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
}

static void
send_signal (const char *interface, const char *member, GVariant *body)
{
  g_autoptr (GDBusMessage) message = g_dbus_message_new_signal (PATH, interface, member);

  g_dbus_message_set_body (message, body);
  send_message (message);
}

static GVariant *
make_ids (gsize count)
{
  g_autofree guint64 *ids = g_new0 (guint64, MAX (count, 1));

  return g_variant_new ("(@at)", g_variant_new_fixed_array (G_VARIANT_TYPE_UINT64, ids, count, sizeof *ids));
}

static char *
make_text (gsize len)
{
  return g_strnfill (len, 'a');
}

/* --- lies that GDBus does not tell: octets on the socket --- */

static void
write_raw (const void *data, gsize len)
{
  const char *at = data;

  while (len > 0) {
    struct pollfd room = { .fd = 3, .events = POLLOUT };
    gssize n;

    (void) poll (&room, 1, -1);
    n = send (3, at, len, MSG_NOSIGNAL);
    if (n < 0 && errno == EAGAIN)
      continue;
    if (n <= 0)
      _exit (0);
    at += n;
    len -= (gsize) n;
  }
}

/* A signal as GDBus would write it, for us to spoil or repeat. */
static guchar *
make_blob (const char *member, GVariant *body, gsize *out_len)
{
  g_autoptr (GDBusMessage) message = g_dbus_message_new_signal (PATH, TRANSPORT, member);

  g_dbus_message_set_serial (message, 77);
  g_dbus_message_set_body (message, body);
  return g_dbus_message_to_blob (message, out_len, G_DBUS_CAPABILITY_FLAGS_UNIX_FD_PASSING, NULL);
}

static void
write_spoilt (void)
{
  gsize len = 0;
  static const guchar body_len[] = { 0xff, 0xff, 0xff, 0x0f }; /* 255 MiB: over D-Bus's own limit */
  g_autofree guchar *blob = make_blob ("Paused", g_variant_new ("(ss)", "login", "abcdefgh"), &len);

  if (is_mode ("bad-utf8"))
    blob[len - 3] = 0xff;
  else if (is_mode ("too-large"))
    memcpy (blob + 4, body_len, sizeof body_len);
  else if (is_mode ("nonsense"))
    memset (blob, 'x', len);
  else
    len /= 2; /* half, half-exit */
  write_raw (blob, len);
  if (is_mode ("half-exit"))
    _exit (0);
}

static void
write_flood (void)
{
  gsize len = 0;
  g_autofree guint8 *megabytes = g_malloc0 (FRAME_BYTES);
  GVariant *frame = g_variant_new ("(@ay)", g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, megabytes, FRAME_BYTES, 1));
  g_autofree guchar *blob = is_mode ("flood") ? make_blob ("NeedConnection", g_variant_new ("(uu)", 0u, 1u), &len)
                                              : make_blob ("Outcomes", frame, &len);

  for (;;)
    write_raw (blob, len);
}

/* The control is that of what it was given, too. Returns: FALSE: more than a socket and the words on the list. */
static gboolean
has_what_it_should (void)
{
  for (int fd = 4; fd < 64; fd++)
    if (fcntl (fd, F_GETFD) >= 0)
      return FALSE;
  return getenv ("LIAR_SHOULD_NOT_SEE") == NULL && fcntl (3, F_GETFD) >= 0;
}

/* --- lies before the first message --- */

static void
pause_for_good (void)
{
  for (;;)
    sleep (60);
}

static void
lie_at_the_door (void)
{
  if (is_mode ("exit-at-start"))
    _exit (3);
  if (is_mode ("silent-at-start"))
    pause_for_good ();
  if (is_mode ("garbage-at-start")) {
    write_raw ("EHLO example.org\r\nMAIL FROM:<>\r\n", 32);
    for (guint i = 0; i < 64; i++)
      write_raw ("\xff\xfe\r\n", 4);
    pause_for_good ();
  }
  if (is_mode ("cookie-at-start")) {
    write_raw ("\0AUTH DBUS_COOKIE_SHA1 30\r\n", 27);
    write_raw ("AUTH ANONYMOUS\r\nBEGIN\r\n", 23);
    shutdown (3, SHUT_WR);
    pause_for_good ();
  }
}

/* --- lies of its own accord, once the connection stands --- */

static void
lie_unasked (void)
{
  g_autofree char *text = NULL;

  if (is_mode ("unasked-reply")) {
    g_autoptr (GDBusMessage) message = g_dbus_message_new ();

    g_dbus_message_set_message_type (message, G_DBUS_MESSAGE_TYPE_METHOD_RETURN);
    g_dbus_message_set_reply_serial (message, 9999);
    send_message (message);
  } else if (is_mode ("signal-type")) {
    send_signal (TRANSPORT, "NeedConnection", g_variant_new ("(s)", "two"));
  } else if (is_mode ("unknown-signal") || is_mode ("lies-and-answers")) {
    send_signal (TRANSPORT, "Surprise", g_variant_new ("()"));
  } else if (is_mode ("other-interface")) {
    send_signal ("org.postrider.Sink1", "Received", g_variant_new ("(t)", (guint64) 1));
  } else if (is_mode ("properties")) {
    send_signal ("org.freedesktop.DBus.Properties", "PropertiesChanged", g_variant_new ("(sa{sv}as)", TRANSPORT, NULL, NULL));
  } else if (is_mode ("call")) {
    g_autoptr (GDBusMessage) message = g_dbus_message_new_method_call (NULL, PATH, "org.postrider.App1", "Stop");
    send_message (message);
  } else if (is_mode ("reason-form")) {
    send_signal (TRANSPORT, "Paused", g_variant_new ("(ss)", "log in!", "x"));
  } else if (is_mode ("text-control")) {
    send_signal (TRANSPORT, "Paused", g_variant_new ("(ss)", "login", "one\x1b[2Jtwo"));
  } else if (is_mode ("text-long")) {
    text = make_text (1025);
    send_signal (TRANSPORT, "Paused", g_variant_new ("(ss)", "login", text));
  } else if (is_mode ("flood") || is_mode ("flood-bytes")) {
    write_flood ();
  } else if (is_mode ("signal-descriptors")) {
    g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
    g_autoptr (GDBusMessage) message = g_dbus_message_new_signal (PATH, TRANSPORT, "NeedConnection");

    for (guint i = 0; i < 20; i++)
      g_unix_fd_list_append (fds, 1, NULL);
    g_dbus_message_set_unix_fd_list (message, fds);
    g_dbus_message_set_body (message, g_variant_new ("(uu)", 0u, 1u));
    send_message (message);
  } else if (is_mode ("chatter")) {
    for (guint i = 0; i < 4096; i++)
      fprintf (stderr, "\x1b]0;title\x07 %u: a very long line that nobody has asked for\n", i);
  } else if (is_mode ("bad-utf8") || is_mode ("too-large") || is_mode ("nonsense")) {
    write_spoilt ();
  }
}

/* --- lies as an answer --- */

static GVariant *
make_answer (const char *member)
{
  if (strcmp (member, "Connect") == 0)
    return g_variant_new ("(hs)", is_mode ("handle-index") ? 7 : 0, "127.0.0.1:25");
  if (is_mode ("reply-type"))
    return g_variant_new ("(s)", "all of them");
  return make_ids (is_mode ("reply-count") ? 100001 : 2);
}

static void
answer_error (GDBusMessage *call)
{
  g_autofree char *text = make_text (is_mode ("error-long") ? 1024 * 1024 : 8);
  const char *name = is_mode ("error-name") ? "org.gtk.GDBus.UnmappedGError.Quark._g_2dio_2derror_2dquark.Code19" : "org.postrider.Fault.TempFail";
  g_autoptr (GDBusMessage) reply = g_dbus_message_new_method_error_literal (call, name, text);
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();

  if (is_mode ("error-descriptors")) {
    g_unix_fd_list_append (fds, 1, NULL);
    g_dbus_message_set_unix_fd_list (reply, fds);
  }
  send_message (reply);
}

static void
answer (GDBusMessage *call)
{
  const char *member = g_dbus_message_get_member (call);
  g_autoptr (GDBusMessage) reply = g_dbus_message_new_method_reply (call);
  g_autoptr (GDBusMessage) again = g_dbus_message_new_method_reply (call);
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();

  if (is_mode ("stall"))
    return;
  if (is_mode ("half") || is_mode ("half-exit")) {
    write_spoilt ();
    return;
  }
  if (is_mode ("exit"))
    _exit (3);
  if (is_mode ("crash"))
    raise (SIGKILL);
  if (is_mode ("linger")) {
    shutdown (3, SHUT_RDWR);
    pause_for_good ();
  }
  if (g_str_has_prefix (mode, "error-")) {
    answer_error (call);
    return;
  }
  g_dbus_message_set_body (reply, make_answer (member));
  g_dbus_message_set_body (again, make_answer (member));
  for (guint i = 0; strcmp (member, "Connect") == 0 && i < (is_mode ("reply-descriptors") ? 9u : is_mode ("no-descriptor") ? 0u : 1u); i++)
    g_unix_fd_list_append (fds, 1, NULL);
  if (g_unix_fd_list_get_length (fds) > 0)
    g_dbus_message_set_unix_fd_list (reply, fds);
  send_message (reply);
  if (is_mode ("second-reply"))
    send_message (again);
}

static GDBusMessage *
incoming_cb (GDBusConnection *from, GDBusMessage *message, gboolean incoming, gpointer data)
{
  if (!incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    return message;
  answer (message);
  g_object_unref (message);
  return NULL;
}

int
main (int argc, char *argv[])
{
  gboolean is_inside_list = has_what_it_should ();
  g_autoptr (GSocket) socket = g_socket_new_from_fd (3, NULL);
  g_autoptr (GSocketConnection) stream = socket != NULL ? g_socket_connection_factory_create_connection (socket) : NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  mode = argc > 1 ? argv[1] : "";
  if (!is_inside_list)
    return 65;
  if (stream == NULL)
    return 64;
  lie_at_the_door ();
  connection = g_dbus_connection_new_sync (G_IO_STREAM (stream), NULL,
                                           G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                             G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING, NULL, NULL, NULL);
  if (connection == NULL)
    return 1;
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  g_dbus_connection_add_filter (connection, incoming_cb, NULL, NULL);
  g_signal_connect_swapped (connection, "closed", G_CALLBACK (g_main_loop_quit), loop);
  g_dbus_connection_start_message_processing (connection);
  lie_unasked ();
  g_main_loop_run (loop);
  _exit (0); /* a liar leaves without tidying up */
}
