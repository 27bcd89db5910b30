#include "value.h"

#include "text.h"
#include <string.h>

static gboolean
is_unseen (gunichar c)
{
  return g_unichar_isspace (c) || c == 0x85 || c == 0xad || c == 0x200b || c == 0x200e || c == 0x200f || c == 0xfeff ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069);
}

/* Octets at the start of `text` that nobody sees, at most one character. */
static gsize
unseen_head (Slice text)
{
  gunichar c;

  if (text.len == 0)
    return 0;
  if ((guint8) text.data[0] < 0x80)
    return g_ascii_isspace (text.data[0]) || text.data[0] == '\v' ? 1 : 0;
  c = g_utf8_get_char_validated (text.data, (gssize) MIN (text.len, 4));
  if (c == (gunichar) -1 || c == (gunichar) -2) /* the next one may be cut, this one not */
    c = g_utf8_get_char_validated (text.data, (gssize) MIN (text.len, (guint8) text.data[0] < 0xe0 ? 2 : 3));
  return c < 0x110000 && is_unseen (c) ? (gsize) g_unichar_to_utf8 (c, NULL) : 0;
}

static gsize
unseen_tail (Slice text)
{
  gsize n = 1;

  while (n < 4 && n < text.len && ((guint8) text.data[text.len - n] & 0xc0) == 0x80)
    n++;
  return text.len > 0 && unseen_head ((Slice){ text.data + text.len - n, n }) == n ? n : 0;
}

Slice
value_trim (Slice cell)
{
  gsize n;

  while ((n = unseen_head (cell)) > 0)
    cell.data += n, cell.len -= n;
  while ((n = unseen_tail (cell)) > 0)
    cell.len -= n;
  return cell;
}

/* ="01067": how Excel is told that digits are text */
static Slice
value_unwrap (Slice value)
{
  if (value.len >= 3 && memcmp (value.data, "=\"", 2) == 0 && value.data[value.len - 1] == '"' &&
      memchr (value.data + 2, '"', value.len - 3) == NULL)
    return value_trim ((Slice){ value.data + 2, value.len - 3 });
  return value;
}

/* 'Bob', '01067; not 't Hooft, not rock 'n' roll */
static Slice
value_unmark (Slice value)
{
  gboolean is_closed = value.len >= 2 && value.data[value.len - 1] == '\'';

  if (value.len < 2 || value.data[0] != '\'' || memchr (value.data + 1, '\'', value.len - 1 - is_closed) != NULL)
    return value;
  if (!is_closed && strchr ("0123456789+=-", value.data[1]) == NULL)
    return value;
  return value_trim ((Slice){ value.data + 1, value.len - 1 - is_closed });
}

Slice
value_bare (Slice cell)
{
  Slice value = value_unmark (value_unwrap (value_trim (cell)));

  return text_is_missing (value.data, value.len) ? (Slice){ "", 0 } : value;
}

Slice
value_without_apostrophes (Slice value)
{
  if (value.len > 0 && value.data[0] == '\'')
    value.data++, value.len--;
  if (value.len > 0 && value.data[value.len - 1] == '\'')
    value.len--;
  return value_trim (value);
}
