#include "service.h"

#include "contract-signin1.h"
#include "fault.h"
#include "provider-window.h"
#include "proxy-port.h"
#include "serve.h"
#include <gio/gunixfdlist.h>
#include <unistd.h>

/* Where GnuTLS finds the system's authorities (Debian: --with-default-trust-store-file). Core has put an empty folder there for an account with its own. */
#define AUTHORITIES_FILE "/etc/ssl/certs/ca-certificates.crt"

struct SignInService {
  PrSignIn1             *skeleton;
  GDBusConnection       *connection;
  ProxyPort             *port;
  ProviderWindow        *window;   /* NULL: not opened yet */
  GDBusMethodInvocation *accepting; /* NULL: nobody asks for a connection */
};

/* --- connections --- */

static void
service_hand_over (SignInService *self)
{
  int fd = self->accepting != NULL ? proxy_port_pop (self->port) : -1;
  g_autoptr (GUnixFDList) fds = NULL;

  if (fd < 0)
    return;
  fds = g_unix_fd_list_new_from_array ((const int[]){ fd }, 1);
  pr_sign_in1_complete_accept (self->skeleton, g_steal_pointer (&self->accepting), fds, g_variant_new_handle (0));
}

static void
knocked_cb (gpointer data)
{
  service_hand_over (data);
}

static gboolean
handle_accept (PrSignIn1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, gpointer data)
{
  SignInService *self = data;

  if (self->accepting != NULL) {
    g_dbus_method_invocation_return_error_literal (invocation, FAULT, FAULT_USAGE, "one connection at a time");
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  }
  self->accepting = invocation;
  service_hand_over (self);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* --- the window --- */

static void
redirected_cb (const char *address, gpointer data)
{
  SignInService *self = data;

  pr_sign_in1_emit_redirected (self->skeleton, address);
}

static void
said_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_dbus_connection_flush_finish (G_DBUS_CONNECTION (source), result, NULL);
  g_dbus_connection_close (G_DBUS_CONNECTION (source), NULL, NULL, NULL); /* then main() leaves */
}

static void
closed_cb (gpointer data)
{
  SignInService *self = data;

  pr_sign_in1_emit_closed (self->skeleton);
  g_dbus_connection_flush (self->connection, NULL, said_cb, NULL);
}

static void
ended_cb (gpointer data)
{
  _exit (FAULT_SOFTWARE); /* core says so */
}

/* Returns: FALSE with `error`. Before WebKit's network process starts, which reads it once. */
static gboolean
write_authorities (const char *pem, GError **error)
{
  g_autoptr (GError) failed = NULL;

  if (*pem == '\0' || g_file_set_contents_full (AUTHORITIES_FILE, pem, -1, G_FILE_SET_CONTENTS_NONE, 0400, &failed))
    return TRUE;
  g_set_error (error, FAULT, FAULT_OS, "the account's own certificates cannot be used: %s", failed->message);
  return FALSE;
}

/* Returns: FALSE with `error`. */
static gboolean
service_show (SignInService *self, const ProviderWindowSpec *spec, const char *authorities, GError **error)
{
  static const ProviderWindowFuncs funcs = { redirected_cb, closed_cb, ended_cb };

  if (self->window != NULL) {
    g_set_error_literal (error, FAULT, FAULT_USAGE, "the window is open already");
    return FALSE;
  }
  if (!write_authorities (authorities, error))
    return FALSE;
  self->port = proxy_port_new (knocked_cb, self, error);
  if (self->port == NULL)
    return FALSE;
  self->window = provider_window_new (spec, proxy_port_get_number (self->port), &funcs, self);
  return TRUE;
}

static gboolean
handle_open (PrSignIn1 *skeleton, GDBusMethodInvocation *invocation, const char *url, const char *redirect, const char *authorities, const char *account, gpointer data)
{
  SignInService *self = data;
  const ProviderWindowSpec spec = { url, redirect, account };
  g_autoptr (GError) error = NULL;

  if (service_show (self, &spec, authorities, &error))
    pr_sign_in1_complete_open (skeleton, invocation);
  else
    g_dbus_method_invocation_return_gerror (invocation, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* --- life --- */

SignInService *
sign_in_service_new (void)
{
  SignInService *self = g_new0 (SignInService, 1);

  self->skeleton = pr_sign_in1_skeleton_new ();
  g_signal_connect (self->skeleton, "handle-open", G_CALLBACK (handle_open), self);
  g_signal_connect (self->skeleton, "handle-accept", G_CALLBACK (handle_accept), self);
  return self;
}

void
sign_in_service_free (SignInService *self)
{
  if (self == NULL)
    return;
  provider_window_free (self->window);
  proxy_port_free (self->port);
  g_clear_object (&self->accepting);
  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->skeleton));
  g_object_unref (self->skeleton);
  g_clear_object (&self->connection);
  g_free (self);
}

gboolean
sign_in_service_export (SignInService *self, GDBusConnection *connection, GError **error)
{
  self->connection = g_object_ref (connection);
  return serve_export (connection, G_DBUS_INTERFACE_SKELETON (self->skeleton), error);
}
