#include "bus.h"

#include <string.h>

#define CALL_MAX_MS 8000 /* chosen: core waits ten seconds; a portal that is started by the call takes one or two */

typedef struct {
  char       *answer_type;
  BusDoneFunc done;
  gpointer    data;
} BusCall;

/* Returns: (transfer full) or NULL. Only Unix sockets: "unixexec:" would run a program, "tcp:" leave the machine. */
static char *
find_address (void)
{
  const char *named = g_getenv ("DBUS_SESSION_BUS_ADDRESS"), *runtime = g_getenv ("XDG_RUNTIME_DIR");
  g_autofree char *socket = runtime != NULL ? g_build_filename (runtime, "bus", NULL) : NULL;

  if (named != NULL && *named != '\0')
    return g_str_has_prefix (named, "unix:path=") || g_str_has_prefix (named, "unix:abstract=") ? g_strndup (named, strcspn (named, ";")) : NULL;
  return socket != NULL && g_file_test (socket, G_FILE_TEST_EXISTS) ? g_strconcat ("unix:path=", socket, NULL) : NULL;
}

gboolean
bus_is_abstract (void)
{
  g_autofree char *address = find_address ();

  return address != NULL && g_str_has_prefix (address, "unix:abstract=");
}

GDBusConnection *
bus_connect (void)
{
  g_autofree char *address = find_address ();
  g_autoptr (GError) error = NULL;
  GDBusConnection *bus;

  if (address == NULL)
    return NULL;
  bus = g_dbus_connection_new_for_address_sync (address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                                NULL, NULL, &error);
  if (bus == NULL)
    g_message ("the session bus cannot be reached: %s", error->message);
  else
    g_dbus_connection_set_exit_on_close (bus, FALSE);
  return bus;
}

static void
bus_call_finish (BusCall *call, GVariant *answer)
{
  if (call->done != NULL)
    call->done (answer, call->data);
  g_free (call->answer_type);
  g_free (call);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL); /* GDBus compares the type */

  bus_call_finish (data, answer);
}

static gboolean
nobody_cb (gpointer data)
{
  bus_call_finish (data, NULL);
  return G_SOURCE_REMOVE;
}

void
bus_call (GDBusConnection *bus, const char *name, const char *path, const char *interface, const char *method, GVariant *arguments,
          const char *answer_type, BusDoneFunc done, gpointer data)
{
  g_autoptr (GVariant) owned = arguments != NULL ? g_variant_ref_sink (arguments) : NULL;
  BusCall *call = g_new0 (BusCall, 1);

  *call = (BusCall){ g_strdup (answer_type), done, data };
  if (bus == NULL)
    g_idle_add (nobody_cb, call);
  else
    g_dbus_connection_call (bus, name, path, interface, method, owned, G_VARIANT_TYPE (call->answer_type), G_DBUS_CALL_FLAGS_NONE, CALL_MAX_MS, NULL,
                            answered_cb, call);
}
