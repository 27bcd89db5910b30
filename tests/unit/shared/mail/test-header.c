#include "header.h"

#include "escape.h"
#include <string.h>

static const struct { const char *address; gboolean is_good; } addresses[] = {
  { "ann@example.org", TRUE },
  { "ann.o'neil+x=y@a-b.example.org", TRUE },
  { "\"ann lee\"@example.org", TRUE },       /* quoted, and harmless in quotes */
  { "ann@[192.0.2.1]", TRUE },
  { "用户@例え.example", TRUE },             /* RFC 6531 */
  { "ann", FALSE },
  { "@example.org", FALSE },
  { "ann@", FALSE },
  { "a@b@example.org", FALSE },              /* the first part is no dot-atom */
  { "ann@example.org\r\nBcc: eve@example.org", FALSE },
  { "ann@example.org, eve@example.org", FALSE },
  { "<ann@example.org>", FALSE },
  { "ann@example.org>", FALSE },
  { "an n@example.org", FALSE },
  { "\"ann@example.org", FALSE },            /* never closed */
  { "\"\"@example.org", FALSE },             /* nobody */
  { "\"a\"b\"@example.org", FALSE },
  { "ann.@example.org", FALSE },
  { "ann@example.org.", FALSE },
  { "ann@.example.org", FALSE },
  { "ann@[192.0.2.1", FALSE },
  { "ann@exam ple.org", FALSE },
  { "\"a\\\"b\"@example.org", FALSE },       /* escapes are more than we need */
  { ".ann@example.org", FALSE },
  { "a..b@example.org", FALSE },
  { "ann@example..org", FALSE },
  { "ann@-example.org", FALSE },
  { "an\xc2\x85n@example.org", FALSE },      /* a C1 line break */
  { "an\xe2\x80\xaen@example.org", FALSE },  /* turns the direction */
  { "an\xffn@example.org", FALSE },
  { "ann@exa;mple.org", FALSE },
};

static void
test_addresses (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
    g_assert_cmpint (header_is_address ((Slice){ addresses[i].address, strlen (addresses[i].address) }), ==, addresses[i].is_good);
  g_assert_false (header_is_address ((Slice){ "a\0b@example.org", 15 }));
  g_assert_false (header_is_address ((Slice){ "", 0 }));
  for (gsize len = 250; len <= 260; len++) { /* RFC 5321 §4.5.3.1.3 with errata 1690: 254 octets */
    g_autofree char *domain = g_strnfill (len - strlen ("ann@"), 'd'), *address = g_strconcat ("ann@", domain, NULL);

    g_assert_cmpint (header_is_address ((Slice){ address, len }), ==, len <= 254);
  }
}

static void
fill (HeaderText *text, const char *value)
{
  escape_value (PLACE_HEADER, (Slice){ value, strlen (value) }, header_text_put, text);
  header_text_end (text, HEADER_TEXT_MAX);
}

static const struct { const char *text, *header; } subjects[] = {
  { "Hello", " Hello" },
  { "", "" },
  { "  a \t\r\n b  ", " a b" },
  { "Zoë", " =?utf-8?q?Zo=C3=AB?=" },
  { "=?utf-8?q?x?=", " =?utf-8?b?PT91dGYtOD9xP3g/PQ==?=" }, /* text that looks like an encoded word stays text */
  { "Здравствуйте", " =?utf-8?b?0JfQtNGA0LDQstGB0YLQstGD0LnRgtC1?=" },
  { "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen",
    " one two three four five six seven eight nine ten eleven twelve\r\n thirteen fourteen fifteen" },
};

static void
test_subjects (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (subjects); i++) {
    g_autoptr (GByteArray) out = g_byte_array_new ();
    HeaderText text = { 0 };

    fill (&text, subjects[i].text);
    header_put_text (out, strlen ("Subject:"), &text);
    g_byte_array_append (out, (const guint8 *) "", 1);
    g_assert_cmpstr ((char *) out->data, ==, subjects[i].header);
  }
}

