#include "escape.h"

#include <string.h>

typedef struct {
  Place      place;
  EscapeSink put;
  void      *sink;
} Escape;

static gboolean
is_unreserved (guchar c)
{
  return g_ascii_isalnum (c) || c == '-' || c == '.' || c == '_' || c == '~';
}

/* TRUE when this ASCII octet may be copied as it is. */
static inline gboolean
is_plain (Place place, guchar c)
{
  switch (place) {
  case PLACE_PLAIN:
    return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\t';
  case PLACE_HEADER:
    return c >= 0x20 && c < 0x7f;
  case PLACE_HTML:
  case PLACE_ATTRIBUTE:
    return ((c >= 0x20 && c < 0x7f) || c == '\n' || c == '\t') && c != '&' && c != '<' && c != '>' && c != '"' && c != '\'';
  case PLACE_BARE:
    return g_ascii_isalnum (c) || c == '-' || c == '.' || c == '_' || c == ':';
  case PLACE_LINK_HTML:
    return is_unreserved (c) || (c > 0x20 && c < 0x7f && strchr (":/?#[]@!$()*+,;=%", c) != NULL);
  case PLACE_LINK:
    return is_unreserved (c) || (c > 0x20 && c < 0x7f && strchr (":/?#[]@!$()*+,;=%&", c) != NULL);
  case PLACE_URL_PATH:
    return is_unreserved (c) || c == '/';
  case PLACE_URL_MAILTO:
    return is_unreserved (c) || c == '@' || c == '+';
  case PLACE_URL_QUERY:
  case PLACE_URL_TEL: /* put_number() writes these two */
  case PLACE_URL_DIGITS:
    return is_unreserved (c);
  }
  return FALSE;
}

static gboolean
is_url (Place place)
{
  return place >= PLACE_LINK_HTML;
}

