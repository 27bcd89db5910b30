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

static gboolean
authorize_cb (GDBusInterfaceSkeleton *skeleton, GDBusMethodInvocation *invocation, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (contract_check (g_dbus_method_invocation_get_interface_name (invocation),
                      g_dbus_method_invocation_get_method_name (invocation), CONTRACT_CALL,
                      g_dbus_method_invocation_get_parameters (invocation), &error))
    return TRUE;
  g_dbus_method_invocation_return_error (invocation, FAULT, FAULT_USAGE, "%s", error->message);
  return FALSE;
}

gboolean
serve_export (GDBusConnection *connection, GDBusInterfaceSkeleton *skeleton, GError **error)
{
  g_signal_connect (skeleton, "g-authorize-method", G_CALLBACK (authorize_cb), NULL);
  return g_dbus_interface_skeleton_export (skeleton, connection, PEER_PATH, error);
}

typedef struct {
  GMainLoop    *loop;
  ServeDoneFunc is_done;
  gint64        deadline_us;
  guint         grace_ms;
  gpointer      data;
} Run;

static gboolean
done_poll_cb (gpointer data)
{
  Run *run = data;

  if (run->is_done != NULL && !run->is_done (run->data) && g_get_monotonic_time () < run->deadline_us)
    return G_SOURCE_CONTINUE;
  g_main_loop_quit (run->loop);
  return G_SOURCE_REMOVE;
}

static void
closed_cb (GDBusConnection *connection, gboolean remote_vanished, GError *error, gpointer data)
{
  Run *run = data;

  run->deadline_us = g_get_monotonic_time () + 1000 * (gint64) run->grace_ms;
  if (done_poll_cb (run))
    g_timeout_add (DONE_POLL_MS, done_poll_cb, run);
}

void
serve_run (GDBusConnection *connection, ServeDoneFunc is_done, guint grace_ms, gpointer data)
{
  Run run = { g_main_loop_new (NULL, FALSE), is_done, 0, grace_ms, data };

  g_signal_connect (connection, "closed", G_CALLBACK (closed_cb), &run);
  g_dbus_connection_start_message_processing (connection);
  g_main_loop_run (run.loop);
  g_main_loop_unref (run.loop);
}
