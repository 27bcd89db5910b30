#include "transport-service.h"

#include "contract-transport2.h"
#include "descriptor.h"
#include "fault.h"
#include "send-queue.h"
#include "text.h"
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PREVIEW_MAX_BYTES (60u << 20) /* contract/: 64 MiB with the frame around it */
#define CONNECTION_TEXT_MAX 500       /* contract/: 512 */
#define PAUSE_TEXT_MAX 1000           /* contract/: 1024 */
#define STATE_MAX_BYTES (8u << 20)    /* chosen: what a kind needs from the first moment is a few records */

struct TransportService {
  PrTransport2          *skeleton;
  SendQueue             *queue;
  GDBusMethodInvocation *drain, *test;
  gboolean               is_leaving;
};

/* Takes the error. */
static gboolean
transport_service_fail (GDBusMethodInvocation *invocation, GError *error)
{
  g_dbus_method_invocation_take_error (invocation, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Returns: a descriptor of our own, or -1 with `error` set. */
static int
take_fd (GUnixFDList *fds, GVariant *handle, GError **error)
{
  gint32 index = g_variant_get_handle (handle);

  if (fds != NULL && index >= 0 && index < g_unix_fd_list_get_length (fds))
    return g_unix_fd_list_get (fds, index, error);
  g_set_error (error, FAULT, FAULT_USAGE, "a descriptor is missing");
  return -1;
}

/* Returns: (transfer full), or NULL with `error` set. */
static SecretBytes *
take_secret (GUnixFDList *fds, GVariant *handle, GError **error)
{
  int fd = take_fd (fds, handle, error);
  SecretBytes *secret = fd >= 0 ? secret_bytes_read_fd (fd, FALSE, error) : NULL;

  if (fd >= 0)
    close (fd);
  return secret;
}

/* Returns: (transfer full), or NULL with `error` set. */
static GBytes *
take_state (GUnixFDList *fds, GVariant *handle, GError **error)
{
  int fd = take_fd (fds, handle, error);
  GBytes *state = fd >= 0 ? descriptor_read_all (fd, STATE_MAX_BYTES, error) : NULL;

  if (fd >= 0)
    close (fd);
  return state;
}

static gboolean
handle_open_account (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *kind, GVariant *settings,
                     GVariant *secret, GVariant *journal, GVariant *state, TransportService *self)
{
  GError *error = NULL;
  g_autoptr (GBytes) records = take_state (fds, state, &error);
  int journal_fd = records != NULL ? take_fd (fds, journal, &error) : -1;
  AccountOpening opening = { kind, settings, journal_fd >= 0 ? take_secret (fds, secret, &error) : NULL, records };

  if (opening.secret != NULL && send_queue_open (self->queue, &opening, journal_fd, &error)) {
    pr_transport2_complete_open_account (skeleton, invocation, NULL);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  }
  if (opening.secret == NULL && journal_fd >= 0)
    close (journal_fd);
  return transport_service_fail (invocation, error);
}

static gboolean
handle_new_secret (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, GVariant *secret, gint64 expires_utc_s,
                   TransportService *self)
{
  GError *error = NULL;
  SecretBytes *taken = take_secret (fds, secret, &error);

  if (taken == NULL || !send_queue_renew (self->queue, taken, expires_utc_s, &error))
    return transport_service_fail (invocation, error);
  pr_transport2_complete_new_secret (skeleton, invocation, NULL);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_add_connection (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, guint endpoint, GVariant *socket,
                       const char *peer, TransportService *self)
{
  GError *error = NULL;
  int fd = take_fd (fds, socket, &error);

  if (fd >= 0)
    (void) fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_NONBLOCK);
  if (fd < 0 || !send_queue_connect (self->queue, fd, endpoint, peer, &error))
    return transport_service_fail (invocation, error);
  pr_transport2_complete_add_connection (skeleton, invocation, NULL);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_state_kept (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, guint64 serial, TransportService *self)
{
  GError *error = NULL;

  if (!send_queue_kept (self->queue, serial, &error))
    return transport_service_fail (invocation, error);
  pr_transport2_complete_state_kept (skeleton, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_state_given (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, guint64 serial, GVariant *records, TransportService *self)
{
  GError *error = NULL;

  if (!send_queue_given (self->queue, serial, records, &error))
    return transport_service_fail (invocation, error);
  pr_transport2_complete_state_given (skeleton, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
tested_cb (GVariant *report, gpointer data)
{
  TransportService *self = data;

  pr_transport2_complete_test (self->skeleton, g_steal_pointer (&self->test), report);
}

static gboolean
handle_test (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, TransportService *self)
{
  if (self->test != NULL)
    return transport_service_fail (invocation, g_error_new (FAULT, FAULT_USAGE, "a test is running already"));
  self->test = invocation;
  send_queue_test (self->queue, tested_cb, self);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_begin_campaign (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, guint64 id, guint version, GVariant *identity,
                       GVariant *parts, gboolean is_inspection, const char *const *columns, const char *const *aliases, GVariant *files,
                       TransportService *self)
{
  CampaignBeginning beginning = { id, identity, parts, is_inspection, columns, aliases, files, fds };
  GError *error = NULL;
  const CompiledCampaign *campaign = send_queue_begin_campaign (self->queue, &beginning, &error);

  if (campaign == NULL)
    return transport_service_fail (invocation, error);
  pr_transport2_complete_begin_campaign (skeleton, invocation, NULL, campaign->facts.fields, campaign->facts.required, campaign->facts.missing_files,
                                         campaign->facts.overhead, compiled_campaign_get_bound (campaign), campaign->facts.notes);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static GVariant *
compiled_campaign_preview (const CompiledCampaign *campaign, GVariant *frame, GError **error)
{
  static FrameRow row;
  g_autoptr (FrameWriter) messages = frame_writer_new (FRAME_MESSAGES);
  g_autoptr (GByteArray) message = g_byte_array_new ();
  g_autoptr (GError) broken = NULL;
  FrameReader reader;
  gsize len;
  const void *data = g_variant_get_fixed_array (frame, &len, 1);
  gboolean is_open = frame_open (&reader, FRAME_RECIPIENTS, data, len, &broken);

  while (is_open && frame_next (&reader, &row, &broken)) {
    g_autoptr (GError) unmade = NULL;
    gint64 date_utc_s = row.aux > 0 ? (gint64) row.aux : g_get_real_time () / G_USEC_PER_SEC;

    g_byte_array_set_size (message, 0);
    if (row.n_fields != campaign->n_columns + 2)
      g_set_error (&broken, FAULT, FAULT_USAGE, "a row does not have its campaign's columns");
    else if (!campaign->channel->preview (campaign->message, &row, date_utc_s, message, &unmade))
      g_byte_array_set_size (message, 0);
    if (broken == NULL && frame_writer_get_size (messages) + message->len > PREVIEW_MAX_BYTES)
      g_set_error (&broken, FAULT, FAULT_USAGE, "that is too much to preview at once: ask for fewer rows");
    if (broken != NULL)
      break;
    frame_writer_row (messages, row.key, row.aux, unmade != NULL ? 2 : 1);
    frame_writer_field (messages, message->data, message->len);
    if (unmade != NULL)
      frame_writer_string (messages, unmade->message);
  }
  if (broken == NULL)
    return frame_writer_finish (messages);
  g_set_error (error, FAULT, FAULT_USAGE, "%s", broken->message);
  return NULL;
}

static gboolean
handle_preview (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, guint64 id, GVariant *frame, TransportService *self)
{
  GError *error = NULL;
  const CompiledCampaign *campaign = send_queue_get_campaign (self->queue, id, &error);
  GVariant *messages = campaign != NULL ? compiled_campaign_preview (campaign, frame, &error) : NULL;

  if (messages == NULL)
    return transport_service_fail (invocation, error);
  pr_transport2_complete_preview (skeleton, invocation, campaign->channel->form, messages);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_send (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, guint64 id, GVariant *frame, GVariant *handles,
             TransportService *self)
{
  GError *error = NULL;
  RowFiles *files = row_files_new (handles, fds, &error);
  gboolean is_taken = files != NULL && send_queue_send (self->queue, id, frame, files, &error);

  row_files_unref (files);
  if (!is_taken)
    return transport_service_fail (invocation, error);
  pr_transport2_complete_send (skeleton, invocation, NULL);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_recall (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, guint64 id, GVariant *recipients, TransportService *self)
{
  gsize n;
  const guint64 *ids = g_variant_get_fixed_array (recipients, &n, sizeof *ids);
  g_autoptr (GArray) never_begun = send_queue_recall (self->queue, id, ids, n);

  pr_transport2_complete_recall (skeleton, invocation,
                                 g_variant_new_fixed_array (G_VARIANT_TYPE_UINT64, never_begun->data, never_begun->len, sizeof (guint64)));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
drained_cb (gpointer data)
{
  TransportService *self = data;

  if (self->drain != NULL)
    pr_transport2_complete_drain (self->skeleton, g_steal_pointer (&self->drain));
}

static gboolean
handle_drain (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, TransportService *self)
{
  if (self->drain != NULL)
    return transport_service_fail (invocation, g_error_new (FAULT, FAULT_USAGE, "it is draining already"));
  self->drain = invocation;
  send_queue_drain (self->queue, drained_cb, self);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_resume (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, TransportService *self)
{
  pr_transport2_complete_resume (skeleton, invocation);
  send_queue_resume (self->queue);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* --- towards core --- */

static void
need_connection_cb (guint endpoint, guint count, gpointer data)
{
  pr_transport2_emit_need_connection (((TransportService *) data)->skeleton, endpoint, count);
}

static void
connection_lost_cb (guint endpoint, const char *text, gpointer data)
{
  g_autofree char *shown = text_printable (text, -1, CONNECTION_TEXT_MAX);

  pr_transport2_emit_connection_lost (((TransportService *) data)->skeleton, endpoint, shown);
}

static void
paused_cb (const char *reason, const char *text, gpointer data)
{
  g_autofree char *shown = text_printable (text, -1, PAUSE_TEXT_MAX);

  pr_transport2_emit_paused (((TransportService *) data)->skeleton, reason, shown);
}

/* A closed connection fails quietly: the journal has it. */
static void
outcomes_cb (GVariant *rows, gpointer data)
{
  pr_transport2_emit_outcomes (((TransportService *) data)->skeleton, rows);
}

static void
silent_cb (const char *text, gpointer data)
{
  g_autofree char *shown = text_printable (text, -1, CONNECTION_TEXT_MAX);

  pr_transport2_emit_silent (((TransportService *) data)->skeleton, shown);
}

static void
need_secret_cb (const char *text, gpointer data)
{
  g_autofree char *shown = text_printable (text, -1, CONNECTION_TEXT_MAX);

  pr_transport2_emit_need_secret (((TransportService *) data)->skeleton, shown);
}

static void
state_changed_cb (guint64 serial, GVariant *records, gpointer data)
{
  pr_transport2_emit_state_changed (((TransportService *) data)->skeleton, serial, records);
}

static void
state_wanted_cb (guint64 serial, const char *const *keys, gpointer data)
{
  pr_transport2_emit_state_wanted (((TransportService *) data)->skeleton, serial, keys);
}

static void
events_cb (GVariant *rows, gpointer data)
{
  pr_transport2_emit_events (((TransportService *) data)->skeleton, rows);
}

static void
status_cb (const char *word, const char *text, gpointer data)
{
  g_autofree char *shown = text_printable (text, -1, PAUSE_TEXT_MAX);

  pr_transport2_emit_status (((TransportService *) data)->skeleton, word, shown);
}

static const SendQueueEvents events = {
  .need_connection = need_connection_cb, .connection_lost = connection_lost_cb, .silent = silent_cb, .outcomes = outcomes_cb, .paused = paused_cb,
  .need_secret = need_secret_cb, .state_changed = state_changed_cb, .state_wanted = state_wanted_cb, .events = events_cb, .status = status_cb,
};

TransportService *
transport_service_new (const Channel *channel, gpointer channel_self)
{
  static const struct {
    const char *signal;
    GCallback   handler;
  } handlers[] = {
    { "handle-open-account", G_CALLBACK (handle_open_account) },   { "handle-add-connection", G_CALLBACK (handle_add_connection) },
    { "handle-test", G_CALLBACK (handle_test) },                   { "handle-begin-campaign", G_CALLBACK (handle_begin_campaign) },
    { "handle-preview", G_CALLBACK (handle_preview) },             { "handle-send", G_CALLBACK (handle_send) },
    { "handle-recall", G_CALLBACK (handle_recall) },               { "handle-drain", G_CALLBACK (handle_drain) },
    { "handle-resume", G_CALLBACK (handle_resume) },               { "handle-new-secret", G_CALLBACK (handle_new_secret) },
    { "handle-state-kept", G_CALLBACK (handle_state_kept) },       { "handle-state-given", G_CALLBACK (handle_state_given) },
  };
  TransportService *self = g_new0 (TransportService, 1);

  self->skeleton = pr_transport2_skeleton_new ();
  self->queue = send_queue_new (channel, channel_self, &events, self);
  for (gsize i = 0; i < G_N_ELEMENTS (handlers); i++)
    g_signal_connect (self->skeleton, handlers[i].signal, handlers[i].handler, self);
  return self;
}

void
transport_service_free (TransportService *self)
{
  if (self == NULL)
    return;
  send_queue_free (self->queue);
  g_clear_object (&self->drain);
  g_clear_object (&self->test);
  g_object_unref (self->skeleton);
  g_free (self);
}

GDBusInterfaceSkeleton *
transport_service_get_skeleton (TransportService *self)
{
  return G_DBUS_INTERFACE_SKELETON (self->skeleton);
}

gboolean
transport_service_is_done (gpointer data)
{
  TransportService *self = data;

  if (!self->is_leaving) {
    self->is_leaving = TRUE;
    send_queue_drain (self->queue, NULL, NULL);
  }
  return send_queue_is_quiet (self->queue);
}
