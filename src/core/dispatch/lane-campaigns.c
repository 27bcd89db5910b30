/* The campaigns of a lane: taken up, stopped, paused, dropped. */
#include "lane-private.h"

#include "completion-counter.h"
#include "fault.h"
#include "progress.h"
#include "text.h"

void
work_free (LaneCampaign *entry)
{
  campaign_free (entry->campaign);
  g_array_unref (entry->stop_callbacks);
  g_queue_clear_full (&entry->last, g_free);
  g_free (entry->pause_reason);
  g_free (entry->pause_text);
  g_free (entry);
}

LaneCampaign *
lane_find_campaign (Lane *self, guint64 campaign)
{
  for (guint i = 0; i < self->campaigns->len; i++) {
    LaneCampaign *entry = g_ptr_array_index (self->campaigns, i);

    if (entry->campaign->id == campaign)
      return entry;
  }
  return NULL;
}

void
lane_campaign_note_reply (LaneCampaign *self, const char *reply)
{
  if (reply[0] == '\0')
    return;
  g_queue_push_head (&self->last, g_strdup (reply));
  while (self->last.length > LAST_REPLIES)
    g_free (g_queue_pop_tail (&self->last));
}

void
lane_note_reply (Lane *self, const char *reply)
{
  for (guint i = 0; i < self->campaigns->len; i++)
    lane_campaign_note_reply (g_ptr_array_index (self->campaigns, i), reply);
}

static gboolean
lane_load (Lane *self, guint64 campaign, GError **error)
{
  Campaign *loaded = campaign_load (self->core, campaign, error);
  LaneCampaign *entry;

  if (loaded == NULL)
    return FALSE;
  entry = g_new0 (LaneCampaign, 1);
  entry->campaign = loaded;
  entry->stop_callbacks = g_array_new (FALSE, FALSE, sizeof (StopCallback));
  g_ptr_array_add (self->campaigns, entry);
  lane_begin (self, entry);
  lane_wake (self);
  return TRUE;
}

/* It is sending by the store's own word, which was given a moment ago: it will be had again. */
static void
load_later (Lane *self, guint64 campaign, const GError *error)
{
  g_warning ("campaign %" G_GUINT64_FORMAT ": %s", campaign, error->message);
  if (error->code == FAULT_NO_INPUT)
    return;
  g_array_append_val (self->unloaded, campaign);
  lane_schedule_cycle (self, LANE_DISK_RETRY_S * 1000);
}

void
lane_load_unloaded (Lane *self)
{
  g_autoptr (GArray) ids = NULL;

  if (self->unloaded->len == 0)
    return;
  ids = g_steal_pointer (&self->unloaded);
  self->unloaded = g_array_new (FALSE, FALSE, sizeof (guint64));
  for (guint i = 0; i < ids->len; i++)
    lane_add_campaign (self, g_array_index (ids, guint64, i));
}

static void
forget_unloaded (Lane *self, guint64 campaign)
{
  for (guint i = self->unloaded->len; i-- > 0;)
    if (g_array_index (self->unloaded, guint64, i) == campaign)
      g_array_remove_index (self->unloaded, i);
}

void
lane_add_campaign (Lane *self, guint64 campaign)
{
  g_autoptr (GError) error = NULL;

  forget_unloaded (self, campaign);
  if (lane_find_campaign (self, campaign) == NULL && !lane_load (self, campaign, &error))
    load_later (self, campaign, error);
}

void
lane_stop_campaign (Lane *self, guint64 campaign, LaneStoppedFunc done, gpointer data)
{
  LaneCampaign *entry = lane_find_campaign (self, campaign);
  StopCallback callback = { done, data };

  if (entry == NULL) { /* not here: still, its rows may be with a transport that nobody has recovered */
    lane_add_campaign (self, campaign);
    entry = lane_find_campaign (self, campaign);
  }
  if (entry == NULL) {
    forget_unloaded (self, campaign);
    done (data);
    return;
  }
  g_array_append_val (entry->stop_callbacks, callback);
  entry->is_stopping = TRUE;
  transport_link_recall (self->link, campaign);
  lane_wake (self);
}

gboolean
lane_find_stopping (Lane *self, guint64 campaign)
{
  LaneCampaign *entry = lane_find_campaign (self, campaign);

  return entry != NULL && entry->is_stopping;
}

void
lane_recall_all (Lane *self)
{
  for (guint i = 0; i < self->campaigns->len; i++)
    transport_link_recall (self->link, ((LaneCampaign *) g_ptr_array_index (self->campaigns, i))->campaign->id);
}

