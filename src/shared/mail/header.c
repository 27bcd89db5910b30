#include "header.h"

#include <stdio.h>
#include <string.h>

#define FOLD_AT 78
#define WORD_LINE 76
#define WORD_FRAME 12  /* "=?utf-8?q?" and "?=" */
#define QUOTED_MAX 60  /* chosen: a longer name goes as encoded words, which can be folded */

static void
header_put (GByteArray *out, const char *data, gsize len)
{
  g_byte_array_append (out, (const guint8 *) data, (guint) len);
}

void
header_text_put (void *sink, const char *data, gsize len)
{
  HeaderText *self = sink;

  for (gsize i = 0; i < len; i++) {
    if (data[i] == ' ' && (self->len == 0 || self->data[self->len - 1] == ' '))
      continue;
    if (self->len == HEADER_TEXT_MAX) {
      self->is_full = TRUE;
      return;
    }
    self->data[self->len++] = data[i];
  }
}

void
header_text_end (HeaderText *self, gsize max)
{
  gsize start;

  if (self->len > max || self->is_full) {
    self->len = MIN (self->len, max);
    for (start = self->len; start > 0 && ((guchar) self->data[start - 1] & 0xc0) == 0x80;)
      start--;
    if (start > 0 && (gsize) g_utf8_skip[(guchar) self->data[start - 1]] != self->len - (start - 1))
      self->len = start - 1; /* the last character was cut */
  }
  while (self->len > 0 && self->data[self->len - 1] == ' ')
    self->len--;
  self->data[self->len] = '\0';
}

