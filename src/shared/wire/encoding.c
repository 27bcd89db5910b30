#include "encoding.h"

#include <string.h>

static const char *const words[ENCODING_COUNT] = { "utf-8",        "utf-16le",   "utf-16be",
                                                   "windows-1252", "iso-8859-1", "iso-8859-15" };

const char *
encoding_to_word (Encoding self)
{
  return words[self];
}

gboolean
encoding_from_word (const char *word, Encoding *out_encoding)
{
  static const struct { const char *word; Encoding encoding; } others[] = {
    { "utf8", ENCODING_UTF_8 },           { "utf-16", ENCODING_UTF_16LE },  { "utf16", ENCODING_UTF_16LE },
    { "cp1252", ENCODING_WINDOWS_1252 },  { "latin1", ENCODING_ISO_8859_1 }, { "latin-1", ENCODING_ISO_8859_1 },
    { "latin9", ENCODING_ISO_8859_15 },   { "us-ascii", ENCODING_UTF_8 },   { "ascii", ENCODING_UTF_8 },
  };

  for (guint i = 0; i < ENCODING_COUNT; i++)
    if (g_ascii_strcasecmp (word, words[i]) == 0) {
      *out_encoding = i;
      return TRUE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    if (g_ascii_strcasecmp (word, others[i].word) == 0) {
      *out_encoding = others[i].encoding;
      return TRUE;
    }
  return FALSE;
}

gsize
encoding_find_mark (const guint8 *data, gsize len, Encoding *out_encoding)
{
  if (len >= 3 && memcmp (data, "\xef\xbb\xbf", 3) == 0) {
    *out_encoding = ENCODING_UTF_8;
    return 3;
  }
  if (len >= 2 && (memcmp (data, "\xff\xfe", 2) == 0 || memcmp (data, "\xfe\xff", 2) == 0)) {
    *out_encoding = data[0] == 0xff ? ENCODING_UTF_16LE : ENCODING_UTF_16BE;
    return 2;
  }
  return 0;
}

/* Octets of the character at `at`: 0 not valid, or cut short. Table 3-7: the second octet has the narrow ranges. */
static gsize
character_len (const guint8 *at, gsize left)
{
  guint8 lead = at[0], low = 0x80, high = 0xbf;
  gsize len = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;

  if (len <= 1 || left < len)
    return left < len ? 0 : len;
  low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (at[1] < low || at[1] > high)
    return 0;
  for (gsize i = 2; i < len; i++)
    if ((at[i] & 0xc0) != 0x80)
      return 0;
  return len;
}

gsize
encoding_utf8_prefix (const guint8 *data, gsize len)
{
  gsize i = 0;

  while (i < len) {
    guint64 word;
    gsize n;

    if (len - i >= 8) { /* most of it is ASCII */
      memcpy (&word, data + i, 8);
      if ((word & G_GUINT64_CONSTANT (0x8080808080808080)) == 0) {
        i += 8;
        continue;
      }
    }
    n = character_len (data + i, len - i);
    if (n == 0)
      break;
    i += n;
  }
  return i;
}

gboolean
encoding_is_utf8_start (const guint8 *rest, gsize len)
{
  static const guint8 fill[] = { 0x80, 0x90, 0xa0 }; /* one of these makes the second octet right, whatever the first one is */

  if (len == 0 || len > 3)
    return len == 0;
  for (gsize f = 0; f < G_N_ELEMENTS (fill); f++) {
    guint8 whole[4] = { 0x80, fill[f], 0x80, 0x80 };

    memcpy (whole, rest, len);
    if (character_len (whole, 4) > len)
      return TRUE;
  }
  return FALSE;
}

static void
encoding_put (GByteArray *out, gunichar c)
{
  char utf8[6];
  int n = g_unichar_to_utf8 (c, utf8);

  g_byte_array_append (out, (const guint8 *) utf8, (guint) n);
}

static gunichar
map_octet (Encoding encoding, guint8 octet)
{
  static const guint16 windows[32] = { /* 0x80-0x9f; 0: not defined */
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0,
    0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
  };
  static const struct { guint8 octet; guint16 c; } latin9[] = {
    { 0xa4, 0x20ac }, { 0xa6, 0x0160 }, { 0xa8, 0x0161 }, { 0xb4, 0x017d },
    { 0xb8, 0x017e }, { 0xbc, 0x0152 }, { 0xbd, 0x0153 }, { 0xbe, 0x0178 },
  };

  if (encoding == ENCODING_WINDOWS_1252 && octet >= 0x80 && octet < 0xa0)
    return windows[octet - 0x80] != 0 ? windows[octet - 0x80] : 0xfffd;
  if (encoding == ENCODING_ISO_8859_15)
    for (gsize i = 0; i < G_N_ELEMENTS (latin9); i++)
      if (latin9[i].octet == octet)
        return latin9[i].c;
  return octet;
}

static void
feed_octets (Encoding encoding, const guint8 *data, gsize len, GByteArray *out)
{
  for (gsize i = 0; i < len;) {
    gsize run = i;

    while (run < len && data[run] < 0x80)
      run++;
    if (run > i)
      g_byte_array_append (out, data + i, (guint) (run - i));
    for (i = run; i < len && data[i] >= 0x80; i++)
      encoding_put (out, map_octet (encoding, data[i]));
  }
}

static gunichar
get_unit (const guint8 *at, Encoding encoding)
{
  return encoding == ENCODING_UTF_16LE ? (gunichar) at[0] | (gunichar) at[1] << 8 : (gunichar) at[1] | (gunichar) at[0] << 8;
}

/* Takes one character from the carry when it is whole. */
static void
flush_utf16 (Decoder *self, GByteArray *out)
{
  gunichar first = get_unit (self->carry, self->encoding), second;

  if (first < 0xd800 || first > 0xdbff) {
    encoding_put (out, first >= 0xdc00 && first <= 0xdfff ? 0xfffd : first);
    self->n_carry = 0;
    return;
  }
  if (self->n_carry < 4)
    return;
  second = get_unit (self->carry + 2, self->encoding);
  if (second >= 0xdc00 && second <= 0xdfff) {
    encoding_put (out, 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
    self->n_carry = 0;
    return;
  }
  encoding_put (out, 0xfffd); /* half of a pair: the other unit stands for itself */
  memmove (self->carry, self->carry + 2, 2);
  self->n_carry = 2;
  flush_utf16 (self, out);
}

void
decoder_feed (Decoder *self, const guint8 *data, gsize len, gboolean is_last, GByteArray *out)
{
  if (self->encoding == ENCODING_UTF_8) {
    if (len > 0)
      g_byte_array_append (out, data, (guint) len);
    return;
  }
  if (self->encoding != ENCODING_UTF_16LE && self->encoding != ENCODING_UTF_16BE) {
    feed_octets (self->encoding, data, len, out);
    return;
  }
  for (gsize i = 0; i < len; i++) {
    self->carry[self->n_carry++] = data[i];
    if (self->n_carry % 2 == 0)
      flush_utf16 (self, out);
  }
  if (is_last && self->n_carry > 0) {
    encoding_put (out, 0xfffd);
    self->n_carry = 0;
  }
}
