#include "clock.h"
#include "lane-private.h"

#include "kill-point.h"
#include "progress.h"
#include "rollback-guard.h"
#include <string.h>

#define TURN_DELAY_MS 2         /* chosen: outcomes that come close together are one flush of the disk */
#define IDLE_CLOSE_S 5          /* nothing due for longer: no transport is kept waiting */
#define TIMER_MAX_S 60          /* look at the clock again at least once a minute: it may have been set */
#define IDLE_TURN_US 100000 /* chosen: rows are due and nothing is under way that would wake us */
#define QUOTA_STEP_US (60 * (gint64) G_USEC_PER_SEC) /* a window that opens and closes by the second is one wait */

Lane *
lane_new (Core *core, gint64 account)
{
  Lane *self = g_new0 (Lane, 1);

  self->core = core;
  self->account_id = account;
  self->campaigns = g_ptr_array_new_with_free_func ((GDestroyNotify) work_free);
  self->unloaded = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->link = lane_make_link (self);
  lane_schedule_cycle (self, 0);
  return self;
}

void
lane_free (Lane *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->cycle_source, g_source_remove);
  g_clear_handle_id (&self->timer_source, g_source_remove);
  transport_link_free (self->link);
  account_free (self->account);
  pace_free (self->pace);
  g_ptr_array_unref (self->campaigns);
  g_array_unref (self->unloaded);
  g_free (self->reason);
  g_free (self->text);
  g_free (self->last_wait_reason);
  g_free (self->last_wait_text);
  g_free (self);
}

/* --- what is next --- */

void
lane_touch_all (Lane *self)
{
  for (guint i = 0; i < self->campaigns->len; i++)
    progress_touch (self->core->progress, ((LaneCampaign *) g_ptr_array_index (self->campaigns, i))->campaign->id);
}

/* When does the next row of any campaign fall due? now_utc if one is, 0: never. */
gint64
lane_get_next_due (Lane *self, gint64 now_utc)
{
  gint64 next_utc = 0;

  for (guint i = 0; i < self->campaigns->len; i++) {
    LaneCampaign *entry = g_ptr_array_index (self->campaigns, i);
    gint64 counts[STATE_COUNT], due_utc = 0;

    if (entry->is_stopping || !ledger_get_counts (self->core->database, entry->campaign->id, counts, NULL))
      continue;
    if (counts[STATE_QUEUED] > 0)
      return now_utc;
    if (counts[STATE_LATER] > 0 && ledger_get_next_due (self->core->database, entry->campaign->id, self->account_id, &due_utc, NULL) &&
        (next_utc == 0 || due_utc < next_utc))
      next_utc = MAX (now_utc, due_utc);
  }
  return next_utc;
}

static gboolean
timer_cb (gpointer data)
{
  Lane *self = data;

  self->timer_source = 0;
  lane_schedule_cycle (self, 0);
  return G_SOURCE_REMOVE;
}

/* One timer for the next thing that only time brings: the end of a wait, the pace, a later row. */
static void
set_timer (Lane *self, gint64 delay_us)
{
  g_clear_handle_id (&self->timer_source, g_source_remove);
  delay_us = CLAMP (delay_us, 1000, TIMER_MAX_S * G_USEC_PER_SEC);
  self->timer_source = g_timeout_add ((guint) ((delay_us + 999) / 1000), timer_cb, self);
}

/* The provider's hours and days are no chance to try either. Minutes are not worth a write. */
static void
note_quota (Lane *self, gint64 now_us)
{
  guint full_s = self->pace != NULL ? pace_get_full_window_s (self->pace) : 0;
  gint64 waited_us = self->quota_since_us != 0 ? now_us - self->quota_since_us : 0;

  if (full_s > 60) {
    if (self->quota_since_us == 0)
      self->quota_since_us = now_us;
  } else if (waited_us >= QUOTA_STEP_US) {
    ledger_shift_lifetime (self->core->database, self->account_id, waited_us / G_USEC_PER_SEC, NULL);
    self->quota_since_us = 0;
  }
}

/* Nothing is outstanding: is there a reason to have no transport for now, or a fresh one? */
static gboolean
is_to_be_closed (Lane *self, gint64 delay_us)
{
  if (transport_link_is_full (self->link)) {
    KILL_POINT ("core-rotating");
    return TRUE;
  }
  return delay_us > IDLE_CLOSE_S * G_USEC_PER_SEC;
}

