#include "duration.h"

#include "fault.h"
#include "words.h"
#include <string.h>

static const struct {
  const char *unit;
  guint       seconds;
} units[] = {
  { "s", 1 },       { "sec", 1 },    { "second", 1 }, { "seconds", 1 }, { "m", 60 },      { "min", 60 },     { "minute", 60 },
  { "minutes", 60 }, { "h", 3600 }, { "hour", 3600 }, { "hours", 3600 }, { "d", 86400 }, { "day", 86400 }, { "days", 86400 },
};

gboolean
duration_parse (const char *text, const char *option, guint min_s, guint max_s, guint *out_s, GError **error)
{
  char *end = NULL;
  guint64 number = g_ascii_isdigit (text[0]) ? g_ascii_strtoull (text, &end, 10) : 0;
  guint unit_s = 0;

  for (; number > 0 && *end == ' '; end++)
    ;
  for (gsize i = 0; number > 0 && i < G_N_ELEMENTS (units); i++)
    if (g_ascii_strcasecmp (end, units[i].unit) == 0)
      unit_s = units[i].seconds;
  if (unit_s == 0) {
    g_set_error (error, FAULT, FAULT_USAGE, "%s: “%s” is no length of time: write a number and s, min, h or d, for example 6h", option, text);
    return FALSE;
  }
  if (number > max_s / unit_s || number * unit_s < min_s) {
    g_autofree char *least = words_duration (min_s), *most = words_duration (max_s);

    g_set_error (error, FAULT, FAULT_USAGE, "%s: %s is out of range: from %s to %s", option, text, least, most);
    return FALSE;
  }
  *out_s = (guint) number * unit_s;
  return TRUE;
}
