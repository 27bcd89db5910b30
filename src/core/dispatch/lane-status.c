#include "clock.h"
#include "lane-private.h"

#define PACE_SHOWN_US (2 * (gint64) G_USEC_PER_SEC) /* chosen: sooner than that nobody asks when it goes on */

/* Idle without an error: the pace, a full quota window, or only recipients that are for later. */
static void
describe_idle_reason (Lane *self, const gint64 counts[STATE_COUNT], LaneStatus *out)
{
  gint64 now_us = g_get_monotonic_time (), now_utc = clock_now_utc (), delay_us;

  delay_us = self->pace != NULL ? pace_delay_us (self->pace, now_us, now_utc) : 0;
  if (self->pace != NULL && pace_get_full_window_s (self->pace) > 0) {
    out->is_waiting = TRUE;
    out->reason = "limit";
    out->text = "the limit that you set for this account is used up; it goes on by itself";
    out->next_utc = now_utc + delay_us / G_USEC_PER_SEC;
  } else if (counts[STATE_QUEUED] == 0 && counts[STATE_HANDED] == 0 && counts[STATE_LATER] > 0) {
    out->is_waiting = TRUE;
    out->reason = "later";
    out->text = "the servers asked to try the rest again later";
    out->next_utc = lane_get_next_due (self, now_utc);
  } else if (delay_us >= PACE_SHOWN_US && counts[STATE_QUEUED] > 0 && counts[STATE_HANDED] == 0) {
    out->next_utc = now_utc + delay_us / G_USEC_PER_SEC; /* the pace that was asked for: no wait, but people look at the clock */
  }
}

/* A wait is over, and nobody has answered since: what it was for is still the last that is known. */
static gboolean
is_trying_again (Lane *self)
{
  return self->last_wait_reason != NULL && (transport_link_is_reaching (self->link) || transport_link_count_outstanding (self->link) > 0);
}

/* Campaigns share the lane evenly: before this one's last message go as many of each other one, or all of it. */
static gint64
forecast_s (Lane *self, guint64 campaign, const gint64 counts[STATE_COUNT])
{
  gint64 own = counts[STATE_QUEUED] + counts[STATE_HANDED] + counts[STATE_LATER], ahead = own, due_utc = 0, now_utc = clock_now_utc ();

  for (guint i = 0; own > 0 && i < self->campaigns->len; i++) {
    LaneCampaign *entry = g_ptr_array_index (self->campaigns, i);
    gint64 other[STATE_COUNT];

    if (entry->campaign->id != campaign && !entry->is_stopping && ledger_get_counts (self->core->database, entry->campaign->id, other, NULL))
      ahead += MIN (own, other[STATE_QUEUED] + other[STATE_HANDED] + other[STATE_LATER]);
  }
  if (counts[STATE_LATER] > 0)
    ledger_get_last_due (self->core->database, campaign, &due_utc, NULL);
  return MAX (due_utc - now_utc, pace_forecast_s (self->pace, self->core->database, ahead, lane_get_per_second (self), now_utc));
}

void
lane_describe (Lane *self, guint64 campaign, LaneStatus *out)
{
  LaneCampaign *entry = lane_find_campaign (self, campaign);
  gint64 counts[STATE_COUNT] = { 0 };

  *out = (LaneStatus){ .is_active = entry != NULL, .reason = "", .text = "", .last = entry != NULL ? &entry->last : NULL };
  if (entry == NULL)
    return;
  out->per_second = speed_get (&entry->speed, NULL);
  ledger_get_counts (self->core->database, campaign, counts, NULL);
  if (self->pace != NULL)
    out->seconds_left = forecast_s (self, campaign, counts);
  if (!transport_link_is_settled (self->link)) {
    const char *owner = transport_link_get_journal_owner (self->link);

    out->is_waiting = TRUE;
    out->reason = "recovery";
    out->text = owner != NULL ? owner : "an earlier sending process is still finishing; its journal is read next";
  } else if (entry->pause_reason != NULL) {
    out->is_waiting = TRUE;
    out->reason = entry->pause_reason;
    out->text = entry->pause_text;
  } else if (self->reason != NULL) {
    out->is_waiting = TRUE;
    out->reason = self->reason;
    out->text = self->text;
    out->next_utc = clock_now_utc () + MAX (0, self->wait_until_us - g_get_monotonic_time ()) / G_USEC_PER_SEC;
  } else {
    describe_idle_reason (self, counts, out);
    if (!out->is_waiting && is_trying_again (self)) {
      out->is_waiting = TRUE;
      out->reason = self->last_wait_reason;
      out->text = self->last_wait_text;
    }
  }
}
