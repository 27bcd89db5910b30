/* The campaigns of a lane: taken up, stopped, paused, dropped. */
#include "lane-private.h"

#include "countdown.h"
#include "fault.h"
#include "progress.h"
#include "text.h"

void
work_free (Work *work)
{
  campaign_free (work->campaign);
  g_array_unref (work->stoppers);
  g_queue_clear_full (&work->last, g_free);
  g_free (work->pause_reason);
  g_free (work->pause_text);
  g_free (work);
}

Work *
lane_find_work (Lane *self, guint64 campaign)
{
  for (guint i = 0; i < self->works->len; i++) {
    Work *work = g_ptr_array_index (self->works, i);

    if (work->campaign->id == campaign)
      return work;
  }
  return NULL;
}

void
work_note_reply (Work *self, const char *reply)
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
  for (guint i = 0; i < self->works->len; i++)
    work_note_reply (g_ptr_array_index (self->works, i), reply);
}

static gboolean
load (Lane *self, guint64 campaign, GError **error)
{
  Campaign *loaded = campaign_load (self->core, campaign, error);
  Work *work;

  if (loaded == NULL)
    return FALSE;
  work = g_new0 (Work, 1);
  work->campaign = loaded;
  work->stoppers = g_array_new (FALSE, FALSE, sizeof (Stopper));
  g_ptr_array_add (self->works, work);
  lane_begin (self, work);
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
  lane_schedule_turn (self, LANE_DISK_RETRY_S * 1000);
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
  if (lane_find_work (self, campaign) == NULL && !load (self, campaign, &error))
    load_later (self, campaign, error);
}

void
lane_stop_campaign (Lane *self, guint64 campaign, LaneStoppedFunc done, gpointer data)
{
  Work *work = lane_find_work (self, campaign);
  Stopper stopper = { done, data };

  if (work == NULL) { /* not here: still, its rows may be with a transport that nobody has recovered */
    lane_add_campaign (self, campaign);
    work = lane_find_work (self, campaign);
  }
  if (work == NULL) {
    forget_unloaded (self, campaign);
    done (data);
    return;
  }
  g_array_append_val (work->stoppers, stopper);
  work->is_stopping = TRUE;
  transport_link_recall (self->link, campaign);
  lane_wake (self);
}

gboolean
lane_find_stopping (Lane *self, guint64 campaign)
{
  Work *work = lane_find_work (self, campaign);

  return work != NULL && work->is_stopping;
}

void
lane_recall_all (Lane *self)
{
  for (guint i = 0; i < self->works->len; i++)
    transport_link_recall (self->link, ((Work *) g_ptr_array_index (self->works, i))->campaign->id);
}

void
lane_drain (Lane *self, LaneStoppedFunc done, gpointer data)
{
  Countdown *countdown = countdown_new (done, data);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint64));

  for (guint i = 0; i < self->works->len; i++)
    g_array_append_val (ids, ((Work *) g_ptr_array_index (self->works, i))->campaign->id);
  for (guint i = 0; i < ids->len; i++)
    lane_stop_campaign (self, g_array_index (ids, guint64, i), countdown_over_cb, countdown_add (countdown));
  countdown_over_cb (countdown);
}

static gboolean
write_pause (Lane *self, Work *work)
{
  g_autoptr (GError) error = NULL;

  if (!campaign_set_state (self->core, work->campaign->id, CAMPAIGN_PAUSED, work->pause_reason, work->pause_text, &error)) {
    g_warning ("campaign %" G_GUINT64_FORMAT " could not be marked as paused yet: %s", work->campaign->id, error->message);
    return FALSE;
  }
  g_clear_pointer (&work->pause_reason, g_free);
  g_clear_pointer (&work->pause_text, g_free);
  return TRUE;
}

/* Returns: FALSE while the store refuses one: its campaign stays here, or it would be SENDING there without a lane. */
gboolean
lane_write_pauses (Lane *self)
{
  gboolean is_done = TRUE;

  for (guint i = 0; i < self->works->len; i++) {
    Work *work = g_ptr_array_index (self->works, i);

    if (work->pause_reason != NULL && !write_pause (self, work))
      is_done = FALSE;
  }
  return is_done;
}

/* For a person to look at. Nothing more of it is handed over, whether the store takes the pause now or later. */
void
lane_pause_one (Lane *self, Work *work, const char *reason, const char *text)
{
  g_free (work->pause_reason);
  g_free (work->pause_text);
  work->pause_reason = g_strdup (reason);
  work->pause_text = text_printable (text, -1, 512);
  write_pause (self, work);
  work->is_stopping = TRUE;
  transport_link_recall (self->link, work->campaign->id);
  progress_touch_now (self->core->progress, work->campaign->id);
  lane_wake (self);
}

void
lane_pause_all (Lane *self, const char *reason, const char *text)
{
  for (guint i = 0; i < self->works->len; i++)
    lane_pause_one (self, g_ptr_array_index (self->works, i), reason, text);
}

/* The first ones that a person wanted to see have gone out, or met what there was in their way. */
void
lane_pause_after_first (Lane *self)
{
  for (guint i = 0; i < self->works->len; i++) {
    Work *work = g_ptr_array_index (self->works, i);
    gint64 counts[STATE_COUNT];
    g_autofree char *text = NULL;

    if (work->campaign->pause_after == 0 || work->is_stopping || !ledger_get_counts (self->core->store, work->campaign->id, counts, NULL) ||
        counts[STATE_HANDED] > 0 || ledger_count_begun (counts) < work->campaign->pause_after)
      continue;
    text = work->campaign->pause_after == 1
             ? g_strdup ("the first one was sent, as you asked: look at it, then resume to send the rest")
             : g_strdup_printf ("the first %" G_GINT64_FORMAT " were sent, as you asked: look at them, then resume to send the rest", work->campaign->pause_after);
    lane_pause_one (self, work, "first", text);
  }
}

/* What the turn has paused in the store leaves the lane, too. */
void
lane_stop_held (Lane *self)
{
  for (guint i = 0; i < self->works->len; i++) {
    Work *work = g_ptr_array_index (self->works, i);

    if (!work->is_held || work->is_stopping)
      continue;
    work->is_stopping = TRUE;
    transport_link_recall (self->link, work->campaign->id);
    progress_touch_now (self->core->progress, work->campaign->id);
  }
}

void
lane_drop_work (Lane *self, Work *work)
{
  g_autoptr (GArray) stoppers = g_array_ref (work->stoppers);
  guint64 campaign = work->campaign->id;

  g_ptr_array_remove (self->works, work);
  progress_touch_now (self->core->progress, campaign);
  for (guint i = 0; i < stoppers->len; i++) {
    const Stopper *stopper = &g_array_index (stoppers, Stopper, i);

    stopper->func (stopper->data);
  }
}

void
lane_drop_stopped (Lane *self)
{
  for (guint i = self->works->len; i-- > 0;) {
    Work *work = g_ptr_array_index (self->works, i);

    if (work->pause_reason != NULL && !self->core->is_leaving) /* leaving, it stays SENDING: the next core tries, and pauses it */
      continue;
    if (work->is_stopping && !lane_is_holding (self, work->campaign->id))
      lane_drop_work (self, work);
  }
}