static gboolean
is_atext (guchar c)
{
  return g_ascii_isalnum (c) || c >= 0x80 || (c != '\0' && strchr ("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static gboolean
is_dot_atom (const char *data, gsize len)
{
  if (len == 0 || data[0] == '.' || data[len - 1] == '.')
    return FALSE;
  for (gsize i = 0; i < len; i++)
    if (!is_atext ((guchar) data[i]) && !(data[i] == '.' && data[i - 1] != '.'))
      return FALSE;
  return TRUE;
}

/* "john doe"@example.org: printable ASCII in quotes, no escapes. */
static gboolean
is_quoted_local (const char *data, gsize len)
{
  if (len < 3 || data[0] != '"' || data[len - 1] != '"')
    return FALSE;
  for (gsize i = 1; i < len - 1; i++)
    if (!g_ascii_isprint (data[i]) || data[i] == '"' || data[i] == '\\')
      return FALSE;
  return TRUE;
}

static gboolean
is_domain (const char *data, gsize len)
{
  gboolean is_literal = len > 2 && data[0] == '[' && data[len - 1] == ']';

  if (len == 0 || data[0] == '.' || data[0] == '-' || data[len - 1] == '.')
    return FALSE;
  for (gsize i = is_literal; i < len - is_literal; i++) {
    guchar c = (guchar) data[i];

    if (!g_ascii_isalnum (c) && c != '-' && c != '.' && c < 0x80 && !(is_literal && c == ':'))
      return FALSE;
    if (c == '.' && data[i - 1] == '.')
      return FALSE;
  }
  return TRUE;
}

/* C1 controls are line breaks to some; unlike in a value, nothing can be dropped from an address without making it another one. */
static gboolean
is_shown (const char *data, gsize len)
{
  if (!g_utf8_validate_len (data, len, NULL))
    return FALSE;
  for (const char *p = data; p < data + len; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (c >= 0x80 && (!g_unichar_isgraph (c) || g_unichar_type (c) == G_UNICODE_FORMAT))
      return FALSE;
  }
  return TRUE;
}

gboolean
header_is_address (Slice address)
{
  const char *at = address.len > 0 ? memrchr (address.data, '@', address.len) : NULL;
  gsize n;

  if (at == NULL || address.len > HEADER_ADDRESS_MAX || !is_shown (address.data, address.len))
    return FALSE;
  n = (gsize) (at - address.data);
  return (is_dot_atom (address.data, n) || is_quoted_local (address.data, n)) && is_domain (at + 1, address.len - n - 1);
}

gboolean
header_is_ascii (Slice text)
{
  for (gsize i = 0; i < text.len; i++)
    if ((guchar) text.data[i] >= 0x80)
      return FALSE;
  return TRUE;
}

/* Octets that an encoded word may hold as they are, in a phrase too (RFC 2047 §5 (3)). */
static gboolean
is_word_plain (guchar c)
{
  return g_ascii_isalnum (c) || c == '!' || c == '*' || c == '+' || c == '-' || c == '/';
}

static gsize
q_length (const char *data, gsize len)
{
  gsize n = 0;

  for (gsize i = 0; i < len; i++)
    n += is_word_plain ((guchar) data[i]) || data[i] == ' ' ? 1 : 3;
  return n;
}

static void
put_q (GByteArray *out, const char *data, gsize len)
{
  static const char hex[] = "0123456789ABCDEF";

  for (gsize i = 0; i < len; i++) {
    guchar c = (guchar) data[i];
    char code[3] = { '=', hex[c >> 4], hex[c & 15] };

    if (c == ' ')
      header_put (out, "_", 1);
    else if (is_word_plain (c))
      header_put (out, data + i, 1);
    else
      header_put (out, code, 3);
  }
}

static void
put_b (GByteArray *out, const char *data, gsize len)
{
  char code[WORD_LINE + 8];
  int state = 0, save = 0;
  gsize n = g_base64_encode_step ((const guchar *) data, len, FALSE, code, &state, &save);

  n += g_base64_encode_close (FALSE, code + n, &state, &save);
  header_put (out, code, n);
}

/* As many whole characters as `room` characters of an encoded word can hold; one at least. */
static gsize
header_fit (const char *data, gsize len, gsize room, gboolean is_b)
{
  gsize n = 0;

  while (n < len) {
    gsize next = n + 1;

    while (next < len && ((guchar) data[next] & 0xc0) == 0x80)
      next++;
    if ((is_b ? (next + 2) / 3 * 4 : q_length (data, next)) > room && n > 0)
      break;
    n = next;
  }
  return n;
}

/* Returns: the column behind. The text is valid UTF-8. */
static guint
put_words (GByteArray *out, guint column, const char *data, gsize len)
{
  gboolean is_b = q_length (data, len) > (len + 2) / 3 * 4;

  while (len > 0) {
    gsize n = header_fit (data, len, WORD_LINE - WORD_FRAME - 1 - column, is_b);
    guint before;

    header_put (out, " ", 1);
    before = out->len;
    header_put (out, is_b ? "=?utf-8?b?" : "=?utf-8?q?", 10);
    if (is_b)
      put_b (out, data, n);
    else
      put_q (out, data, n);
    header_put (out, "?=", 2);
    column += 1 + (out->len - before);
    data += n, len -= n;
    if (len > 0) {
      header_put (out, "\r\n", 2);
      column = 0;
    }
  }
  return column;
}

static gsize
word_length (const char *data, gsize len)
{
  const char *end = memchr (data, ' ', len);

  return end != NULL ? (gsize) (end - data) : len;
}

/* Encoded words are needed beyond ASCII, where text only looks like one, and where a word is too long to be folded. */
static gboolean
needs_words (const HeaderText *text)
{
  if (!header_is_ascii ((Slice){ text->data, text->len }) || memmem (text->data, text->len, "=?", 2) != NULL)
    return TRUE;
  for (gsize i = 0, n; i < text->len; i += n + 1) {
    n = word_length (text->data + i, text->len - i);
    if (n > FOLD_AT - 20) /* no name of ours is longer than 18 */
      return TRUE;
  }
  return FALSE;
}

void
header_put_text (GByteArray *out, guint column, const HeaderText *text)
{
  if (needs_words (text)) {
    put_words (out, column, text->data, text->len);
    return;
  }
  for (gsize i = 0, n; i < text->len; i += n + 1) {
    n = word_length (text->data + i, text->len - i);
    if (i > 0 && column + 1 + n > FOLD_AT) {
      header_put (out, "\r\n", 2);
      column = 0;
    }
    header_put (out, " ", 1);
    header_put (out, text->data + i, n);
    column += 1 + (guint) n;
  }
}

static gboolean
is_phrase (const HeaderText *text)
{
  for (gsize i = 0; i < text->len; i++)
    if (!is_atext ((guchar) text->data[i]) && text->data[i] != ' ')
      return FALSE;
  return TRUE;
}

static guint
put_name (GByteArray *out, guint column, const HeaderText *name)
{
  guint before = out->len;

  if (needs_words (name) || name->len > QUOTED_MAX)
    return put_words (out, column, name->data, name->len);
  header_put (out, " ", 1);
  if (is_phrase (name)) {
    header_put (out, name->data, name->len);
    return column + out->len - before;
  }
  header_put (out, "\"", 1);
  for (gsize i = 0; i < name->len; i++) {
    if (name->data[i] == '"' || name->data[i] == '\\')
      header_put (out, "\\", 1);
    header_put (out, name->data + i, 1);
  }
  header_put (out, "\"", 1);
  return column + out->len - before;
}

void
header_put_mailbox (GByteArray *out, guint column, const HeaderText *name, Slice address)
{
  if (name->len == 0) {
    header_put (out, " ", 1);
    header_put (out, address.data, address.len);
    return;
  }
  column = put_name (out, column, name);
  if (column + 3 + address.len > FOLD_AT)
    header_put (out, "\r\n", 2);
  header_put (out, " <", 2);
  header_put (out, address.data, address.len);
  header_put (out, ">", 1);
}

/* Days since 1970 to a date (Howard Hinnant, "chrono-compatible low-level date algorithms"): gmtime() may read a file, which the
 * lock refuses, and GDateTime allocates. */
static void
header_civil (gint64 days, int *out_year, guint *out_month, guint *out_day)
{
  gint64 z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
  guint doe = (guint) (z - era * 146097);
  guint yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  guint doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  guint mp = (5 * doy + 2) / 153;

  *out_day = doy - (153 * mp + 2) / 5 + 1;
  *out_month = mp < 10 ? mp + 3 : mp - 9;
  *out_year = (int) (yoe + era * 400) + (*out_month <= 2);
}

static char *
put_two (char *at, guint number)
{
  *at++ = (char) ('0' + number / 10 % 10);
  *at++ = (char) ('0' + number % 10);
  return at;
}

/* RFC 5322 §3.3, in UTC. By hand: once a message. */
void
header_put_date (GByteArray *out, gint64 date_utc_s)
{
  static const char days[] = "ThuFriSatSunMonTueWed", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  gint64 at = CLAMP (date_utc_s, 0, G_GINT64_CONSTANT (253402300799)); /* 1970..9999: four digits */
  guint day, month, second = (guint) (at % 86400);
  int year;
  char text[48] = " ddd, ", *p = text + 6;

  header_civil (at / 86400, &year, &month, &day);
  memcpy (text + 1, days + at / 86400 % 7 * 3, 3);
  if (day >= 10)
    *p++ = (char) ('0' + day / 10);
  *p++ = (char) ('0' + day % 10);
  *p++ = ' ';
  memcpy (p, months + (month - 1) * 3, 3);
  p[3] = ' ';
  p = put_two (put_two (p + 4, (guint) year / 100), (guint) year % 100);
  *p++ = ' ';
  p = put_two (p, second / 3600);
  *p++ = ':';
  p = put_two (p, second / 60 % 60);
  *p++ = ':';
  p = put_two (p, second % 60);
  memcpy (p, " +0000", 6);
  header_put (out, text, (gsize) (p + 6 - text));
}
