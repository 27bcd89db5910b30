/* Access tokens: when one is good enough, when another is asked for, and that nobody asks while an earlier renewal may still be at it. */
#include "access-tokens.h"

#include "account-settings.h"
#include "clock.h"
#include "database-open.h"
#include "database.h"
#include "fault.h"
#include "grant.h"
#include "lasting.h"
#include "vault.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

typedef struct {
  char    *home;
  Core     core;
  Account *account;
} Fixture;

typedef struct { /* one question, and what came back */
  gboolean     is_done;
  SecretBytes *token;
  gint64       renew_utc;
  guint64      number;
  GError      *error;
} Answer;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) settings = g_variant_ref_sink (g_variant_new_parsed ("{'kind': <'gmail'>, 'address': <'ann@gmail.com'>, 'client_id': <'c'>}"));
  g_autofree char *path = NULL, *state = NULL;
  g_autoptr (SecretBytes) nothing = secret_bytes_new ("", 0);
  g_autoptr (GError) error = NULL;
  const Preset *preset = NULL;

  fixture->home = lasting_make_folder ("tokens-XXXXXX");
  path = g_build_filename (fixture->home, "store.db", NULL);
  state = g_build_filename (fixture->home, "state", NULL);
  g_assert_cmpint (g_mkdir_with_parents (state, 0700), ==, 0);
  fixture->core.home = fixture->home;
  fixture->core.database = database_open (path, &error);
  g_assert_no_error (error);
  fixture->core.vault = vault_new (fixture->home, state, &error);
  g_assert_no_error (error);
  fixture->account = account_settings_parse ("mail", settings, &preset, &error);
  g_assert_no_error (error);
  g_assert_true (account_add (&fixture->core, fixture->account, nothing, &error));
  fixture->core.access_tokens = access_tokens_new (&fixture->core);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", fixture->home);

  access_tokens_free (fixture->core.access_tokens);
  account_free (fixture->account);
  vault_free (fixture->core.vault);
  database_close (fixture->core.database);
  g_assert_cmpint (system (command), ==, 0);
  g_free (fixture->home);
}

static void
got_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;

  answer->token = access_tokens_get_finish (result, &answer->renew_utc, &answer->number, &answer->error);
  answer->is_done = TRUE;
}

static void
ask (Fixture *fixture, guint64 refused, Answer *answer)
{
  *answer = (Answer){ 0 };
  access_tokens_get_async (fixture->core.access_tokens, fixture->account, refused, NULL, got_cb, answer);
}

static void
wait_for (const Answer *answer)
{
  while (!answer->is_done)
    g_main_context_iteration (NULL, TRUE);
}

static void
clear (Answer *answer)
{
  secret_bytes_free (answer->token);
  g_clear_error (&answer->error);
}

static void
put (Fixture *fixture, const char *text, guint expires_s)
{
  g_autoptr (SecretBytes) token = secret_bytes_new (text, strlen (text));

  access_tokens_put (fixture->core.access_tokens, fixture->account->id, token, expires_s);
}

/* Five minutes before the end, or a tenth of its life if that is less; never where nobody said. */
static void
test_margins (Fixture *fixture, gconstpointer data)
{
  static const struct { guint expires_s, early_s; } rows[] = { { 3600, 300 }, { 3599, 300 }, { 3000, 300 }, { 600, 60 }, { 60, 6 }, { 0, 0 } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    gint64 now_utc = clock_now_utc ();
    Answer answer;

    put (fixture, "token", rows[i].expires_s);
    ask (fixture, 0, &answer);
    wait_for (&answer);
    g_assert_no_error (answer.error);
    g_assert_cmpstr (secret_bytes_peek (answer.token), ==, "token");
    if (rows[i].expires_s == 0)
      g_assert_cmpint (answer.renew_utc, ==, 0);
    else
      g_assert_cmpint (answer.renew_utc - now_utc - rows[i].expires_s + rows[i].early_s, <=, 1);
    g_assert_cmpint (access_tokens_get_expiry (fixture->core.access_tokens, fixture->account->id) == 0, ==, rows[i].expires_s == 0);
    clear (&answer);
  }
}

/* One that a server refused is given to nobody any more; another one is, whoever asks. Without a sign-in there is none to be had. */
static void
test_refused (Fixture *fixture, gconstpointer data)
{
  Answer first, again, other;

  put (fixture, "first", 3600);
  ask (fixture, 0, &first);
  wait_for (&first);
  ask (fixture, first.number, &again);
  wait_for (&again);
  g_assert_error (again.error, FAULT, FAULT_NO_PERM);
  g_assert_nonnull (strstr (again.error->message, "postrider account sign-in mail"));
  put (fixture, "second", 3600);
  ask (fixture, first.number, &other);
  wait_for (&other);
  g_assert_no_error (other.error);
  g_assert_cmpstr (secret_bytes_peek (other.token), ==, "second");
  g_assert_cmpuint (other.number, !=, first.number);
  clear (&first);
  clear (&again);
  clear (&other);
}

static int
lock_file (Fixture *fixture)
{
  g_autofree char *name = g_strdup_printf ("sign-in-%" G_GINT64_FORMAT ".lock", fixture->account->id);
  g_autofree char *path = g_build_filename (fixture->home, name, NULL);
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  g_assert_cmpint (flock (fd, LOCK_EX | LOCK_NB), ==, 0);
  return fd;
}

/* A worker of another core may have the refresh token: nobody reads it before that one is gone. With the control: the same without the lock answers. */
static void
test_held (Fixture *fixture, gconstpointer data)
{
  gint64 until_us = g_get_monotonic_time () + 1500000;
  int fd = lock_file (fixture);
  Answer held;

  ask (fixture, 0, &held);
  while (g_get_monotonic_time () < until_us) {
    g_main_context_iteration (NULL, FALSE);
    g_usleep (1000);
  }
  g_assert_false (held.is_done);
  close (fd);
  wait_for (&held);
  g_assert_error (held.error, FAULT, FAULT_NO_PERM); /* nobody has signed in */
  clear (&held);
}

static void
test_leaving (Fixture *fixture, gconstpointer data)
{
  int fd = lock_file (fixture);
  Answer held;

  ask (fixture, 0, &held);
  g_clear_pointer (&fixture->core.access_tokens, access_tokens_free);
  wait_for (&held);
  g_assert_error (held.error, FAULT, FAULT_TEMP);
  clear (&held);
  close (fd);
}

int
main (int argc, char *argv[])
{
  static const struct { const char *name; void (*test) (Fixture *, gconstpointer); } tests[] = {
    { "/core/grant/access-tokens/margins", test_margins },
    { "/core/grant/access-tokens/refused", test_refused },
    { "/core/grant/access-tokens/held", test_held },
    { "/core/grant/access-tokens/leaving", test_leaving },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
