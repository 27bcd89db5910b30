#include "clock.h"
#include "lane-private.h"

#include "fault.h"
#include "gone.h"
#include "kill-point.h"
#include "progress.h"

/* One transaction of a lane: what came back is recorded, what may go is handed over. */
#define WINDOW_MIN 32           /* chosen: rows handed at least, so that a fast wire starts fast */
#define WINDOW_MAX 4096         /* chosen: what a power cut may cost at most */
#define WINDOW_SECONDS 0.5      /* chosen: about twice what the wire holds over 250 ms, as far as any server is, at the speed measured */

void
lane_batch_free (LaneBatch *batch)
{
  g_array_unref (batch->handed);
  g_clear_pointer (&batch->frame, g_variant_unref);
  g_free (batch);
}

static gboolean
record_outcomes (Lane *self, LedgerTally *tally, GError **error)
{
  const GArray *outcomes = transport_link_get_outcomes (self->link), *recalled = transport_link_get_recalled (self->link);

  for (guint i = 0; i < outcomes->len; i++)
    if (!ledger_record (self->core->database, &g_array_index (outcomes, LedgerOutcome, i), tally, error))
      return FALSE;
  for (guint i = 0; i < recalled->len; i++) {
    const TransportRow *row = &g_array_index (recalled, TransportRow, i);

    if ((self->pace != NULL && !pace_give_back (self->pace, self->core->database, row->campaign, row->recipient, error)) ||
        !ledger_take_back (self->core->database, row->campaign, row->recipient, row->attempt, tally, error))
      return FALSE;
  }
  return TRUE;
}

static guint
get_room (Lane *self)
{
  guint held = transport_link_count_outstanding (self->link), window = (guint) CLAMP (lane_get_per_second (self) * WINDOW_SECONDS, WINDOW_MIN, WINDOW_MAX);

  window = MIN (window, pace_get_window (self->pace));
  if (transport_link_is_full (self->link) || held >= window || (held > window / 2 && window > 64))
    return 0; /* refill by halves: fewer, larger transactions */
  return window - held;
}

static gboolean
hand_over (Lane *self, LaneCampaign *entry, guint max_rows, GPtrArray *batches, LedgerTally *tally, guint *inout_count, GError **error)
{
  LedgerHandOver what = { entry->campaign->id, self->account_id, entry->campaign->sender_address, transport_link_get_serial (self->link), entry->campaign->version,
                          max_rows, clock_now_utc (), campaign_get_hidden (entry->campaign) };
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_RECIPIENTS);
  LaneBatch *batch = g_new0 (LaneBatch, 1);

  batch->entry = entry;
  batch->handed = g_array_new (FALSE, FALSE, sizeof (LedgerHanded));
  g_ptr_array_add (batches, batch);
  if (!ledger_hand_over (self->core->database, &what, frame, batch->handed, tally, error))
    return FALSE;
  for (guint i = 0; i < batch->handed->len; i++)
    if (!pace_count_person (self->pace, self->core->database, entry->campaign->id, g_array_index (batch->handed, LedgerHanded, i).recipient, what.now_utc, error))
      return FALSE;
  batch->frame = g_variant_ref_sink (frame_writer_finish (frame));
  *inout_count += batch->handed->len;
  return TRUE;
}

gboolean
lane_can_send (Lane *self)
{
  return transport_link_is_open (self->link) && self->reason == NULL && !self->is_refusing;
}

/* How many of it may be out before a person looks at the first ones. */
static gboolean
get_first_room (Lane *self, LaneCampaign *entry, guint room, guint *out_room, GError **error)
{
  gint64 counts[STATE_COUNT];

  *out_room = room;
  if (entry->campaign->pause_after == 0)
    return TRUE;
  if (!ledger_get_counts (self->core->database, entry->campaign->id, counts, error))
    return FALSE;
  *out_room = (guint) CLAMP (entry->campaign->pause_after - ledger_count_begun (counts) - counts[STATE_HANDED], 0, (gint64) room);
  return TRUE;
}

static gboolean
hand_over_all (Lane *self, GPtrArray *batches, LedgerTally *tally, guint *out_count, GError **error)
{
  guint room = lane_can_send (self) ? get_room (self) : 0;

  if (room > 0)
    room = pace_allow (self->pace, self->core->database, room, g_get_monotonic_time (), clock_now_utc ());
  for (guint i = 0; i < self->campaigns->len && room > 0; i++) {
    LaneCampaign *entry = g_ptr_array_index (self->campaigns, (self->next_campaign + i) % self->campaigns->len);
    guint before = *out_count, first_room = 0;

    if (!entry->is_begun || entry->is_stopping || entry->is_held)
      continue;
    if (!get_first_room (self, entry, room, &first_room, error))
      return FALSE;
    /* several campaigns share the lane: each gets a fair part of what may go */
    if (!hand_over (self, entry, MIN (first_room, MAX (1, room / (self->campaigns->len - i))), batches, tally, out_count, error))
      return FALSE;
    room -= MIN (room, *out_count - before);
  }
  self->next_campaign += *out_count > 0; /* where there is room for one only, each has its turn */
  return *out_count == 0 || pace_count (self->pace, self->core->database, *out_count, clock_now_utc (), error);
}

