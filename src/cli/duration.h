/* duration.h - how long, in words: "90s", "45 min", "6h", "2d". Pure. Trust: the user's own words. Used in: cli. */
#pragma once
#include <glib.h>

/* Parses a positive whole number and a unit: s, sec, seconds; m, min, minutes; h, hours; d, days. min_s, max_s: the range that `option`
 * (its name with dashes, for the error) takes. Returns: FALSE with FAULT_USAGE; out_s untouched then. */
gboolean duration_parse (const char *text, const char *option, guint min_s, guint max_s, guint *out_s, GError **error) G_GNUC_WARN_UNUSED_RESULT;
