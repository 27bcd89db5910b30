/* number.h - a number as a workbook stores it to the text that a person would have typed: a phone is never 3.1E9.
 * Trust:  input is hostile. Used in: confined/import. Does no I/O.
 * Source: ECMA-376 part 1 §18.8.30 (numFmt), §18.17.4 (dates); the false leap day of 1900 is Lotus's and is kept by all. */
#pragma once
#include <glib.h>

typedef enum { NUMBER_PLAIN, NUMBER_DATE, NUMBER_TIME, NUMBER_SPAN, NUMBER_SHOWN } NumberKind;

typedef struct {
  NumberKind  kind;
  const char *code; /* NUMBER_SPAN, NUMBER_SHOWN: borrowed, as number-format.h takes it */
} NumberStyle;

/* id: numFmtId; code: its format (borrowed for the style's life), or NULL for one of the built-in ones. */
NumberStyle number_style_parse (guint id, const char *code);

/* Appends. raw: as in <v>; what is no number is appended as it is. Dates become ISO 8601, amounts, percents
 * and spans of time what the cell shows. */
void number_append (GString *out, const char *raw, gsize len, NumberStyle style, gboolean is_1904);
