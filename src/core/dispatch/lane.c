#include "lane-private.h"

#include "countdown.h"
#include "fault.h"
#include "holder.h"
#include "kill-point.h"
#include "mark.h"
#include "progress.h"
#include "text.h"
#include <string.h>

#define TURN_DELAY_MS 2         /* chosen: outcomes that come close together are one flush of the disk */
#define RECOVERY_POLL_MS 50     /* a transport whose core died leaves within ten seconds; look often, it is cheap */
#define RECOVERY_LONG_US (30 * (gint64) G_USEC_PER_SEC) /* chosen: three times that; then a person is told who it is */
#define WINDOW_MIN 32           /* chosen: rows handed at least, so that a fast wire starts fast */
#define WINDOW_MAX 4096         /* chosen: what a power cut may cost at most */
#define WINDOW_SECONDS 0.5      /* chosen: about twice what the wire holds over 250 ms, as far as any server is, at the speed measured */
#define JOURNAL_ROWS_MAX 400000 /* chosen: 100 MiB of journal; then a fresh transport */
#define IDLE_CLOSE_S 5          /* nothing due for longer: no transport is kept waiting */
#define TIMER_MAX_S 60          /* look at the clock again at least once a minute: it may have been set */
#define LAST_REPLIES 5
#define SPEED_SECONDS 3         /* chosen: less is a burst */
#define DISK_RETRY_S 5
#define IDLE_TURN_US 100000 /* chosen: rows are due and nothing is under way that would wake us */
#define PACE_SHOWN_US (2 * (gint64) G_USEC_PER_SEC) /* chosen: sooner than that nobody asks when it goes on */
#define QUOTA_STEP_US (60 * (gint64) G_USEC_PER_SEC) /* a window that opens and closes by the second is one wait */

static void schedule_turn (Lane *self, guint delay_ms);

static guint
get_journal_rows_max (void)
{
#ifdef POSTRIDER_KILL_POINTS /* tests/faults: a journal that is full in a second, not in an hour */
  if (g_getenv ("POSTRIDER_JOURNAL_ROWS") != NULL)
    return (guint) g_ascii_strtoull (g_getenv ("POSTRIDER_JOURNAL_ROWS"), NULL, 10);
#endif
  return JOURNAL_ROWS_MAX;
}

/* Until this has worked, nobody knows whether a transport of an earlier core is still at work. */
static gboolean
list_journals (Lane *self, GError **error)
{
  g_autoptr (GArray) found = self->is_unlisted ? recovery_list (self->core, self->account_id, error) : NULL;

  if (found == NULL)
    return !self->is_unlisted;
  g_array_append_vals (self->unrecovered, found->data, found->len);
  self->is_unlisted = FALSE;
  return TRUE;
}

