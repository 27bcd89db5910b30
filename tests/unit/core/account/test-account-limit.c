/* Limits of accounts: with whom each is shared, in the store and back, and what is used of them. */
#include "account-settings.h"
#include "account.h"
#include "database-open.h"

#include "database.h"
#include <string.h>

#define NOW 2000000000
#define LATE ACCOUNT_LIMIT_LATE_S

static Account *
parse (const char *text)
{
  g_autoptr (GVariant) settings = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;
  const Preset *preset = NULL;
  Account *account = account_settings_parse ("a", settings, &preset, &error);

  g_assert_no_error (error);
  return account;
}

static const AccountLimit *
find (const Account *account, guint seconds)
{
  for (guint i = 0; i < account->n_limits; i++)
    if (account->limits[i].seconds == seconds)
      return &account->limits[i];
  return NULL;
}

/* Google counts an address, by whatever way it sends; other servers an account of theirs. */
static void
test_pools (void)
{
  static const struct { const char *settings, *pool; guint amount; } rows[] = {
    { "{'address': <'Ann@GMAIL.com'>}", "address:ann@gmail.com", 500 },
    { "{'address': <'ann@example.org'>, 'host': <'smtp.gmail.com'>, 'per_day': <uint32 9>}", "address:ann@example.org", 9 },
    { "{'address': <'ann@example.org'>, 'host': <'smtp.example.org'>, 'per_day': <uint32 9>}", "account", 9 },
    { "{'address': <'ann@icloud.com'>}", "account", 1000 },
    { "{'address': <'ann@gmail.com'>, 'host': <'smtp.example.org'>, 'per_day': <uint32 9>}", "account", 9 }, /* the host decides */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (Account) account = parse (rows[i].settings);

    g_assert_cmpstr (find (account, 86400)->pool, ==, rows[i].pool);
    g_assert_cmpuint (account_get_limit (account, 86400), ==, rows[i].amount);
    g_assert_cmpint (find (account, 86400)->unit, ==, KIND_UNIT_MESSAGE);
  }
}

/* An account that moves to another server leaves the pool of the one before. */
static void
test_leaves_pool (void)
{
  g_autoptr (Account) before = parse ("{'address': <'ann@gmail.com'>, 'per_day': <uint32 40>, 'has_password': <true>}");
  g_autoptr (GVariant) changes = g_variant_parse (NULL, "{'host': <'smtp.example.org'>}", NULL, NULL, NULL);
  const Preset *preset = NULL;
  g_autoptr (Account) after = account_settings_change (before, changes, &preset, NULL);

  g_assert_cmpstr (find (before, 86400)->pool, ==, "address:ann@gmail.com");
  g_assert_cmpstr (find (after, 86400)->pool, ==, "account");
  g_assert_cmpuint (after->n_limits, ==, 1);
}

static void
test_store (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Database) database = database_open (":memory:", &error);
  Core core = { .database = database };
  g_autoptr (Account) account = parse ("{'address': <'ann@example.org'>, 'host': <'localhost'>, 'user': <''>, 'per_minute': <uint32 3>, 'per_day': <uint32 50>}");
  g_autoptr (Account) back = NULL, changed = NULL;
  g_autoptr (GPtrArray) all = NULL;
  gboolean is_forgotten = FALSE;

  g_assert_true (account_add (&core, account, NULL, &error));
  back = account_load (&core, "a", &error);
  g_assert_cmpuint (account_get_limit (back, 60), ==, 3);
  g_assert_cmpuint (account_get_limit (back, 3600), ==, 0);
  g_assert_cmpuint (account_get_limit (back, 86400), ==, 50);
  account_set_limit (back, kind_find_setting (back->kind, "per_minute"), 0);
  account_set_limit (back, kind_find_setting (back->kind, "per_hour"), 7);
  g_assert_true (account_save (&core, back, &is_forgotten, &error));
  all = account_load_all (&core, &error);
  changed = account_load_id (&core, account->id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (account_get_limit (changed, 60), ==, 0);
  g_assert_cmpuint (account_get_limit (changed, 3600), ==, 7);
  g_assert_cmpuint (account_get_limit (changed, 86400), ==, 50);
  g_assert_cmpuint (account_get_limit (all->pdata[0], 3600), ==, 7);
}

static gint64
count (Database *database, gint64 account, guint seconds, const char *pool, gint64 *out_free)
{
  AccountLimit limit = { seconds, 1, KIND_UNIT_MESSAGE, (char *) pool };
  g_autoptr (GError) error = NULL;
  gint64 used = -1;

  g_assert_true (account_limit_count (database, account, &limit, NOW, &used, out_free, &error));
  g_assert_no_error (error);
  return used;
}

static void
test_used (void)
{
  static const struct { gint64 age_s, count; } rows[] = { { 0, 1 }, { 59 + LATE, 2 }, { 60 + LATE, 4 }, { 3599 + LATE, 8 }, { 3600 + LATE, 16 },
                                                              { 86399 + LATE, 32 }, { 86400 + LATE, 64 } };
  g_autoptr (Database) database = database_open (":memory:", NULL);
  gint64 free_utc = 5;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_true (database_run (database, NULL, "INSERT INTO pace VALUES(7,?,?)", "ii", (gint64) NOW - rows[i].age_s, rows[i].count));
  g_assert_true (database_run (database, NULL, "INSERT INTO pace VALUES(8,?,1000)", "i", (gint64) NOW)); /* another account's */
  g_assert_cmpint (count (database, 7, 60, "account", &free_utc), ==, 1 + 2);
  g_assert_cmpint (free_utc, ==, NOW - (59 + LATE) + 60 + LATE);
  g_assert_cmpint (count (database, 7, 3600, "account", NULL), ==, 1 + 2 + 4 + 8);
  g_assert_cmpint (count (database, 7, 86400, "account", NULL), ==, 1 + 2 + 4 + 8 + 16 + 32);
  free_utc = 5;
  g_assert_cmpint (count (database, 9, 86400, "account", &free_utc), ==, 0);
  g_assert_cmpint (free_utc, ==, 5);

  g_assert_true (database_run (database, NULL, "INSERT INTO account(id,name,address,created_utc,removed_utc) VALUES(7,'a','a@x.org',1,0),(8,'b','a@x.org',1,9)", ""));
  g_assert_true (database_run (database, NULL, "INSERT INTO \"limit\" VALUES(7,60,9,'message','address:a@x.org'),(8,86400,0,'message','address:a@x.org')", ""));
  g_assert_cmpint (count (database, 7, 60, "address:a@x.org", NULL), ==, 1003); /* whether the other one has a limit, or is there still */
  g_assert_cmpint (count (database, 7, 60, "account", NULL), ==, 3);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/account/account-limit/pools", test_pools);
  g_test_add_func ("/core/account/account-limit/leaves-pool", test_leaves_pool);
  g_test_add_func ("/core/account/account-limit/store", test_store);
  g_test_add_func ("/core/account/account-limit/used", test_used);
  return g_test_run ();
}
