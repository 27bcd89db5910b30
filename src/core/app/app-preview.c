/* App1.TemplateInspect, CampaignPreview, CampaignCorrected and MessagePreview: messages are compiled and built in a locked transport, never here. */
#include "app-pending.h"

#include "composer.h"
#include "contract-keys.h"
#include "fault.h"
#include "frame.h"
#include "samples.h"
#include "message-preview.h"

static void
inspected_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AppPending) pending = data;
  GError *error = NULL;
  g_autoptr (Composed) composed = composer_begin_finish (pending->client->core->composer, result, &error);

  if (composed != NULL)
    pr_app1_complete_template_inspect (pending->client->skeleton, pending->invocation, (const char *const *) composed->fields,
                                       (const char *const *) composed->required, (const char *const *) composed->images);
  else
    app_return_error (pending->invocation, error);
}

static gboolean
handle_inspect (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *subject, const char *html, const char *text, gpointer data)
{
  AppClient *client = data;
  g_autoptr (Campaign) nobody = campaign_new_loose ();

  message_parts_set (nobody->parts, KEY_MESSAGE_SUBJECT, subject);
  message_parts_set (nobody->parts, KEY_MESSAGE_HTML, html);
  message_parts_set (nobody->parts, KEY_MESSAGE_TEXT, text);
  composer_begin_async (client->core->composer, nobody, inspected_cb, app_pending_new (client, invocation));
  return TRUE;
}

static GVariant *
join_messages (GVariant *messages, GPtrArray *rows)
{
  g_autoptr (FrameWriter) joined = frame_writer_new (FRAME_MESSAGES);
  g_autofree FrameRow *message = g_new (FrameRow, 1);
  FrameReader reader;
  guint at = 0;

  if (!frame_open (&reader, FRAME_MESSAGES, g_variant_get_data (messages), g_variant_get_size (messages), NULL))
    return NULL;
  while (at < rows->len && frame_next (&reader, message, NULL)) {
    const Sample *sample = g_ptr_array_index (rows, at++);

    if (message->n_fields < 1 || message->key != sample->recipient)
      return NULL;
    frame_writer_row (joined, sample->recipient, 0, 5);
    frame_writer_field (joined, message->fields[0].data, message->fields[0].len);
    frame_writer_string (joined, sample->address);
    frame_writer_string (joined, sample->name);
    frame_writer_string (joined, sample->why);
    frame_writer_field (joined, message->n_fields > 1 ? message->fields[1].data : "", message->n_fields > 1 ? message->fields[1].len : 0);
  }
  return at == rows->len ? frame_writer_finish (joined) : NULL;
}

/* Returns: floating, or NULL after it has answered with the error. */
static GVariant *
finish_messages (AppPending *pending, GAsyncResult *result)
{
  GError *error = NULL;
  g_autoptr (GVariant) messages = composer_preview_finish (pending->client->core->composer, result, &error);
  GVariant *joined = messages != NULL ? join_messages (messages, pending->rows) : NULL;

  if (messages != NULL && joined == NULL)
    g_set_error (&error, FAULT, FAULT_PROTOCOL, "the composing process gave other messages than it was asked for");
  if (error != NULL)
    app_return_error (pending->invocation, error);
  return joined;
}

static void
previewed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AppPending) pending = data;
  GVariant *messages = finish_messages (pending, result);

  if (messages != NULL)
    pr_app1_complete_campaign_preview (pending->client->skeleton, pending->invocation, messages);
}

static void
corrected_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AppPending) pending = data;
  GVariant *messages = finish_messages (pending, result);

  if (messages != NULL)
    pr_app1_complete_campaign_corrected (pending->client->skeleton, pending->invocation, messages);
}

#define PREVIEW_ROWS_MAX 200

/* rows: taken. */
static void
preview_rows (AppPending *pending, const Campaign *campaign, GPtrArray *rows)
{
  pending->rows = rows;
  composer_preview_async (pending->client->core->composer, campaign, samples_to_frame (rows, campaign), previewed_cb, pending);
}

