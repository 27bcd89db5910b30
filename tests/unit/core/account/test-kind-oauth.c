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

#define GMAIL "{'kind': <'gmail'>, 'address': <'ann@gmail.com'>, 'client_id': <'c'>"
#define OUTLOOK "{'kind': <'outlook'>, 'client_id': <'c'>, 'address': "
#define OWN "{'kind': <'oauth'>, 'address': <'ann@a.example'>, 'client_id': <'c'>"
#define SMTP_LESS "{'provider': '" FILE_TEXT "'}"

static void
test_places (void)
{
  static const struct { const char *settings, *own, *host, *tls; guint port; } rows[] = {
    { GMAIL "}", NULL, "smtp.gmail.com", "starttls", 587 },
    { "{'kind': <'gmail'>, 'address': <'ann@school.example'>, 'client_id': <'c'>}", NULL, "smtp.gmail.com", "starttls", 587 },
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
    { GMAIL ", 'via': <'pigeon'>}", NULL, FAULT_USAGE, "--via" },
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

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/account/kind-oauth/places", test_places);
  g_test_add_func ("/core/account/kind-oauth/refused", test_refused);
  g_test_add_func ("/core/account/kind-oauth/changes", test_changes);
  return g_test_run ();
}
