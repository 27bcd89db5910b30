#include "app.h"

#include "contract-watch.h"
#include "contract.h"
#include "fault.h"
#include "peer.h"
#include <glib/gstdio.h>

#define SCHEMA 1

struct App {
  Core        *core;
  const AppConnectFunc *connectors; /* ends with NULL */
  GDBusServer *server;
  char        *path;
  GPtrArray   *clients; /* of AppClient: those whose connection is open */
  gboolean     was_visited; /* since somebody asked */
};

/* The shell runs a browser's engine, so it gets what the window needs; what is its own (dialogs, the desktop) is nobody else's. */
static gboolean
is_exposed (AppClient *client, const char *method)
{
  const ContractRow *row = contract_find ("org.postrider.App1", method, CONTRACT_CALL);

  if (row == NULL)
    return FALSE;
  return client->is_shell ? row->exposure != CONTRACT_EXPOSED_NOBODY : row->exposure != CONTRACT_EXPOSED_SHELL;
}

static gboolean
authorize_cb (GDBusInterfaceSkeleton *skeleton, GDBusMethodInvocation *invocation, gpointer data)
{
  AppClient *client = data;
  GVariant *parameters = g_dbus_method_invocation_get_parameters (invocation);
  GUnixFDList *fds = g_dbus_message_get_unix_fd_list (g_dbus_method_invocation_get_message (invocation));
  g_autoptr (GError) error = NULL;

  if (!is_exposed (client, g_dbus_method_invocation_get_method_name (invocation))) {
    g_dbus_method_invocation_return_error_literal (invocation, FAULT, FAULT_NO_PERM,
                                                   client->is_shell ? "the window may not do that: use the command line" : "only the window may do that: postrider app");
    return FALSE;
  }
  if (contract_count_handles (parameters, fds) < 0)
    g_set_error_literal (&error, FAULT, FAULT_USAGE, "the call came without a file descriptor that it names");
  else if (contract_check ("org.postrider.App1", g_dbus_method_invocation_get_method_name (invocation), CONTRACT_CALL, parameters, &error))
    return TRUE;
  g_dbus_method_invocation_return_error (invocation, FAULT, FAULT_USAGE, "%s", error->message);
  return FALSE;
}

static gboolean
handle_hello (PrApp1 *skeleton, GDBusMethodInvocation *invocation, gpointer data)
{
  AppClient *client = data;

  pr_app1_complete_hello (skeleton, invocation, POSTRIDER_VERSION, SCHEMA);
  if (client->shell_funcs != NULL)
    client->shell_funcs->greeted (client->shell_data);
  return TRUE;
}

static void
closed_cb (GDBusConnection *connection, gboolean remote_vanished, GError *error, gpointer data)
{
  AppClient *client = data;
  App *app = client->core->app;
  const AppShellFuncs *funcs = g_steal_pointer (&client->shell_funcs);

  if (funcs != NULL)
    funcs->closed (client->shell_data);
  g_cancellable_cancel (client->gone);
  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (client->skeleton));
  g_signal_handlers_disconnect_by_func (connection, closed_cb, client);
  g_ptr_array_remove (app->clients, client);
}

/* Returns: borrowed, or NULL: it is closed already. */
static AppClient *
app_serve (App *self, GDBusConnection *connection, const AppShellFuncs *funcs, gpointer data)
{
  AppClient *client = app_client_new (self->core, connection, funcs, data);
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (self->clients, client);
  self->was_visited = TRUE;
  g_signal_connect (connection, "closed", G_CALLBACK (closed_cb), client);
  g_signal_connect (client->skeleton, "g-authorize-method", G_CALLBACK (authorize_cb), client);
  g_signal_connect (client->skeleton, "handle-hello", G_CALLBACK (handle_hello), client);
#ifdef POSTRIDER_KILL_POINTS /* builds for tests: what core says is checked too, and not only what it hears */
  contract_watch (connection);
#endif
  for (const AppConnectFunc *connect_to = self->connectors; *connect_to != NULL; connect_to++)
    (*connect_to) (client);
  if (!g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (client->skeleton), connection, PEER_PATH, &error))
    g_warning ("a client could not be served: %s", error->message);
  else if (!g_dbus_connection_is_closed (connection))
    return client;
  /* GDBus has hung up on its first octets without a signal: it would be a client for ever, and core never idle */
  closed_cb (connection, FALSE, NULL, client);
  return NULL;
}

static gboolean
new_connection_cb (GDBusServer *server, GDBusConnection *connection, gpointer data)
{
  return app_serve (data, connection, NULL, NULL) != NULL;
}

AppClient *
app_adopt (App *self, GDBusConnection *connection, const AppShellFuncs *funcs, gpointer data)
{
  return app_serve (self, connection, funcs, data);
}

App *
app_new (Core *core, const char *socket_path, const AppConnectFunc *connectors, GError **error)
{
  g_autofree char *escaped = g_dbus_address_escape_value (socket_path), *address = g_strconcat ("unix:path=", escaped, NULL);
  g_autofree char *guid = g_dbus_generate_guid ();
  App *self = g_new0 (App, 1);

  g_unlink (socket_path); /* the lock on the data folder says that no other core listens there */
  self->core = core;
  self->connectors = connectors;
  self->path = g_strdup (socket_path);
  self->clients = g_ptr_array_new_with_free_func ((GDestroyNotify) app_client_unref);
  self->server = g_dbus_server_new_sync (address, G_DBUS_SERVER_FLAGS_AUTHENTICATION_REQUIRE_SAME_USER, guid, NULL, NULL, error);
  if (self->server == NULL) {
    g_prefix_error (error, "core cannot listen on %s: ", socket_path);
    app_free (self);
    return NULL;
  }
  g_chmod (socket_path, 0600);
  g_signal_connect (self->server, "new-connection", G_CALLBACK (new_connection_cb), self);
  g_dbus_server_start (self->server);
  return self;
}

void
app_free (App *self)
{
  if (self == NULL)
    return;
  if (self->server != NULL) {
    g_signal_handlers_disconnect_by_data (self->server, self); /* a connection that is still greeting keeps it alive */
    g_dbus_server_stop (self->server);
    g_unlink (self->path);
  }
  g_clear_object (&self->server);
  while (self->clients->len > 0) {
    AppClient *client = g_ptr_array_index (self->clients, 0);

    closed_cb (client->connection, FALSE, NULL, client);
  }
  g_ptr_array_unref (self->clients);
  g_free (self->path);
  g_free (self);
}

guint
app_get_client_count (App *self)
{
  return self->clients->len;
}

gboolean
app_take_visited (App *self)
{
  gboolean was_visited = self->was_visited || self->clients->len + self->core->holds > 0;

  self->was_visited = FALSE;
  return was_visited;
}

void
app_foreach (App *self, void (*func) (AppClient *client, gpointer data), gpointer data)
{
  for (guint i = 0; i < self->clients->len; i++)
    func (g_ptr_array_index (self->clients, i), data);
}
