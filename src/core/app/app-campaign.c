/* App1.Campaign* and TemplateInspect: a call becomes one function of core/campaign. */
#include "app.h"

#include "campaigns.h"
#include "composer.h"
#include "fault.h"
#include "frame.h"
#include "kill-point.h"
#include "ledger.h"
#include "message-id.h"
#include "prepare.h"
#include "samples.h"
#include "store.h"
#include <gio/gunixfdlist.h>
#include <string.h>

#define PAGE_ROWS_MAX 5000                 /* chosen: some MiB at most */
#define PAGE_BYTES_MAX (4 * 1024 * 1024)   /* contract: 8 MiB, with room for one more row */

typedef struct { /* a call that is answered later */
  AppClient             *client;
  GDBusMethodInvocation *invocation;
  guint64                campaign;
  GPtrArray             *rows; /* of Sample: previews */
} Pending;

static Pending *
pending_new (AppClient *client, GDBusMethodInvocation *invocation, guint64 campaign)
{
  Pending *self = g_new0 (Pending, 1);

  *self = (Pending){ app_client_ref (client), invocation, campaign, NULL };
  app_hold (client->core);
  return self;
}

static void
pending_free (Pending *self)
{
  app_release (self->client->core);
  app_client_unref (self->client);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pending, pending_free)

/* --- prepare, inspect, discard --- */

typedef struct {
  Core    *core;
  guint64  campaign;
} Prepared;

/* Who asked for it left without an answer: it must not keep its --once key until core leaves. What was started stays. */
static void
gone_cb (GCancellable *gone, gpointer data)
{
  const Prepared *prepared = data;

  prepare_discard (prepared->core, prepared->campaign, NULL);
}

static void
prepared_free (gpointer data, GClosure *closure)
{
  g_free (data);
}

static void
watch_prepared (AppClient *client, guint64 id)
{
  Prepared *prepared = g_new (Prepared, 1);

  *prepared = (Prepared){ client->core, id };
  g_signal_connect_data (client->gone, "cancelled", G_CALLBACK (gone_cb), prepared, prepared_free, 0);
  if (g_cancellable_is_cancelled (client->gone))
    gone_cb (client->gone, prepared);
}

static void
prepared_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Pending) pending = data;
  g_autoptr (GVariant) summary = NULL;
  GError *error = NULL;
  guint64 id = prepare_finish (result, &summary, &error);

  if (id != 0)
    watch_prepared (pending->client, id);
  if (id != 0)
    pr_app1_complete_campaign_prepare (pending->client->skeleton, pending->invocation, NULL, id, summary);
  else
    app_return_error (pending->invocation, error);
}

static gboolean
handle_prepare (PrApp1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, GVariant *spec, GVariant *files, gpointer data)
{
  AppClient *client = data;

  prepare_async (client->core, spec, files, fds, prepared_cb, pending_new (client, invocation, 0));
  return TRUE;
}

static void
inspected_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Pending) pending = data;
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
  g_autoptr (Campaign) nobody = g_new0 (Campaign, 1);

  nobody->sender = g_strdup ("nobody@example.invalid");
  nobody->reply_to = g_strdup ("");
  nobody->unsubscribe = g_strdup ("");
  nobody->subject = g_strdup (subject);
  nobody->html = g_strdup (html);
  nobody->body_text = g_strdup (text);
  nobody->columns = g_new0 (char *, 1);
  composer_begin_async (client->core->composer, nobody, inspected_cb, pending_new (client, invocation, 0));
  return TRUE;
}

static gboolean
handle_discard (PrApp1 *skeleton, GDBusMethodInvocation *invocation, guint64 id, gpointer data)
{
  AppClient *client = data;
  GError *error = NULL;

  if (!prepare_discard (client->core, id, &error))
    return app_return_error (invocation, error);
  pr_app1_complete_campaign_discard (skeleton, invocation);
  return TRUE;
}

/* --- previews --- */

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
    frame_writer_row (joined, sample->recipient, 0, 4);
    frame_writer_field (joined, message->fields[0].data, message->fields[0].len);
    frame_writer_string (joined, sample->address);
    frame_writer_string (joined, sample->name);
    frame_writer_string (joined, sample->why);
  }
  return at == rows->len ? frame_writer_finish (joined) : NULL;
}

