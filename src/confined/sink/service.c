#include "service.h"

#include <gio/gunixfdlist.h>

#include "contract-keys.h"
#include "contract-sink1.h"
#include "fault.h"
#include "serve.h"
#include "server.h"
#include <unistd.h>

#define RECEIVED_MS 500 /* contract: at most twice a second */

struct SinkService {
  PrSink1           *skeleton;
  Maildir           *maildir;
  SinkTls           *tls;
  Auth              *auth;
  SinkSessionOptions options;
  Server            *server;
  guint              received_source;
  guint64            told_count;
};

static gboolean
received_cb (gpointer data)
{
  SinkService *self = data;
  guint64 count = maildir_get_count (self->maildir);

  if (count != self->told_count)
    pr_sink1_emit_received (self->skeleton, count);
  self->told_count = count;
  return G_SOURCE_CONTINUE;
}

static gboolean
is_on (GVariant *options, const char *key, gboolean preset)
{
  gboolean value = preset;

  g_variant_lookup (options, key, "b", &value);
  return value;
}

static gboolean
take_patterns (Rehearsal *rehearsal, GVariant *options, const char *key, RehearsalPart part, GError **error)
{
  g_autofree const char **patterns = NULL;

  g_variant_lookup (options, key, "^a&s", &patterns);
  for (gsize i = 0; patterns != NULL && patterns[i] != NULL; i++)
    if (!rehearsal_add (rehearsal, part, patterns[i])) {
      g_set_error (error, FAULT, FAULT_USAGE, "“%s” is no pattern of an address for the sink, or there are more than %d of them", patterns[i],
                   REHEARSAL_PATTERNS_MAX);
      return FALSE;
    }
  return TRUE;
}

static gboolean
take_options (SinkService *self, GVariant *options, GError **error)
{
  static const struct { const char *key; RehearsalPart part; } parts[] = {
    { KEY_SINK_REFUSE, REHEARSAL_REFUSE }, { KEY_SINK_DELAY, REHEARSAL_DELAY }, { KEY_SINK_DROP, REHEARSAL_DROP } };
  const char *user = "", *password = "";

  g_variant_lookup (options, KEY_SINK_AUTH_USER, "&s", &user);
  g_variant_lookup (options, KEY_SINK_AUTH_PASSWORD, "&s", &password);
  auth_set_user (self->auth, user, password);
  self->options.offers_tls = is_on (options, KEY_SINK_TLS, FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (!take_patterns (self->options.rehearsal, options, parts[i].key, parts[i].part, error))
      return FALSE;
  maildir_set_kept (self->maildir, is_on (options, KEY_SINK_STORE, TRUE));
  return TRUE;
}

static int
take_listener (GUnixFDList *fds, GVariant *handle, GError **error)
{
  gint32 index = g_variant_get_handle (handle);

  if (fds == NULL || index < 0 || index >= g_unix_fd_list_get_length (fds)) {
    g_set_error_literal (error, FAULT, FAULT_USAGE, "The sink was called without a listening socket.");
    return -1;
  }
  return g_unix_fd_list_get (fds, index, error);
}

static gboolean
handle_serve (PrSink1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, GVariant *listener, GVariant *options,
              gpointer data)
{
  SinkService *self = data;
  g_autoptr (GError) error = NULL;
  int fd = -1;

  if (self->server != NULL)
    g_set_error_literal (&error, FAULT, FAULT_USAGE, "The sink serves already.");
  else
    fd = take_listener (fds, listener, &error);
  if (fd >= 0 && !take_options (self, options, &error)) {
    close (fd);
    fd = -1;
  }
  if (fd >= 0)
    self->server = server_new (fd, &self->options, self->maildir, self->options.offers_tls ? self->tls : NULL, &error);
  if (self->server == NULL || error != NULL) {
    g_dbus_method_invocation_return_gerror (invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  }
  self->received_source = g_timeout_add (RECEIVED_MS, received_cb, self);
  pr_sink1_complete_serve (skeleton, invocation, NULL, self->options.offers_tls ? sink_tls_get_fingerprint (self->tls) : "");
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

SinkService *
sink_service_new (Maildir *maildir, SinkTls *tls, Auth *auth)
{
  SinkService *self = g_new0 (SinkService, 1);

  self->skeleton = pr_sink1_skeleton_new ();
  self->maildir = maildir;
  self->tls = tls;
  self->auth = auth;
  self->options.message_max = SINK_SESSION_MESSAGE_MAX;
  self->options.auth = auth;
  self->options.rehearsal = rehearsal_new ();
  g_signal_connect (self->skeleton, "handle-serve", G_CALLBACK (handle_serve), self);
  return self;
}

void
sink_service_free (SinkService *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->received_source, g_source_remove);
  server_free (self->server);
  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->skeleton));
  g_object_unref (self->skeleton);
  rehearsal_free (self->options.rehearsal);
  g_free (self);
}

gboolean
sink_service_export (SinkService *self, GDBusConnection *connection, GError **error)
{
  return serve_export (connection, G_DBUS_INTERFACE_SKELETON (self->skeleton), error);
}