static const struct { const char *name, *header; } mailboxes[] = {
  { "", " ann@example.org" },
  { "Ann Lee", " Ann Lee <ann@example.org>" },
  { "Lee, Ann", " \"Lee, Ann\" <ann@example.org>" },
  { "A. Lee", " \"A. Lee\" <ann@example.org>" },
  { "a\"b\\c", " \"a\\\"b\\\\c\" <ann@example.org>" },
  { "x <eve@example.net>, y", " \"x <eve@example.net>, y\" <ann@example.org>" }, /* no second recipient */
  { "Jürgen", " =?utf-8?q?J=C3=BCrgen?= <ann@example.org>" },
  { "Ann\r\nBcc: eve@example.net", " \"Ann Bcc: eve@example.net\" <ann@example.org>" },
};

static void
test_mailboxes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (mailboxes); i++) {
    g_autoptr (GByteArray) out = g_byte_array_new ();
    HeaderText text = { 0 };

    fill (&text, mailboxes[i].name);
    header_put_mailbox (out, strlen ("To:"), &text, (Slice){ "ann@example.org", 15 });
    g_byte_array_append (out, (const guint8 *) "", 1);
    g_assert_cmpstr ((char *) out->data, ==, mailboxes[i].header);
  }
}

/* Long values of every width: lines of at most 78, of 76 where a word is encoded, words of at most 75. */
static void
test_folding (void)
{
  static const char *const units[] = { "a", "é", "漢", "😀", "a ", "ab é ", "=", "?" };

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    for (guint n = 1; n < 180; n++) {
      g_autoptr (GByteArray) out = g_byte_array_new ();
      g_autoptr (GString) value = g_string_new (NULL);
      g_auto (GStrv) lines = NULL;
      HeaderText text = { 0 };

      for (guint k = 0; k < n; k++)
        g_string_append (value, units[i]);
      fill (&text, value->str);
      g_byte_array_append (out, (const guint8 *) "Subject:", 8);
      header_put_text (out, 8, &text);
      g_byte_array_append (out, (const guint8 *) "", 1);
      lines = g_strsplit ((char *) out->data, "\r\n", -1);
      for (guint k = 0; lines[k] != NULL; k++) {
        g_assert_cmpuint (strlen (lines[k]), <=, strstr (lines[k], "=?") != NULL ? 76 : 78);
        g_assert_true (k == 0 || (lines[k][0] == ' ' && lines[k][1] != '\0'));
      }
    }
}

static void
test_cut (void)
{
  HeaderText text = { 0 };

  fill (&text, "aé漢");
  header_text_end (&text, 5); /* the third character ends at six octets */
  g_assert_cmpstr (text.data, ==, "aé");
  header_text_end (&text, 2);
  g_assert_cmpstr (text.data, ==, "a");
}

static const struct { gint64 at; const char *date; } dates[] = {
  { 0, " Thu, 1 Jan 1970 00:00:00 +0000" },
  { 951782399, " Mon, 28 Feb 2000 23:59:59 +0000" },
  { 951782400, " Tue, 29 Feb 2000 00:00:00 +0000" }, /* a leap year by 400 */
  { 4107542400, " Mon, 1 Mar 2100 00:00:00 +0000" }, /* no leap year by 100 */
  { 1767225599, " Wed, 31 Dec 2025 23:59:59 +0000" },
  { -5, " Thu, 1 Jan 1970 00:00:00 +0000" },
  { G_MAXINT64, " Fri, 31 Dec 9999 23:59:59 +0000" },
};

static void
test_dates (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (dates); i++) {
    g_autoptr (GByteArray) out = g_byte_array_new ();

    header_put_date (out, dates[i].at);
    g_byte_array_append (out, (const guint8 *) "", 1);
    g_assert_cmpstr ((char *) out->data, ==, dates[i].date);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/mail/header/addresses", test_addresses);
  g_test_add_func ("/shared/mail/header/subjects", test_subjects);
  g_test_add_func ("/shared/mail/header/mailboxes", test_mailboxes);
  g_test_add_func ("/shared/mail/header/folding", test_folding);
  g_test_add_func ("/shared/mail/header/cut", test_cut);
  g_test_add_func ("/shared/mail/header/dates", test_dates);
  return g_test_run ();
}
