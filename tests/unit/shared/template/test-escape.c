#include "escape.h"

#include <string.h>

#define V(literal) { literal, sizeof (literal) - 1 }

static const struct { Place place; Slice value; const char *escaped; } cases[] = {
  { PLACE_PLAIN, V ("Zoë & <b>"), "Zoë & <b>" },                      /* plain text has no markup */
  { PLACE_PLAIN, V ("a\r\nb\rc\nd"), "a\nb\nc\nd" },                  /* one kind of line break */
  { PLACE_PLAIN, V ("a\0b\x1b[2J\x7f"), "ab[2J" },                    /* no NUL, no escapes */
  { PLACE_PLAIN, V ("\xff" "a\xc3"), "\xef\xbf\xbd" "a\xef\xbf\xbd" }, /* bad and cut UTF-8 */
  { PLACE_PLAIN, V ("a\u202Eb\u2066c\uFEFF\xc2\x85"), "abc" },          /* direction marks, byte order mark, C1 line break */
  { PLACE_PLAIN, V ("\u200F\u05D0"), "\u200F\u05D0" },                /* a plain right-to-left mark is text */
  { PLACE_PLAIN, V ("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" }, /* a surrogate is no character */
  { PLACE_HEADER, V ("a\r\nBcc: x@y"), "a Bcc: x@y" },                /* no header is added */
  { PLACE_HEADER, V ("a\u2028b\tc\0d"), "a b cd" },                   /* other line breaks, tab, NUL */
  { PLACE_HTML, V ("<script>&\"'"), "&lt;script&gt;&amp;&quot;&#39;" },
  { PLACE_HTML, V ("😀 é"), "😀 é" },
  { PLACE_ATTRIBUTE, V ("\" onload='x"), "&quot; onload=&#39;x" },
  { PLACE_BARE, V ("a b=`>/"), "a&#032;b&#061;&#096;&gt;&#047;" },    /* nothing ends a value without quotes */
  { PLACE_BARE, V (""), "&#32;" },                                    /* or the next attribute would be its value */
  { PLACE_BARE, V ("a\nb"), "a&#32;b" },
  { PLACE_URL_QUERY, V ("a&b=c/ü+ %"), "a%26b%3Dc%2F%C3%BC%2B%20%25" },
  { PLACE_URL_QUERY, V ("a\nb\0c"), "a%0Abc" },
  { PLACE_URL_PATH, V ("a/b?c#d:e\"\n"), "a/b%3Fc%23d%3Ae%22" },      /* no query, fragment, scheme of its own */
  { PLACE_LINK_HTML, V ("https://x/?a=1&b='<"), "https://x/?a=1&amp;b=%27%3C" },
  { PLACE_LINK_HTML, V (" HTTPS://x "), "HTTPS://x" },
  { PLACE_LINK_HTML, V ("mailto:a@b?x=y"), "mailto:a@b?x=y" },
  { PLACE_LINK_HTML, V ("www.example.org/a:b"), "www.example.org/a:b" }, /* no scheme: ":" behind "/" */
  { PLACE_LINK_HTML, V ("javascript:alert(1)"), "#" },
  { PLACE_LINK_HTML, V ("\x01 JaVaScRiPt:x"), "#" },                  /* browsers drop what stands in front */
  { PLACE_LINK_HTML, V ("java\tscript:x"), "#" },                     /* and tabs inside */
  { PLACE_LINK_HTML, V ("java\0script:x"), "#" },
  { PLACE_LINK_HTML, V ("\u200Bjavascript:x"), "#" },
  { PLACE_LINK_HTML, V ("data:text/html,x"), "#" },
  { PLACE_LINK_HTML, V ("vbscript:x"), "#" },
  { PLACE_LINK_HTML, V ("javascript&colon;x"), "javascript&amp;colon;x" }, /* stays a relative address */
  { PLACE_LINK_HTML, V (""), "#" },
  { PLACE_LINK, V ("https://x/?a=1&b=>"), "https://x/?a=1&b=%3E" },
  { PLACE_URL_MAILTO, V ("a.b+c@example.org"), "a.b+c@example.org" }, /* RFC 6068 §2: "@" stands as it is */
  { PLACE_URL_MAILTO, V ("a,b?bcc=c&d@x"), "a%2Cb%3Fbcc%3Dc%26d@x" }, /* no second address, no header of its own */
  { PLACE_URL_MAILTO, V ("jö\"<@x"), "j%C3%B6%22%3C@x" },
  { PLACE_URL_TEL, V ("+49 (228) 765-43.21"), "+492287654321" },      /* RFC 3966 §5.1.1: visual separators mean nothing */
  { PLACE_URL_TEL, V ("+49 (0)228/7654321"), "+492287654321" },
  { PLACE_URL_TEL, V ("0228 7654321"), "02287654321" },
  { PLACE_URL_TEL, V ("++1\";x=+2"), "+12" },                         /* nothing that ends it, one plus */
  { PLACE_URL_TEL, V ("none"), "" },
  { PLACE_URL_DIGITS, V ("+49 228 7654321"), "492287654321" },        /* wa.me: no plus, no zeros in front */
  { PLACE_URL_DIGITS, V ("0049 228 7654321"), "492287654321" },
  { PLACE_URL_DIGITS, V ("1 (212) 555-0100"), "12125550100" },
};

static void
append (void *sink, const char *data, gsize len)
{
  g_string_append_len (sink, data, (gssize) len);
}

static void
test_cases (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GString) out = g_string_new (NULL);

    escape_value (cases[i].place, cases[i].value, append, out);
    g_assert_cmpstr (out->str, ==, cases[i].escaped);
    g_assert_cmpuint (strlen (out->str), ==, out->len);
  }
}

/* Whatever comes: valid UTF-8, no CR, and none of the characters that end the place. */
static void
test_every_octet (void)
{
  static const char *const ends[] = { [PLACE_HEADER] = "\n\t", [PLACE_HTML] = "<>", [PLACE_ATTRIBUTE] = "<>\"'",
    [PLACE_BARE] = "<>\"' \n\t=`/", [PLACE_LINK_HTML] = "<>\"' \n\t", [PLACE_LINK] = "<> \n\t", [PLACE_URL_PATH] = "<>\"'& \n?#:",
    [PLACE_URL_QUERY] = "<>\"'& \n?#:/@", [PLACE_URL_MAILTO] = "<>\"'& \n?#:/,;", [PLACE_URL_TEL] = "<>\"'& \n?#:/@,;",
    [PLACE_URL_DIGITS] = "<>\"'& \n?#:/@,;+", [PLACE_PLAIN] = "" };

  for (guint place = 0; place < G_N_ELEMENTS (ends); place++)
    for (guint c = 0; c < 65536; c++) {
      char value[3] = { 'a', (char) (c >> 8), (char) c };
      g_autoptr (GString) out = g_string_new (NULL);

      escape_value (place, (Slice){ value, 3 }, append, out);
      g_assert_true (g_utf8_validate (out->str, (gssize) out->len, NULL));
      g_assert_null (memchr (out->str, '\r', out->len));
      g_assert_null (strpbrk (out->str, ends[place]));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/template/escape/cases", test_cases);
  g_test_add_func ("/shared/template/escape/every-octet", test_every_octet);
  return g_test_run ();
}
