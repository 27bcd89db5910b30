#include "lane-private.h"

#define SPEED_SECONDS 3         /* chosen: less is a burst */

void
lane_count_accepted (Lane *self, guint count)
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
double
lane_get_per_second (Lane *self)
{
  gint64 second = g_get_monotonic_time () / G_USEC_PER_SEC;
  guint total = 0, seconds = 0;

  lane_count_accepted (self, 0);
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
gboolean
lane_store_speed (Lane *self, GError **error)
{
  double best_per_s = self->best_per_s;

  self->best_per_s = 0;
  return best_per_s == 0 || pace_store_speed (self->core->store, self->account_id, best_per_s, error);
}