/* Which people are worth a look depends on what the message uses of them, and only the locked transport reads it. */
static void
bound_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  AppPending *pending = data;
  Core *core = pending->client->core;
  GError *error = NULL;
  g_autoptr (Composed) composed = composer_begin_finish (core->composer, result, &error);
  GPtrArray *rows = composed != NULL ? samples_choose (core, pending->campaign->id, composed->bound, g_strv_length (composed->fields), pending->max_rows, &error) : NULL;

  if (rows != NULL) {
    preview_rows (pending, pending->campaign, rows);
    return;
  }
  app_return_error (pending->invocation, error);
  app_pending_free (pending);
}

static gboolean
handle_preview (PrApp1 *skeleton, GDBusMethodInvocation *invocation, guint64 id, guint64 after, guint max_rows, gboolean is_samples, gpointer data)
{
  AppClient *client = data;
  GError *error = NULL;
  g_autoptr (Campaign) campaign = campaign_load (client->core, id, &error);
  GPtrArray *rows = campaign != NULL && !is_samples ? samples_page (client->core, id, after, MIN (max_rows, PREVIEW_ROWS_MAX), FALSE, &error) : NULL;
  AppPending *pending;

  if (error != NULL)
    return app_return_error (invocation, error);
  pending = app_pending_new (client, invocation);
  if (rows != NULL) {
    preview_rows (pending, campaign, rows);
    return TRUE;
  }
  pending->max_rows = MIN (max_rows, PREVIEW_ROWS_MAX);
  pending->campaign = g_steal_pointer (&campaign);
  composer_begin_async (client->core->composer, pending->campaign, bound_cb, pending);
  return TRUE;
}

static gboolean
handle_corrected (PrApp1 *skeleton, GDBusMethodInvocation *invocation, guint64 id, GVariant *correction, guint64 after, guint max_rows, gpointer data)
{
  AppClient *client = data;
  GError *error = NULL;
  g_autoptr (Campaign) campaign = campaign_load (client->core, id, &error);
  gboolean is_corrected, is_fine = campaign != NULL && campaign_correct (campaign, correction, &is_corrected, &error);
  GPtrArray *rows = is_fine ? samples_page (client->core, id, after, MIN (max_rows, PREVIEW_ROWS_MAX), TRUE, &error) : NULL;
  AppPending *pending;

  if (rows == NULL)
    return app_return_error (invocation, error);
  pending = app_pending_new (client, invocation);
  pending->rows = rows;
  composer_show_async (client->core->composer, campaign, samples_to_frame (rows, campaign), corrected_cb, pending);
  return TRUE;
}

static void
message_preview_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AppPending) pending = data;
  GError *error = NULL;
  g_autoptr (MessagePreview) preview = message_preview_finish (result, &error);

  if (preview != NULL)
    pr_app1_complete_message_preview (pending->client->skeleton, pending->invocation, NULL,
                                      g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, preview->message, TRUE), (const char *const *) preview->missing);
  else
    app_return_error (pending->invocation, error);
}

static gboolean
handle_message (PrApp1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, GVariant *parts, const char *who, GVariant *files, gpointer data)
{
  AppClient *client = data;

  message_preview_async (client->core, parts, who, files, fds, message_preview_cb, app_pending_new (client, invocation));
  return TRUE;
}

void
app_preview_connect (AppClient *client)
{
  g_signal_connect (client->skeleton, "handle-template-inspect", G_CALLBACK (handle_inspect), client);
  g_signal_connect (client->skeleton, "handle-campaign-preview", G_CALLBACK (handle_preview), client);
  g_signal_connect (client->skeleton, "handle-campaign-corrected", G_CALLBACK (handle_corrected), client);
  g_signal_connect (client->skeleton, "handle-message-preview", G_CALLBACK (handle_message), client);
}
