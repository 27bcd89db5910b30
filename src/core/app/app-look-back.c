/* App1.CampaignSent, CampaignHistory and CampaignArchive: what became of a campaign, long after. */
#include "app-pending.h"

#include "campaign.h"
#include "clock.h"
#include "database.h"
#include "fault.h"
#include "history.h"
#include "sent.h"

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AppPending) pending = data;
  g_autoptr (GVariant) facts = NULL;
  GError *error = NULL;
  g_autoptr (GBytes) message = sent_finish (result, &facts, &error);

  if (message != NULL)
    pr_app1_complete_campaign_sent (pending->client->skeleton, pending->invocation, g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, message, TRUE), facts);
  else
    app_return_error (pending->invocation, error);
}

static gboolean
handle_sent (PrApp1 *skeleton, GDBusMethodInvocation *invocation, guint64 campaign, guint64 recipient, gpointer data)
{
  AppClient *client = data;

  sent_async (client->core, campaign, recipient, sent_cb, app_pending_new (client, invocation));
  return TRUE;
}

static gboolean
handle_history (PrApp1 *skeleton, GDBusMethodInvocation *invocation, guint64 campaign, guint step_s, guint64 after, gpointer data)
{
  AppClient *client = data;
  GError *error = NULL;
  guint64 scanned = 0;
  GVariant *floating = history_count (client->core, campaign, step_s, after, &scanned, &error);
  g_autoptr (GVariant) counts = floating != NULL ? g_variant_ref_sink (floating) : NULL;
  GVariant *marks = counts != NULL ? history_marks (client->core, campaign, &error) : NULL;

  if (marks == NULL)
    return app_return_error (invocation, error);
  pr_app1_complete_campaign_history (skeleton, invocation, counts, marks, scanned);
  return TRUE;
}

/* Only what has ended is put away: what still needs somebody must not be out of sight. */
static gboolean
app_look_back_archive (Core *core, guint64 id, gboolean is_archived, GError **error)
{
  g_autoptr (Campaign) campaign = campaign_load (core, id, error);

  if (campaign == NULL)
    return FALSE;
  if (is_archived && campaign->state != CAMPAIGN_DONE && campaign->state != CAMPAIGN_CANCELLED) {
    g_set_error_literal (error, FAULT, FAULT_USAGE, "only a campaign that has ended can be put into the archive");
    return FALSE;
  }
  return database_run (core->database, error, "UPDATE campaign SET archived_utc=? WHERE id=?", "ii", is_archived ? clock_now_utc () : (gint64) 0, (gint64) id);
}

static gboolean
handle_archive (PrApp1 *skeleton, GDBusMethodInvocation *invocation, guint64 id, gboolean is_archived, gpointer data)
{
  AppClient *client = data;
  GError *error = NULL;

  if (!app_look_back_archive (client->core, id, is_archived, &error))
    return app_return_error (invocation, error);
  pr_app1_complete_campaign_archive (skeleton, invocation);
  return TRUE;
}

void
app_look_back_connect (AppClient *client)
{
  g_signal_connect (client->skeleton, "handle-campaign-sent", G_CALLBACK (handle_sent), client);
  g_signal_connect (client->skeleton, "handle-campaign-history", G_CALLBACK (handle_history), client);
  g_signal_connect (client->skeleton, "handle-campaign-archive", G_CALLBACK (handle_archive), client);
}