void
lane_drain (Lane *self, LaneStoppedFunc done, gpointer data)
{
  CompletionCounter *counter = completion_counter_new (done, data);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint64));

  for (guint i = 0; i < self->campaigns->len; i++)
    g_array_append_val (ids, ((LaneCampaign *) g_ptr_array_index (self->campaigns, i))->campaign->id);
  for (guint i = 0; i < ids->len; i++)
    lane_stop_campaign (self, g_array_index (ids, guint64, i), completion_counter_over_cb, completion_counter_add (counter));
  completion_counter_over_cb (counter);
}

static gboolean
write_pause (Lane *self, LaneCampaign *entry)
{
  g_autoptr (GError) error = NULL;

  if (!campaign_set_state (self->core, entry->campaign->id, CAMPAIGN_PAUSED, entry->pause_reason, entry->pause_text, &error)) {
    g_warning ("campaign %" G_GUINT64_FORMAT " could not be marked as paused yet: %s", entry->campaign->id, error->message);
    return FALSE;
  }
  g_clear_pointer (&entry->pause_reason, g_free);
  g_clear_pointer (&entry->pause_text, g_free);
  return TRUE;
}

/* Returns: FALSE while the store refuses one: its campaign stays here, or it would be SENDING there without a lane. */
gboolean
lane_write_pauses (Lane *self)
{
  gboolean is_done = TRUE;

  for (guint i = 0; i < self->campaigns->len; i++) {
    LaneCampaign *entry = g_ptr_array_index (self->campaigns, i);

    if (entry->pause_reason != NULL && !write_pause (self, entry))
      is_done = FALSE;
  }
  return is_done;
}

/* For a person to look at. Nothing more of it is handed over, whether the store takes the pause now or later. */
void
lane_pause_one (Lane *self, LaneCampaign *entry, const char *reason, const char *text)
{
  g_free (entry->pause_reason);
  g_free (entry->pause_text);
  entry->pause_reason = g_strdup (reason);
  entry->pause_text = text_printable (text, -1, 512);
  write_pause (self, entry);
  entry->is_stopping = TRUE;
  transport_link_recall (self->link, entry->campaign->id);
  progress_touch_now (self->core->progress, entry->campaign->id);
  lane_wake (self);
}

void
lane_pause_all (Lane *self, const char *reason, const char *text)
{
  for (guint i = 0; i < self->campaigns->len; i++)
    lane_pause_one (self, g_ptr_array_index (self->campaigns, i), reason, text);
}

/* The first ones that a person wanted to see have gone out, or met what there was in their way. */
void
lane_pause_after_first (Lane *self)
{
  for (guint i = 0; i < self->campaigns->len; i++) {
    LaneCampaign *entry = g_ptr_array_index (self->campaigns, i);
    gint64 counts[STATE_COUNT];
    g_autofree char *text = NULL;

    if (entry->campaign->pause_after == 0 || entry->is_stopping || !ledger_get_counts (self->core->database, entry->campaign->id, counts, NULL) ||
        counts[STATE_HANDED] > 0 || ledger_count_begun (counts) < entry->campaign->pause_after)
      continue;
    text = entry->campaign->pause_after == 1
             ? g_strdup ("the first one was sent, as you asked: look at it, then resume to send the rest")
             : g_strdup_printf ("the first %" G_GINT64_FORMAT " were sent, as you asked: look at them, then resume to send the rest", entry->campaign->pause_after);
    lane_pause_one (self, entry, "first", text);
  }
}

/* What the cycle has paused in the store leaves the lane, too. */
void
lane_stop_held (Lane *self)
{
  for (guint i = 0; i < self->campaigns->len; i++) {
    LaneCampaign *entry = g_ptr_array_index (self->campaigns, i);

    if (!entry->is_held || entry->is_stopping)
      continue;
    entry->is_stopping = TRUE;
    transport_link_recall (self->link, entry->campaign->id);
    progress_touch_now (self->core->progress, entry->campaign->id);
  }
}

void
lane_drop_campaign (Lane *self, LaneCampaign *entry)
{
  g_autoptr (GArray) stop_callbacks = g_array_ref (entry->stop_callbacks);
  guint64 campaign = entry->campaign->id;

  g_ptr_array_remove (self->campaigns, entry);
  progress_touch_now (self->core->progress, campaign);
  for (guint i = 0; i < stop_callbacks->len; i++) {
    const StopCallback *callback = &g_array_index (stop_callbacks, StopCallback, i);

    callback->func (callback->data);
  }
}

void
lane_drop_stopped (Lane *self)
{
  for (guint i = self->campaigns->len; i-- > 0;) {
    LaneCampaign *entry = g_ptr_array_index (self->campaigns, i);

    if (entry->pause_reason != NULL && !self->core->is_leaving) /* leaving, it stays SENDING: the next core tries, and pauses it */
      continue;
    if (entry->is_stopping && !lane_is_holding (self, entry->campaign->id))
      lane_drop_campaign (self, entry);
  }
}
