#include "forecast.h"

#include <math.h>

#define WINDOWS_MAX 4
#define DAY_S 86400.0
#define PIECE_S 60.0    /* chosen: at a rate, so much goes as one burst */
#define STEPS_MAX 20000 /* chosen: two days of minutes several times over; never reached with windows of a minute and longer */

typedef struct {
  const ForecastWindow *windows;
  guint  n_windows;
  double rate_per_s, now_s;
  GArray *bursts;                /* of ForecastBurst: all that went */
  guint  oldest[WINDOWS_MAX];    /* in bursts: the first one that is still in the window */
  gint64 used[WINDOWS_MAX];
} Play;

/* What is slowest in the long run: `limit` messages in every `length_s`. Without any: limit 0. */
static ForecastWindow
find_bottleneck (const Play *self)
{
  ForecastWindow found = { DAY_S, (gint64) (self->rate_per_s * DAY_S) };

  for (guint i = 0; i < self->n_windows; i++) {
    const ForecastWindow *window = &self->windows[i];

    if (window->limit > 0 && (found.limit == 0 || (double) window->limit / window->length_s < (double) found.limit / found.length_s))
      found = *window;
  }
  return found;
}

static void
add_burst (Play *self, gint64 count)
{
  ForecastBurst burst = { self->now_s, count };

  g_array_append_val (self->bursts, burst);
  for (guint i = 0; i < self->n_windows; i++)
    self->used[i] += count;
}

/* What has left a window by now makes room in it. */
static void
move_windows (Play *self)
{
  for (guint i = 0; i < self->n_windows; i++)
    for (; self->oldest[i] < self->bursts->len; self->oldest[i]++) {
      const ForecastBurst *burst = &g_array_index (self->bursts, ForecastBurst, self->oldest[i]);

      if (burst->at_s + self->windows[i].length_s > self->now_s)
        break;
      self->used[i] -= burst->count;
    }
}

/* Of `max`, how many may go now. If none: out_next_s is when the fullest window next has room. */
static gint64
play_allow (const Play *self, gint64 max, double *out_next_s)
{
  *out_next_s = self->now_s;
  for (guint i = 0; i < self->n_windows; i++) {
    const ForecastWindow *window = &self->windows[i];

    if (window->limit == 0)
      continue;
    if (self->used[i] >= window->limit)
      *out_next_s = MAX (*out_next_s, g_array_index (self->bursts, ForecastBurst, self->oldest[i]).at_s + window->length_s);
    max = MIN (max, MAX (0, window->limit - self->used[i]));
  }
  return self->rate_per_s > 0 ? MIN (max, MAX (1, (gint64) (self->rate_per_s * PIECE_S))) : max;
}

static gint64
play_some (Play *self, gint64 count)
{
  for (guint step = 0; count > 0 && step < STEPS_MAX; step++) {
    double next_s;
    gint64 now;

    move_windows (self);
    now = play_allow (self, count, &next_s);
    if (now == 0) {
      self->now_s = next_s;
      continue;
    }
    add_burst (self, now);
    count -= now;
    if (self->rate_per_s > 0)
      self->now_s += (double) now / self->rate_per_s;
  }
  return count;
}

double
forecast_play (const ForecastWindow *windows, guint n_windows, double rate_per_s, GArray *past, gint64 count)
{
  Play self = { windows, MIN (n_windows, WINDOWS_MAX), rate_per_s, 0, past, { 0 }, { 0 } };
  ForecastWindow bottleneck = find_bottleneck (&self);
  gint64 whole = bottleneck.limit > 0 ? MAX (0, count / bottleneck.limit - 1) : 0;

  for (guint i = 0; i < past->len; i++)
    for (guint j = 0; j < self.n_windows; j++)
      self.used[j] += g_array_index (past, ForecastBurst, i).count;
  /* behind the first one, each bottleneck's worth goes exactly as the one before it went, one length later: they need not be played */
  count = play_some (&self, count - whole * bottleneck.limit);
  if (count > 0 && bottleneck.limit > 0)
    self.now_s += (double) count / (double) bottleneck.limit * bottleneck.length_s;
  return self.now_s + (double) whole * bottleneck.length_s;
}
