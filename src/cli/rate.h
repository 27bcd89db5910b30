/* rate.h - a pace as people write it: "30/min". Pure. Used in: cli. */
#pragma once
#include <glib.h>

/* N/s N/sec N/second N/min N/minute N/h N/hour N/d N/day; N may have a decimal point.
 * Returns: FALSE with FAULT_USAGE: no pace, or less than one an hour, or more than a thousand a second. */
gboolean rate_parse (const char *text, guint *out_per_hour, GError **error);