static void
lane_plan (Lane *self)
{
  gint64 now_us = g_get_monotonic_time (), now_utc = clock_now_utc (), next_utc, delay_us;
  gboolean is_idle = transport_link_is_open (self->link) && transport_link_count_outstanding (self->link) == 0;

  if (self->reason != NULL) {
    set_timer (self, self->wait_until_us - now_us);
    return;
  }
  note_quota (self, now_us);
  next_utc = lane_get_next_due (self, now_utc);
  if (is_idle && (next_utc == 0 || self->is_refusing))
    transport_link_close (self->link);
  if (next_utc == 0)
    return;
  delay_us = (next_utc - now_utc) * G_USEC_PER_SEC;
  if (self->pace != NULL) {
    pace_recover (self->pace, now_us);
    delay_us = MAX (delay_us, pace_delay_us (self->pace, now_us, now_utc));
  }
  if (is_idle && transport_link_is_open (self->link) && is_to_be_closed (self, delay_us))
    transport_link_close (self->link);
  if (transport_link_is_closed (self->link) && delay_us <= G_USEC_PER_SEC)
    lane_open_transport (self);
  else if (delay_us > 0)
    set_timer (self, delay_us);
  else if (is_idle && transport_link_is_open (self->link)) /* all that was taken up turned out to be suppressed */
    set_timer (self, IDLE_TURN_US);
}

/* What the campaigns that are here now ask for. */
static void
set_limits (Lane *self)
{
  guint per_hour = 0;

  for (guint i = 0; i < self->campaigns->len; i++) {
    guint wanted = ((LaneCampaign *) g_ptr_array_index (self->campaigns, i))->campaign->per_hour;

    if (wanted > 0 && (per_hour == 0 || wanted < per_hour))
      per_hour = wanted;
  }
  if (self->pace != NULL)
    pace_set_rate (self->pace, per_hour, g_get_monotonic_time ());
  if (self->account != NULL)
    transport_link_set_connections (self->link, lane_get_connections (self));
}

static void
run_cycle (Lane *self)
{
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify) lane_batch_free);
  g_autoptr (GPtrArray) finished = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  gint64 turn_number = 0;
  gboolean is_paused = lane_write_pauses (self);

  set_limits (self);
  lane_end_wait (self);
  if (!lane_write_cycle (self, batches, finished, &turn_number, &error)) {
    g_warning ("ledger: %s", error->message);
    lane_wait_for_store (self, error);
    lane_plan (self);
    return; /* lane_wait_for_store() comes back */
  }
  KILL_POINT ("core-handed");
  if (turn_number > 0)
    rollback_guard_write (self->core, turn_number);
  lane_after_outcomes (self);
  lane_send_batches (self, batches);
  lane_touch_all (self);
  for (guint i = 0; i < finished->len; i++)
    lane_drop_campaign (self, g_ptr_array_index (finished, i));
  lane_stop_held (self);
  lane_pause_after_first (self);
  lane_drop_stopped (self);
  lane_plan (self);
  if (!is_paused)
    set_timer (self, LANE_DISK_RETRY_S * G_USEC_PER_SEC);
}

static gboolean
turn_cb (gpointer data)
{
  Lane *self = data;

  self->cycle_source = 0;
  if (self->core->note_clock != NULL)
    self->core->note_clock (self->core->note_clock_data);
  lane_load_unloaded (self);
  if (lane_recover (self))
    run_cycle (self);
  return G_SOURCE_REMOVE;
}

void
lane_schedule_cycle (Lane *self, guint delay_ms)
{
  if (self->cycle_source == 0)
    self->cycle_source = g_timeout_add (delay_ms, turn_cb, self);
}

void
lane_wake (Lane *self)
{
  lane_schedule_cycle (self, TURN_DELAY_MS);
}

/* --- questions --- */

gboolean
lane_is_busy (Lane *self)
{
  return self->campaigns->len > 0 || self->unloaded->len > 0 || !transport_link_is_settled (self->link) || !transport_link_is_closed (self->link);
}

gboolean
lane_is_holding (Lane *self, guint64 campaign)
{
  return !transport_link_is_settled (self->link) || transport_link_count_outstanding_of (self->link, campaign) > 0;
}

void
lane_password_given (Lane *self)
{
  if (self->reason != NULL)
    self->wait_until_us = 0;
  lane_wake (self);
}
