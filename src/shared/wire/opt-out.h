/* opt-out.h - what a list of another program says of a person: may they be written to? Judged by column and value.
 * Trust:  input is hostile (any valid UTF-8). Used in: core/intake/suppress-rows. Pure.
 * Source: the rows of tests/unit/shared/wire/test-opt-out.c, each with its own. */
#pragma once
#include "frame.h"

typedef enum {
  OPT_OUT_SILENT,  /* the column is about something else */
  OPT_OUT_YES,     /* unsubscribed, bounced, complained, blocked… */
  OPT_OUT_NO,      /* still subscribed */
  OPT_OUT_UNCLEAR, /* a status that nobody knows */
} OptOut;

/* value: "" where the row has none. */
OptOut opt_out_judge (const char *column, Slice value);

/* Columns whose value is worth keeping: a status, why, and when (a date as ISO 8601, or with a blank for the T). */
gboolean opt_out_is_status (const char *column);
gboolean opt_out_is_reason (const char *column);
gboolean opt_out_is_time   (const char *column);

/* columns: all of a file, NULL-terminated. Is it the export of those who are subscribed? Nobody means to suppress these. */
gboolean opt_out_is_of_subscribers (const char *const *columns);