static void
previewed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Pending) pending = data;
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
  Pending *pending;

  if (rows == NULL)
    return app_return_error (invocation, error);
  pending = pending_new (client, invocation, id);
  pending->rows = g_steal_pointer (&rows);
  composer_preview_async (client->core->composer, campaign, samples_to_frame (pending->rows), previewed_cb, pending);
  return TRUE;
}

/* --- start, pause, resume, cancel, resolve --- */

static gboolean
handle_start (PrApp1 *skeleton, GDBusMethodInvocation *invocation, guint64 id, gpointer data)
{
  AppClient *client = data;
  GError *error = NULL;

  if (!campaigns_start (client->core, id, &error))
    return app_return_error (invocation, error);
  pr_app1_complete_campaign_start (skeleton, invocation);
  return TRUE;
}

/* Pause, resume and cancel have empty answers: one callback completes any of them. */
static void
moved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Pending) pending = data;
  GError *error = NULL;

  if (campaigns_finish (result, &error))
    g_dbus_method_invocation_return_value (pending->invocation, NULL);
  else
    app_return_error (pending->invocation, error);
}

static gboolean
handle_pause (PrApp1 *skeleton, GDBusMethodInvocation *invocation, guint64 id, gpointer data)
{
  AppClient *client = data;

  campaigns_pause_async (client->core, id, moved_cb, pending_new (client, invocation, id));
  return TRUE;
}

static gboolean
handle_resume (PrApp1 *skeleton, GDBusMethodInvocation *invocation, guint64 id, GVariant *correction, gpointer data)
{
  AppClient *client = data;

  campaigns_resume_async (client->core, id, correction, moved_cb, pending_new (client, invocation, id));
  return TRUE;
}

static gboolean
handle_cancel (PrApp1 *skeleton, GDBusMethodInvocation *invocation, guint64 id, gpointer data)
{
  AppClient *client = data;

  campaigns_cancel_async (client->core, id, moved_cb, pending_new (client, invocation, id));
  return TRUE;
}

static gboolean
handle_resolve (PrApp1 *skeleton, GDBusMethodInvocation *invocation, guint64 id, const char *how, const char *const *addresses, gpointer data)
{
  AppClient *client = data;
  GError *error = NULL;
  guint count = 0;

  if (!campaigns_resolve (client->core, id, how, addresses, &count, &error))
    return app_return_error (invocation, error);
  pr_app1_complete_campaign_resolve (skeleton, invocation, count);
  return TRUE;
}

/* --- looking --- */

static gboolean
handle_show (PrApp1 *skeleton, GDBusMethodInvocation *invocation, guint64 id, gpointer data)
{
  AppClient *client = data;
  GError *error = NULL;
  GVariant *numbers = campaigns_describe (client->core, id, TRUE, &error);

  if (numbers == NULL)
    return app_return_error (invocation, error);
  pr_app1_complete_campaign_show (skeleton, invocation, numbers);
  return TRUE;
}

static gboolean
handle_list (PrApp1 *skeleton, GDBusMethodInvocation *invocation, gpointer data)
{
  AppClient *client = data;
  GError *error = NULL;
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  sqlite3_stmt *row = store_query (client->core->store, "SELECT id FROM campaign WHERE state>=1 ORDER BY id DESC LIMIT 10000", "");
  GVariantBuilder campaigns;

  while (store_step (client->core->store, row, &error) == 1) {
    guint64 id = (guint64) store_int (row, 0);

    g_array_append_val (ids, id);
  }
  g_variant_builder_init (&campaigns, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; error == NULL && i < ids->len; i++) {
    GVariant *numbers = campaigns_describe (client->core, g_array_index (ids, guint64, i), FALSE, &error);

    if (numbers != NULL)
      g_variant_builder_add_value (&campaigns, numbers);
  }
  if (error != NULL) {
    g_variant_builder_clear (&campaigns);
    return app_return_error (invocation, error);
  }
  pr_app1_complete_campaign_list (skeleton, invocation, g_variant_builder_end (&campaigns));
  return TRUE;
}

