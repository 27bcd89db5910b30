#include "flow-window.h"

#define TRIP_MIN_US 2000 /* chosen: nearer than that the first window keeps the server busy */
#define GROW_BELOW 4     /* chosen: round trips; the wire is then used to three quarters */
#define SHRINK_ABOVE 8   /* chosen: the server has become slower */

void
flow_window_init (FlowWindow *self, guint min, guint max)
{
  *self = (FlowWindow){ .size = min, .min = min, .max = MAX (min, max) };
}

void
flow_window_note_trip (FlowWindow *self, gint64 us)
{
  if (us > 0 && (self->trip_us == 0 || us < self->trip_us))
    self->trip_us = us;
}

static void
flow_window_resize (FlowWindow *self, gint64 took_us)
{
  if (self->trip_us < TRIP_MIN_US)
    return;
  if (took_us < GROW_BELOW * self->trip_us)
    self->size = MIN (2 * self->size, self->max);
  else if (took_us > SHRINK_ABOVE * self->trip_us)
    self->size = MAX (self->size / 2, self->min);
}

void
flow_window_note (FlowWindow *self, guint64 begun, guint64 answered, gint64 now_us)
{
  if (self->mark != 0 && answered >= self->mark) {
    flow_window_resize (self, now_us - self->marked_us);
    self->mark = 0;
  }
  if (self->mark == 0 && begun - answered >= self->size) {
    self->mark = begun;
    self->marked_us = now_us;
  }
}
