#include "decimal.h"

#define EXPONENT_MAX 308 /* of a double */

static void
trim_zeros (Decimal *self)
{
  while (self->n_digits > 0 && self->digits[self->n_digits - 1] == '0')
    self->n_digits--;
}

gboolean
decimal_read (Decimal *out, const char *text)
{
  const char *at = text;
  gboolean has_point = FALSE, has_digit = FALSE;
  char *end;

  *out = (Decimal){ .is_negative = *at == '-' };
  at += *at == '-' || *at == '+';
  for (; g_ascii_isdigit (*at) || (*at == '.' && !has_point); at++) {
    if (*at == '.') {
      has_point = TRUE;
      continue;
    }
    has_digit = TRUE;
    if (out->n_digits > 0 || *at != '0') {
      out->digits[out->n_digits++] = *at;
      out->point += !has_point;
    } else {
      out->point -= has_point;
    }
  }
  if (has_digit && (*at == 'e' || *at == 'E')) {
    gint64 exponent = g_ascii_strtoll (at + 1, &end, 10);

    if (end == at + 1 || exponent > EXPONENT_MAX || exponent < -EXPONENT_MAX)
      return FALSE;
    out->point += (int) exponent;
    at = end;
  }
  trim_zeros (out);
  return has_digit && *at == '\0';
}

/* Adds one to the last of the kept digits. */
static void
decimal_carry (Decimal *self)
{
  int i = self->n_digits - 1;

  while (i >= 0 && self->digits[i] == '9')
    self->digits[i--] = '0';
  if (i >= 0) {
    self->digits[i]++;
    return;
  }
  self->digits[0] = '1'; /* 0.999 is 1 */
  self->n_digits = 1;
  self->point++;
}

void
decimal_round (Decimal *self, int places)
{
  int kept = self->point + places;
  gboolean is_up = kept >= 0 && kept < self->n_digits && self->digits[kept] >= '5';

  if (kept >= self->n_digits)
    return;
  self->n_digits = MAX (kept, 0);
  if (is_up)
    decimal_carry (self);
  trim_zeros (self);
  if (self->n_digits == 0)
    *self = (Decimal){ FALSE, "", 0, 0 };
}

char
decimal_digit (const Decimal *self, int place)
{
  int i = self->point - 1 - place;

  return i >= 0 && i < self->n_digits ? self->digits[i] : '0';
}

void
decimal_append (const Decimal *decimal, GString *out)
{
  if (decimal->n_digits == 0) {
    g_string_append_c (out, '0');
    return;
  }
  if (decimal->is_negative)
    g_string_append_c (out, '-');
  if (decimal->point <= 0)
    g_string_append_c (out, '0');
  for (int i = 0; i < decimal->point; i++)
    g_string_append_c (out, i < decimal->n_digits ? decimal->digits[i] : '0');
  if (decimal->n_digits > decimal->point)
    g_string_append_c (out, '.');
  for (int i = decimal->point; i < 0; i++)
    g_string_append_c (out, '0');
  for (int i = MAX (decimal->point, 0); i < decimal->n_digits; i++)
    g_string_append_c (out, decimal->digits[i]);
}
