/* What a person granted an account: kept, renewed, ended; and given to nobody who goes elsewhere than where it was got. */
#include "account-settings.h"
#include "clock.h"
#include "database-open.h"
#include "database.h"
#include "fault.h"
#include "grant.h"
#include "lasting.h"
#include "vault.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define FILE_TEXT "[provider]\nname=Own\nauthorize=https://a.example/auth\ntoken=https://a.example/token\nscopes=send\nredirect=localhost\npkce=yes\nsecret=no\nembedded=no\nrotates=yes\n" \
                  "smtp=smtps://a.example:465\n"
#define PEM "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"

typedef struct {
  char            *home, *state;
  Core             core;
  Account         *account;
  AccountProvider *provider;
} Fixture;

static void
open_vault (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  vault_free (fixture->core.vault);
  fixture->core.vault = vault_new (fixture->home, fixture->state, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) settings = g_variant_ref_sink (g_variant_new_parsed ("{'kind': <'oauth'>, 'address': <'ann@a.example'>, 'client_id': <'c'>}"));
  g_autoptr (GVariant) own = g_variant_ref_sink (g_variant_new_parsed ("{'provider': %s}", FILE_TEXT));
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  const Preset *preset = NULL;

  fixture->home = lasting_make_folder ("grant-XXXXXX");
  fixture->state = g_build_filename (fixture->home, "state", NULL);
  g_assert_cmpint (g_mkdir_with_parents (fixture->state, 0700), ==, 0);
  path = g_build_filename (fixture->home, "store.db", NULL);
  fixture->core.database = database_open (path, &error);
  g_assert_no_error (error);
  open_vault (fixture);
  fixture->account = account_settings_parse_own ("work", settings, own, &preset, &error);
  g_assert_no_error (error);
  g_assert_true (account_add (&fixture->core, fixture->account, NULL, &error) || error != NULL);
  g_assert_no_error (error);
  fixture->provider = account_provider_new (fixture->account, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", fixture->home);

  account_provider_free (fixture->provider);
  account_free (fixture->account);
  vault_free (fixture->core.vault);
  database_close (fixture->core.database);
  g_assert_cmpint (system (command), ==, 0);
  g_free (fixture->home);
  g_free (fixture->state);
}

static SecretBytes *
make_token (const char *text)
{
  return secret_bytes_new (text, strlen (text));
}

static void
store (Fixture *fixture, const char *text)
{
  g_autoptr (SecretBytes) token = make_token (text);
  g_autoptr (GError) error = NULL;

  g_assert_true (grant_store (&fixture->core, fixture->account, fixture->provider, token, "send", 2000000000, &error));
  g_assert_no_error (error);
}

/* wanted: the token; else what the refusal says, behind "!". */
static void
assert_token (Fixture *fixture, const char *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SecretBytes) token = grant_read_token (&fixture->core, fixture->account, fixture->provider, &error);

  if (*wanted != '!') {
    g_assert_no_error (error);
    g_assert_cmpstr (secret_bytes_peek (token), ==, wanted);
    return;
  }
  g_assert_null (token);
  g_assert_error (error, FAULT, FAULT_NO_PERM);
  g_assert_nonnull (strstr (error->message, wanted + 1));
}

static gboolean
rotate (Fixture *fixture, const char *used_text, const char *text, GError **error)
{
  g_autoptr (SecretBytes) used = make_token (used_text), token = make_token (text);

  return grant_rotate (&fixture->core, fixture->account, fixture->provider, used, token, error);
}

static void
test_kept (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Grant) before = grant_load (&fixture->core, fixture->account->id, NULL);
  g_autoptr (Grant) after = NULL;

  g_assert_false (before->is_there);
  assert_token (fixture, "!is not signed in");
  store (fixture, "first");
  assert_token (fixture, "first");
  after = grant_load (&fixture->core, fixture->account->id, NULL);
  g_assert_true (after->is_there);
  g_assert_cmpstr (after->scope, ==, "send");
  g_assert_cmpint (after->since_utc, <=, clock_now_utc ());
  g_assert_cmpint (after->until_utc, ==, 2000000000);
  open_vault (fixture); /* as the next core does */
  assert_token (fixture, "first");
  g_assert_true (grant_forget (&fixture->core, fixture->account, NULL));
  assert_token (fixture, "!is not signed in");
}