static void
work_free (Work *work)
{
  campaign_free (work->campaign);
  g_array_unref (work->stoppers);
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
  self->held = outstanding_new ();
  self->outcomes = g_array_new (FALSE, FALSE, sizeof (LedgerOutcome));
  self->returned = g_array_new (FALSE, FALSE, sizeof (Returned));
  self->liars = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->unrecovered = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->is_unlisted = TRUE;
  list_journals (self, NULL);
  g_queue_init (&self->last);
  schedule_turn (self, 0);
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
  g_array_unref (self->outcomes);
  g_array_unref (self->returned);
  g_array_unref (self->unrecovered);
  g_array_unref (self->liars);
  g_queue_clear_full (&self->last, g_free);
  g_free (self->reason);
  g_free (self->text);
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

/* --- speed and words --- */

static void
count_accepted (Lane *self, guint count)
{
  gint64 second = g_get_monotonic_time () / G_USEC_PER_SEC;

  for (; self->rate_second < second; self->rate_second++) {
    if (second - self->rate_second > RATE_SECONDS)
      self->rate_second = second - RATE_SECONDS;
    self->rate_counts[(self->rate_second + 1) % RATE_SECONDS] = 0;
  }
  self->rate_counts[second % RATE_SECONDS] += count;
}

/* Over the whole seconds behind us that have any count: a start does not look slow. */
static double
get_per_second (Lane *self)
{
  gint64 second = g_get_monotonic_time () / G_USEC_PER_SEC;
  guint total = 0, seconds = 0;

  count_accepted (self, 0);
  for (gint64 i = 1; i < RATE_SECONDS; i++) {
    guint count = self->rate_counts[(second - i + RATE_SECONDS) % RATE_SECONDS];

    total += count;
    if (count > 0)
      seconds = (guint) i;
  }
  if (seconds >= SPEED_SECONDS && self->pace != NULL && pace_get_window (self->pace) == G_MAXUINT) /* the wire's own speed, not a pace that was asked for */
    self->best_per_s = MAX (self->best_per_s, (double) total / seconds);
  return seconds > 0 ? (double) total / seconds : self->rate_counts[second % RATE_SECONDS];
}

/* For the forecast before the next campaign: what this run kept up for seconds, not the few stragglers at its end. */
static gboolean
store_speed (Lane *self, GError **error)
{
  double best_per_s = self->best_per_s;

  self->best_per_s = 0;
  return best_per_s == 0 || pace_store_speed (self->core->store, self->account_id, best_per_s, error);
}

void
lane_note_reply (Lane *self, const char *reply)
{
  if (reply[0] == '\0')
    return;
  g_queue_push_head (&self->last, g_strdup (reply));
  while (self->last.length > LAST_REPLIES)
    g_free (g_queue_pop_tail (&self->last));
}

static void
touch_all (Lane *self)
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
  touch_all (self);
  lane_wake (self);
}

static void
end_wait (Lane *self)
{
  gint64 waited_s = (g_get_monotonic_time () - self->waiting_since_us) / G_USEC_PER_SEC;

  if (waited_s > 0)
    ledger_shift_lifetime (self->core->store, self->account_id, waited_s, NULL); /* no chance to try uses up no lifetime */
  g_clear_pointer (&self->reason, g_free);
  g_clear_pointer (&self->text, g_free);
  self->is_recalling = FALSE;
  if (self->phase == LANE_OPEN)
    lane_resume_transport (self); /* also after a dial that failed: it asks for connections anew */
  touch_all (self);
}

void
lane_went_well (Lane *self)
{
  self->waits = self->losses = self->deaths = 0;
}

/* --- campaigns --- */

void
lane_add_campaign (Lane *self, guint64 campaign)
{
  g_autoptr (GError) error = NULL;
  Campaign *loaded;
  Work *work;

  if (lane_find_work (self, campaign) != NULL)
    return;
  loaded = campaign_load (self->core, campaign, &error);
  if (loaded == NULL) {
    g_warning ("campaign %" G_GUINT64_FORMAT ": %s", campaign, error->message);
    return;
  }
  work = g_new0 (Work, 1);
  work->campaign = loaded;
  work->stoppers = g_array_new (FALSE, FALSE, sizeof (Stopper));
  g_ptr_array_add (self->works, work);
  if (self->phase == LANE_OPEN)
    lane_begin (self, work);
  lane_wake (self);
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

/* --- the turn --- */

typedef struct { /* rows of one campaign that may leave once the turn is committed */
  Work     *work;
  GArray   *handed; /* of LedgerHanded */
  GVariant *frame;  /* owned */
} Parcel;

static void
parcel_free (Parcel *parcel)
{
  g_array_unref (parcel->handed);
  g_clear_pointer (&parcel->frame, g_variant_unref);
  g_free (parcel);
}

static gboolean
record_outcomes (Lane *self, LedgerTally *tally, GError **error)
{
  for (guint i = 0; i < self->outcomes->len; i++)
    if (!ledger_record (self->core->store, &g_array_index (self->outcomes, LedgerOutcome, i), tally, error))
      return FALSE;
  for (guint i = 0; i < self->returned->len; i++) {
    const Returned *row = &g_array_index (self->returned, Returned, i);

    if ((self->pace != NULL && !pace_give_back (self->pace, self->core->store, row->campaign, row->recipient, error)) ||
        !ledger_take_back (self->core->store, row->campaign, row->recipient, row->attempt, tally, error))
      return FALSE;
  }
  return TRUE;
}

static guint
get_room (Lane *self)
{
  guint held = outstanding_get_count (self->held), window = (guint) CLAMP (get_per_second (self) * WINDOW_SECONDS, WINDOW_MIN, WINDOW_MAX);

  window = MIN (window, pace_get_window (self->pace));
  if (self->sent_count >= get_journal_rows_max () || held >= window || (held > window / 2 && window > 64))
    return 0; /* refill by halves: fewer, larger transactions */
  return window - held;
}

static gboolean
hand_over (Lane *self, Work *work, guint max_rows, GPtrArray *parcels, LedgerTally *tally, guint *inout_count, GError **error)
{
  LedgerHandOver what = { work->campaign->id, work->campaign->sender_address, journal_get_serial (self->journal), work->campaign->version,
                          max_rows, store_now_utc () };
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_RECIPIENTS);
  Parcel *parcel = g_new0 (Parcel, 1);

  parcel->work = work;
  parcel->handed = g_array_new (FALSE, FALSE, sizeof (LedgerHanded));
  g_ptr_array_add (parcels, parcel);
  if (!ledger_hand_over (self->core->store, &what, frame, parcel->handed, tally, error))
    return FALSE;
  parcel->frame = g_variant_ref_sink (frame_writer_finish (frame));
  *inout_count += parcel->handed->len;
  return TRUE;
}

