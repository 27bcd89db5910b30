/* App1.Sink*: a dial that listens on loopback, a sink that captures; both end with the connection that asked. */
#include "connectors.h"

#include "contract-sink1.h"
#include "dialer.h"
#include "fault.h"
#include "peer.h"
#include <gio/gunixfdlist.h>
#include <unistd.h>

typedef struct {
  AppClient             *client;
  GDBusMethodInvocation *invocation; /* NULL once answered */
  char                  *dir;
  GVariant              *options;
  guint16                port;
  int                    listener;
  Peer                  *peer;
  PrSink1               *proxy;
  gulong                 gone_handler;
} AppSink;

static void
sink_free (AppSink *self)
{
  if (self->gone_handler != 0)
    g_signal_handler_disconnect (self->client->gone, self->gone_handler);
  g_clear_object (&self->proxy);
  peer_free (self->peer);
  if (self->listener >= 0)
    close (self->listener);
  g_variant_unref (self->options);
  g_free (self->dir);
  app_client_unref (self->client);
  g_free (self);
}

static void
app_sink_fail (AppSink *self, GError *error)
{
  if (self->invocation != NULL)
    app_return_error (g_steal_pointer (&self->invocation), error);
  else
    g_error_free (error);
  sink_free (self);
}

static gboolean
end_cb (gpointer data)
{
  sink_free (data);
  return G_SOURCE_REMOVE;
}

/* From inside the cancellable's own signal nothing may be disconnected: a turn later. */
static void
gone_cb (GCancellable *gone, gpointer data)
{
  g_idle_add (end_cb, data);
}

static void
received_cb (PrSink1 *proxy, guint64 count, gpointer data)
{
  AppSink *self = data;

  if (!g_cancellable_is_cancelled (self->client->gone))
    pr_app1_emit_sink_received (self->client->skeleton, count);
}

static void
closed_cb (Peer *peer, PeerEnd end, const char *why, gpointer data)
{
  g_message ("the sink ended: %s", why);
}

static void
served_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  AppSink *self = data;
  g_autofree char *fingerprint = NULL;
  GError *error = NULL;

  if (!pr_sink1_call_serve_finish (PR_SINK1 (source), &fingerprint, NULL, result, &error)) {
    app_sink_fail (self, fault_of_peer (error));
    return;
  }
  pr_app1_complete_sink_start (self->client->skeleton, g_steal_pointer (&self->invocation), self->port, fingerprint);
  if (g_cancellable_is_cancelled (self->client->gone))
    sink_free (self);
  else
    self->gone_handler = g_signal_connect (self->client->gone, "cancelled", G_CALLBACK (gone_cb), self);
}

static void
ready_cb (Peer *peer, const GError *failed, gpointer data)
{
  AppSink *self = data;
  g_autoptr (GUnixFDList) fds = NULL;
  GError *error = NULL;

  if (failed != NULL) {
    app_sink_fail (self, g_error_copy (failed));
    return;
  }
  self->proxy = pr_sink1_proxy_new_sync (peer_get_connection (peer), G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES, NULL, PEER_PATH, NULL, &error);
  if (self->proxy == NULL) {
    app_sink_fail (self, error);
    return;
  }
  g_signal_connect (self->proxy, "received", G_CALLBACK (received_cb), self);
  fds = g_unix_fd_list_new_from_array (&self->listener, 1);
  self->listener = -1;
  pr_sink1_call_serve (self->proxy, g_variant_new_handle (0), self->options, fds, NULL, served_cb, self);
}

static void
listening_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  AppSink *self = data;
  const char *arguments[] = { "--dir", self->dir, NULL };
  PeerSpec spec = { .program = "sink", .arguments = arguments, .interface = "org.postrider.Sink1" };
  GError *error = NULL;

  self->listener = dialer_listen_finish (result, &self->port, &error);
  if (self->listener < 0)
    app_sink_fail (self, error);
  else
    self->peer = peer_start (&spec, ready_cb, closed_cb, self);
}

static gboolean
handle_start (PrApp1 *skeleton, GDBusMethodInvocation *invocation, guint16 port, const char *dir, GVariant *options, gpointer data)
{
  AppClient *client = data;
  AppSink *self;

  if (!g_path_is_absolute (dir) || !g_file_test (dir, G_FILE_TEST_IS_DIR)) {
    g_dbus_method_invocation_return_error (invocation, FAULT, FAULT_NO_INPUT, "%s is not a folder", dir);
    return TRUE;
  }
  self = g_new0 (AppSink, 1);
  *self = (AppSink){ .client = app_client_ref (client), .invocation = invocation, .dir = g_strdup (dir), .options = g_variant_ref (options), .listener = -1 };
  dialer_listen_async ("127.0.0.1", port, client->gone, listening_cb, self);
  return TRUE;
}

void
app_sink_connect (AppClient *client)
{
  g_signal_connect (client->skeleton, "handle-sink-start", G_CALLBACK (handle_start), client);
}
