#include "lane-private.h"

#define SPEED_SECONDS 3         /* chosen: less is a burst */

void
speed_count (Speed *self, guint count)
{
  gint64 second = g_get_monotonic_time () / G_USEC_PER_SEC;

  for (; self->second < second; self->second++) {
    if (second - self->second > RATE_SECONDS)
      self->second = second - RATE_SECONDS;
    self->counts[(self->second + 1) % RATE_SECONDS] = 0;
  }
  self->counts[second % RATE_SECONDS] += count;
}

/* Over the whole seconds behind us that have any count: a start does not look slow. */
double
speed_get (Speed *self, guint *out_seconds)
{
  gint64 second = g_get_monotonic_time () / G_USEC_PER_SEC;
  guint total = 0, seconds = 0;

  speed_count (self, 0);
  for (gint64 i = 1; i < RATE_SECONDS; i++) {
    guint count = self->counts[(second - i + RATE_SECONDS) % RATE_SECONDS];

    total += count;
    if (count > 0)
      seconds = (guint) i;
  }
  if (out_seconds != NULL)
    *out_seconds = seconds;
  return seconds > 0 ? (double) total / seconds : self->counts[second % RATE_SECONDS];
}

double
lane_get_per_second (Lane *self)
{
  guint seconds = 0;
  double per_second = speed_get (&self->speed, &seconds);

  if (seconds >= SPEED_SECONDS && self->pace != NULL && pace_get_window (self->pace) == G_MAXUINT) /* the wire's own speed, not a pace that was asked for */
    self->best_per_s = MAX (self->best_per_s, per_second);
  return per_second;
}

/* For the forecast before the next campaign: what this run kept up for seconds, not the few stragglers at its end. */
gboolean
lane_store_speed (Lane *self, GError **error)
{
  double best_per_s = self->best_per_s;

  self->best_per_s = 0;
  return best_per_s == 0 || pace_store_speed (self->core->database, self->account_id, best_per_s, error);
}

