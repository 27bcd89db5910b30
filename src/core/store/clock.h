/* clock.h - the time as core's tables write it.
 * Used in: core. */
#pragma once
#include <glib.h>

gint64 clock_now_utc (void); /* seconds since 1970 */
