#include "connect.h"

#include "fault.h"
#include "home.h"
#include "launch.h"
#include <gio/gunixsocketaddress.h>
#include <unistd.h>

#define CORE_PATH "/org/postrider" /* as shared/peer has it */
#define RETRY_COUNT 300 /* chosen: 15 s in all for a core that somebody else is just starting, or one that still leaves */
#define RETRY_US 50000

static GSocketConnection *
reach (const char *path, GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GCredentials) peer = NULL;

  if (socket == NULL || !g_socket_connect (socket, address, NULL, error))
    return NULL;
  peer = g_socket_get_credentials (socket, error);
  if (peer == NULL)
    return NULL;
  if (g_credentials_get_unix_user (peer, NULL) != geteuid ()) {
    g_set_error (error, FAULT, FAULT_NO_PERM, "another user's program listens on %s; nothing was said to it", path);
    return NULL;
  }
  return g_socket_connection_factory_create_connection (socket);
}

static gboolean
is_nobody_there (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

static GSocketConnection *
reach_or_start (const char *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GError) launch_error = NULL;
  GSocketConnection *stream = reach (path, &local);

  if (stream != NULL || !is_nobody_there (local)) {
    if (stream == NULL)
      g_propagate_error (error, g_steal_pointer (&local));
    return stream;
  }
  if (launch_core (&launch_error))
    return reach (path, error);
  /* Two commands at the same moment: the other one's core holds the folder's lock, and listens soon. */
  for (guint i = 0; stream == NULL && i < RETRY_COUNT && launch_error->code == FAULT_TEMP; i++) {
    g_usleep (RETRY_US);
    stream = reach (path, NULL);
  }
  if (stream == NULL)
    g_propagate_error (error, g_steal_pointer (&launch_error));
  return stream;
}

static PrApp1 *
greet (GSocketConnection *stream, GError **error)
{
  g_autoptr (GDBusConnection) connection = NULL;
  PrApp1 *core;

  connection = g_dbus_connection_new_sync (G_IO_STREAM (stream), NULL, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT,
                                           NULL, NULL, error);
  if (connection == NULL)
    return NULL;
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  core = pr_app1_proxy_new_sync (connection, G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES, NULL, CORE_PATH, NULL, error);
  if (core != NULL) /* an import or a pause takes as long as it takes */
    g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (core), G_MAXINT);
  return core;
}

/* "0.10.1" against "0.9": by number, part by part. */
static int
compare_versions (const char *a, const char *b)
{
  g_auto (GStrv) left = g_strsplit (a, ".", 4);
  g_auto (GStrv) right = g_strsplit (b, ".", 4);

  for (gsize i = 0;; i++) {
    guint64 x, y;

    if (left[i] == NULL || right[i] == NULL)
      return (left[i] != NULL) - (right[i] != NULL);
    x = g_ascii_strtoull (left[i], NULL, 10);
    y = g_ascii_strtoull (right[i], NULL, 10);
    if (x != y)
      return x < y ? -1 : 1;
  }
}

typedef enum { CORE_FITS, CORE_LEFT, CORE_UNFIT } Fit;

static Fit
check_version (PrApp1 *core, GError **error)
{
  g_autofree char *version = NULL;
  guint schema;
  int order;

  if (!pr_app1_call_hello_sync (core, &version, &schema, NULL, error))
    return CORE_UNFIT;
  order = compare_versions (version, POSTRIDER_VERSION);
  if (order == 0)
    return CORE_FITS;
  if (order > 0) {
    g_set_error (error, FAULT, FAULT_UNAVAILABLE,
                 "a newer Postrider (%s) is running and this is %s; use the newer command", version, POSTRIDER_VERSION);
    return CORE_UNFIT;
  }
  return pr_app1_call_leave_sync (core, NULL, error) ? CORE_LEFT : CORE_UNFIT;
}

gboolean
connect_core_has_left (void)
{
  g_autofree char *path = home_socket_path (NULL);

  return path != NULL && access (path, F_OK) != 0;
}

PrApp1 *
connect_core (GError **error)
{
  g_autofree char *path = home_socket_path (error);
  gboolean was_replaced = FALSE;

  while (path != NULL) {
    g_autoptr (GSocketConnection) stream = reach_or_start (path, error);
    g_autoptr (PrApp1) core = stream != NULL ? greet (stream, error) : NULL;
    Fit fit = core != NULL ? check_version (core, error) : CORE_UNFIT;

    if (fit == CORE_FITS)
      return g_steal_pointer (&core);
    if (fit == CORE_UNFIT)
      break;
    if (was_replaced) {
      g_set_error (error, FAULT, FAULT_CONFIG, "the core that was started is not of version %s; install Postrider again",
                   POSTRIDER_VERSION);
      return NULL;
    }
    was_replaced = TRUE;
    for (guint i = 0; i < RETRY_COUNT && !g_dbus_connection_is_closed (g_dbus_proxy_get_connection (G_DBUS_PROXY (core))); i++)
      g_usleep (RETRY_US);
  }
  connect_explain (error);
  return NULL;
}

void
connect_explain (GError **error)
{
  GError *before = error != NULL ? *error : NULL;

  fault_strip_remote (before);
  if (before == NULL || before->domain == FAULT)
    return;
  *error = NULL;
  if (g_error_matches (before, G_IO_ERROR, G_IO_ERROR_CLOSED) ||
      g_error_matches (before, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY) ||
      g_error_matches (before, G_DBUS_ERROR, G_DBUS_ERROR_DISCONNECTED) ||
      g_error_matches (before, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED))
    g_set_error (
        error, FAULT, FAULT_TEMP,
        "core went away in the middle; nothing is lost: run the command again (core.log in the data folder says why)");
  else if (before->domain == G_DBUS_ERROR)
    g_set_error (error, FAULT, FAULT_SOFTWARE, "core and this command do not understand each other: %s", before->message);
  else
    g_set_error (error, FAULT, fault_exit_status (before), "core cannot be reached: %s; try again in a moment", before->message);
  g_error_free (before);
}