/* Characters that show nothing and change what stands around them. */
static gboolean
is_dropped (gunichar c)
{
  return (c >= 0x80 && c <= 0x9f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

static void
put_percent (const Escape *self, const char *data, gsize len)
{
  static const char hex[] = "0123456789ABCDEF";

  for (gsize i = 0; i < len; i++) {
    guchar c = (guchar) data[i];
    char code[3] = { '%', hex[c >> 4], hex[c & 15] };

    self->put (self->sink, code, 3);
  }
}

static void
put_break (const Escape *self, char c)
{
  if (self->place == PLACE_HEADER)
    self->put (self->sink, " ", 1);
  else if (self->place == PLACE_BARE)
    self->put (self->sink, "&#32;", 5);
  else if (self->place == PLACE_URL_QUERY)
    put_percent (self, &c, 1);
  else if (!is_url (self->place)) /* in the other parts of a URL a browser would drop it too */
    self->put (self->sink, &c, 1);
}

/* An ASCII octet that is_plain() did not let through. */
static void
put_special (const Escape *self, guchar c)
{
  static const char *const names[] = { ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;" };
  char code[8];

  if (c < 0x20 || c == 0x7f)
    return;
  if (is_url (self->place) && !(self->place == PLACE_LINK_HTML && c == '&')) {
    put_percent (self, (const char *) &c, 1);
    return;
  }
  if (c < G_N_ELEMENTS (names) && names[c] != NULL) {
    self->put (self->sink, names[c], strlen (names[c]));
    return;
  }
  code[0] = '&', code[1] = '#'; /* PLACE_BARE: any other printable ASCII octet has two or three digits */
  code[2] = (char) ('0' + c / 100), code[3] = (char) ('0' + c / 10 % 10), code[4] = (char) ('0' + c % 10), code[5] = ';';
  self->put (self->sink, code, 6);
}

/* A character beyond ASCII at `at`. Returns: its octets. */
static gsize
put_wide (const Escape *self, const char *at, gsize left)
{
  gunichar c = g_utf8_get_char_validated (at, (gssize) MIN (left, 4));
  gsize len;

  if (c == (gunichar) -1 || c == (gunichar) -2) {
    if (is_url (self->place))
      put_percent (self, "\xef\xbf\xbd", 3);
    else
      self->put (self->sink, "\xef\xbf\xbd", 3);
    return 1;
  }
  len = (gsize) g_unichar_to_utf8 (c, NULL);
  if (c == 0x2028 || c == 0x2029)
    put_break (self, '\n');
  else if (self->place == PLACE_BARE && g_unichar_isspace (c)) /* some parsers end a value at any kind of space */
    put_break (self, '\n');
  else if (is_url (self->place) && !is_dropped (c))
    put_percent (self, at, len);
  else if (!is_dropped (c))
    self->put (self->sink, at, len);
  return len;
}

/* A value may open a link by an address with one of these schemes, or one without any.
 * Nothing is dropped before this looks: "java<TAB>script:" has no scheme of the list and so goes. */
static gboolean
is_harmless_link (Slice value)
{
  static const char *const schemes[] = { "http", "https", "mailto", "tel", "sms" };
  gsize n = 0;

  while (n < value.len && strchr (":/?#", value.data[n]) == NULL) /* a NUL is found by strchr and ends it too */
    n++;
  if (n == value.len || value.data[n] == '/' || value.data[n] == '?' || value.data[n] == '#')
    return value.len > 0;
  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (value.data[n] == ':' && strlen (schemes[i]) == n && g_ascii_strncasecmp (schemes[i], value.data, n) == 0)
      return TRUE;
  return FALSE;
}

/* A number as a person writes it: signs that only part it are dropped, and so is all that no number has. "+49 (0)30" has a "(0)" that is not dialed
 * from abroad. */
static void
put_number (const Escape *self, Slice value)
{
  gboolean has_plus = FALSE, has_digit = FALSE;

  for (gsize i = 0; i < value.len; i++) {
    const char *at = value.data + i;

    if (*at == '+' && !has_plus && !has_digit) {
      has_plus = TRUE;
      if (self->place == PLACE_URL_TEL)
        self->put (self->sink, "+", 1);
    } else if (has_plus && has_digit && value.len - i >= 3 && memcmp (at, "(0)", 3) == 0) {
      i += 2;
    } else if (g_ascii_isdigit (*at)) {
      if (self->place == PLACE_URL_DIGITS && !has_plus && !has_digit && value.len - i >= 2 && memcmp (at, "00", 2) == 0) {
        i++;
        has_plus = TRUE;
        continue;
      }
      self->put (self->sink, at, 1);
      has_digit = TRUE;
    }
  }
}

static void
escape_run (const Escape *self, Slice value)
{
  for (gsize i = 0; i < value.len;) {
    gsize start = i;
    guchar c;

    while (i < value.len && is_plain (self->place, (guchar) value.data[i]))
      i++;
    if (i > start)
      self->put (self->sink, value.data + start, i - start);
    if (i == value.len)
      return;
    c = (guchar) value.data[i];
    if (c == '\r' && i + 1 < value.len && value.data[i + 1] == '\n')
      i++; /* the line feed stands for both */
    else if (c >= 0x80)
      i += put_wide (self, value.data + i, value.len - i);
    else if (c == '\r' || c == '\n' || c == '\t')
      put_break (self, c == '\t' ? '\t' : '\n'), i++;
    else
      put_special (self, c), i++;
  }
}

void
escape_value (Place place, Slice value, EscapeSink put, void *sink)
{
  Escape self = { place, put, sink };

  if (place == PLACE_LINK || place == PLACE_LINK_HTML) {
    while (value.len > 0 && (guchar) value.data[0] <= ' ')
      value.data++, value.len--;
    while (value.len > 0 && (guchar) value.data[value.len - 1] <= ' ')
      value.len--;
    if (!is_harmless_link (value)) {
      put (sink, "#", 1);
      return;
    }
  }
  if (place == PLACE_URL_TEL || place == PLACE_URL_DIGITS) {
    put_number (&self, value);
    return;
  }
  if (place == PLACE_BARE && value.len == 0)
    put (sink, "&#32;", 5); /* or the next attribute would become this one's value */
  escape_run (&self, value);
}
