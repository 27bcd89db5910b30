#include "date.h"

#include <string.h>

#define TEXT_MAX 64      /* octets; longer is no date */
#define CLOCK_SLACK_S 900
#define YEAR_MIN 1970    /* of a consent: there was no e-mail before */
#define YEAR_MAX 9999

/* First letters of each month, apart by a bar: English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish, Polish. */
static const char *const months[12] = {
  "jan|jän|ene|gen|sty", "feb|fév|fev|lut", "mar|mär|mrz|maa|mrt", "apr|avr|abr|kwi", "may|mai|mag|mei|maj", "jun|juin|giu|cze",
  "jul|juil|lug|lip", "aug|aoû|aou|ago|sie", "sep|set|wrz", "oct|okt|ott|out|paź|paz", "nov|lis", "dec|dez|déc|dic|gru",
};

/* Where the month stands first. */
static const char *const month_first[] = { "US", "PH", "FM", "PW", "MH", "GU", "PR", "AS", "VI", "MP", "UM", NULL };

typedef struct {
  const char *at, *end;
} Scanner;

static gboolean
take_number (Scanner *self, gint *out_value, guint *out_digits)
{
  gint value = 0;
  guint n = 0;

  while (self->at < self->end && g_ascii_isdigit (*self->at) && n < 9) {
    value = value * 10 + (*self->at++ - '0');
    n++;
  }
  *out_value = value;
  *out_digits = n;
  return n > 0;
}

static void
skip_blank (Scanner *self)
{
  while (self->at < self->end && (g_ascii_isspace (*self->at) || *self->at == ','))
    self->at++;
}

static gboolean
take_char (Scanner *self, const char *any)
{
  if (self->at == self->end || *self->at == '\0' || strchr (any, *self->at) == NULL)
    return FALSE;
  self->at++;
  return TRUE;
}

static gboolean
is_word_char (char c)
{
  return g_ascii_isalpha (c) || (guint8) c >= 0x80;
}

/* A word -> a month, or 0. */
static gint
take_month (Scanner *self)
{
  const char *from = self->at;
  g_autofree char *word = NULL;

  while (self->at < self->end && is_word_char (*self->at))
    self->at++;
  if (self->at - from < 3 || !g_utf8_validate (from, self->at - from, NULL))
    return 0;
  word = g_utf8_strdown (from, self->at - from);
  for (gint i = 0; i < 12; i++) {
    g_auto (GStrv) names = g_strsplit (months[i], "|", -1);

    for (gsize j = 0; names[j] != NULL; j++)
      if (g_str_has_prefix (word, names[j]))
        return i + 1;
  }
  return 0;
}

static gint
full_year (gint year, guint digits)
{
  return digits > 2 ? year : year < 70 ? 2000 + year : 1900 + year;
}

static DateFlaw
settle_day (Date *out, gint year, gint month, gint day)
{
  if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12 || day < 1 || !g_date_valid_dmy ((GDateDay) MIN (day, 99), (GDateMonth) month, (GDateYear) year))
    return DATE_BAD;
  out->year = year;
  out->month = month;
  out->day = day;
  return DATE_FINE;
}

/* a and b: day and month, in the order of the region where there is a choice. */
static DateFlaw
settle_order (Date *out, gint a, gint b, gint year, gboolean is_dotted, const char *region)
{
  gboolean is_month_first = g_strv_contains (month_first, region);

  if (is_dotted || a > 12 || a == b)
    return settle_day (out, year, b, a);
  if (b > 12)
    return settle_day (out, year, a, b);
  if (region[0] == '\0')
    return settle_day (out, year, b, a) == DATE_FINE ? DATE_AMBIGUOUS : DATE_BAD;
  return is_month_first ? settle_day (out, year, a, b) : settle_day (out, year, b, a);
}

/* "3. April 2025", "3-Apr-25", "3 de abril de 2025": behind the first number. */
static DateFlaw
take_named (Scanner *in, gint day, Date *out)
{
  gint month, year;
  guint digits;

  take_char (in, ".");
  skip_blank (in);
  take_char (in, "-/");
  if (in->end - in->at > 3 && g_ascii_strncasecmp (in->at, "de ", 3) == 0)
    in->at += 3;
  month = take_month (in);
  if (month == 0)
    return DATE_BAD;
  take_char (in, ".");
  skip_blank (in);
  take_char (in, "-/");
  if (in->end - in->at > 3 && g_ascii_strncasecmp (in->at, "de ", 3) == 0)
    in->at += 3;
  return take_number (in, &year, &digits) && (digits == 2 || digits == 4) ? settle_day (out, full_year (year, digits), month, day) : DATE_BAD;
}

/* "April 3, 2025", "Thu, 3 Apr 2025" */
static DateFlaw
take_worded (Scanner *in, Date *out)
{
  gint month = take_month (in), day, year;
  guint digits;

  take_char (in, ".");
  skip_blank (in);
  if (!take_number (in, &day, &digits) || digits > 2)
    return DATE_NONE; /* words */
  if (month == 0)
    return take_named (in, day, out);
  while (in->at < in->end && is_word_char (*in->at)) /* 3rd */
    in->at++;
  skip_blank (in);
  return take_number (in, &year, &digits) && digits == 4 ? settle_day (out, year, month, day) : DATE_BAD;
}

static DateFlaw
take_compact (gint value, Date *out)
{
  return settle_day (out, value / 10000, value / 100 % 100, value % 100);
}

