#include "service.h"

#include "contract-gate1.h"
#include "fault.h"
#include "serve.h"
#include "tunnel.h"
#include <gio/gunixfdlist.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
  GateService *service;
  guint32      serial; /* core's */
  Tunnel      *tunnel; /* owned */
} GateClient;

struct GateService {
  PrGate1    *skeleton;
  GHashTable *clients; /* serial -> GateClient */
};

static void
gate_client_free (gpointer data)
{
  GateClient *self = data;

  tunnel_free (self->tunnel);
  g_free (self);
}

/* --- what connections say --- */

static void
asked_cb (Tunnel *tunnel, const ConnectTarget *target, gpointer data)
{
  const GateClient *client = data;

  pr_gate1_emit_asked (client->service->skeleton, client->serial, target->host, target->port);
}

static void
ended_cb (Tunnel *tunnel, gpointer data)
{
  const GateClient *client = data;

  g_hash_table_remove (client->service->clients, GUINT_TO_POINTER (client->serial));
}

/* --- calls --- */

static gboolean
is_connected (int fd)
{
  struct sockaddr_storage address;
  socklen_t len = sizeof address, int_len = sizeof (int);
  int type = 0;

  return getsockopt (fd, SOL_SOCKET, SO_TYPE, &type, &int_len) == 0 && type == SOCK_STREAM && getpeername (fd, (struct sockaddr *) &address, &len) == 0;
}

/* Returns: a descriptor of ours, or -1 with `error`. */
static int
take_socket (GUnixFDList *fds, GVariant *handle, GError **error)
{
  gint32 index = g_variant_get_handle (handle);
  int fd = fds != NULL && index >= 0 && index < g_unix_fd_list_get_length (fds) ? g_unix_fd_list_get (fds, index, NULL) : -1;

  if (fd >= 0 && is_connected (fd))
    return fd;
  if (fd >= 0)
    close (fd);
  g_set_error_literal (error, FAULT, FAULT_USAGE, "gate was called without a connected socket");
  return -1;
}

static gboolean
may_take (GateService *self, guint32 serial, GError **error)
{
  if (g_hash_table_contains (self->clients, GUINT_TO_POINTER (serial)))
    g_set_error (error, FAULT, FAULT_USAGE, "gate has a connection %u", serial);
  else if (g_hash_table_size (self->clients) >= TUNNELS_MAX)
    g_set_error_literal (error, FAULT, FAULT_TEMP, "gate has as many connections as it takes");
  else
    return TRUE;
  return FALSE;
}

static gboolean
handle_take (PrGate1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, guint serial, GVariant *socket, gpointer data)
{
  static const TunnelFuncs funcs = { asked_cb, ended_cb };
  GateService *self = data;
  g_autoptr (GError) error = NULL;
  int fd = may_take (self, serial, &error) ? take_socket (fds, socket, &error) : -1;
  GateClient *client;

  if (fd < 0) {
    g_dbus_method_invocation_return_gerror (invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  }
  client = g_new0 (GateClient, 1);
  client->service = self;
  client->serial = serial;
  client->tunnel = tunnel_new (fd, &funcs, client);
  g_hash_table_insert (self->clients, GUINT_TO_POINTER (serial), client);
  pr_gate1_complete_take (skeleton, invocation, NULL);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_answer (PrGate1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, guint serial, GVariant *socket, gpointer data)
{
  GateService *self = data;
  GateClient *client = g_hash_table_lookup (self->clients, GUINT_TO_POINTER (serial));
  g_autoptr (GError) error = NULL;
  int fd = take_socket (fds, socket, &error);

  if (fd < 0) {
    g_dbus_method_invocation_return_gerror (invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  }
  if (client != NULL)
    tunnel_open (client->tunnel, fd);
  else
    close (fd);
  pr_gate1_complete_answer (skeleton, invocation, NULL);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_refuse (PrGate1 *skeleton, GDBusMethodInvocation *invocation, guint serial, gpointer data)
{
  GateService *self = data;

  g_hash_table_remove (self->clients, GUINT_TO_POINTER (serial));
  pr_gate1_complete_refuse (skeleton, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* --- life --- */

GateService *
gate_service_new (void)
{
  GateService *self = g_new0 (GateService, 1);

  self->clients = g_hash_table_new_full (NULL, NULL, NULL, gate_client_free);
  self->skeleton = pr_gate1_skeleton_new ();
  g_signal_connect (self->skeleton, "handle-take", G_CALLBACK (handle_take), self);
  g_signal_connect (self->skeleton, "handle-answer", G_CALLBACK (handle_answer), self);
  g_signal_connect (self->skeleton, "handle-refuse", G_CALLBACK (handle_refuse), self);
  return self;
}

void
gate_service_free (GateService *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->clients);
  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->skeleton));
  g_object_unref (self->skeleton);
  g_free (self);
}

gboolean
gate_service_export (GateService *self, GDBusConnection *connection, GError **error)
{
  return serve_export (connection, G_DBUS_INTERFACE_SKELETON (self->skeleton), error);
}
