/* App1.Campaign*: a call becomes one function of core/control. Rows are in app-rows.c, messages in app-preview.c. */
#include "app-pending.h"

#include "campaigns.h"
#include "contract-keys.h"
#include "database.h"
#include "fault.h"
#include "prepare.h"
#include "sql-words.h"
#include <gio/gunixfdlist.h>
#include <string.h>

/* --- prepare, discard --- */

typedef struct {
  Core    *core;
  guint64  campaign;
} Prepared;

/* A campaign whose asker left without an answer must not keep its --once key until core leaves. A started one stays. */
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
  g_autoptr (AppPending) pending = data;
  g_autoptr (GVariant) summary = NULL;
  GError *error = NULL;
  guint64 id = prepare_finish (result, &summary, &error);
  gboolean is_already = FALSE; /* an earlier one, of another client: it stays when this one goes */

  if (id != 0)
    g_variant_lookup (summary, KEY_SUMMARY_ALREADY, "b", &is_already);
  if (id != 0 && !is_already)
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

  prepare_async (client->core, spec, files, fds, prepared_cb, app_pending_new (client, invocation));
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
  g_autoptr (AppPending) pending = data;
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

  campaigns_pause_async (client->core, id, moved_cb, app_pending_new (client, invocation));
  return TRUE;
}

static gboolean
handle_resume (PrApp1 *skeleton, GDBusMethodInvocation *invocation, guint64 id, GVariant *correction, gpointer data)
{
  AppClient *client = data;

  campaigns_resume_async (client->core, id, correction, moved_cb, app_pending_new (client, invocation));
  return TRUE;
}

static gboolean
handle_cancel (PrApp1 *skeleton, GDBusMethodInvocation *invocation, guint64 id, gpointer data)
{
  AppClient *client = data;

  campaigns_cancel_async (client->core, id, moved_cb, app_pending_new (client, invocation));
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
  sqlite3_stmt *row = database_query (client->core->database, "SELECT id FROM campaign WHERE state<>" SQL_CAMPAIGN_STATE (PREPARING) " ORDER BY id DESC LIMIT 10000", "");
  GVariantBuilder campaigns;

  while (database_step (client->core->database, row, &error) == 1) {
    guint64 id = (guint64) database_int (row, 0);

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
    { "handle-campaign-prepare", G_CALLBACK (handle_prepare) },
    { "handle-campaign-discard", G_CALLBACK (handle_discard) },
    { "handle-campaign-start", G_CALLBACK (handle_start) },     { "handle-campaign-pause", G_CALLBACK (handle_pause) },
    { "handle-campaign-resume", G_CALLBACK (handle_resume) },   { "handle-campaign-cancel", G_CALLBACK (handle_cancel) },
    { "handle-campaign-resolve", G_CALLBACK (handle_resolve) }, { "handle-campaign-show", G_CALLBACK (handle_show) },
    { "handle-campaign-list", G_CALLBACK (handle_list) },
    { "handle-campaign-watch", G_CALLBACK (handle_watch) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (handlers); i++)
    g_signal_connect (client->skeleton, handlers[i].signal, handlers[i].handler, client);
}
