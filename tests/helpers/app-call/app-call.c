/* app-call SOCKET [FILE…]: a client of core without manners. Each line of stdin is METHOD BODY (as g_variant_parse() reads it; `handle N` is
 * the N-th FILE); each line of stdout the answer as JSON: {"ok": […]} or {"fault": NAME, "text": TEXT}. One connection for all lines.
 * Used in: tests/journey/window-calls.py. */
#include <fcntl.h>
#include <gio/gio.h>
#include <gio/gunixfdlist.h>
#include <gio/gunixsocketaddress.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static GDBusConnection *
reach (const char *path)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocketConnection) stream = NULL;
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection = NULL;

  if (g_socket_connect (socket, address, NULL, &error)) {
    stream = g_socket_connection_factory_create_connection (socket);
    connection = g_dbus_connection_new_sync (G_IO_STREAM (stream), NULL, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, NULL, NULL, &error);
  }
  if (connection == NULL)
    g_error ("app-call: %s", error != NULL ? error->message : "?");
  return connection;
}

static GUnixFDList *
open_files (int argc, char *argv[])
{
  GUnixFDList *fds = g_unix_fd_list_new ();

  for (int i = 2; i < argc; i++) {
    int fd = open (argv[i], O_RDONLY | O_CLOEXEC);

    if (fd < 0 || g_unix_fd_list_append (fds, fd, NULL) < 0)
      g_error ("app-call: %s cannot be opened", argv[i]);
    close (fd);
  }
  return fds;
}

static void
say (GVariant *answer, const GError *error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *name = error != NULL ? g_dbus_error_get_remote_error (error) : NULL, *text = NULL;

  g_assert (answer != NULL || error != NULL);
  if (answer != NULL) {
    json_object_set_member (object, "ok", json_gvariant_serialize (answer));
  } else {
    json_object_set_string_member (object, "fault", name != NULL ? name : "");
    json_object_set_string_member (object, "text", error->message);
  }
  json_node_set_object (node, object);
  text = json_to_string (node, FALSE);
  printf ("%s\n", text);
  fflush (stdout);
}

static void
call (GDBusConnection *core, const char *method, const char *text, GUnixFDList *fds)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) body = g_variant_parse (NULL, text, NULL, NULL, &error), answer = NULL;

  if (body == NULL)
    g_error ("app-call: %s: %s", text, error->message);
  answer = g_dbus_connection_call_with_unix_fd_list_sync (core, NULL, "/org/postrider", "org.postrider.App1", method, body, NULL, G_DBUS_CALL_FLAGS_NONE,
                                                          G_MAXINT, fds, NULL, NULL, &error);
  say (answer, error);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GDBusConnection) core = reach (argv[1]);
  g_autoptr (GUnixFDList) fds = open_files (argc, argv);
  g_autofree char *line = NULL;
  size_t size = 0;

  while (getline (&line, &size, stdin) > 0) {
    char *body = strchr (g_strchomp (line), ' ');

    g_assert_nonnull (body);
    *body = '\0';
    call (core, line, body + 1, fds);
  }
  free (g_steal_pointer (&line));
  return 0;
}
