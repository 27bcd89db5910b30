#include "core-link.h"

#include "bridge-call.h"
#include "contract.h"
#include "fault.h"

#define CORE_PATH "/org/postrider" /* as shared/peer has it */

struct CoreLink {
  GDBusConnection *connection;
  CoreLinkFuncs    funcs;
  gpointer         data;
  gboolean         is_lost;
};

static void
told_cb (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *member, GVariant *arguments, gpointer data)
{
  CoreLink *self = data;

  if (contract_check (interface, member, CONTRACT_SIGNAL, arguments, NULL))
    self->funcs.told (member, arguments, self->data);
}

static void
closed_cb (GDBusConnection *connection, gboolean remote_vanished, GError *error, gpointer data)
{
  CoreLink *self = data;

  self->is_lost = TRUE;
  self->funcs.lost (self->data);
}

static GDBusConnection *
connect_fd (GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (3, error);
  g_autoptr (GSocketConnection) stream = socket != NULL ? g_socket_connection_factory_create_connection (socket) : NULL;

  if (stream == NULL)
    return NULL;
  return g_dbus_connection_new_sync (G_IO_STREAM (stream), NULL,
                                     G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING,
                                     NULL, NULL, error);
}

CoreLink *
core_link_new (const CoreLinkFuncs *funcs, gpointer data, GError **error)
{
  g_autoptr (CoreLink) self = g_new0 (CoreLink, 1);
  g_autoptr (GError) local = NULL;

  self->funcs = *funcs;
  self->data = data;
  self->connection = connect_fd (&local);
  if (self->connection == NULL) {
    g_set_error (error, FAULT, FAULT_UNAVAILABLE, "Postrider's core does not answer (%s). Please start it again: postrider app", local->message);
    return NULL;
  }
  g_dbus_connection_set_exit_on_close (self->connection, FALSE);
  g_signal_connect (self->connection, "closed", G_CALLBACK (closed_cb), self);
  g_dbus_connection_signal_subscribe (self->connection, NULL, BRIDGE_APP, NULL, CORE_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE, told_cb, self, NULL);
  g_dbus_connection_start_message_processing (self->connection);
  return g_steal_pointer (&self);
}

void
core_link_free (CoreLink *self)
{
  if (self == NULL)
    return;
  if (self->connection != NULL)
    g_signal_handlers_disconnect_by_data (self->connection, self);
  g_clear_object (&self->connection);
  g_free (self);
}

gboolean
core_link_is_lost (CoreLink *self)
{
  return self->is_lost;
}

/* The sentence for the page or the person: core's own, or that it has gone. Takes `error`. */
static GError *
core_link_explain (CoreLink *self, GError *error)
{
  g_autoptr (GError) taken = error;

  fault_strip_remote (taken);
  if (taken->domain == FAULT)
    return g_steal_pointer (&taken);
  if (self->is_lost || g_dbus_connection_is_closed (self->connection) || g_error_matches (taken, G_IO_ERROR, G_IO_ERROR_CLOSED))
    return g_error_new (FAULT, FAULT_UNAVAILABLE, "Postrider's core has gone. What was being sent is safe; please close the window and open it again.");
  return g_error_new (FAULT, FAULT_SOFTWARE, "core and the window do not understand each other: %s", taken->message);
}

static GVariant *
core_link_check (CoreLink *self, const char *member, GVariant *reply, GError *failure, GError **error)
{
  g_autoptr (GVariant) taken = reply;
  g_autoptr (GError) local = NULL;

  if (taken == NULL) {
    g_propagate_error (error, core_link_explain (self, failure));
    return NULL;
  }
  if (contract_check (BRIDGE_APP, member, CONTRACT_REPLY, taken, &local))
    return g_steal_pointer (&taken);
  g_set_error (error, FAULT, FAULT_PROTOCOL, "core's answer is not what the contract says: %s", local->message);
  return NULL;
}

typedef struct {
  GVariant    *reply;
  GUnixFDList *fds;
} CoreAnswer;

static void
answer_free (gpointer data)
{
  CoreAnswer *self = data;

  g_clear_pointer (&self->reply, g_variant_unref);
  g_clear_object (&self->fds);
  g_free (self);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  CoreLink *self = g_object_get_data (G_OBJECT (task), "link");
  CoreAnswer *answer = g_new0 (CoreAnswer, 1);
  GError *failure = NULL, *error = NULL;
  GVariant *reply = g_dbus_connection_call_with_unix_fd_list_finish (G_DBUS_CONNECTION (source), &answer->fds, result, &failure);

  answer->reply = core_link_check (self, g_task_get_task_data (task), reply, failure, &error);
  if (answer->reply != NULL && contract_count_handles (answer->reply, answer->fds) < 0)
    error = g_error_new (FAULT, FAULT_PROTOCOL, "core's answer names a file that did not come");
  if (error == NULL) {
    g_task_return_pointer (task, answer, answer_free);
    return;
  }
  answer_free (answer);
  g_task_return_error (task, error);
}

void
core_link_call_async (CoreLink *self, const char *member, GVariant *arguments, GUnixFDList *fds, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, NULL, callback, data);

  g_task_set_task_data (task, g_strdup (member), g_free);
  g_object_set_data (G_OBJECT (task), "link", self);
  g_dbus_connection_call_with_unix_fd_list (self->connection, NULL, CORE_PATH, BRIDGE_APP, member, arguments, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                            G_MAXINT, fds, NULL, answered_cb, task);
}

GVariant *
core_link_call_finish (CoreLink *self, GAsyncResult *result, GUnixFDList **out_fds, GError **error)
{
  CoreAnswer *answer = g_task_propagate_pointer (G_TASK (result), error);
  GVariant *reply;

  if (answer == NULL)
    return NULL;
  reply = g_steal_pointer (&answer->reply);
  if (out_fds != NULL)
    *out_fds = g_steal_pointer (&answer->fds);
  answer_free (answer);
  return reply;
}

GVariant *
core_link_call_sync (CoreLink *self, const char *member, GVariant *arguments, GError **error)
{
  GError *failure = NULL;
  GVariant *reply = g_dbus_connection_call_sync (self->connection, NULL, CORE_PATH, BRIDGE_APP, member, arguments, NULL,
                                                 G_DBUS_CALL_FLAGS_NO_AUTO_START, G_MAXINT, NULL, &failure);

  return core_link_check (self, member, reply, failure, error);
}
