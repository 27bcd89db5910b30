#include "encoding.h"

#include <string.h>

#define L(literal) (const guint8 *) literal, sizeof (literal) - 1

static const struct { const guint8 *data; gsize len, prefix; gboolean may_go_on; } utf8[] = {
  { L (""), 0, TRUE },
  { L ("plain ascii over eight octets"), 29, TRUE },
  { L ("12345678\xc3\xa4"), 10, TRUE },
  { L ("ab\xc3"), 2, TRUE },                 /* half a character: the next piece may bring the rest */
  { L ("ab\xe2\x82"), 2, TRUE },
  { L ("ab\xf0\x9f\x98"), 2, TRUE },
  { L ("ab\xed\x9f"), 2, TRUE },
  { L ("ab\xe4x"), 2, FALSE },               /* Windows-1252 */
  { L ("ab\xed\xa0\x80"), 2, FALSE },        /* a surrogate */
  { L ("ab\xc0\x80"), 2, FALSE },            /* overlong */
  { L ("ab\xe0\x80\x80"), 2, FALSE },
  { L ("ab\xf4\x90\x80\x80"), 2, FALSE },    /* beyond U+10FFFF */
  { L ("ab\xf4\x90"), 2, FALSE },            /* nothing makes that whole */
  { L ("ab\x80"), 2, FALSE },
  { L ("ab\xff"), 2, FALSE },
};

static void
test_utf8 (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (utf8); i++) {
    gsize prefix = encoding_utf8_prefix (utf8[i].data, utf8[i].len);

    g_assert_cmpuint (prefix, ==, utf8[i].prefix);
    g_assert_cmpint (encoding_is_utf8_start (utf8[i].data + prefix, utf8[i].len - prefix), ==, utf8[i].may_go_on);
  }
}

/* GLib's own validator as the second opinion, over every pair and many triples of octets. */
static void
test_utf8_against_glib (void)
{
  for (guint i = 0; i < 256 * 256 * 64; i++) {
    guint8 data[3] = { (guint8) (i & 0xff), (guint8) (i >> 8 & 0xff), (guint8) (0x60 + (i >> 16)) };
    const char *end;

    if (data[0] == 0 || data[1] == 0)
      continue;
    g_utf8_validate_len ((const char *) data, 3, &end);
    g_assert_cmpuint (encoding_utf8_prefix (data, 3), ==, (gsize) (end - (const char *) data));
  }
}

static const struct { Encoding encoding; const guint8 *data; gsize len; const char *text; } decoded[] = {
  { ENCODING_UTF_8, L ("a\xc3\xa4"), "aä" },
  { ENCODING_UTF_16LE, L ("a\0\xe4\0\x3d\xd8\x00\xde"), "aä😀" },
  { ENCODING_UTF_16BE, L ("\0a\0\xe4\xd8\x3d\xde\x00"), "aä😀" },
  { ENCODING_UTF_16LE, L ("\x3d\xd8" "a\0"), "\xef\xbf\xbd" "a" },   /* half a pair, then a letter */
  { ENCODING_UTF_16LE, L ("\x00\xde" "a\0"), "\xef\xbf\xbd" "a" },   /* the other half alone */
  { ENCODING_UTF_16LE, L ("\x3d\xd8\x3d\xd8\x00\xde"), "\xef\xbf\xbd😀" },
  { ENCODING_UTF_16LE, L ("a\0b"), "a\xef\xbf\xbd" },                /* an octet is missing */
  { ENCODING_UTF_16LE, L ("a\0\x3d\xd8"), "a\xef\xbf\xbd" },
  { ENCODING_WINDOWS_1252, L ("\xe4\x80\x9f\xff"), "ä€Ÿÿ" },
  { ENCODING_WINDOWS_1252, L ("a\x81" "b"), "a\xef\xbf\xbd" "b" },     /* one of the five without a meaning */
  { ENCODING_ISO_8859_1, L ("\xa4\xe4"), "¤ä" },
  { ENCODING_ISO_8859_15, L ("\xa4\xe4\xbe"), "€äŸ" },
};

static void
test_decode (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (decoded); i++)
    for (gsize step = 1; step <= decoded[i].len; step++) { /* however it is cut */
      g_autoptr (GByteArray) out = g_byte_array_new ();
      Decoder decoder = { decoded[i].encoding, { 0 }, 0 };

      for (gsize at = 0; at < decoded[i].len; at += step)
        decoder_feed (&decoder, decoded[i].data + at, MIN (step, decoded[i].len - at), at + step >= decoded[i].len, out);
      g_assert_cmpmem (out->data, out->len, decoded[i].text, strlen (decoded[i].text));
    }
}

static void
test_words (void)
{
  Encoding encoding;

  for (guint i = 0; i < ENCODING_COUNT; i++) {
    g_assert_true (encoding_from_word (encoding_to_word (i), &encoding));
    g_assert_cmpuint (encoding, ==, i);
  }
  g_assert_true (encoding_from_word ("UTF-16", &encoding));
  g_assert_true (encoding_from_word ("Latin1", &encoding));
  g_assert_false (encoding_from_word ("ebcdic", &encoding));
}

static void
test_marks (void)
{
  Encoding encoding = ENCODING_COUNT;

  g_assert_cmpuint (encoding_find_mark (L ("\xef\xbb\xbf" "a"), &encoding), ==, 3);
  g_assert_cmpint (encoding, ==, ENCODING_UTF_8);
  g_assert_cmpuint (encoding_find_mark (L ("\xff\xfe"), &encoding), ==, 2);
  g_assert_cmpint (encoding, ==, ENCODING_UTF_16LE);
  g_assert_cmpuint (encoding_find_mark (L ("\xfe\xff"), &encoding), ==, 2);
  g_assert_cmpint (encoding, ==, ENCODING_UTF_16BE);
  g_assert_cmpuint (encoding_find_mark (L ("\xef\xbb"), &encoding), ==, 0);
  g_assert_cmpuint (encoding_find_mark (L (""), &encoding), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/wire/encoding/utf8", test_utf8);
  g_test_add_func ("/shared/wire/encoding/utf8-against-glib", test_utf8_against_glib);
  g_test_add_func ("/shared/wire/encoding/decode", test_decode);
  g_test_add_func ("/shared/wire/encoding/words", test_words);
  g_test_add_func ("/shared/wire/encoding/marks", test_marks);
  return g_test_run ();
}
