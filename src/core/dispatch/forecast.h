/* forecast.h - how long so many messages take under rolling windows and a rate: what pace.c does to them, played without waiting.
 * Pure; what it needs does not grow with the number of messages. Used in: core/dispatch/pace. */
#pragma once
#include <glib.h>

typedef struct {
  double length_s;
  gint64 limit; /* 0: none */
} ForecastWindow;

typedef struct { /* messages that went, or will go, together */
  double at_s; /* from now; what is behind us is 0 or less */
  gint64 count;
} ForecastBurst;

/* rate_per_s 0: they go as soon as a window lets them. past: of ForecastBurst, oldest first, as far back as the longest window; it is used up. */
double forecast_play (const ForecastWindow *windows, guint n_windows, double rate_per_s, GArray *past, gint64 count);