/* Each row names another place, or another client; the control is the same account unchanged. */
static void
test_sealed (Fixture *fixture, gconstpointer data)
{
  static const struct { const char *key, *text; } rows[] = {
    { SETTING_TOKEN, "https://evil.example/token" }, { SETTING_AUTHORIZE, "https://evil.example/auth" }, { SETTING_REVOKE, "https://evil.example/revoke" },
    { SETTING_ISSUER, "https://evil.example" },      { SETTING_CLIENT_ID, "another" },                   { SETTING_AUTHORITIES, PEM },
  };

  store (fixture, "first");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *before = g_strdup (account_get_text (fixture->account, rows[i].key));

    account_set_text (fixture->account, rows[i].key, rows[i].text);
    account_provider_free (fixture->provider);
    fixture->provider = account_provider_new (fixture->account, NULL);
    assert_token (fixture, "!goes elsewhere");
    account_set_text (fixture->account, rows[i].key, before);
    account_provider_free (fixture->provider);
    fixture->provider = account_provider_new (fixture->account, NULL);
    assert_token (fixture, "first");
  }
}

static void
test_rotated (Fixture *fixture, gconstpointer data)
{
  store (fixture, "first");
  g_assert_true (rotate (fixture, "first", "second", NULL));
  assert_token (fixture, "second");
  g_assert_true (rotate (fixture, "first", "third", NULL)); /* a late answer to a token that is no more */
  assert_token (fixture, "second");
  store (fixture, "signed in anew");
  g_assert_true (rotate (fixture, "second", "third", NULL));
  assert_token (fixture, "signed in anew");
}

static void
limit_files (rlim_t octets)
{
  struct rlimit limit = { octets, RLIM_INFINITY };

  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

/* The disk takes nothing: the new token is not used before it is on it, and not lost either. */
static void
test_unwritten (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL, again = NULL;
  g_autoptr (SecretBytes) none = NULL;

  signal (SIGXFSZ, SIG_IGN);
  store (fixture, "first");
  limit_files (1);
  g_assert_false (rotate (fixture, "first", "second", &error));
  g_assert_nonnull (error);
  none = grant_read_token (&fixture->core, fixture->account, fixture->provider, &again);
  g_assert_null (none);
  limit_files (RLIM_INFINITY);
  assert_token (fixture, "second");
  open_vault (fixture);
  assert_token (fixture, "second");
}

static void
test_ended (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SecretBytes) first = make_token ("first"), second = make_token ("second");
  g_autoptr (Grant) grant = NULL;

  store (fixture, "second");
  g_assert_true (grant_end (&fixture->core, fixture->account, fixture->provider, first, "late", NULL));
  assert_token (fixture, "second");
  g_assert_true (grant_end (&fixture->core, fixture->account, fixture->provider, second, "access was withdrawn", NULL));
  assert_token (fixture, "!access was withdrawn");
  grant = grant_load (&fixture->core, fixture->account->id, NULL);
  g_assert_true (grant->is_there);
  g_assert_cmpstr (grant->ended, ==, "access was withdrawn");
  store (fixture, "third");
  assert_token (fixture, "third");
}

static void
test_long (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = g_strnfill (SECRET_BYTES_MAX - ACCOUNT_PROVIDER_HASH_LEN + 1, 'x');
  g_autoptr (SecretBytes) longer = make_token (text), empty = make_token ("");
  g_autoptr (GError) error = NULL, none = NULL;

  g_assert_false (grant_store (&fixture->core, fixture->account, fixture->provider, longer, "send", 0, &error));
  g_assert_error (error, FAULT, FAULT_DATA);
  g_assert_false (grant_store (&fixture->core, fixture->account, fixture->provider, empty, "send", 0, &none));
  g_assert_error (none, FAULT, FAULT_DATA);
  text[SECRET_BYTES_MAX - ACCOUNT_PROVIDER_HASH_LEN] = '\0';
  store (fixture, text);
  assert_token (fixture, text);
}

/* With the account goes all that was granted to it. */
static void
test_removed (Fixture *fixture, gconstpointer data)
{
  gint64 rows = -1;

  store (fixture, "first");
  g_assert_true (account_remove (&fixture->core, fixture->account, NULL));
  database_get_int (fixture->core.database, &rows, NULL, "SELECT count(*) FROM sign_in", "");
  g_assert_cmpint (rows, ==, 0);
  {
    g_autoptr (SecretBytes) kept = vault_get (fixture->core.vault, "account/1/refresh", NULL);

    g_assert_null (kept);
  }
}

int
main (int argc, char *argv[])
{
  static const struct { const char *name; void (*test) (Fixture *, gconstpointer); } tests[] = {
    { "/core/grant/grant/kept", test_kept },           { "/core/grant/grant/sealed", test_sealed }, { "/core/grant/grant/rotated", test_rotated },
    { "/core/grant/grant/unwritten", test_unwritten }, { "/core/grant/grant/ended", test_ended },   { "/core/grant/grant/long", test_long },
    { "/core/grant/grant/removed", test_removed },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
