#include "address-idna.h"

#include "fault.h"
#include <string.h>

#define X16 "xxxxxxxxxxxxxxxx"
#define X64 X16 X16 X16 X16
#define D60 "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddd.d" /* 60 octets of domain */

static const struct { const char *raw; const char *canonical; AddressFlaw flaw; } cases[] = {
  { "ann@example.org", "ann@example.org", ADDRESS_FINE },
  { "Ann.Lee+tag@Example.ORG", "Ann.Lee+tag@example.org", ADDRESS_FINE },   /* the local part stays as written */
  { "o'hara@example.org", "o'hara@example.org", ADDRESS_FINE },
  { "\"ann lee\"@example.org", "\"ann lee\"@example.org", ADDRESS_FINE },   /* RFC 5321 Quoted-string */
  { "\"a@b\\\"c\"@example.org", "\"a@b\\\"c\"@example.org", ADDRESS_FINE },
  { "jörg@example.org", "jörg@example.org", ADDRESS_FINE },                 /* RFC 6531 */
  { "jo\xcc\x88rg@example.org", "jörg@example.org", ADDRESS_FINE },         /* decomposed: made one character */
  { "ann@Müller.example", "ann@xn--mller-kva.example", ADDRESS_FINE },
  { "ann@straße.example", "ann@xn--strae-oqa.example", ADDRESS_FINE },      /* non-transitional: not strasse */
  { "ann@例え.テスト", "ann@xn--r8jz45g.xn--zckzah", ADDRESS_FINE },
  { "ann@XN--MLLER-KVA.example", "ann@xn--mller-kva.example", ADDRESS_FINE },
  { "ann@example。org", "ann@example.org", ADDRESS_FINE },                   /* an ideographic full stop */
  { X64 "@example.org", X64 "@example.org", ADDRESS_FINE },

  { "", NULL, ADDRESS_NO_AT },
  { "ann", NULL, ADDRESS_NO_AT },
  { "@example.org", NULL, ADDRESS_BAD_LOCAL },
  { "ann@", NULL, ADDRESS_BAD_DOMAIN },
  { "ann lee@example.org", NULL, ADDRESS_BAD_LOCAL },
  { "ann@lee@example.org", NULL, ADDRESS_BAD_DOMAIN },
  { ".ann@example.org", NULL, ADDRESS_BAD_LOCAL },
  { "ann.@example.org", NULL, ADDRESS_BAD_LOCAL },
  { "an..n@example.org", NULL, ADDRESS_BAD_LOCAL },
  { "ann\r\nBcc: x@example.org", NULL, ADDRESS_BAD_LOCAL },                 /* a header is not smuggled in */
  { "\"ann\r\n\"@example.org", NULL, ADDRESS_BAD_LOCAL },
  { "\"ann@example.org", NULL, ADDRESS_BAD_LOCAL },                         /* never closed */
  { "\"\"@example.org", NULL, ADDRESS_BAD_LOCAL },
  { "ann\xe2\x80\xae@example.org", NULL, ADDRESS_BAD_LOCAL },               /* turns the writing direction */
  { "ann\xe2\x80\x8b@example.org", NULL, ADDRESS_BAD_LOCAL },               /* a space of no width */
  { "ann\xc2\xa0@example.org", NULL, ADDRESS_BAD_LOCAL },
  { "ann\xff@example.org", NULL, ADDRESS_BAD_LOCAL },                       /* no UTF-8 */
  { "ann@example.org\n", NULL, ADDRESS_BAD_DOMAIN },
  { "ann@exa mple.org", NULL, ADDRESS_BAD_DOMAIN },
  { "ann@example..org", NULL, ADDRESS_BAD_DOMAIN },
  { "ann@-example.org", NULL, ADDRESS_BAD_DOMAIN },
  { "ann@example-.org", NULL, ADDRESS_BAD_DOMAIN },
  { "ann@exa_mple.org", NULL, ADDRESS_BAD_DOMAIN },
  { "ann@example.org.", NULL, ADDRESS_BAD_DOMAIN },
  { "ann@192.0.2.1", NULL, ADDRESS_BAD_DOMAIN },                            /* digits without brackets */
  { "ann@[192.0.2.1]", NULL, ADDRESS_LITERAL },
  { "ann@localhost", NULL, ADDRESS_NO_DOT },
  { "ann@" X64 ".org", NULL, ADDRESS_BAD_DOMAIN },                          /* a label of 64 */
  { X64 "x@example.org", NULL, ADDRESS_TOO_LONG },
  { "ann@" D60 "." D60 "." D60 "." D60 ".dddddd.org", NULL, ADDRESS_TOO_LONG }, /* 255 and more in all */
};

static void
test_canonical (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    AddressFlaw flaw = ADDRESS_FLAW_COUNT;
    g_autofree char *exact = g_memdup2 (cases[i].raw, MAX (strlen (cases[i].raw), 1)); /* no NUL: over-reads show */
    g_autofree char *canonical = address_canonical (exact, strlen (cases[i].raw), &flaw);

    g_assert_cmpstr (canonical, ==, cases[i].canonical);
    g_assert_cmpint (flaw, ==, cases[i].flaw);
    g_assert_cmpuint (strlen (address_flaw_to_sentence (flaw)), >, 5);
    if (canonical != NULL) {
      g_autofree char *again = address_canonical (canonical, strlen (canonical), &flaw);

      g_assert_true (address_is_canonical (canonical, strlen (canonical)));
      g_assert_cmpstr (again, ==, canonical);
    }
  }
}

