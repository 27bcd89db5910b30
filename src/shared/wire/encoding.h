/* encoding.h - text in the encodings of contact files to UTF-8, in pieces. Own tables: under the lock iconv cannot open its modules.
 * Trust:  input is hostile; what has no meaning becomes U+FFFD. Used in: confined/import. Does no I/O.
 * Source: Unicode 15 §3.9 (table 3-7), WHATWG Encoding (index windows-1252), ISO 8859-15. */
#pragma once
#include <glib.h>

typedef enum {
  ENCODING_UTF_8,
  ENCODING_UTF_16LE,
  ENCODING_UTF_16BE,
  ENCODING_WINDOWS_1252,
  ENCODING_ISO_8859_1,
  ENCODING_ISO_8859_15,
  ENCODING_COUNT
} Encoding;

const char *encoding_to_word (Encoding self); /* static; "utf-8"… */
gboolean    encoding_from_word (const char *word, Encoding *out_encoding); /* any case; "utf-16" is LE here, a mark decides */

/* Octets of the byte order mark that `data` begins with (0: none); which encoding it says. */
gsize encoding_find_mark (const guint8 *data, gsize len, Encoding *out_encoding);

/* How many octets at the start of `data` are whole, valid UTF-8. NUL is valid here. */
gsize encoding_utf8_prefix (const guint8 *data, gsize len);
/* The rest after encoding_utf8_prefix() may be the beginning of a character that goes on in the next piece. */
gboolean encoding_is_utf8_start (const guint8 *rest, gsize len);

typedef struct {
  Encoding encoding;
  guint8   carry[4]; /* an unfinished unit of UTF-16 */
  guint    n_carry;
} Decoder;

/* Appends the UTF-8 of `data` to `out`. UTF-8 itself is appended as it is. */
void decoder_feed (Decoder *self, const guint8 *data, gsize len, gboolean is_last, GByteArray *out);
