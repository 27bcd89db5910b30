#include "encoder.h"

#include <string.h>

static GByteArray *
encode (EncoderKind kind, const char *text, gsize len, gsize step)
{
  GByteArray *out = g_byte_array_new ();
  Encoder encoder;

  encoder_start (&encoder, kind, out);
  for (gsize i = 0; i < len; i += step)
    encoder_put (&encoder, text + i, MIN (step, len - i));
  encoder_finish (&encoder);
  g_byte_array_append (out, (const guint8 *) "", 1);
  return out;
}

static const struct { const char *text, *encoded; } quoted[] = {
  { "a=b", "a=3Db\r\n" },
  { "é", "=C3=A9\r\n" },
  { "a\nb\n", "a\r\nb\r\n" },
  { "", "\r\n" },                            /* a part is never nothing */
  { "a \nb\t\n", "a=20\r\nb=09\r\n" },       /* white space at a line's end may be lost on the way */
  { " ", "=20\r\n" },
  { ".\n..\n.a", "=2E\r\n=2E.\r\n=2Ea\r\n" }, /* no dot-stuffing needed */
  { "From x\nFrm\n", "=46rom x\r\nFrm\r\n" }, /* mbox files */
  { "aFrom .", "aFrom .\r\n" },
};

static void
test_quoted (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (quoted); i++) {
    g_autoptr (GByteArray) out = encode (ENCODER_QP, quoted[i].text, strlen (quoted[i].text), 1000);

    g_assert_cmpstr ((char *) out->data, ==, quoted[i].encoded);
  }
}

static int
digit (guint8 c)
{
  return g_ascii_isdigit (c) ? c - '0' : c - 'A' + 10;
}

/* Independent of the encoder, strict. */
static GString *
decode_quoted (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++) {
    if (*p == '=' && p[1] == '\r') {
      g_assert_true (p[2] == '\n');
      p += 2;
    } else if (*p == '=') {
      g_assert_true (g_ascii_isxdigit (p[1]) && g_ascii_isxdigit (p[2]) && !g_ascii_islower (p[1]) && !g_ascii_islower (p[2]));
      g_string_append_c (out, (char) (digit ((guint8) p[1]) << 4 | digit ((guint8) p[2])));
      p += 2;
    } else if (*p == '\r') {
      g_assert_true (p[1] == '\n');
      g_assert_true (p == text || (p[-1] != ' ' && p[-1] != '\t'));
    } else
      g_string_append_c (out, *p);
  }
  return out;
}

static void
check_lines (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\r\n", -1);

  for (guint i = 0; lines[i] != NULL; i++) {
    g_assert_cmpuint (strlen (lines[i]), <=, 76);
    g_assert_true (lines[i][0] != '.' && !g_str_has_prefix (lines[i], "From "));
    g_assert_null (strstr (lines[i], "=_"));
    g_assert_null (strpbrk (lines[i], "\r\n"));
  }
}

/* Any octets, in pieces of any size, come out as they went in. */
static void
test_random (void)
{
  static const char letters[] = "a  .\n=F\tFrom \xc3\xa9z";
  g_autofree char *text = g_malloc (401);

  for (guint round = 0; round < 3000; round++) {
    gsize len = (gsize) g_test_rand_int_range (0, 400), step = (gsize) g_test_rand_int_range (1, 90);
    g_autoptr (GByteArray) q = NULL, b = NULL;
    g_autoptr (GString) plain = NULL, expected = g_string_new (NULL);
    g_autofree guchar *decoded = NULL;
    gsize decoded_len;

    for (gsize i = 0; i < len; i++)
      text[i] = round % 2 ? letters[g_test_rand_int_range (0, sizeof letters - 1)] : (char) g_test_rand_int_range (round % 4 ? 32 : 128, 256);
    g_string_append_len (expected, text, (gssize) len);
    if (len == 0 || text[len - 1] != '\n')
      g_string_append_c (expected, '\n');
    q = encode (ENCODER_QP, text, len, step);
    check_lines ((char *) q->data);
    plain = decode_quoted ((char *) q->data);
    g_assert_cmpmem (plain->str, plain->len, expected->str, expected->len);
    b = encode (ENCODER_BASE64, text, len, step);
    check_lines ((char *) b->data);
    decoded = g_base64_decode ((char *) b->data, &decoded_len);
    g_string_replace (expected, "\n", "\r\n", 0);
    g_assert_cmpmem (decoded, decoded_len, expected->str, expected->len);
  }
}

static void
test_choose (void)
{
  g_assert_cmpint (encoder_choose (0, 0), ==, ENCODER_QP);
  g_assert_cmpint (encoder_choose (600, 100), ==, ENCODER_QP);
  g_assert_cmpint (encoder_choose (600, 101), ==, ENCODER_BASE64); /* where 4/3 gets shorter than 1 + 2 s */
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/mail/encoder/quoted", test_quoted);
  g_test_add_func ("/shared/mail/encoder/random", test_random);
  g_test_add_func ("/shared/mail/encoder/choose", test_choose);
  return g_test_run ();
}
