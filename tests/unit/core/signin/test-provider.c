/* docs/providers.md and the table of providers say the same, row by row, in either direction; tenants; what was granted. Argument: the page. */
#include "provider.h"

#include "fault.h"
#include "host-list.h"
#include <string.h>

static const char *page_path;

enum { WORD, AUTHORIZE, TOKEN, REVOKE, ISSUER, REDIRECT, SECRET, OWN_WINDOW, HOSTS, ROTATES, SEND, SMTP, MAILBOX, SOURCE, READ, N_COLUMNS };

/* The cells of one line of the page's table of providers; NULL: another line. */
static GStrv
read_row (const char *line)
{
  g_auto (GStrv) parts = g_str_has_prefix (line, "| ") ? g_strsplit (line, "|", -1) : NULL; /* "", cells, "" */

  if (parts == NULL || g_strv_length (parts) != N_COLUMNS + 2 || strcmp (g_strstrip (parts[1]), "provider") == 0)
    return NULL;
  for (gsize i = 0; parts[i] != NULL; i++)
    g_strstrip (parts[i]);
  return g_steal_pointer (&parts);
}

static void
compare_text (const char *cell, const char *value)
{
  g_assert_cmpstr (cell, ==, value != NULL ? value : "-");
}

static void
compare_flag (const char *cell, gboolean value)
{
  g_assert_cmpstr (cell, ==, value ? "yes" : "no");
}

static void
compare (const Provider *provider, const char *const *cells)
{
  compare_text (cells[AUTHORIZE], provider->authorize);
  compare_text (cells[TOKEN], provider->token);
  compare_text (cells[REVOKE], provider->revoke);
  compare_text (cells[ISSUER], provider->issuer);
  compare_text (cells[REDIRECT], provider->is_localhost ? "localhost" : "127.0.0.1");
  compare_flag (cells[SECRET], provider->wants_secret);
  compare_flag (cells[OWN_WINDOW], provider->may_embed);
  compare_text (cells[HOSTS], provider->hosts);
  g_assert_true (provider->hosts == NULL || provider->may_embed);
  g_assert_true (provider->hosts == NULL || host_list_check (provider->hosts, NULL));
  compare_flag (cells[ROTATES], provider->rotates);
  for (guint use = 0; use < PROVIDER_USES; use++)
    compare_text (cells[SEND + use], provider->scopes[use].scope);
  g_assert_true (g_str_has_prefix (cells[SOURCE], "https://"));
  g_assert_true (g_regex_match_simple ("^20\\d\\d-(0[1-9]|1[0-2])$", cells[READ], 0, 0));
}

static void
test_page (void)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) lines = NULL;
  gsize n, seen = 0;

  g_file_get_contents (page_path, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++) {
    g_auto (GStrv) parts = read_row (lines[i]);

    if (parts == NULL)
      continue;
    g_assert_nonnull (provider_find (parts[1 + WORD]));
    compare (provider_find (parts[1 + WORD]), (const char *const *) parts + 1);
    seen++;
  }
  provider_list (&n);
  g_assert_cmpuint (seen, ==, n);
}

static void
test_tenant (void)
{
  const Provider *microsoft = provider_find ("microsoft");
  const char *const wrong[] = { NULL, "", "a/b", "a?b", "a#b", "a@b", "..", "a..b", ".a", "a b", "a%2fb", "\303\244" };
  g_autofree char *filled = provider_fill_tenant (microsoft->token, "contoso.example", NULL);
  g_autofree char *plain = provider_fill_tenant (provider_find ("google")->token, NULL, NULL);

  g_assert_cmpstr (filled, ==, "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token");
  g_assert_cmpstr (plain, ==, "https://oauth2.googleapis.com/token");
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (provider_fill_tenant (microsoft->token, wrong[i], &error));
    g_assert_error (error, FAULT, FAULT_USAGE);
  }
}

static const struct {
  const char *provider;
  ProviderUse use;
  const char *granted;
  const char *missing; /* in the sentence; NULL: all is there */
} grants[] = {
  { "google", PROVIDER_USE_SEND, "https://www.googleapis.com/auth/gmail.send", NULL },
  { "google", PROVIDER_USE_SEND, "openid https://www.googleapis.com/auth/gmail.send", NULL },
  { "google", PROVIDER_USE_SEND, NULL, NULL }, /* RFC 6749 §5.1: the same as asked for */
  { "google", PROVIDER_USE_SEND, "openid", "Send email on your behalf" },
  { "google", PROVIDER_USE_SEND, "", "Granted: nothing" },
  { "google", PROVIDER_USE_SEND, "https://www.googleapis.com/auth/gmail.sender", "gmail.send)" },
  { "google", PROVIDER_USE_SMTP, "https://www.googleapis.com/auth/gmail.send", "permanently delete" },
  { "google", PROVIDER_USE_SMTP, "https://mail.google.com/", NULL },
  { "microsoft", PROVIDER_USE_SMTP, "https://outlook.office.com/SMTP.Send", NULL },
  { "microsoft", PROVIDER_USE_SMTP, "https://outlook.office.com/smtp.send", NULL },
  { "microsoft", PROVIDER_USE_SMTP, "https://outlook.office.com/IMAP.AccessAsUser.All", "SMTP.Send is missing" },
};

static void
test_granted (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (grants); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_cmpint (provider_check_granted (provider_find (grants[i].provider), grants[i].use, grants[i].granted, &error), ==, grants[i].missing == NULL);
    if (grants[i].missing == NULL) {
      g_assert_no_error (error);
      continue;
    }
    g_assert_error (error, FAULT, FAULT_NO_PERM);
    g_assert_nonnull (strstr (error->message, grants[i].missing));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  page_path = argc > 1 ? argv[1] : "docs/providers.md";
  g_test_add_func ("/core/signin/provider/page", test_page);
  g_test_add_func ("/core/signin/provider/tenant", test_tenant);
  g_test_add_func ("/core/signin/provider/granted", test_granted);
  return g_test_run ();
}
