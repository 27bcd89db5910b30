/* App1.TemplateInspect, CampaignPreview and MessagePreview: messages are compiled and built in a locked transport, never here. */
#include "app-pending.h"

#include "composer.h"
#include "fault.h"
#include "frame.h"
#include "samples.h"
#include "specimen.h"

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
  g_autoptr (Campaign) nobody = campaign_new_loose (subject, html, text);

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

static void
previewed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AppPending) pending = data;
  GError *error = NULL;
  g_autoptr (GVariant) messages = composer_preview_finish (pending->client->core->composer, result, &error);
  GVariant *joined = messages != NULL ? join_messages (messages, pending->rows) : NULL;

  if (messages != NULL && joined == NULL)
    g_set_error (&error, FAULT, FAULT_PROTOCOL, "the composing process gave other messages than it was asked for");
  if (error != NULL)
    app_return_error (pending->invocation, error);
  else
    pr_app1_complete_campaign_preview (pending->client->skeleton, pending->invocation, joined);
}

static gboolean
handle_preview (PrApp1 *skeleton, GDBusMethodInvocation *invocation, guint64 id, guint64 after, guint max_rows, gboolean is_samples, gpointer data)
{
  AppClient *client = data;
  GError *error = NULL;
  g_autoptr (Campaign) campaign = campaign_load (client->core, id, &error);
  g_autoptr (GPtrArray) rows = campaign != NULL ? samples_choose (client->core, id, after, MIN (max_rows, 200), is_samples, &error) : NULL;
  AppPending *pending;

  if (rows == NULL)
    return app_return_error (invocation, error);
  pending = app_pending_new (client, invocation);
  pending->rows = g_steal_pointer (&rows);
  composer_preview_async (client->core->composer, campaign, samples_to_frame (pending->rows), previewed_cb, pending);
  return TRUE;
}

static void
specimen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AppPending) pending = data;
  GError *error = NULL;
  g_autoptr (Specimen) specimen = specimen_finish (result, &error);

  if (specimen != NULL)
    pr_app1_complete_message_preview (pending->client->skeleton, pending->invocation, NULL,
                                      g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, specimen->message, TRUE), (const char *const *) specimen->missing);
  else
    app_return_error (pending->invocation, error);
}

static gboolean
handle_message (PrApp1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, GVariant *parts, const char *who, GVariant *files, gpointer data)
{
  AppClient *client = data;

  specimen_async (client->core, parts, who, files, fds, specimen_cb, app_pending_new (client, invocation));
  return TRUE;
}

void
app_preview_connect (AppClient *client)
{
  g_signal_connect (client->skeleton, "handle-template-inspect", G_CALLBACK (handle_inspect), client);
  g_signal_connect (client->skeleton, "handle-campaign-preview", G_CALLBACK (handle_preview), client);
  g_signal_connect (client->skeleton, "handle-message-preview", G_CALLBACK (handle_message), client);
}
