/* Accounts that sign in: what follows from what was said, what is refused, and what nobody may change later. */
#include "account-settings.h"
#include "fault.h"
#include <string.h>

#define FILE_TEXT "[provider]\\nname=Own\\nauthorize=https://a.example/auth\\ntoken=https://a.example/token\\nscopes=send\\nredirect=localhost\\npkce=yes\\nsecret=no\\nembedded=no\\nrotates=yes\\n"

static Account *
parse (const char *settings_text, const char *own_text, GError **error)
{
  g_autoptr (GVariant) settings = g_variant_parse (G_VARIANT_TYPE_VARDICT, settings_text, NULL, NULL, NULL);
  g_autoptr (GVariant) own = own_text != NULL ? g_variant_parse (G_VARIANT_TYPE ("a{ss}"), own_text, NULL, NULL, NULL) : NULL;
  const Preset *preset = NULL;

  g_assert_nonnull (settings);
  return own != NULL ? account_settings_parse_own ("a", settings, own, &preset, error) : account_settings_parse ("a", settings, &preset, error);
}

#define GMAIL_API "{'kind': <'gmail'>, 'address': <'ann@gmail.com'>, 'client_id': <'c'>"
#define GMAIL GMAIL_API ", 'via': <'smtp'>"
#define OUTLOOK "{'kind': <'outlook'>, 'client_id': <'c'>, 'address': "
#define OWN "{'kind': <'oauth'>, 'address': <'ann@a.example'>, 'client_id': <'c'>"
#define SMTP_LESS "{'provider': '" FILE_TEXT "'}"

