#include "number.h"

#include <math.h>
#include <string.h>

#define NUMBER_MAX 400          /* octets of a number that is looked at; a double has 309 digits at most */
#define EXPONENT_MAX 308        /* of a double */
#define DIGITS_EXACT 15         /* decimal digits that a double keeps; what stands behind them in a fraction is noise */
#define SERIAL_MAX 2958465.999999 /* the end of 9999 */
#define DAY_SECONDS 86400

static gboolean
is_builtin_date (guint id)
{
  return (id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 36) || (id >= 50 && id <= 58);
}

/* Skips what is literal in a format. Returns: the next octet that counts, or NUL at the end of the first section. */
static char
next_symbol (const char **at)
{
  for (; **at != '\0' && **at != ';'; ++*at) {
    const char *close;

    switch (**at) {
    case '"':
      close = strchr (*at + 1, '"');
      break;
    case '[': /* a colour, a locale, or [h]: elapsed hours, which other letters go with */
      close = strchr (*at + 1, ']');
      break;
    case '\\': case '_': case '*':
      close = (*at)[1] != '\0' ? *at + 1 : NULL;
      break;
    default:
      return *(*at)++;
    }
    if (close == NULL)
      return '\0';
    *at = close;
  }
  return '\0';
}

NumberStyle
number_style_parse (guint id, const char *code)
{
  gboolean has_day = FALSE, has_month = FALSE, has_time = FALSE, has_other = FALSE;
  guint zeros = 0;
  char c;

  if (code == NULL)
    return (NumberStyle){ is_builtin_date (id) ? NUMBER_DATE : (id >= 18 && id <= 21) || (id >= 45 && id <= 47) ? NUMBER_TIME : NUMBER_PLAIN, 0 };
  while ((c = next_symbol (&code)) != '\0') {
    has_day = has_day || strchr ("yYdD", c) != NULL;
    has_month = has_month || strchr ("mM", c) != NULL;
    has_time = has_time || strchr ("hHsS", c) != NULL;
    has_other = has_other || c != '0';
    zeros += c == '0';
  }
  if (has_day || (has_month && !has_time))
    return (NumberStyle){ NUMBER_DATE, 0 };
  if (has_time)
    return (NumberStyle){ NUMBER_TIME, 0 };
  return (NumberStyle){ !has_other && zeros > 1 && zeros <= DIGITS_EXACT ? NUMBER_PADDED : NUMBER_PLAIN, zeros };
}

typedef struct { /* value = 0.digits * 10^point */
  gboolean is_negative;
  char     digits[NUMBER_MAX + 1];
  int      n_digits, point;
} Decimal;

/* "-12.5E+3" */
static gboolean
read_decimal (const char *raw, Decimal *out)
{
  const char *at = raw;
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
  while (out->n_digits > 0 && out->digits[out->n_digits - 1] == '0')
    out->n_digits--;
  return has_digit && *at == '\0';
}

static void
append_decimal (GString *out, const Decimal *decimal)
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

/* A serial day (and fraction) to ISO 8601. Returns: FALSE: out of range. */
static gboolean
append_date (GString *out, double serial, NumberKind kind, gboolean is_1904)
{
  g_autoptr (GDateTime) epoch = NULL, date = NULL;
  double day = floor (serial);
  gint64 seconds = (gint64) round ((serial - day) * DAY_SECONDS);

  if (!(serial >= 0 && serial <= SERIAL_MAX))
    return FALSE;
  if (kind == NUMBER_TIME && serial < 1) {
    seconds = MIN (seconds, DAY_SECONDS - 1);
    g_string_append_printf (out, "%02d:%02d:%02d", (int) (seconds / 3600), (int) (seconds / 60 % 60), (int) (seconds % 60));
    return TRUE;
  }
  if (!is_1904 && day < 60)
    day++; /* 29 February 1900 never was */
  epoch = is_1904 ? g_date_time_new_utc (1904, 1, 1, 0, 0, 0) : g_date_time_new_utc (1899, 12, 30, 0, 0, 0);
  date = g_date_time_add (epoch, ((gint64) day * DAY_SECONDS + seconds) * G_TIME_SPAN_SECOND);
  if (date == NULL)
    return FALSE;
  g_string_append_printf (out, "%04d-%02d-%02d", g_date_time_get_year (date), g_date_time_get_month (date), g_date_time_get_day_of_month (date));
  if (seconds != 0)
    g_string_append_printf (out, "T%02d:%02d:%02d", g_date_time_get_hour (date), g_date_time_get_minute (date), g_date_time_get_second (date));
  return TRUE;
}

void
number_append (GString *out, const char *raw, gsize len, NumberStyle style, gboolean is_1904)
{
  char text[NUMBER_MAX + 1], shorter[G_ASCII_DTOSTR_BUF_SIZE];
  Decimal decimal;
  gsize before = out->len;

  if (len > NUMBER_MAX || memchr (raw, '\0', len) != NULL) {
    g_string_append_len (out, raw, (gssize) len);
    return;
  }
  memcpy (text, raw, len);
  text[len] = '\0';
  if (!read_decimal (text, &decimal)) {
    g_string_append (out, text);
    return;
  }
  if ((style.kind == NUMBER_DATE || style.kind == NUMBER_TIME) && append_date (out, g_ascii_strtod (text, NULL), style.kind, is_1904))
    return;
  if (decimal.n_digits > DIGITS_EXACT && decimal.n_digits > decimal.point) { /* 0.30000000000000004 */
    g_ascii_formatd (shorter, sizeof shorter, "%.15g", g_ascii_strtod (text, NULL));
    if (!read_decimal (shorter, &decimal))
      return;
  }
  append_decimal (out, &decimal);
  if (style.kind == NUMBER_PADDED && !decimal.is_negative && decimal.n_digits <= decimal.point)
    while (out->len - before < style.width)
      g_string_insert_c (out, (gssize) before, '0');
}
