#include "lane-private.h"

#include "countdown.h"
#include "fault.h"
#include "kill-point.h"
#include "mark.h"
#include "progress.h"
#include "text.h"
#include <string.h>

#define TURN_DELAY_MS 2         /* chosen: outcomes that come close together are one flush of the disk */
#define IDLE_CLOSE_S 5          /* nothing due for longer: no transport is kept waiting */
#define TIMER_MAX_S 60          /* look at the clock again at least once a minute: it may have been set */
#define DISK_RETRY_S 5
#define IDLE_TURN_US 100000 /* chosen: rows are due and nothing is under way that would wake us */
#define QUOTA_STEP_US (60 * (gint64) G_USEC_PER_SEC) /* a window that opens and closes by the second is one wait */

static void
work_free (Work *work)
{
  campaign_free (work->campaign);
  g_array_unref (work->stoppers);
  g_queue_clear_full (&work->last, g_free);
  g_free (work->pause_reason);
  g_free (work->pause_text);
  g_free (work);
}

Lane *
lane_new (Core *core, gint64 account)
{
  Lane *self = g_new0 (Lane, 1);

  self->core = core;
  self->account_id = account;
  self->works = g_ptr_array_new_with_free_func ((GDestroyNotify) work_free);
  self->unloaded = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->held = outstanding_new ();
  self->outcomes = g_array_new (FALSE, FALSE, sizeof (LedgerOutcome));
  self->returned = g_array_new (FALSE, FALSE, sizeof (Returned));
  self->liars = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->unrecovered = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->is_unlisted = TRUE;
  lane_list_journals (self, NULL);
  lane_schedule_turn (self, 0);
  return self;
}

void
lane_free (Lane *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->turn_source, g_source_remove);
  g_clear_handle_id (&self->timer_source, g_source_remove);
  if (self->open != NULL)
    g_cancellable_cancel (self->open);
  g_clear_object (&self->open);
  lane_forget_proxy (self);
  peer_free (self->peer);
  journal_free (self->journal);
  outstanding_free (self->held);
  account_free (self->account);
  pace_free (self->pace);
  g_ptr_array_unref (self->works);
  g_array_unref (self->unloaded);
  g_array_unref (self->outcomes);
  g_array_unref (self->returned);
  g_array_unref (self->unrecovered);
  g_array_unref (self->liars);
  g_free (self->reason);
  g_free (self->text);
  g_free (self->tried_reason);
  g_free (self->tried_text);
  g_free (self->holder);
  g_free (self);
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

/* --- words --- */

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

void
lane_touch_all (Lane *self)
{
  for (guint i = 0; i < self->works->len; i++)
    progress_touch (self->core->progress, ((Work *) g_ptr_array_index (self->works, i))->campaign->id);
}

/* --- waiting: nothing can go, it goes on by itself --- */

void
lane_wait (Lane *self, const char *reason, const char *text, gint64 delay_s)
{
  static const gint64 delays_s[] = { 2, 5, 15, 30, 60, 120, 300 }; /* chosen: a flicker is over soon, a night offline costs nothing */
  gint64 now_us = g_get_monotonic_time ();

  if (delay_s == 0)
    delay_s = delays_s[MIN (self->waits, G_N_ELEMENTS (delays_s) - 1)];
  self->waits++;
  if (self->reason == NULL)
    self->waiting_since_us = now_us;
  g_free (self->reason);
  g_free (self->text);
  self->reason = g_strdup (reason);
  self->text = text_printable (text, -1, 512);
  self->wait_until_us = now_us + delay_s * G_USEC_PER_SEC;
  if (self->phase == LANE_OPEN && outstanding_get_count (self->held) > 0 && !self->is_recalling) {
    self->is_recalling = TRUE; /* what was never begun waits in the store, not in a process */
    for (guint i = 0; i < self->works->len; i++)
      lane_recall (self, ((Work *) g_ptr_array_index (self->works, i))->campaign->id);
  }
  lane_touch_all (self);
  lane_wake (self);
}

static void
forget_trouble (Lane *self)
{
  g_clear_pointer (&self->tried_reason, g_free);
  g_clear_pointer (&self->tried_text, g_free);
}

/* The store is tried again at once, by the turn that we are in; a network or a process may take a minute to fail again. */
static void
remember_trouble (Lane *self)
{
  gboolean is_store = strcmp (self->reason, "disk") == 0 || strcmp (self->reason, "vault") == 0;

  if (!is_store) {
    forget_trouble (self);
    self->tried_reason = g_steal_pointer (&self->reason);
    self->tried_text = g_steal_pointer (&self->text);
  }
  g_clear_pointer (&self->reason, g_free);
  g_clear_pointer (&self->text, g_free);
}

