/* A transport's secret that does not hold any more: given anew where there may be another one, else for a person. */
#include "access-tokens.h"
#include "clock.h"
#include "fault.h"
#include "link-fixture.h"
#include "vault.h"

#include <string.h>

static void
keep_password (LinkFixture *fixture, const char *password)
{
  g_autoptr (SecretBytes) secret = password != NULL ? secret_bytes_new (password, strlen (password)) : NULL;

  vault_remember (fixture->core.vault, "account/1", secret);
}

/* It was told a password, has had an answer with it, and asks for another one. */
static void
open_and_prove (LinkFixture *fixture)
{
  g_autofree char *state = g_build_filename (fixture->home, "state", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (state, 0700), ==, 0);
  fixture->core.vault = vault_new (fixture->home, state, &error);
  g_assert_no_error (error);
  fixture->account->needs_password = TRUE;
  keep_password (fixture, "first");
  link_fixture_open (fixture);
  link_fixture_send_all (fixture);
  fake_tell (1, link_fixture_row (fixture, 0), 1);
  WAIT_FOR (link_fixture_has_told (fixture, "outcomes"));
}

static void
close_vault (LinkFixture *fixture)
{
  vault_free (fixture->core.vault);
  fixture->core.vault = NULL;
}

static void
test_renewed (LinkFixture *fixture, gconstpointer data)
{
  open_and_prove (fixture);
  pr_transport2_emit_need_secret (fake.skeleton, "401 expired");
  WAIT_FOR (strstr (fake.heard->str, "NewSecret") != NULL);
  g_assert_false (link_fixture_has_told (fixture, "paused"));
  /* the same again, and it asks at once: no better for being told twice */
  pr_transport2_emit_need_secret (fake.skeleton, "401 expired");
  WAIT_FOR (link_fixture_has_told (fixture, "paused:login:401 expired"));
  g_assert_cmpstr (strstr (fake.heard->str, "NewSecret"), ==, "NewSecret");
  close_vault (fixture);
}

/* What it was opened with is refused at once: a wrong password is tried once. */
static void
test_never_held (LinkFixture *fixture, gconstpointer data)
{
  link_fixture_open (fixture);
  pr_transport2_emit_need_secret (fake.skeleton, "401 no");
  WAIT_FOR (link_fixture_has_told (fixture, "paused:login:401 no"));
  g_assert_null (strstr (fake.heard->str, "NewSecret"));
}

static void
test_not_there (LinkFixture *fixture, gconstpointer data)
{
  open_and_prove (fixture);
  keep_password (fixture, NULL);
  pr_transport2_emit_need_secret (fake.skeleton, "401 expired");
  WAIT_FOR (link_fixture_has_told (fixture, "paused:password"));
  g_assert_null (strstr (fake.heard->str, "NewSecret"));
  keep_password (fixture, "second");
  transport_link_resume (fixture->link);
  WAIT_FOR (strstr (fake.heard->str, "NewSecret Resume") != NULL);
  close_vault (fixture);
}

static void
give_token (LinkFixture *fixture, const char *text, guint expires_s)
{
  g_autoptr (SecretBytes) token = secret_bytes_new (text, strlen (text));

  access_tokens_put (fixture->core.access_tokens, 1, token, expires_s);
}

/* Signing in anew brings another token, so the first refusal already is worth one; the second, before it let us in, is for a person. */
static void
test_signed_in (LinkFixture *fixture, gconstpointer data)
{
  AccountKind signed_in = *fixture->account->kind;
  const AccountKind *kind = fixture->account->kind;
  gint64 renew_utc = 0;

  signed_in.secret = KIND_SECRET_OAUTH;
  fixture->account->kind = &signed_in;
  fixture->core.access_tokens = access_tokens_new (&fixture->core);
  give_token (fixture, "first", 3600);
  link_fixture_open (fixture);
  g_assert_true (g_variant_lookup (fake.settings, "expires", "x", &renew_utc));
  g_assert_cmpint (renew_utc, >, clock_now_utc () + 3200); /* five minutes before its end */
  g_assert_cmpint (renew_utc, <=, clock_now_utc () + 3300);
  give_token (fixture, "second", 60);
  pr_transport2_emit_need_secret (fake.skeleton, "535 expired");
  WAIT_FOR (strstr (fake.heard->str, "NewSecret") != NULL);
  pr_transport2_emit_status (fake.skeleton, "authenticated", "");
  give_token (fixture, "third", 0);
  pr_transport2_emit_need_secret (fake.skeleton, "535 expired"); /* an hour later */
  WAIT_FOR (strstr (strstr (fake.heard->str, "NewSecret") + 1, "NewSecret") != NULL);
  g_assert_false (link_fixture_has_told (fixture, "paused"));
  pr_transport2_emit_need_secret (fake.skeleton, "535 no");
  WAIT_FOR (link_fixture_has_told (fixture, "paused:login:535 no"));
  fixture->account->kind = kind;
  g_clear_pointer (&fixture->core.access_tokens, access_tokens_free);
}

int
main (int argc, char *argv[])
{
  static const LinkTest tests[] = {
    { "/core/worker/transport-secret/renewed", test_renewed, NULL },
    { "/core/worker/transport-secret/never-held", test_never_held, NULL },
    { "/core/worker/transport-secret/not-there", test_not_there, NULL },
    { "/core/worker/transport-secret/signed-in", test_signed_in, NULL },
    { NULL, NULL, NULL },
  };

  return link_fixture_main (argc, argv, tests);
}