/* Campaigns of which nothing is left to do are done. */
static gboolean
finish_campaigns (Lane *self, GPtrArray *finished, GError **error)
{
  for (guint i = 0; i < self->campaigns->len; i++) {
    LaneCampaign *entry = g_ptr_array_index (self->campaigns, i);
    gint64 counts[STATE_COUNT];

    if (entry->is_stopping || entry->is_held)
      continue;
    if (!ledger_get_counts (self->core->database, entry->campaign->id, counts, error))
      return FALSE;
    if (counts[STATE_QUEUED] + counts[STATE_HANDED] + counts[STATE_LATER] > 0)
      continue;
    if (!campaign_set_state (self->core, entry->campaign->id, CAMPAIGN_DONE, "", "", error))
      return FALSE;
    g_ptr_array_add (finished, entry);
  }
  return TRUE;
}

/* Only an open lane knows all that is out: else the journal is read before anything counts as settled. */
static gboolean
forget_settled (Lane *self, GError **error)
{
  for (guint i = 0; i < self->campaigns->len && transport_link_is_open (self->link); i++) {
    guint64 campaign = ((LaneCampaign *) g_ptr_array_index (self->campaigns, i))->campaign->id;

    if (!ledger_forget_settled (self->core->database, campaign, self->account_id, transport_link_get_first_outstanding (self->link, campaign), error))
      return FALSE;
  }
  return TRUE;
}

/* So many were answered as gone that a person has to say whether they are: nothing more of it leaves, whatever comes. */
static gboolean
pause_held (Lane *self, GError **error)
{
  for (guint i = 0; i < self->campaigns->len; i++) {
    LaneCampaign *entry = g_ptr_array_index (self->campaigns, i);
    guint64 id = entry->campaign->id;
    gint64 held = entry->is_stopping ? 0 : gone_count_held (self->core->database, id, error);
    g_autofree char *text = NULL;

    entry->is_held = held > 0;
    if (held == 0)
      continue;
    text = g_strdup_printf ("%" G_GINT64_FORMAT " people were answered as gone within an hour. Are they? An outage, or a server that does not know them, says the "
                            "same. None of them is suppressed yet: look at the answers, then `campaign resume %" G_GUINT64_FORMAT " --gone suppress` if they are "
                            "gone, or `--gone again` to try them again", held, id);
    if (held < 0 || !campaign_set_state (self->core, id, CAMPAIGN_PAUSED, "gone", text, error))
      return FALSE;
  }
  return TRUE;
}

/* Something came back that the store does not know yet. */
static gboolean
has_news (Lane *self)
{
  return transport_link_get_outcomes (self->link)->len > 0 || transport_link_get_recalled (self->link)->len > 0;
}

gboolean
lane_write_cycle (Lane *self, GPtrArray *batches, GPtrArray *finished, gint64 *out_turn, GError **error)
{
  g_autoptr (LedgerTally) tally = ledger_tally_new ();
  guint count = 0;

  if (!database_begin (self->core->database, error))
    return FALSE;
  if (record_outcomes (self, tally, error) && forget_settled (self, error) && pause_held (self, error) && hand_over_all (self, batches, tally, &count, error) &&
      ledger_write_tally (self->core->database, tally, error) && finish_campaigns (self, finished, error) &&
      (finished->len == 0 || lane_store_speed (self, error)) &&
      ((count == 0 && !has_news (self)) || ledger_count_turn (self->core->database, out_turn, error))) {
    KILL_POINT ("core-before-commit");
    return database_commit (self->core->database, error);
  }
  database_rollback (self->core->database);
  return FALSE;
}

/* What a campaign of this lane is told: its own speed and answers. */
static void
tell_campaign (Lane *self, const LedgerOutcome *outcome)
{
  LaneCampaign *entry = lane_find_campaign (self, outcome->campaign);

  if (entry == NULL)
    return;
  if (outcome->outcome == OUTCOME_ACCEPTED)
    speed_count (&entry->speed, 1);
  lane_campaign_note_reply (entry, outcome->reply);
}

void
lane_after_outcomes (Lane *self)
{
  const GArray *outcomes = transport_link_get_outcomes (self->link);
  guint accepted = 0;

  for (guint i = 0; i < outcomes->len; i++) {
    const LedgerOutcome *outcome = &g_array_index (outcomes, LedgerOutcome, i);

    accepted += outcome->outcome == OUTCOME_ACCEPTED;
    if (outcome->reason == REASON_SLOW && self->pace != NULL)
      pace_slow_down (self->pace, lane_get_per_second (self), g_get_monotonic_time ());
    tell_campaign (self, outcome);
  }
  if (outcomes->len > 0)
    lane_went_well (self);
  speed_count (&self->speed, accepted);
  transport_link_note_recorded (self->link);
}

void
lane_send_batches (Lane *self, GPtrArray *batches)
{
  for (guint i = 0; i < batches->len; i++) {
    const LaneBatch *batch = g_ptr_array_index (batches, i);

    if (batch->handed->len > 0)
      transport_link_send (self->link, batch->entry->campaign->id, batch->frame, batch->handed);
  }
}

/* What a transport had told before it went comes first: its journal keeps less of the server's words, and on a full disk less at all. */
gboolean
lane_flush_outcomes (Lane *self, GError **error)
{
  g_autoptr (LedgerTally) tally = ledger_tally_new ();
  gint64 turn_number = 0;

  if (transport_link_get_outcomes (self->link)->len == 0)
    return TRUE;
  if (!database_begin (self->core->database, error))
    return FALSE;
  if (!record_outcomes (self, tally, error) || !ledger_write_tally (self->core->database, tally, error) ||
      !ledger_count_turn (self->core->database, &turn_number, error)) {
    database_rollback (self->core->database);
    return FALSE;
  }
  if (!database_commit (self->core->database, error))
    return FALSE;
  lane_after_outcomes (self);
  return TRUE;
}