static void
end_wait (Lane *self)
{
  gint64 waited_s = (g_get_monotonic_time () - self->waiting_since_us) / G_USEC_PER_SEC;

  if (waited_s > 0)
    ledger_shift_lifetime (self->core->store, self->account_id, waited_s, NULL); /* no chance to try uses up no lifetime */
  remember_trouble (self);
  self->is_recalling = FALSE;
  if (self->phase == LANE_OPEN)
    lane_resume_transport (self); /* also after a dial that failed: it asks for connections anew */
  lane_touch_all (self);
}

void
lane_went_well (Lane *self)
{
  self->waits = self->losses = self->deaths = 0;
  forget_trouble (self);
  if (!self->is_noted_well)
    account_note_worked (self->core, self->account_id);
  self->is_noted_well = TRUE;
}

/* The account's own card says it, too. */
void
lane_note_trouble (Lane *self, const char *reason, const char *text)
{
  self->is_noted_well = FALSE;
  account_note_trouble (self->core, self->account_id, reason, text);
}

/* --- campaigns --- */

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
  if (self->phase == LANE_OPEN)
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
  lane_schedule_turn (self, DISK_RETRY_S * 1000);
}

static void
load_unloaded (Lane *self)
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
  if (self->phase == LANE_OPEN)
    lane_recall (self, campaign);
  lane_wake (self);
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
static gboolean
write_pauses (Lane *self)
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
  if (self->phase == LANE_OPEN)
    lane_recall (self, work->campaign->id);
  progress_touch_now (self->core->progress, work->campaign->id);
  lane_wake (self);
}

void
lane_pause_all (Lane *self, const char *reason, const char *text)
{
  for (guint i = 0; i < self->works->len; i++)
    lane_pause_one (self, g_ptr_array_index (self->works, i), reason, text);
}

static void
drop_work (Lane *self, Work *work)
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

static void
drop_stopped (Lane *self)
{
  for (guint i = self->works->len; i-- > 0;) {
    Work *work = g_ptr_array_index (self->works, i);

    if (work->pause_reason != NULL && !self->core->is_leaving) /* leaving, it stays SENDING: the next core tries, and pauses it */
      continue;
    if (work->is_stopping && !self->is_unlisted && self->unrecovered->len == 0 && outstanding_count_campaign (self->held, work->campaign->id) == 0)
      drop_work (self, work);
  }
}

/* Was it the hand-over, the next turn comes at once and records without it. Else a turn is planned before the wait wakes us: a full disk
 * stays full for a while. */
void
lane_wait_for_store (Lane *self, const GError *error)
{
  if (!lane_can_send (self) || self->unrecovered->len > 0)
    lane_schedule_turn (self, DISK_RETRY_S * 1000);
  if (error->code == FAULT_NO_PERM)
    lane_wait (self, "vault", "the vault is locked, and with it the list of forgotten people who must not be written to; unlock it: `postrider vault unlock`",
               DISK_RETRY_S);
  else
    lane_wait (self, "disk", error->message, DISK_RETRY_S);
}

