/* liar.c - stands where postrider-dial or postrider-smtp should be (by its name) and gives core what it did not ask for.
 * Which lie: for dial the port, for smtp the user in the settings. */
#include "contract-dial1.h"
#include "contract-transport2.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char *lie = NULL;

static int
connect_to (const char *where, guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port) };
  int fd = socket (AF_INET, SOCK_STREAM, 0);

  g_assert_cmpint (inet_pton (AF_INET, where, &address.sin_addr), ==, 1);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return fd;
}

static int
make_listener (void)
{
  int fd = socket (AF_INET, SOCK_STREAM, 0);

  g_assert_cmpint (listen (fd, 1), ==, 0);
  return fd;
}

/* The test listens on `port`; what is not in the table is honest. */
static int
make_fd (const char *host, guint16 port)
{
  int pair[2];

  if (strcmp (host, "file.example") == 0)
    return open ("/etc/passwd", O_RDONLY);
  if (strcmp (host, "unix.example") == 0)
    return socketpair (AF_UNIX, SOCK_STREAM, 0, pair) == 0 ? pair[0] : -1;
  if (strcmp (host, "listener.example") == 0)
    return make_listener ();
  if (strcmp (host, "datagram.example") == 0)
    return socket (AF_INET, SOCK_DGRAM, 0);
  if (strcmp (host, "unconnected.example") == 0)
    return socket (AF_INET, SOCK_STREAM, 0);
  if (strcmp (host, "elsewhere.example") == 0 || g_ascii_strcasecmp (host, "localhost") == 0 || strcmp (host, "127.0.0.2") == 0)
    return connect_to ("192.0.2.1", port); /* tests/unit/core/account/elsewhere has such a machine */
  return connect_to ("127.0.0.1", port);
}

static gboolean
handle_connect (PrDial1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *host, guint16 port, guint timeout_ms, gpointer data)
{
  g_autoptr (GUnixFDList) out = NULL;
  int fd;

  if (strcmp (host, "dies.example") == 0)
    raise (SIGKILL);
  if (strcmp (host, "stalls.example") == 0)
    return TRUE;
  if (strcmp (host, "shouts.example") == 0) {
    g_dbus_method_invocation_return_dbus_error (invocation, "org.postrider.Fault.Software", "\x1b[2J your password, please");
    return TRUE;
  }
  fd = make_fd (host, port);
  out = g_unix_fd_list_new_from_array (&fd, 1);
  pr_dial1_complete_connect (skeleton, invocation, out, g_variant_new_handle (0), "192.0.2.1:25"); /* not where it is connected to */
  return TRUE;
}

static gboolean
handle_open (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *kind, GVariant *settings, GVariant *secret, GVariant *journal,
             GVariant *state, gpointer data)
{
  g_variant_lookup (settings, "pin", "s", &lie);
  pr_transport2_complete_open_account (skeleton, invocation, NULL);
  return TRUE;
}

static gboolean
handle_add (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, guint endpoint, GVariant *socket_handle, const char *peer, gpointer data)
{
  pr_transport2_complete_add_connection (skeleton, invocation, NULL);
  return TRUE;
}

static gboolean
handle_test (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, gpointer data)
{
  const char *report = strcmp (lie, "type") == 0 ? "{'size': <'much'>}" : "{'greeting': <'220 \x1b[31mhello'>, 'size': <uint64 7>, 'tls': <'TLSv1.3'>}";

  if (strcmp (lie, "dies") == 0)
    raise (SIGKILL);
  pr_transport2_complete_test (skeleton, invocation, g_variant_parse (G_VARIANT_TYPE_VARDICT, report, NULL, NULL, NULL));
  return TRUE;
}

static void
closed_cb (GDBusConnection *connection, gboolean is_remote, GError *error, gpointer data)
{
  g_main_loop_quit (data);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket_ = g_socket_new_from_fd (3, &error);
  g_autoptr (GSocketConnection) stream = g_socket_connection_factory_create_connection (socket_);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (PrDial1) dial = pr_dial1_skeleton_new ();
  g_autoptr (PrTransport2) transport = pr_transport2_skeleton_new ();
  gboolean is_dial = g_str_has_suffix (argv[0], "-dial");

  connection = g_dbus_connection_new_sync (G_IO_STREAM (stream), NULL,
                                           G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING, NULL, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (dial, "handle-connect", G_CALLBACK (handle_connect), NULL);
  g_signal_connect (transport, "handle-open-account", G_CALLBACK (handle_open), NULL);
  g_signal_connect (transport, "handle-add-connection", G_CALLBACK (handle_add), NULL);
  g_signal_connect (transport, "handle-test", G_CALLBACK (handle_test), NULL);
  g_signal_connect (connection, "closed", G_CALLBACK (closed_cb), loop);
  g_dbus_interface_skeleton_export (is_dial ? G_DBUS_INTERFACE_SKELETON (dial) : G_DBUS_INTERFACE_SKELETON (transport), connection, "/org/postrider", &error);
  g_assert_no_error (error);
  g_dbus_connection_start_message_processing (connection);
  g_main_loop_run (loop);
  return 0;
}
