/* text.h - foreign words made fit to be shown: capped, one line, nothing that moves a cursor. Pure. */
#pragma once
#include <glib.h>
#include <string.h>

/* `len` octets at `data` (any bytes; -1: NUL-terminated). Controls and bad UTF-8 become "?"; cut to `max` octets at
 * a character, with "…" when cut. Returns: (transfer full) a string, never NULL. */
char *text_printable (const char *data, gssize len, gsize max);

/* The same between “ and ”, neither of which is left within: a name that is part of a sentence cannot end it. Returns: (transfer full). */
char *text_quote (const char *foreign, gsize max);

/* "1 row", "7 rows": the word that goes with the number. Returns: (transfer full). */
char *text_count (guint64 count, const char *one, const char *other);

/* One more sentence to a list of them. */
void text_add_sentence (GStrvBuilder *sentences, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* The key of a name: the same for two where case, composition and the amount of white space make no difference.
 * `len` octets of UTF-8 at `text` (-1: NUL-terminated). Returns: (transfer full) a key, for comparing only. */
char *text_fold (const char *text, gssize len);

/* Blank, "-" and what programs write for nothing ("NULL", "n/a", "(null)", "\N", "#REF!"…, any case; "nan", "None"; white space around)
 * are no values. */
gboolean text_is_missing (const char *data, gsize len);

/* TRUE for printable ASCII and spaces alone: most values are, and need no closer look. Eight octets at a time. */
static inline gboolean
text_is_plain (const char *data, gsize len)
{
  const guint64 ones = G_GUINT64_CONSTANT (0x0101010101010101), highs = ones << 7;
  gsize i = 0;

  for (; len - i >= 8; i += 8) {
    guint64 word, del;

    memcpy (&word, data + i, 8);
    del = word ^ (ones * 0x7f);
    if (((word | (word - ones * 0x20) | (del - ones)) & highs) != 0)
      return FALSE;
  }
  for (; i < len; i++)
    if ((guint8) data[i] < 0x20 || (guint8) data[i] >= 0x7f)
      return FALSE;
  return TRUE;
}

/* As g_ascii_tolower(), which is a call: this is made for every octet of a million addresses. */
static inline guint8
text_lower (char c)
{
  return (guint8) (c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}