/* When does the next row of any campaign fall due? now_utc if one is, 0: never. */
gint64
lane_get_next_due (Lane *self, gint64 now_utc)
{
  gint64 next_utc = 0;

  for (guint i = 0; i < self->works->len; i++) {
    Work *work = g_ptr_array_index (self->works, i);
    gint64 counts[STATE_COUNT], due_utc = 0;

    if (work->is_stopping || !ledger_get_counts (self->core->store, work->campaign->id, counts, NULL))
      continue;
    if (counts[STATE_QUEUED] > 0)
      return now_utc;
    if (counts[STATE_LATER] > 0 && ledger_get_next_due (self->core->store, work->campaign->id, &due_utc, NULL) &&
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
  lane_schedule_turn (self, 0);
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
    ledger_shift_lifetime (self->core->store, self->account_id, waited_us / G_USEC_PER_SEC, NULL);
    self->quota_since_us = 0;
  }
}

static void
plan (Lane *self)
{
  gint64 now_us = g_get_monotonic_time (), now_utc = store_now_utc (), next_utc, delay_us;
  guint held = outstanding_get_count (self->held);

  if (self->reason != NULL) {
    set_timer (self, self->wait_until_us - now_us);
    return;
  }
  note_quota (self, now_us);
  next_utc = lane_get_next_due (self, now_utc);
  if ((next_utc == 0 || self->is_refusing) && held == 0 && self->phase == LANE_OPEN)
    lane_close_transport (self);
  if (next_utc == 0)
    return;
  delay_us = (next_utc - now_utc) * G_USEC_PER_SEC;
  if (self->pace != NULL) {
    pace_recover (self->pace, now_us);
    delay_us = MAX (delay_us, pace_delay_us (self->pace, now_us, now_utc));
  }
  if (self->phase == LANE_OPEN && held == 0 && (delay_us > IDLE_CLOSE_S * G_USEC_PER_SEC || self->sent_count >= lane_get_journal_rows_max ())) {
    if (self->sent_count >= lane_get_journal_rows_max ())
      KILL_POINT ("core-rotating");
    lane_close_transport (self);
  }
  if (self->phase == LANE_CLOSED && delay_us <= G_USEC_PER_SEC)
    lane_open_transport (self);
  else if (delay_us > 0)
    set_timer (self, delay_us);
  else if (self->phase == LANE_OPEN && held == 0) /* all that was taken up turned out to be suppressed */
    set_timer (self, IDLE_TURN_US);
}

static void
failed_turn (Lane *self, const GError *error)
{
  g_warning ("ledger: %s", error->message);
  lane_wait_for_store (self, error);
}

static void
set_pace (Lane *self)
{
  guint per_hour = 0;

  for (guint i = 0; i < self->works->len; i++) {
    guint wanted = ((Work *) g_ptr_array_index (self->works, i))->campaign->per_hour;

    if (wanted > 0 && (per_hour == 0 || wanted < per_hour))
      per_hour = wanted;
  }
  if (self->pace != NULL)
    pace_set_rate (self->pace, per_hour, g_get_monotonic_time ());
}

/* The first ones that a person wanted to see have gone out, or met what there was in their way. */
static void
pause_after_first (Lane *self)
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
static void
stop_held (Lane *self)
{
  for (guint i = 0; i < self->works->len; i++) {
    Work *work = g_ptr_array_index (self->works, i);

    if (!work->is_held || work->is_stopping)
      continue;
    work->is_stopping = TRUE;
    if (self->phase == LANE_OPEN)
      lane_recall (self, work->campaign->id);
    progress_touch_now (self->core->progress, work->campaign->id);
  }
}

static void
turn (Lane *self)
{
  g_autoptr (GPtrArray) parcels = g_ptr_array_new_with_free_func ((GDestroyNotify) lane_parcel_free);
  g_autoptr (GPtrArray) finished = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  gint64 turn_number = 0;
  gboolean is_paused = write_pauses (self);

  set_pace (self);
  if (self->reason != NULL && g_get_monotonic_time () >= self->wait_until_us)
    end_wait (self);
  if (!lane_write_turn (self, parcels, finished, &turn_number, &error)) {
    failed_turn (self, error);
    plan (self);
    return; /* wait_for_store() comes back */
  }
  KILL_POINT ("core-handed");
  if (turn_number > 0)
    mark_write (self->core, turn_number);
  lane_after_outcomes (self);
  lane_send_parcels (self, parcels);
  lane_touch_all (self);
  for (guint i = 0; i < finished->len; i++)
    drop_work (self, g_ptr_array_index (finished, i));
  stop_held (self);
  pause_after_first (self);
  drop_stopped (self);
  plan (self);
  if (!is_paused)
    set_timer (self, DISK_RETRY_S * G_USEC_PER_SEC);
}

static gboolean
turn_cb (gpointer data)
{
  Lane *self = data;

  self->turn_source = 0;
  if (self->core->note_clock != NULL)
    self->core->note_clock (self->core->note_clock_data);
  load_unloaded (self);
  if (lane_recover (self))
    turn (self);
  return G_SOURCE_REMOVE;
}

void
lane_schedule_turn (Lane *self, guint delay_ms)
{
  if (self->turn_source == 0)
    self->turn_source = g_timeout_add (delay_ms, turn_cb, self);
}

void
lane_wake (Lane *self)
{
  lane_schedule_turn (self, TURN_DELAY_MS);
}

/* --- questions --- */

gboolean
lane_is_busy (Lane *self)
{
  return self->works->len > 0 || self->unloaded->len > 0 || self->is_unlisted || self->unrecovered->len > 0 || self->phase != LANE_CLOSED;
}

gboolean
lane_is_holding (Lane *self, guint64 campaign)
{
  return self->is_unlisted || self->unrecovered->len > 0 || outstanding_count_campaign (self->held, campaign) > 0;
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
  for (guint i = 0; self->phase == LANE_OPEN && i < self->works->len; i++)
    lane_recall (self, ((Work *) g_ptr_array_index (self->works, i))->campaign->id);
}

void
lane_password_given (Lane *self)
{
  if (self->reason != NULL)
    self->wait_until_us = 0;
  lane_wake (self);
}