/* What core takes from a worker that may lie. */
static void
test_is_canonical (void)
{
  static const char *const bad[] = { "", "@", "ann", "ann@Example.org", "ann@müller.example", "ann@example", "ann@example.org ",
                                     " ann@example.org", "ann@example.org\n", "ann\n@example.org", "<ann@example.org>",
                                     "ann@example.org,bob@example.org" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (address_is_canonical (bad[i], strlen (bad[i])));
  g_assert_false (address_is_canonical ("ann@example.org\0x", 17));
  g_assert_false (address_is_canonical ("an\0n@example.org", 16));
}

/* RFC 5321 §4.5.3.1: a path of 256 octets with its angle brackets, so 254 within; RFC 1035 §2.3.4: a label of 63. */
static void
test_longest (void)
{
  static const struct { guint labels[5]; gboolean is_good; } rows[] = { /* "ann@", each label and a dot, "org" */
    { { 63, 63, 63, 54, 0 }, TRUE },  /* 254 */
    { { 63, 63, 63, 55, 0 }, FALSE }, /* 255 */
    { { 63, 0 }, TRUE },
    { { 64, 0 }, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GString) text = g_string_new ("ann@");
    g_autofree char *canonical = NULL;
    AddressFlaw flaw;

    for (gsize j = 0; rows[i].labels[j] > 0; j++) {
      g_autofree char *label = g_strnfill (rows[i].labels[j], 'd');

      g_string_append_printf (text, "%s.", label);
    }
    g_string_append (text, "org");
    g_assert_cmpint (address_is_canonical (text->str, text->len), ==, rows[i].is_good);
    canonical = address_canonical (text->str, text->len, &flaw);
    g_assert_cmpint (canonical != NULL, ==, rows[i].is_good);
  }
}

static void
test_key (void)
{
  static const struct { const char *a, *b; gboolean is_same; } keys[] = {
    { "Ann@example.org", "aNN@example.org", TRUE },
    { "JÖRG@example.org", "jörg@example.org", TRUE },
    { "STRASSE@example.org", "straße@example.org", TRUE },
    { "ann@example.org", "anne@example.org", FALSE },
    { "ann@example.org", "ann@example.net", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++) {
    g_autofree char *a = address_key (keys[i].a), *b = address_key (keys[i].b);

    g_assert_cmpint (strcmp (a, b) == 0, ==, keys[i].is_same);
  }
}

static void
test_phone (void)
{
  static const char *const good[] = { "+442079460958", "+12025550123", "+1234567", "+123456789012345" };
  static const char *const bad[] = { "", "+", "442079460958", "+0123456789", "+123456", "+1234567890123456", "+44 2079460958", "+44207946095x",
                                     "++42079460958" };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (phone_is_e164 (good[i], strlen (good[i])));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (phone_is_e164 (bad[i], strlen (bad[i])));
}

static const struct { const char *text, *name, *address; } mailboxes[] = {
  { "ann@example.org", "", "ann@example.org" },
  { "  Ann Lee <ann@example.org> ", "Ann Lee", "ann@example.org" },
  { "<ann@example.org>", "", "ann@example.org" },
  { "\"Lee, Ann\" <ann@example.org>", "Lee, Ann", "ann@example.org" },
  { "\"Ann \\\"A\\\" Lee\" <ann@example.org>", "Ann \"A\" Lee", "ann@example.org" },
  { "Jörg <jörg@müller.example>", "Jörg", "jörg@müller.example" },
  { "ann@example.org (Ann Lee)", "Ann Lee", "ann@example.org" },
  { "Ann <3 <ann@example.org>", "Ann <3", "ann@example.org" },
  { "\"ann lee\"@example.org", "", "\"ann lee\"@example.org" },
  { "", NULL, NULL },
  { "Ann", NULL, NULL },
  { "Ann <>", NULL, NULL },
  { "Ann <ann>", NULL, NULL },
  { "Ann ann@example.org", NULL, NULL },                 /* brackets are missing */
  { "ann@example.org, bob@example.org", NULL, NULL },    /* one sender, not two */
  { "Ann <ann@example.org>\r\nBcc: bob@example.org", NULL, NULL },
  { "Ann\x7f <ann@example.org>", NULL, NULL },
  { "\xff <ann@example.org>", NULL, NULL },
};

static void
test_mailbox (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (mailboxes); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *name = NULL, *address = NULL;

    g_assert_cmpint (address_parse_mailbox (mailboxes[i].text, &name, &address, &error), ==, mailboxes[i].address != NULL);
    g_assert_cmpstr (name, ==, mailboxes[i].name);
    g_assert_cmpstr (address, ==, mailboxes[i].address);
    if (address == NULL)
      g_assert_error (error, FAULT, FAULT_DATA);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/wire/address/canonical", test_canonical);
  g_test_add_func ("/shared/wire/address/is-canonical", test_is_canonical);
  g_test_add_func ("/shared/wire/address/longest", test_longest);
  g_test_add_func ("/shared/wire/address/key", test_key);
  g_test_add_func ("/shared/wire/address/phone", test_phone);
  g_test_add_func ("/shared/wire/address/mailbox", test_mailbox);
  return g_test_run ();
}
