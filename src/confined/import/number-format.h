/* number-format.h - a number as the format code of its cell shows it: amounts, percents, thousands, numbers with words around, spans of time.
 * Separators are those of the code ("1,234.50"), whatever the machine's language, so that a file gives the same values everywhere.
 * Trust:  codes are hostile. Used in: confined/import. Does no I/O. Source: ECMA-376 part 1 §18.8.30, §18.8.31 (number formats). */
#pragma once
#include "decimal.h"

/* Appends. Returns: FALSE, and nothing is appended: the code shows no digits, or is one of another kind (fractions, exponents, text, General). */
gboolean number_format_append (const char *code, const Decimal *value, GString *out);

gboolean number_format_is_span (const char *code); /* [h]:mm, [mm]:ss: time that passed, more than a day too */
/* serial: days. Returns: FALSE: out of range. */
gboolean number_format_append_span (const char *code, double serial, GString *out);
