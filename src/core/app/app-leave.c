/* App1.Leave: what is on the wire is finished, then core ends. */
#include "connectors.h"

#include "lanes.h"
#include <signal.h>

static void
left_cb (gpointer data)
{
  GDBusMethodInvocation *invocation = data;
  g_autoptr (GDBusConnection) connection = g_object_ref (g_dbus_method_invocation_get_connection (invocation));

  g_dbus_method_invocation_return_value (invocation, NULL); /* and with it the invocation is gone */
  g_dbus_connection_flush_sync (connection, NULL, NULL);
  raise (SIGTERM); /* the one way out is in main.c */
}

static gboolean
handle_leave (PrApp1 *skeleton, GDBusMethodInvocation *invocation, gpointer data)
{
  AppClient *client = data;

  lanes_drain (client->core->lanes, left_cb, invocation);
  return TRUE;
}

void
app_leave_connect (AppClient *client)
{
  g_signal_connect (client->skeleton, "handle-leave", G_CALLBACK (handle_leave), client);
}