static void
test_places (void)
{
  static const struct { const char *settings, *own, *host, *tls; guint port; } rows[] = {
    { GMAIL "}", NULL, "smtp.gmail.com", "starttls", 587 },
    { GMAIL_API "}", NULL, "gmail.googleapis.com", "implicit", 443 },
    { GMAIL_API "}", "{'smtp': 'smtp://127.0.0.1:2525'}", "gmail.googleapis.com", "implicit", 443 },
    { GMAIL_API "}", "{'api': 'https://a.example:8443', 'upload': 'https://b.example'}", "a.example", "implicit", 8443 },
    { GMAIL_API "}", "{'api': 'http://127.0.0.1:8080/', 'upload': 'http://[::1]:8081'}", "127.0.0.1", "none", 8080 },
    { "{'kind': <'gmail'>, 'address': <'ann@school.example'>, 'client_id': <'c'>, 'via': <'smtp'>}", NULL, "smtp.gmail.com", "starttls", 587 },
    { OUTLOOK "<'ann@outlook.com'>}", NULL, "smtp-mail.outlook.com", "starttls", 587 },
    { OUTLOOK "<'ann@school.example'>}", NULL, "smtp.office365.com", "starttls", 587 },
    { GMAIL "}", "{'smtp': 'smtps://mx.example:2465'}", "mx.example", "implicit", 2465 },
    { GMAIL "}", "{'smtp': 'smtp://mx.example:587'}", "mx.example", "starttls", 587 },
    { GMAIL "}", "{'smtp': 'smtp://127.0.0.1:2525'}", "127.0.0.1", "none", 2525 },
    { GMAIL "}", "{'smtp': 'smtp://[::1]:2525'}", "::1", "none", 2525 },
    { OWN "}", "{'provider': '" FILE_TEXT "smtp=smtps://b.example:465\\n'}", "b.example", "implicit", 465 },
    { OWN ", 'host': <'c.example'>}", "{'provider': '" FILE_TEXT "smtp=smtps://b.example:465\\n'}", "c.example", "starttls", 587 },
    { OWN ", 'host': <'c.example'>, 'port': <uint16 465>}", SMTP_LESS, "c.example", "implicit", 465 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (Account) account = parse (rows[i].settings, rows[i].own, &error);

    g_assert_no_error (error);
    g_assert_cmpstr (account_get_text (account, SETTING_HOST), ==, rows[i].host);
    g_assert_cmpstr (account_get_text (account, SETTING_TLS), ==, rows[i].tls);
    g_assert_cmpuint (account_get_number (account, SETTING_PORT), ==, rows[i].port);
    g_assert_cmpstr (account_get_text (account, SETTING_USER), ==, account->address);
    g_assert_false (account->needs_password || account->keeps_password);
  }
}

static void
test_refused (void)
{
  static const struct { const char *settings, *own; int code; const char *words; } rows[] = {
    { "{'kind': <'gmail'>, 'address': <'ann@gmail.com'>}", NULL, FAULT_CONFIG, "needs a client id" },
    { "{'kind': <'gmail'>, 'address': <'ann@gmail.com'>, 'client_id': <'two words'>}", NULL, FAULT_CONFIG, "--client-id" },
    { GMAIL ", 'token': <'https://evil.example/'>}", NULL, FAULT_USAGE, "does not exist" }, /* by AccountAddOwn alone */
    { GMAIL ", 'host': <'evil.example'>}", NULL, FAULT_USAGE, "does not exist" },
    { GMAIL ", 'host': <'evil.example'>}", "{'token': 'https://a.example/'}", FAULT_USAGE, "does not exist" },
    { GMAIL ", 'authorities': <'x'>}", NULL, FAULT_USAGE, "does not exist" },
    { GMAIL_API ", 'via': <'pigeon'>}", NULL, FAULT_USAGE, "--via" },
    { GMAIL "}", "{'host': 'evil.example'}", FAULT_USAGE, "has no endpoint" },
    { GMAIL "}", "{'user': 'somebody'}", FAULT_USAGE, "has no endpoint" },
    { GMAIL "}", "{'provider': 'x'}", FAULT_USAGE, "has no endpoint" },
    { "{'address': <'ann@a.example'>, 'host': <'a.example'>}", "{'token': 'https://a.example/'}", FAULT_USAGE, "has no endpoint" },
    { GMAIL "}", "{'token': 'http://a.example/'}", FAULT_USAGE, "token=" },
    { GMAIL "}", "{'token': 'http://localhost/'}", FAULT_USAGE, "token=" },
    { GMAIL "}", "{'revoke': 'ftp://a.example/'}", FAULT_USAGE, "revoke=" },
    { GMAIL "}", "{'smtp': 'https://a.example/'}", FAULT_USAGE, "smtp=" },
    { GMAIL "}", "{'smtp': 'smtp://a.example'}", FAULT_USAGE, "port" },
    { GMAIL "}", "{'authorities': 'none'}", FAULT_USAGE, "--ca" },
    { GMAIL_API "}", "{'api': 'http://a.example'}", FAULT_USAGE, "api=" }, /* in the clear to this machine alone */
    { GMAIL_API "}", "{'upload': 'https://a.example/path'}", FAULT_USAGE, "upload=" },
    { GMAIL_API ", 'units_per_minute': <uint32 99>}", NULL, FAULT_USAGE, "--units-per-minute" },
    { GMAIL_API ", 'upload_host': <'evil.example'>}", NULL, FAULT_USAGE, "does not exist" },
    { OUTLOOK "<'ann@outlook.com'>}", "{'api': 'https://a.example'}", FAULT_USAGE, "has no endpoint" },
    { OUTLOOK "<'ann@outlook.com'>, 'tenant': <'a/b'>}", NULL, FAULT_USAGE, "--tenant" },
    { OWN "}", NULL, FAULT_DATA, "provider" },
    { OWN "}", SMTP_LESS, FAULT_USAGE, "--host" },
    { OWN ", 'host': <'a.example'>, 'tls': <'none'>}", SMTP_LESS, FAULT_USAGE, "by TLS alone" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (Account) account = parse (rows[i].settings, rows[i].own, &error);

    g_test_message ("%s %s: %s", rows[i].settings, rows[i].own, error != NULL ? error->message : "taken");
    g_assert_null (account);
    g_assert_error (error, FAULT, rows[i].code);
    g_assert_nonnull (strstr (error->message, rows[i].words));
  }
}

/* What is of one's own stays as it was said; the rest can be changed. */
static void
test_changes (void)
{
  static const char *const fixed[] = { "{'token': <'https://evil.example/'>}", "{'smtp': <'smtp://evil.example:25'>}", "{'authorities': <''>}", "{'host': <'evil.example'>}", "{'user': <'x'>}" };
  g_autoptr (Account) before = parse (GMAIL "}", "{'token': 'https://a.example/t', 'smtp': 'smtp://127.0.0.1:2525'}", NULL);
  g_autoptr (GVariant) fine = g_variant_parse (NULL, "{'per_day': <uint32 40>}", NULL, NULL, NULL);
  g_autoptr (Account) after = NULL;
  g_autoptr (GError) error = NULL;
  const Preset *preset = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (fixed); i++) {
    g_autoptr (GVariant) changes = g_variant_parse (NULL, fixed[i], NULL, NULL, NULL);
    g_autoptr (GError) refused = NULL;

    g_assert_null (account_settings_change (before, changes, &preset, &refused));
    g_assert_error (refused, FAULT, FAULT_USAGE);
  }
  after = account_settings_change (before, fine, &preset, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (account_get_text (after, SETTING_TOKEN), ==, "https://a.example/t");
  g_assert_cmpstr (account_get_text (after, SETTING_HOST), ==, "127.0.0.1");
  g_assert_cmpstr (account_get_text (after, SETTING_TLS), ==, "none");
  g_assert_cmpuint (account_get_limit (after, 86400), ==, 40);
}

/* Google's quota is in units, our limit in messages: the lower of what was said holds. */
static void
test_units (void)
{
  static const struct { const char *settings; guint per_minute, per_day; const char *remark; } rows[] = {
    { GMAIL_API "}", 60, 500, "" },
    { GMAIL_API ", 'units_per_minute': <uint32 15000>}", 150, 500, "6000" },
    { GMAIL_API ", 'units_per_minute': <uint32 150>}", 1, 500, "" },
    { GMAIL_API ", 'per_minute': <uint32 20>, 'per_day': <uint32 90>}", 20, 90, "" },
    { GMAIL_API ", 'per_minute': <uint32 2000>}", 60, 500, "" },
    { GMAIL "}", 0, 500, "" }, /* by SMTP no units are counted */
    { "{'kind': <'gmail'>, 'address': <'ann@school.example'>, 'client_id': <'c'>}", 60, 2000, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (Account) account = parse (rows[i].settings, NULL, NULL);

    g_assert_cmpuint (account_get_limit (account, 60), ==, rows[i].per_minute);
    g_assert_cmpuint (account_get_limit (account, 86400), ==, rows[i].per_day);
    g_assert_true ((*account->kind->remark (account) == '\0') == (*rows[i].remark == '\0') && strstr (account->kind->remark (account), rows[i].remark) != NULL);
    g_assert_cmpstr (account->limits[0].pool, ==, i == 6 ? "address:ann@school.example" : "address:ann@gmail.com"); /* shared with SMTP */
  }
}

/* Another way is another program, another place, another right: nothing that followed from the first stays. */
static void
test_ways (void)
{
  g_autoptr (Account) api = parse (GMAIL_API "}", "{'api': 'https://a.example', 'smtp': 'smtps://b.example:465'}", NULL);
  g_autoptr (GVariant) to_smtp = g_variant_parse (NULL, "{'via': <'smtp'>}", NULL, NULL, NULL), to_api = g_variant_parse (NULL, "{'via': <'api'>}", NULL, NULL, NULL);
  g_autoptr (GVariant) more = g_variant_parse (NULL, "{'units_per_minute': <uint32 9000>}", NULL, NULL, NULL);
  g_autoptr (Account) smtp = NULL, back = NULL, wider = NULL;
  const Preset *preset = NULL;
  const char *host = NULL;
  guint16 port = 0;

  g_assert_cmpstr (account_get_way (api).program, ==, "gmail");
  g_assert_true (account_get_endpoint (api, 1, &host, &port));
  g_assert_cmpstr (host, ==, "gmail.googleapis.com");
  g_assert_cmpuint (account_get_size_max (api), ==, 36700160);
  smtp = account_settings_change (api, to_smtp, &preset, NULL);
  g_assert_cmpstr (account_get_way (smtp).program, ==, "smtp");
  g_assert_true (account_is_asked (api, smtp));
  g_assert_cmpstr (account_get_text (smtp, SETTING_HOST), ==, "b.example");
  g_assert_cmpuint (account_get_number (smtp, SETTING_PORT), ==, 465);
  g_assert_cmpuint (account_get_limit (smtp, 60), ==, 0);
  g_assert_false (account_get_endpoint (smtp, 1, &host, &port));
  back = account_settings_change (smtp, to_api, &preset, NULL);
  g_assert_cmpstr (account_get_text (back, SETTING_HOST), ==, "a.example");
  g_assert_cmpuint (account_get_limit (back, 60), ==, 60);
  wider = account_settings_change (back, more, &preset, NULL);
  g_assert_cmpuint (account_get_limit (wider, 60), ==, 90);
}

/* Gmail puts the account's own address in the place of another one. */
static void
test_sender (void)
{
  g_autoptr (Account) api = parse (GMAIL_API "}", NULL, NULL);
  g_autofree char *own = account_check_sender (api, "Ann@gmail.com"), *other = account_check_sender (api, "bea@gmail.com");

  g_assert_null (own);
  g_assert_nonnull (strstr (other, "Gmail puts ann@gmail.com in its place"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/account/kind-oauth/places", test_places);
  g_test_add_func ("/core/account/kind-oauth/refused", test_refused);
  g_test_add_func ("/core/account/kind-oauth/changes", test_changes);
  g_test_add_func ("/core/account/kind-oauth/units", test_units);
  g_test_add_func ("/core/account/kind-oauth/ways", test_ways);
  g_test_add_func ("/core/account/kind-oauth/sender", test_sender);
  return g_test_run ();
}
