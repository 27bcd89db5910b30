#include "words.h"

#include <string.h>

/* Held against the page's own words by tests/unit/cli/words.py. */
static const char *const states[][2] = {
  { "prepared", "not started" }, { "done", "finished" },   { "queued", "still to go" },      { "handed", "on its way" },
  { "later", "tried later" },    { "skipped", "left out" }, { "untried", "not tried yet" },   { "failing", "cannot send" },
  { "password", "needs its password" }, { "signed-out", "signed out" }, { "locked", "vault locked" },
};

static const char *const reasons[][2] = {
  { "suppressed", "on the do-not-contact list" },
  { "cancelled", "cancelled before it was sent" },
  { "no-address", "has no e-mail address" },
  { "no-number", "has no phone number" },
  { "expired", "tried for a day without success" },
  { "data", "a value is missing or does not fit" },
};

static const char *
find_words (const char *const (*rows)[2], gsize n_rows, const char *key)
{
  for (gsize i = 0; i < n_rows; i++)
    if (strcmp (rows[i][0], key) == 0)
      return rows[i][1];
  return key;
}

const char *
words_state (const char *state)
{
  return find_words (states, G_N_ELEMENTS (states), state);
}

const char *
words_reason (const char *reason)
{
  return find_words (reasons, G_N_ELEMENTS (reasons), reason);
}

char *
words_count (guint64 count)
{
  return g_strdup_printf ("%'" G_GUINT64_FORMAT, count);
}

char *
words_counted (guint64 count, const char *one, const char *other)
{
  return g_strdup_printf ("%'" G_GUINT64_FORMAT " %s", count, count == 1 ? one : other);
}

char *
words_people (guint64 count)
{
  return words_counted (count, "person", "people");
}

char *
words_bytes (guint64 bytes)
{
  return g_format_size (bytes);
}

char *
words_time (gint64 utc_s)
{
  g_autoptr (GDateTime) time = utc_s > 0 ? g_date_time_new_from_unix_local (utc_s) : NULL;

  return time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M") : g_strdup ("");
}

char *
words_iso (gint64 utc_s)
{
  g_autoptr (GDateTime) time = utc_s > 0 ? g_date_time_new_from_unix_utc (utc_s) : NULL;

  return time != NULL ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ") : NULL;
}

char *
words_duration (guint64 seconds)
{
  guint64 minutes = (seconds + 30) / 60;

  if (seconds < 60)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " s", seconds);
  if (minutes < 60)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " min", minutes);
  if (minutes < 48 * 60)
    return minutes % 60 == 0 ? g_strdup_printf ("%" G_GUINT64_FORMAT " h", minutes / 60)
                             : g_strdup_printf ("%" G_GUINT64_FORMAT " h %" G_GUINT64_FORMAT " min", minutes / 60, minutes % 60);
  return g_strdup_printf ("%'" G_GUINT64_FORMAT " days", (minutes + 12 * 60) / (24 * 60));
}

char *
words_per (double per_second)
{
  if (per_second >= 1)
    return g_strdup_printf ("%'.0f/s", per_second);
  if (per_second * 60 >= 1)
    return g_strdup_printf ("%.0f/min", per_second * 60);
  return g_strdup_printf ("%.0f/h", per_second * 3600);
}
