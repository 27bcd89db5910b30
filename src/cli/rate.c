#include "rate.h"

#include "fault.h"
#include <string.h>

#define PER_HOUR_MAX 3600000 /* chosen: a thousand a second; beyond it no pace is meant */

static const struct {
  const char *unit;
  double      per_hour;
} units[] = {
  { "s", 3600 },  { "sec", 3600 },   { "second", 3600 }, { "min", 60 },     { "minute", 60 },
  { "h", 1 },     { "hour", 1 },     { "d", 1. / 24 },   { "day", 1. / 24 },
};

gboolean
rate_parse (const char *text, guint *out_per_hour, GError **error)
{
  char *end = NULL;
  double number = g_ascii_strtod (text, &end);
  double per_hour = -1;

  for (gsize i = 0; g_ascii_isdigit (text[0]) && *end == '/' && i < G_N_ELEMENTS (units); i++)
    if (strcmp (end + 1, units[i].unit) == 0)
      per_hour = number * units[i].per_hour;
  if (per_hour < 0) {
    g_set_error (error, FAULT, FAULT_USAGE,
                 "“%s” is no pace: write a number and /s, /min, /hour or /day, for example 30/min", text);
    return FALSE;
  }
  if (!(per_hour >= 1 && per_hour <= PER_HOUR_MAX)) {
    g_set_error (error, FAULT, FAULT_USAGE, "the pace %s is out of range: from 1/hour to 1000/s", text);
    return FALSE;
  }
  *out_per_hour = (guint) per_hour;
  return TRUE;
}
