/* date.h - a day, and perhaps a time, as people and programs write it: 2025-04-03, 3.4.2025, 03/04/2025 (by region), 3 April 2025, 2025-04-03T10:20:00Z.
 * Trust:  input is hostile (any octets). Used in: core/intake, cli. Does no I/O.
 * Source: ISO 8601, RFC 5322 §3.3, Unicode CLDR 42 (order of day and month by region, names of months); exports of other programs. */
#pragma once
#include <glib.h>

typedef enum {
  DATE_FINE,
  DATE_NONE,      /* no date at all: words, an empty text */
  DATE_BAD,       /* looks like one, but there is no such day, or its form is not known */
  DATE_AMBIGUOUS, /* day and month cannot be told apart, and no region says it */
} DateFlaw;

typedef struct {
  gint     year, month, day, hour, minute, second;
  gboolean has_time, has_zone; /* without a time: noon, so that it is the same day for everybody near */
  gint     zone_s;             /* east of UTC */
} Date;

/* region: ISO 3166, or "". */
DateFlaw date_parse (const char *text, gsize len, const char *region, Date *out_date);

/* Seconds since 1970 in UTC. What names no zone is in this machine's. 0: out of range */
gint64 date_to_utc (const Date *self);

/* TRUE when this day is still to come here (one with a time: this moment, with a quarter of an hour for clocks that differ). */
gboolean date_is_future (const Date *self, gint64 now_utc);
