#include "account-test.h"
#include "domain-check.h"

#include "fault.h"
#include <string.h>

/* --- the transport's report --- */

static gboolean
check (const char *text, GVariant **out_report, guint64 *out_size, GError **error)
{
  g_autoptr (GVariant) raw = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE_VARDICT);

  g_assert_nonnull (raw);
  if (!account_test_check_report (raw, builder, out_size, error))
    return FALSE;
  *out_report = g_variant_ref_sink (g_variant_builder_end (builder));
  return TRUE;
}

static void
test_report (void)
{
  static const char *const lies[] = { "{'size': <'big'>}", "{'verified': <uint32 1>}", "{'extensions': <'PIPELINING'>}", "{'reply': <b'raw'>}" };
  g_autoptr (GVariant) report = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *reply = NULL;
  const char *problem = NULL;
  guint64 size = 0;

  g_assert_true (check ("{'size': <uint64 1000>, 'reply': <'221 \\x1b[2Jbye'>, 'secret': <'x'>}", &report, &size, &error));
  g_assert_cmpuint (size, ==, 1000);
  g_assert_true (g_variant_lookup (report, "reply", "s", &reply));
  g_assert_null (strchr (reply, '\x1b'));                                  /* a terminal is not steered by a server */
  g_assert_true (g_variant_lookup (report, "problem", "&s", &problem));    /* what is missing is empty */
  g_assert_cmpstr (problem, ==, "");
  g_assert_false (g_variant_lookup (report, "secret", "&s", &problem));    /* what nobody knows is left out */
  for (gsize i = 0; i < G_N_ELEMENTS (lies); i++) {
    g_assert_false (check (lies[i], &report, &size, &error));
    g_assert_error (error, FAULT, FAULT_PROTOCOL);
    g_clear_error (&error);
  }
}

/* --- what a domain's records mean --- */

typedef struct {
  const char *domain, *host;
  const char *txt, *dmarc, *dmarc_parent, *mx; /* one record a line; NULL: no answer */
  const char *selector;                        /* NULL: none has a key */
  const char *spf_word, *dkim_word, *dmarc_word;
  const char *advice[4];                       /* words of each sentence, in order */
} Case;

static const Case cases[] = {
  { "example.org", "smtp.example.org", "v=spf1 mx -all", "v=DMARC1; p=none", NULL, "10 mx.example.org", "s1",
    "v=spf1 mx", "selector s1", "p=none", { NULL } },                                      /* all is well */
  { "example.org", "smtp.example.org", "", "", NULL, "10 mx.example.org", NULL,
    "missing", "not found under the usual", "missing", { "no SPF", "No DKIM key", "no DMARC" } },
  { "example.org", "smtp.example.org", NULL, NULL, NULL, NULL, NULL,
    "no answer", "no answer", "no answer", { NULL } },                                     /* offline: nothing is known, nothing is said */
  { "example.org", "smtp.example.org", "v=spf1 mx -all\nv=spf1 a -all", "v=DMARC1; p=none\nv=DMARC1; p=reject", NULL, "10 mx", "s1",
    "v=spf1 mx", "selector", "p=none", { "2 SPF records", "2 DMARC records" } },
  { "example.org", "smtp.example.org", "v=spf1 +all", "v=DMARC1; p=none", NULL, "10 mx", "s1",
    "+all", "selector", "p=none", { "+all" } },
  { "example.org", "smtp.example.org", "v=spf10 mx\nhello", "v=DMARC12", NULL, "10 mx", "s1",
    "missing", "selector", "missing", { "no SPF", "no DMARC" } },                           /* versions that look alike are others */
  { "example.org", "smtp.office365.com", "v=spf1 mx -all", "v=DMARC1; p=none", NULL, "10 mx", "s1",
    "v=spf1", "selector", "p=none", { "include:spf.protection.outlook.com" } },            /* known to send from elsewhere */
  { "news.example.org", "smtp.example.org", "v=spf1 mx -all", "", "v=DMARC1; p=reject", "10 mx", "s1",
    "v=spf1", "selector", "of example.org", { NULL } },                                    /* inherited */
  { "example.org", "smtp.example.org", "v=spf1 mx -all", "v=DMARC1; p=none", NULL, "", "s1",
    "v=spf1", "selector", "p=none", { "no MX" } },
  { "gmail.com", "smtp.gmail.com", "", "", NULL, "", NULL, "Gmail", "Gmail", "Gmail", { NULL } }, /* not ours to advise on */
};

static GStrv
split (const char *records)
{
  return records == NULL ? NULL : *records == '\0' ? g_new0 (char *, 1) : g_strsplit (records, "\n", -1);
}

static void
assert_has (GVariant *report, const char *key, const char *words)
{
  const char *text = NULL;

  g_assert_true (g_variant_lookup (report, key, "&s", &text));
  g_assert_nonnull (strstr (text, words));
}

static void
test_domain (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    const Case *c = &cases[i];
    g_autoptr (Account) account = account_new (kinds[0]);
    g_autoptr (DomainCheck) check_ = g_new0 (DomainCheck, 1);
    g_autoptr (GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE_VARDICT);
    g_autoptr (GStrvBuilder) advice = g_strv_builder_new ();
    g_autoptr (GVariant) report = NULL;
    g_auto (GStrv) sentences = NULL;
    guint n = 0;

    account->name = g_strdup ("work");
    if (c->host != NULL)
      account_set_text (account, SETTING_HOST, c->host);
    check_->domain = g_strdup (c->domain);
    check_->parent = g_strdup ("example.org");
    check_->txt = split (c->txt);
    check_->dmarc = split (c->dmarc);
    check_->dmarc_parent = split (c->dmarc_parent);
    check_->mx = split (c->mx);
    check_->selectors = g_ptr_array_new_with_free_func (g_free);
    check_->is_dkim_answered = c->txt != NULL;
    if (c->selector != NULL)
      g_ptr_array_add (check_->selectors, g_strdup (c->selector));
    domain_check_describe (check_, account, builder, advice);
    report = g_variant_ref_sink (g_variant_builder_end (builder));
    sentences = g_strv_builder_end (advice);
    assert_has (report, "spf", c->spf_word);
    assert_has (report, "dkim", c->dkim_word);
    assert_has (report, "dmarc", c->dmarc_word);
    while (n < G_N_ELEMENTS (c->advice) && c->advice[n] != NULL) {
      g_assert_cmpuint (g_strv_length (sentences), >, n);
      g_assert_nonnull (strstr (sentences[n], c->advice[n]));
      n++;
    }
    g_assert_cmpuint (g_strv_length (sentences), ==, n);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/account/account-test/report", test_report);
  g_test_add_func ("/core/account/account-test/domain", test_domain);
  return g_test_run ();
}
