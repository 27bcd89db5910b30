#include "client.h"

#include "fault.h"

AppClient *
app_client_new (Core *core, GDBusConnection *connection, const AppShellFuncs *funcs, gpointer data)
{
  AppClient *self = g_new0 (AppClient, 1);

  g_atomic_ref_count_init (&self->references);
  self->core = core;
  self->connection = g_object_ref (connection);
  self->skeleton = pr_app1_skeleton_new ();
  self->gone = g_cancellable_new ();
  self->is_shell = funcs != NULL;
  self->shell_funcs = funcs;
  self->shell_data = data;
  return self;
}

AppClient *
app_client_ref (AppClient *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
app_client_unref (AppClient *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_signal_handlers_disconnect_by_data (self->skeleton, self);
  g_object_unref (self->skeleton);
  g_object_unref (self->connection);
  g_object_unref (self->gone);
  g_free (self);
}

gboolean
app_return_error (GDBusMethodInvocation *invocation, GError *error)
{
  g_autoptr (GError) fault = NULL;

  fault_strip_remote (error);
  if (error->domain == FAULT)
    fault = error;
  else {
    g_warning ("%s: %s", g_dbus_method_invocation_get_method_name (invocation), error->message);
    fault = g_error_new_literal (FAULT, fault_exit_status (error), error->message);
    g_error_free (error);
  }
  g_dbus_method_invocation_return_gerror (invocation, fault);
  return TRUE;
}

void
app_hold (Core *core)
{
  core->holds++;
}

void
app_release (Core *core)
{
  core->holds--;
}