static void
write_ledger_row (FrameWriter *frame, sqlite3_stmt *row, const Campaign *campaign, const char *domain)
{
  guint64 id = (guint64) store_int (row, 0);
  State state = (State) store_int (row, 1);
  gint64 time_utc = store_int (row, 4);
  g_autoptr (GDateTime) when = time_utc > 0 ? g_date_time_new_from_unix_utc (time_utc) : NULL;
  g_autofree char *time = when != NULL ? g_date_time_format (when, "%Y-%m-%dT%H:%M:%SZ") : g_strdup ("");
  g_autofree char *message_id = store_int (row, 3) > 0 ? message_id_new (campaign->identity, id, domain) : g_strdup ("");
  g_autofree char *version = g_strdup_printf ("%" G_GINT64_FORMAT, store_int (row, 6));

  frame_writer_row (frame, id, (guint32) store_int (row, 3), 8 + frame_count_raw (sqlite3_column_blob (row, 9), (gsize) sqlite3_column_bytes (row, 9)));
  frame_writer_string (frame, store_text (row, 7));
  frame_writer_string (frame, store_text (row, 8));
  frame_writer_string (frame, state_to_word (state));
  frame_writer_string (frame, store_text (row, 2));
  frame_writer_string (frame, time);
  frame_writer_string (frame, store_text (row, 5));
  frame_writer_string (frame, message_id);
  frame_writer_string (frame, version);
  frame_writer_raw (frame, sqlite3_column_blob (row, 9), (gsize) sqlite3_column_bytes (row, 9));
}

static gboolean
handle_rows (PrApp1 *skeleton, GDBusMethodInvocation *invocation, guint64 id, guint64 after, guint max_rows, gpointer data)
{
  AppClient *client = data;
  GError *error = NULL;
  g_autoptr (Campaign) campaign = campaign_load (client->core, id, &error);
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_LEDGER);
  const char *at = campaign != NULL ? strrchr (campaign->sender_address, '@') : NULL;
  sqlite3_stmt *row;

  if (campaign == NULL)
    return app_return_error (invocation, error);
  row = store_query (client->core->store,
                     "SELECT id,state,reason,attempt,time_utc,reply,version,address,name,fields FROM ledger WHERE campaign=? AND id>? ORDER BY id LIMIT ?",
                     "iii", (gint64) id, (gint64) after, (gint64) MIN (max_rows, PAGE_ROWS_MAX));
  while (frame_writer_get_size (frame) < PAGE_BYTES_MAX && store_step (client->core->store, row, &error) == 1)
    write_ledger_row (frame, row, campaign, at != NULL ? at + 1 : "localhost");
  sqlite3_reset (row);
  if (error != NULL)
    return app_return_error (invocation, error);
  KILL_POINT ("core-export-page");
  pr_app1_complete_campaign_rows (skeleton, invocation, (const char *const *) campaign->columns, frame_writer_finish (frame));
  return TRUE;
}

static gboolean
handle_watch (PrApp1 *skeleton, GDBusMethodInvocation *invocation, guint64 id, gpointer data)
{
  AppClient *client = data;

  client->watched = id;
  pr_app1_complete_campaign_watch (skeleton, invocation);
  return TRUE;
}

void
app_campaign_connect (AppClient *client)
{
  static const struct {
    const char *signal;
    GCallback   handler;
  } handlers[] = {
    { "handle-campaign-prepare", G_CALLBACK (handle_prepare) }, { "handle-template-inspect", G_CALLBACK (handle_inspect) },
    { "handle-campaign-discard", G_CALLBACK (handle_discard) }, { "handle-campaign-preview", G_CALLBACK (handle_preview) },
    { "handle-campaign-start", G_CALLBACK (handle_start) },     { "handle-campaign-pause", G_CALLBACK (handle_pause) },
    { "handle-campaign-resume", G_CALLBACK (handle_resume) },   { "handle-campaign-cancel", G_CALLBACK (handle_cancel) },
    { "handle-campaign-resolve", G_CALLBACK (handle_resolve) }, { "handle-campaign-show", G_CALLBACK (handle_show) },
    { "handle-campaign-list", G_CALLBACK (handle_list) },       { "handle-campaign-rows", G_CALLBACK (handle_rows) },
    { "handle-campaign-watch", G_CALLBACK (handle_watch) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (handlers); i++)
    g_signal_connect (client->skeleton, handlers[i].signal, handlers[i].handler, client);
}
