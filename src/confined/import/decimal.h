/* decimal.h - a number as it is written to its decimal digits, exactly: no detour over a double.
 * Trust:  input is hostile. Used in: confined/import. Does no I/O. */
#pragma once
#include <glib.h>

#define DECIMAL_LEN_MAX 400 /* octets of a number that is looked at; a double has 309 digits at most */

typedef struct { /* value = 0.digits * 10^point; no zero at either end */
  gboolean is_negative;
  char     digits[DECIMAL_LEN_MAX + 1];
  int      n_digits, point;
} Decimal;

gboolean decimal_read   (Decimal *self, const char *text); /* "-12.5E+3"; FALSE: no number */
void     decimal_round  (Decimal *self, int places);       /* behind the point; a half goes away from zero, as in a spreadsheet */
char     decimal_digit  (const Decimal *self, int place);  /* of 10^place */
void     decimal_append (const Decimal *self, GString *out);