static gboolean
can_send (Lane *self)
{
  return self->phase == LANE_OPEN && self->reason == NULL && !self->is_refusing;
}

static gboolean
hand_over_all (Lane *self, GPtrArray *parcels, LedgerTally *tally, guint *out_count, GError **error)
{
  guint room = can_send (self) ? get_room (self) : 0;

  if (room > 0)
    room = pace_allow (self->pace, self->core->store, room, g_get_monotonic_time (), store_now_utc ());
  for (guint i = 0; i < self->works->len && room > 0; i++) {
    Work *work = g_ptr_array_index (self->works, (self->next_work + i) % self->works->len);
    guint before = *out_count;

    if (!work->is_begun || work->is_stopping)
      continue;
    /* several campaigns share the lane: each gets a fair part of what may go */
    if (!hand_over (self, work, MAX (1, room / (self->works->len - i)), parcels, tally, out_count, error))
      return FALSE;
    room -= MIN (room, *out_count - before);
  }
  self->next_work += *out_count > 0; /* where there is room for one only, each has its turn */
  return *out_count == 0 || pace_count (self->pace, self->core->store, *out_count, store_now_utc (), error);
}

/* Campaigns of which nothing is left to do are done. */
static gboolean
finish_campaigns (Lane *self, GPtrArray *finished, GError **error)
{
  for (guint i = 0; i < self->works->len; i++) {
    Work *work = g_ptr_array_index (self->works, i);
    gint64 counts[STATE_COUNT];

    if (work->is_stopping)
      continue;
    if (!ledger_get_counts (self->core->store, work->campaign->id, counts, error))
      return FALSE;
    if (counts[STATE_QUEUED] + counts[STATE_HANDED] + counts[STATE_LATER] > 0)
      continue;
    if (!campaign_set_state (self->core, work->campaign->id, CAMPAIGN_DONE, "", "", error))
      return FALSE;
    g_ptr_array_add (finished, work);
  }
  return TRUE;
}

