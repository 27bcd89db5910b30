/* A person's own provider: what its file may say, and what is said of a wrong one. */
#include "provider-own.h"

#include "fault.h"
#include <string.h>

#define HEAD "[provider]\nname=School\nauthorize=https://login.example/auth\ntoken=https://login.example/token\n"
#define LEAST HEAD "scopes=smtp offline\n"

static void
test_whole (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ProviderOwn) own = provider_own_new (LEAST "revoke=https://login.example/revoke\nissuer=https://login.example\nredirect=localhost\nextra=prompt=consent\npkce=S256\n"
                                                  "secret=yes\nembedded=yes\nhosts=static.login.example *.cdn.example sso.example:8443\nrotates=yes\nconsent_page=https://login.example/me\nsmtp=smtps://mail.example:465\n", &error);
  const Provider *row;

  g_assert_no_error (error);
  g_assert_nonnull (own);
  row = provider_own_get (own);
  g_assert_cmpstr (row->title, ==, "School");
  g_assert_cmpstr (row->revoke, ==, "https://login.example/revoke");
  g_assert_cmpstr (row->issuer, ==, "https://login.example");
  g_assert_cmpstr (row->scopes[PROVIDER_USE_SMTP].scope, ==, "smtp offline");
  g_assert_null (row->scopes[PROVIDER_USE_SEND].scope);
  g_assert_true (row->is_localhost && row->wants_secret && row->may_embed && row->rotates);
  g_assert_cmpstr (row->extra, ==, "prompt=consent");
  g_assert_cmpstr (row->hosts, ==, "static.login.example *.cdn.example sso.example:8443");
  g_assert_cmpstr (provider_own_get_smtp (own), ==, "smtps://mail.example:465");
}

static void
test_least (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ProviderOwn) own = provider_own_new (LEAST, &error);
  const Provider *row;

  g_assert_no_error (error);
  g_assert_nonnull (own);
  row = provider_own_get (own);
  g_assert_true (!row->is_localhost && !row->wants_secret && !row->may_embed && !row->rotates);
  g_assert_null (row->revoke);
  g_assert_null (row->issuer);
  g_assert_null (provider_own_get_smtp (own));
}

static const struct { const char *name, *text, *said; } wrong[] = {
  { "empty", "", "[provider]" },
  { "no-group", "name=x\n", "cannot be read" },
  { "another-group", "[account]\nname=x\n", "[provider]" },
  { "html", "<html>\n", "cannot be read" },
  { "no-scopes", HEAD, "scopes is missing" },
  { "no-name", "[provider]\nscopes=a\nauthorize=https://a.example/\ntoken=https://a.example/\n", "name is missing" },
  { "unknown-key", LEAST "tokens=https://login.example/\n", "“tokens”" },
  { "in-the-clear", "[provider]\nname=x\nscopes=a\nauthorize=https://a.example/\ntoken=http://a.example/\n", "token=" },
  { "no-pkce", LEAST "pkce=no\n", "pkce" },
  { "plain-pkce", LEAST "pkce=plain\n", "pkce" },
  { "hosts-without-window", LEAST "hosts=static.example.org\n", "embedded=yes" },
  { "hosts-by-number", LEAST "embedded=yes\nhosts=10.0.0.1\n", "10.0.0.1" },
  { "hosts-of-all", LEAST "embedded=yes\nhosts=*.org\n", "*.org" },
  { "flag", LEAST "secret=1\n", "secret is yes or no" },
  { "redirect", LEAST "redirect=https://login.example/back\n", "redirect is" },
  { "smtp-without-port", LEAST "smtp=smtp://mail.example\n", "no port" },
  { "control", "[provider]\nname=a\\tb\nscopes=a\nauthorize=https://a.example/\ntoken=https://a.example/\n", "name is too long" },
};

static void
test_wrong (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GError) error = NULL;

  g_assert_null (provider_own_new (wrong[i].text, &error));
  g_assert_error (error, FAULT, FAULT_DATA);
  g_assert_true (g_str_has_prefix (error->message, "the provider's file: "));
  g_assert_nonnull (strstr (error->message, wrong[i].said));
}

static void
test_long (void)
{
  g_autofree char *value = g_strnfill (3000, 'a');
  g_autofree char *name = g_strconcat ("[provider]\nscopes=a\nauthorize=https://a.example/\ntoken=https://a.example/\nname=", value, "\n", NULL);
  g_autofree char *filler = g_strnfill (PROVIDER_OWN_MAX_BYTES, '\n');
  g_autofree char *file = g_strconcat (LEAST, filler, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (provider_own_new (name, &error));
  g_assert_error (error, FAULT, FAULT_DATA);
  g_clear_error (&error);
  g_assert_null (provider_own_new (file, &error));
  g_assert_error (error, FAULT, FAULT_DATA);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/signin/provider-own/whole", test_whole);
  g_test_add_func ("/core/signin/provider-own/least", test_least);
  g_test_add_func ("/core/signin/provider-own/long", test_long);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autofree char *path = g_strconcat ("/core/signin/provider-own/wrong/", wrong[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_wrong);
  }
  return g_test_run ();
}
