#include "number.h"

#include "number-format.h"

#include <math.h>
#include <string.h>

#define DIGITS_EXACT 15         /* decimal digits that a double keeps; what stands behind them in a fraction is noise */
#define SERIAL_MAX 2958465.999999 /* the end of 9999 */
#define DAY_SECONDS 86400

/* §18.8.30, which codes have no code in the file. The sign of currencies is the machine's: left away. Negative ones get a minus. */
static NumberStyle
builtin_style (guint id)
{
  static const char *const codes[] = {
    [1] = "0", [2] = "0.00", [3] = "#,##0", [4] = "#,##0.00", [5] = "#,##0", [6] = "#,##0", [7] = "#,##0.00", [8] = "#,##0.00",
    [9] = "0%", [10] = "0.00%", [37] = "#,##0", [38] = "#,##0", [39] = "#,##0.00", [40] = "#,##0.00", [41] = "#,##0", [42] = "#,##0",
    [43] = "#,##0.00", [44] = "#,##0.00",
  };

  if ((id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 36) || (id >= 50 && id <= 58))
    return (NumberStyle){ NUMBER_DATE, NULL };
  if (id == 46)
    return (NumberStyle){ NUMBER_SPAN, "[h]:mm:ss" };
  if ((id >= 18 && id <= 21) || id == 45 || id == 47)
    return (NumberStyle){ NUMBER_TIME, NULL };
  return id < G_N_ELEMENTS (codes) && codes[id] != NULL ? (NumberStyle){ NUMBER_SHOWN, codes[id] } : (NumberStyle){ NUMBER_PLAIN, NULL };
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
    case '[': /* a colour, a locale, a condition */
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
  gboolean has_day = FALSE, has_month = FALSE, has_time = FALSE, has_place = FALSE;
  const char *at = code;
  char c;

  if (code == NULL)
    return builtin_style (id);
  if (number_format_is_span (code))
    return (NumberStyle){ NUMBER_SPAN, code };
  while ((c = next_symbol (&at)) != '\0') {
    has_day = has_day || strchr ("yYdD", c) != NULL;
    has_month = has_month || strchr ("mM", c) != NULL;
    has_time = has_time || strchr ("hHsS", c) != NULL;
    has_place = has_place || strchr ("0#?", c) != NULL;
  }
  if (has_day || (has_month && !has_time))
    return (NumberStyle){ NUMBER_DATE, NULL };
  if (has_time)
    return (NumberStyle){ NUMBER_TIME, NULL };
  return has_place ? (NumberStyle){ NUMBER_SHOWN, code } : (NumberStyle){ NUMBER_PLAIN, NULL };
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
  if (kind == NUMBER_TIME) { /* of whichever day, as the cell shows it */
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

/* 0.30000000000000004 is 0.3. */
static void
drop_noise (const char *text, Decimal *decimal)
{
  char shorter[G_ASCII_DTOSTR_BUF_SIZE];
  Decimal exact = *decimal;

  if (decimal->n_digits <= DIGITS_EXACT || decimal->n_digits <= decimal->point)
    return;
  g_ascii_formatd (shorter, sizeof shorter, "%.15g", g_ascii_strtod (text, NULL));
  if (!decimal_read (decimal, shorter))
    *decimal = exact;
}

static gboolean
append_styled (GString *out, const char *text, const Decimal *decimal, NumberStyle style, gboolean is_1904)
{
  switch (style.kind) {
  case NUMBER_DATE: case NUMBER_TIME: return append_date (out, g_ascii_strtod (text, NULL), style.kind, is_1904);
  case NUMBER_SPAN: return number_format_append_span (style.code, g_ascii_strtod (text, NULL), out);
  case NUMBER_SHOWN: return number_format_append (style.code, decimal, out);
  case NUMBER_PLAIN: break;
  }
  return FALSE;
}

void
number_append (GString *out, const char *raw, gsize len, NumberStyle style, gboolean is_1904)
{
  char text[DECIMAL_LEN_MAX + 1];
  Decimal decimal;

  if (len > DECIMAL_LEN_MAX || memchr (raw, '\0', len) != NULL) {
    g_string_append_len (out, raw, (gssize) len);
    return;
  }
  memcpy (text, raw, len);
  text[len] = '\0';
  if (!decimal_read (&decimal, text)) {
    g_string_append (out, text);
    return;
  }
  drop_noise (text, &decimal);
  if (!append_styled (out, text, &decimal, style, is_1904))
    decimal_append (&decimal, out);
}