static DateFlaw
take_numeric (Scanner *in, const char *region, Date *out)
{
  gint a, b, c;
  guint a_digits, b_digits, c_digits;
  char apart;

  if (!take_number (in, &a, &a_digits))
    return DATE_NONE;
  if (a_digits == 8)
    return take_compact (a, out);
  apart = in->at < in->end ? *in->at : '\0';
  if (a_digits <= 2 && (apart == ' ' || ((apart == '.' || apart == '-' || apart == '/') && in->at + 1 < in->end && !g_ascii_isdigit (in->at[1]))))
    return take_named (in, a, out);
  if (!take_char (in, "-/.") || !take_number (in, &b, &b_digits) || b_digits > 2 || in->at == in->end || *in->at != apart)
    return DATE_BAD;
  in->at++;
  if (!take_number (in, &c, &c_digits))
    return DATE_BAD;
  if (a_digits == 4)
    return c_digits <= 2 ? settle_day (out, a, b, c) : DATE_BAD;
  if (a_digits > 2 || (c_digits != 4 && c_digits != 2))
    return DATE_BAD;
  return settle_order (out, a, b, full_year (c, c_digits), apart == '.', region);
}

/* --- the time behind it --- */

static gboolean
take_half (Scanner *in, Date *out)
{
  gboolean is_pm = in->at < in->end && (*in->at == 'p' || *in->at == 'P');

  if (in->end - in->at < 2 || (!is_pm && *in->at != 'a' && *in->at != 'A') || (in->at[1] != 'm' && in->at[1] != 'M'))
    return TRUE;
  in->at += 2;
  if (out->hour < 1 || out->hour > 12)
    return FALSE;
  out->hour = out->hour % 12 + (is_pm ? 12 : 0);
  return TRUE;
}

/* +02:00, -0800, +2 */
static gboolean
take_offset (Scanner *in, Date *out)
{
  gint sign = in->at < in->end && *in->at == '-' ? -1 : 1, hours, minutes = 0;
  guint digits;

  if (!take_char (in, "+-"))
    return TRUE;
  if (!take_number (in, &hours, &digits) || digits == 3 || digits > 4)
    return FALSE;
  if (digits == 4) {
    minutes = hours % 100;
    hours /= 100;
  } else if (take_char (in, ":") && (!take_number (in, &minutes, &digits) || digits != 2)) {
    return FALSE;
  }
  out->has_zone = TRUE;
  out->zone_s = sign * (hours * 3600 + minutes * 60);
  return hours <= 14 && minutes < 60;
}

/* Z, UTC, GMT+2 (Google Forms), +02:00 */
static gboolean
take_zone (Scanner *in, Date *out)
{
  gboolean is_named = in->end - in->at >= 3 && (g_ascii_strncasecmp (in->at, "UTC", 3) == 0 || g_ascii_strncasecmp (in->at, "GMT", 3) == 0);

  in->at += is_named ? 3 : 0;
  out->has_zone = is_named || take_char (in, "Zz");
  return out->has_zone && !is_named ? TRUE : take_offset (in, out);
}

static gboolean
take_time (Scanner *in, Date *out)
{
  guint digits;
  gint fraction;

  if (!take_number (in, &out->hour, &digits) || digits > 2 || !take_char (in, ":.h") || !take_number (in, &out->minute, &digits) || digits != 2)
    return FALSE;
  out->second = 0;
  if (take_char (in, ":") && (!take_number (in, &out->second, &digits) || digits != 2))
    return FALSE;
  if (take_char (in, ".,") && !take_number (in, &fraction, &digits))
    return FALSE;
  skip_blank (in);
  out->has_time = TRUE;
  return take_half (in, out) && (skip_blank (in), take_zone (in, out)) && out->hour < 24 && out->minute < 60 && out->second < 61;
}

/* --- all of it --- */

DateFlaw
date_parse (const char *text, gsize len, const char *region, Date *out_date)
{
  Scanner in = { text, text + len };
  DateFlaw flaw;

  *out_date = (Date){ .hour = 12 };
  skip_blank (&in);
  while (in.end > in.at && g_ascii_isspace (in.end[-1]))
    in.end--;
  if (in.at == in.end || in.end - in.at > TEXT_MAX)
    return DATE_NONE;
  flaw = is_word_char (*in.at) ? take_worded (&in, out_date) : take_numeric (&in, region, out_date);
  if (flaw == DATE_BAD || flaw == DATE_NONE || in.at == in.end)
    return flaw;
  if (take_char (&in, "Tt"))
    return take_time (&in, out_date) && in.at == in.end ? flaw : DATE_BAD;
  skip_blank (&in);
  return in.at == in.end || (take_time (&in, out_date) && (skip_blank (&in), in.at == in.end)) ? flaw : DATE_BAD;
}

gint64
date_to_utc (const Date *self)
{
  g_autoptr (GTimeZone) zone = self->has_zone ? g_time_zone_new_offset (self->zone_s) : g_time_zone_new_local ();
  g_autoptr (GDateTime) time = g_date_time_new (zone, self->year, self->month, self->day, self->hour, self->minute, MIN (self->second, 59));

  return time != NULL ? g_date_time_to_unix (time) : 0;
}

gboolean
date_is_future (const Date *self, gint64 now_utc)
{
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_local (now_utc);
  gint year, month, day;

  if (self->has_time)
    return date_to_utc (self) > now_utc + CLOCK_SLACK_S;
  g_date_time_get_ymd (now, &year, &month, &day);
  return (self->year * 100 + self->month) * 100 + self->day > (year * 100 + month) * 100 + day;
}
