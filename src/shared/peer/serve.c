#include "serve.h"

#include "contract.h"
#include "fault.h"
#include "peer.h"

#define DONE_POLL_MS 20

GDBusConnection *
serve_connect (GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (3, error);
  g_autoptr (GSocketConnection) stream = NULL;
  GDBusConnection *connection;

  fault_quark ();
  g_type_ensure (G_TYPE_TASK); /* starts its pool's own thread, which must be there before no more may come */
  if (socket == NULL)
    return NULL;
  stream = g_socket_connection_factory_create_connection (socket);
  connection = g_dbus_connection_new_sync (G_IO_STREAM (stream), NULL,
                                           G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                             G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING,
                                           NULL, NULL, error);
  if (connection != NULL)
    g_dbus_connection_set_exit_on_close (connection, FALSE);
  return connection;
}

/* In GDBus's own thread, before the call is dispatched. The signal g-authorize-method would say the same, but makes GDBus take a thread
 * for each call, and no thread can be made here (lock_refuse_threads). A wrong member or type is GDBus's own to answer. */
static GDBusMessage *
check_call_cb (GDBusConnection *connection, GDBusMessage *message, gboolean is_incoming, gpointer interface)
{
  g_autoptr (GError) error = NULL, answer = NULL;
  g_autoptr (GDBusMessage) reply = NULL;
  g_autofree char *name = NULL;

  if (!is_incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL ||
      g_strcmp0 (g_dbus_message_get_interface (message), interface) != 0 ||
      contract_check (interface, g_dbus_message_get_member (message), CONTRACT_CALL, g_dbus_message_get_body (message), &error) ||
      !g_error_matches (error, CONTRACT_ERROR, CONTRACT_ERROR_VALUE))
    return message;
  answer = g_error_new_literal (FAULT, FAULT_USAGE, error->message);
  name = g_dbus_error_encode_gerror (answer);
  reply = g_dbus_message_new_method_error_literal (message, name, answer->message);
  (void) g_dbus_connection_send_message (connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
  g_object_unref (message);
  return NULL;
}

gboolean
serve_export (GDBusConnection *connection, GDBusInterfaceSkeleton *skeleton, GError **error)
{
  const char *interface = g_dbus_interface_skeleton_get_info (skeleton)->name; /* of the generated code: static */

  (void) g_dbus_connection_add_filter (connection, check_call_cb, (gpointer) interface, NULL);
  return g_dbus_interface_skeleton_export (skeleton, connection, PEER_PATH, error);
}

typedef struct {
  GMainLoop    *loop;
  ServeDoneFunc is_done;
  gint64        deadline_us;
  guint         grace_ms;
  gpointer      data;
} ServeRun;

static gboolean
done_poll_cb (gpointer data)
{
  ServeRun *run = data;

  if (run->is_done != NULL && !run->is_done (run->data) && g_get_monotonic_time () < run->deadline_us)
    return G_SOURCE_CONTINUE;
  g_main_loop_quit (run->loop);
  return G_SOURCE_REMOVE;
}

static void
closed_cb (GDBusConnection *connection, gboolean remote_vanished, GError *error, gpointer data)
{
  ServeRun *run = data;

  run->deadline_us = g_get_monotonic_time () + 1000 * (gint64) run->grace_ms;
  if (done_poll_cb (run))
    g_timeout_add (DONE_POLL_MS, done_poll_cb, run);
}

void
serve_run (GDBusConnection *connection, ServeDoneFunc is_done, guint grace_ms, gpointer data)
{
  ServeRun run = { g_main_loop_new (NULL, FALSE), is_done, 0, grace_ms, data };

  g_signal_connect (connection, "closed", G_CALLBACK (closed_cb), &run);
  g_dbus_connection_start_message_processing (connection);
  g_main_loop_run (run.loop);
  g_main_loop_unref (run.loop);
}