/* Only an open lane knows all that is out: else the journal is read before anything counts as settled. */
static gboolean
forget_settled (Lane *self, GError **error)
{
  for (guint i = 0; i < self->works->len && self->phase == LANE_OPEN; i++) {
    guint64 campaign = ((Work *) g_ptr_array_index (self->works, i))->campaign->id;

    if (!ledger_forget_settled (self->core->store, campaign, outstanding_get_first (self->held, campaign), error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
write_turn (Lane *self, GPtrArray *parcels, GPtrArray *finished, gint64 *out_turn, GError **error)
{
  g_autoptr (LedgerTally) tally = ledger_tally_new ();
  guint count = 0;

  if (!store_begin (self->core->store, error))
    return FALSE;
  if (record_outcomes (self, tally, error) && forget_settled (self, error) && hand_over_all (self, parcels, tally, &count, error) &&
      ledger_write_tally (self->core->store, tally, error) && finish_campaigns (self, finished, error) &&
      (finished->len == 0 || store_speed (self, error)) &&
      ((count == 0 && self->outcomes->len == 0 && self->returned->len == 0) || ledger_count_turn (self->core->store, out_turn, error))) {
    KILL_POINT ("core-before-commit");
    return store_commit (self->core->store, error);
  }
  store_rollback (self->core->store);
  return FALSE;
}

static void
after_outcomes (Lane *self)
{
  guint accepted = 0;

  for (guint i = 0; i < self->outcomes->len; i++) {
    const LedgerOutcome *outcome = &g_array_index (self->outcomes, LedgerOutcome, i);

    accepted += outcome->outcome == OUTCOME_ACCEPTED;
    if (outcome->reason == REASON_SLOW && self->pace != NULL)
      pace_slow_down (self->pace, get_per_second (self), g_get_monotonic_time ());
    if (i + LAST_REPLIES >= self->outcomes->len)
      lane_note_reply (self, outcome->reply);
  }
  if (self->outcomes->len > 0)
    lane_went_well (self);
  count_accepted (self, accepted);
  g_array_set_size (self->outcomes, 0);
  g_array_set_size (self->returned, 0);
}

static void
send_parcels (Lane *self, GPtrArray *parcels)
{
  for (guint i = 0; i < parcels->len; i++) {
    Parcel *parcel = g_ptr_array_index (parcels, i);

    for (guint j = 0; j < parcel->handed->len; j++) {
      const LedgerHanded *row = &g_array_index (parcel->handed, LedgerHanded, j);

      outstanding_add (self->held, parcel->work->campaign->id, row->recipient, row->attempt);
    }
    self->sent_count += parcel->handed->len;
    if (parcel->handed->len > 0)
      lane_send (self, parcel->work, parcel->frame);
  }
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

/* What a transport had told before it went comes first: its journal keeps less of the server's words, and on a full disk less at all. */
static gboolean
flush_outcomes (Lane *self, GError **error)
{
  g_autoptr (LedgerTally) tally = ledger_tally_new ();
  gint64 turn_number = 0;

  if (self->outcomes->len == 0)
    return TRUE;
  if (!store_begin (self->core->store, error))
    return FALSE;
  if (!record_outcomes (self, tally, error) || !ledger_write_tally (self->core->store, tally, error) ||
      !ledger_count_turn (self->core->store, &turn_number, error)) {
    store_rollback (self->core->store);
    return FALSE;
  }
  if (!store_commit (self->core->store, error))
    return FALSE;
  after_outcomes (self);
  return TRUE;
}

/* What the store could not be told when the transport lied: before its journal is read. */
static gboolean
mark_liars (Lane *self, GError **error)
{
  for (; self->liars->len > 0; g_array_set_size (self->liars, self->liars->len - 1))
    if (!recovery_mark_dropped (self->core, g_array_index (self->liars, guint64, self->liars->len - 1), error))
      return FALSE;
  return TRUE;
}

/* Was it the hand-over, the next turn comes at once and records without it. Else a turn is planned before the wait wakes us: a full disk
 * stays full for a while. */
static void
wait_for_store (Lane *self, const GError *error)
{
  if (!can_send (self) || self->unrecovered->len > 0)
    schedule_turn (self, DISK_RETRY_S * 1000);
  if (error->code == FAULT_NO_PERM)
    lane_wait (self, "vault", "the vault is locked, and with it the list of forgotten people who must not be written to; unlock it: `postrider vault unlock`",
               DISK_RETRY_S);
  else
    lane_wait (self, "disk", error->message, DISK_RETRY_S);
}

/* It has not left in all that time: stopped, or waiting for a disk that does not answer. We may not end it, for it may be sending. */
static void
note_holder (Lane *self)
{
  gint64 now_us = g_get_monotonic_time ();
  g_autofree char *pids = NULL;

  if (self->busy_since_us == 0)
    self->busy_since_us = now_us;
  if (self->holder != NULL || now_us - self->busy_since_us < RECOVERY_LONG_US)
    return;
  pids = holder_find ("postrider-smtp");
  self->holder = pids[0] != '\0'
                   ? g_strdup_printf ("an earlier sending process still holds its journal and does not leave (process %s). If it does nothing any more, end it: "
                                      "kill -9 %s; what it was sending then shows as unknown", pids, pids)
                   : g_strdup ("an earlier sending process still holds its journal and does not leave; if it stays, end it (`pgrep postrider-smtp` finds it), "
                               "or restart the machine");
  g_warning ("%s", self->holder);
  touch_all (self);
}

/* Journals of earlier transports, oldest first. Returns: FALSE while one is still held: nothing may start on this lane. */
static gboolean
recover (Lane *self)
{
  while (self->is_unlisted || self->unrecovered->len > 0) {
    g_autoptr (GError) error = NULL;
    RecoveryResult result = RECOVERY_FAILED;

    if (list_journals (self, &error) && self->unrecovered->len == 0)
      return TRUE;
    if (!self->is_unlisted && mark_liars (self, &error) && flush_outcomes (self, &error))
      result = recovery_apply (self->core, g_array_index (self->unrecovered, guint64, 0), NULL, &error);
    if (result == RECOVERY_BUSY) {
      note_holder (self);
      schedule_turn (self, RECOVERY_POLL_MS);
      return FALSE;
    }
    if (result == RECOVERY_FAILED) {
      g_warning ("recovery: %s", error->message);
      wait_for_store (self, error);
      return FALSE;
    }
    g_array_remove_index (self->unrecovered, 0);
    self->busy_since_us = 0;
    g_clear_pointer (&self->holder, g_free);
    mark_update (self->core);
    touch_all (self);
  }
  return TRUE;
}

/* When does the next row of any campaign fall due? now_utc if one is, 0: never. */
static gint64
get_next_due (Lane *self, gint64 now_utc)
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
  schedule_turn (self, 0);
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
  const char *full = self->pace != NULL ? pace_get_full_window (self->pace) : NULL;
  gint64 waited_us = self->quota_since_us != 0 ? now_us - self->quota_since_us : 0;

  if (full != NULL && strcmp (full, "minute") != 0) {
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
  next_utc = get_next_due (self, now_utc);
  if ((next_utc == 0 || self->is_refusing) && held == 0 && self->phase == LANE_OPEN)
    lane_close_transport (self);
  if (next_utc == 0)
    return;
  delay_us = (next_utc - now_utc) * G_USEC_PER_SEC;
  if (self->pace != NULL) {
    pace_recover (self->pace, now_us);
    delay_us = MAX (delay_us, pace_delay_us (self->pace, now_us, now_utc));
  }
  if (self->phase == LANE_OPEN && held == 0 && (delay_us > IDLE_CLOSE_S * G_USEC_PER_SEC || self->sent_count >= get_journal_rows_max ())) {
    if (self->sent_count >= get_journal_rows_max ())
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
  wait_for_store (self, error);
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

static void
turn (Lane *self)
{
  g_autoptr (GPtrArray) parcels = g_ptr_array_new_with_free_func ((GDestroyNotify) parcel_free);
  g_autoptr (GPtrArray) finished = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  gint64 turn_number = 0;
  gboolean is_paused = write_pauses (self);

  set_pace (self);
  if (self->reason != NULL && g_get_monotonic_time () >= self->wait_until_us)
    end_wait (self);
  if (!write_turn (self, parcels, finished, &turn_number, &error)) {
    failed_turn (self, error);
    plan (self);
    return; /* wait_for_store() comes back */
  }
  KILL_POINT ("core-handed");
  if (turn_number > 0)
    mark_write (self->core, turn_number);
  after_outcomes (self);
  send_parcels (self, parcels);
  touch_all (self);
  for (guint i = 0; i < finished->len; i++)
    drop_work (self, g_ptr_array_index (finished, i));
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
  if (recover (self))
    turn (self);
  return G_SOURCE_REMOVE;
}

static void
schedule_turn (Lane *self, guint delay_ms)
{
  if (self->turn_source == 0)
    self->turn_source = g_timeout_add (delay_ms, turn_cb, self);
}

void
lane_wake (Lane *self)
{
  schedule_turn (self, TURN_DELAY_MS);
}

/* --- questions --- */

gboolean
lane_is_busy (Lane *self)
{
  return self->works->len > 0 || self->is_unlisted || self->unrecovered->len > 0 || self->phase != LANE_CLOSED;
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

/* Nothing is wrong, but nothing can go now: the pace, a full window, or all that is left is for later. */
static void
describe_pause_of_nature (Lane *self, const gint64 counts[STATE_COUNT], LaneStatus *out)
{
  gint64 now_us = g_get_monotonic_time (), now_utc = store_now_utc (), delay_us;

  delay_us = self->pace != NULL ? pace_delay_us (self->pace, now_us, now_utc) : 0;
  if (self->pace != NULL && pace_get_full_window (self->pace) != NULL) {
    out->is_waiting = TRUE;
    out->reason = "quota";
    out->text = "the account's limit is used up; it goes on when the window allows";
    out->next_utc = now_utc + delay_us / G_USEC_PER_SEC;
  } else if (counts[STATE_QUEUED] == 0 && counts[STATE_HANDED] == 0 && counts[STATE_LATER] > 0) {
    out->is_waiting = TRUE;
    out->reason = "later";
    out->text = "the servers asked to try the rest again later";
    out->next_utc = get_next_due (self, now_utc);
  } else if (delay_us >= PACE_SHOWN_US && counts[STATE_QUEUED] > 0 && counts[STATE_HANDED] == 0) {
    out->next_utc = now_utc + delay_us / G_USEC_PER_SEC; /* the pace that was asked for: no wait, but people look at the clock */
  }
}

/* Campaigns share the lane evenly: before this one's last message go as many of each other one, or all of it. */
static gint64
forecast_s (Lane *self, guint64 campaign, const gint64 counts[STATE_COUNT])
{
  gint64 own = counts[STATE_QUEUED] + counts[STATE_HANDED] + counts[STATE_LATER], ahead = own, due_utc = 0, now_utc = store_now_utc ();

  for (guint i = 0; own > 0 && i < self->works->len; i++) {
    Work *work = g_ptr_array_index (self->works, i);
    gint64 other[STATE_COUNT];

    if (work->campaign->id != campaign && !work->is_stopping && ledger_get_counts (self->core->store, work->campaign->id, other, NULL))
      ahead += MIN (own, other[STATE_QUEUED] + other[STATE_HANDED] + other[STATE_LATER]);
  }
  if (counts[STATE_LATER] > 0)
    ledger_get_last_due (self->core->store, campaign, &due_utc, NULL);
  return MAX (due_utc - now_utc, pace_forecast_s (self->pace, self->core->store, ahead, get_per_second (self), now_utc));
}

void
lane_describe (Lane *self, guint64 campaign, LaneStatus *out)
{
  Work *work = lane_find_work (self, campaign);
  gint64 counts[STATE_COUNT] = { 0 };

  *out = (LaneStatus){ .is_active = work != NULL, .reason = "", .text = "", .last = &self->last };
  if (work == NULL)
    return;
  out->per_second = get_per_second (self);
  ledger_get_counts (self->core->store, campaign, counts, NULL);
  if (self->pace != NULL)
    out->seconds_left = forecast_s (self, campaign, counts);
  if (self->unrecovered->len > 0) {
    out->is_waiting = TRUE;
    out->reason = "recovery";
    out->text = self->holder != NULL ? self->holder : "an earlier sending process is still finishing; its journal is read next";
  } else if (work->pause_reason != NULL) {
    out->is_waiting = TRUE;
    out->reason = work->pause_reason;
    out->text = work->pause_text;
  } else if (self->reason != NULL) {
    out->is_waiting = TRUE;
    out->reason = self->reason;
    out->text = self->text;
    out->next_utc = store_now_utc () + MAX (0, self->wait_until_us - g_get_monotonic_time ()) / G_USEC_PER_SEC;
  } else {
    describe_pause_of_nature (self, counts, out);
  }
}
