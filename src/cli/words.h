/* words.h - numbers and times as people read them. Pure but for the locale. Used in: cli. */
#pragma once
#include <glib.h>

/* How people call a state or a reason of JSON: as the window does (docs/words.md). Returns: borrowed; what has no other name: itself. */
const char *words_state  (const char *state);
const char *words_reason (const char *reason);

/* All transfer full. */
char *words_count    (guint64 count);     /* "12,345", as the locale groups digits */
char *words_counted  (guint64 count, const char *one, const char *other); /* "1 row", "12,345 rows" */
char *words_people   (guint64 count);     /* "1 person", "12,345 people" */
char *words_bytes    (guint64 bytes);     /* "1.2 MB" */
char *words_time     (gint64 utc_s);      /* local "2026-03-01 14:05"; "" for 0 */
char *words_duration (guint64 seconds);   /* "45 s", "3 min", "2 h 5 min", "3 days" */
char *words_per      (double per_second); /* "34/s", "30/min", "12/h" */
char *words_iso      (gint64 utc_s);      /* "2026-03-01T13:05:00Z"; NULL for 0 */
