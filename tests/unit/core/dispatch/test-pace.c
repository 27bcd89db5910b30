/* The pace: rate, rolling windows that survive a restart, the brake. Time is given, never waited for. */
#include "database-open.h"
#include "pace.h"

#define SECOND_US ((gint64) G_USEC_PER_SEC)

static Database *
open_store (void)
{
  g_autoptr (GError) error = NULL;
  Database *database = database_open (":memory:", &error);

  g_assert_no_error (error);
  return database;
}

static void
run (Database *database, const char *sql)
{
  g_assert_cmpint (sqlite3_exec (database_get_sqlite (database), sql, NULL, NULL, NULL), ==, SQLITE_OK);
}

/* 0: no such limit */
static Account *
make_account (guint per_minute, guint per_hour, guint per_day)
{
  Account *account = account_new (kinds[0]);

  account->id = 1;
  account->address = g_strdup ("ann@example.org");
  account_set_limit (account, kind_find_setting (kinds[0], "per_minute"), per_minute);
  account_set_limit (account, kind_find_setting (kinds[0], "per_hour"), per_hour);
  account_set_limit (account, kind_find_setting (kinds[0], "per_day"), per_day);
  return account;
}

static void
test_rate (void)
{
  g_autoptr (Database) database = open_store ();
  g_autoptr (Account) account = make_account (0, 0, 0);
  g_autoptr (Pace) pace = pace_new (account);
  guint sent = 0;

  pace_set_rate (pace, 1800, 0); /* 30 a minute */
  for (gint64 t = 0; t <= 60 * SECOND_US; t += SECOND_US / 10) {
    guint now = pace_allow (pace, database, 100, t, 1000 + t / SECOND_US);

    g_assert_cmpuint (now, <=, 1);
    g_assert_true (pace_count (pace, database, now, 1000 + t / SECOND_US, NULL));
    sent += now;
  }
  g_assert_cmpuint (sent, >=, 30);
  g_assert_cmpuint (sent, <=, 31);
  g_assert_cmpuint (pace_allow (pace, database, 100, 9 * 3600 * SECOND_US, 40000), ==, 1); /* a night asleep saves up no burst */
  g_assert_cmpuint (pace_get_window (pace), ==, 1);
}

static void
test_windows (void)
{
  g_autoptr (Database) database = open_store ();
  g_autoptr (Account) account = make_account (10, 0, 15), others = make_account (0, 0, 0);
  g_autoptr (Pace) pace = pace_new (account);
  g_autoptr (Pace) other = NULL;
  g_autoptr (Pace) again = pace_new (account); /* a restart: counted from the store */

  others->id = 2;
  other = pace_new (others);
  g_assert_cmpuint (pace_allow (pace, database, 100, 0, 1000), ==, 10);
  g_assert_true (pace_count (pace, database, 4, 1000, NULL));
  g_assert_true (pace_count (pace, database, 6, 1000, NULL)); /* twice in one second */
  g_assert_true (pace_count (other, database, 100, 1000, NULL));
  g_assert_cmpuint (pace_allow (pace, database, 100, 0, 1000), ==, 0);
  g_assert_cmpuint (pace_get_full_window_s (pace), ==, 60);
  g_assert_cmpuint (pace_allow (pace, database, 100, 0, 1059 + ACCOUNT_LIMIT_LATE_S), ==, 0); /* rolling, not by the clock's minute */
  g_assert_cmpint (pace_delay_us (pace, 0, 1059 + ACCOUNT_LIMIT_LATE_S), ==, 1 * SECOND_US);
  g_assert_cmpuint (pace_allow (pace, database, 100, 0, 1060 + ACCOUNT_LIMIT_LATE_S), ==, 5); /* a minute later to the second: what the day leaves */
  g_assert_cmpuint (pace_allow (pace, database, 100, 0, 1061 + ACCOUNT_LIMIT_LATE_S), ==, 5);
  g_assert_true (pace_count (pace, database, 5, 1061 + ACCOUNT_LIMIT_LATE_S, NULL));

  g_assert_cmpuint (pace_allow (again, database, 100, 0, 1200), ==, 0);
  g_assert_cmpuint (pace_get_full_window_s (again), ==, 86400);
  g_assert_cmpint (pace_delay_us (again, 0, 1200), ==, (1000 + 86400 + ACCOUNT_LIMIT_LATE_S - 1200) * SECOND_US);
}

/* The clock was a year ahead when they were counted: they close the account for no longer than the window is long. */
static void
test_clock (void)
{
  g_autoptr (Database) database = open_store ();
  g_autoptr (Account) account = make_account (0, 0, 15);
  g_autoptr (Pace) ahead = pace_new (account);
  g_autoptr (Pace) pace = pace_new (account);
  const gint64 year_s = 365 * 86400;

  g_assert_true (pace_count (ahead, database, 15, 1000 + year_s, NULL));
  g_assert_cmpuint (pace_allow (pace, database, 100, 0, 1000), ==, 15);
  g_assert_true (pace_count (ahead, database, 10, 1000 + 3600, NULL)); /* an hour ahead: they count, else a clock that is set back lets through too many */
  g_assert_cmpuint (pace_allow (pace, database, 100, 0, 1001), ==, 5);
}

static void
test_brake (void)
{
  g_autoptr (Account) account = make_account (0, 0, 0);
  g_autoptr (Pace) pace = pace_new (account);

  g_assert_cmpuint (pace_get_window (pace), ==, G_MAXUINT);
  pace_slow_down (pace, 100, 10 * SECOND_US);
  g_assert_cmpuint (pace_get_window (pace), ==, 50);
  pace_slow_down (pace, 100, 10 * SECOND_US + 1000); /* the same complaint, on many replies */
  g_assert_cmpuint (pace_get_window (pace), ==, 50);
  pace_slow_down (pace, 100, 12 * SECOND_US);
  g_assert_cmpuint (pace_get_window (pace), ==, 25);
  pace_recover (pace, 20 * SECOND_US);
  g_assert_cmpuint (pace_get_window (pace), ==, 25);
  pace_recover (pace, 50 * SECOND_US);
  g_assert_cmpuint (pace_get_window (pace), ==, 31);
}

/* However often a server complains, one a minute goes: slower would look like a stop. And a good hour later the brake is off. */
static void
test_brake_ends (void)
{
  Account account = { .id = 1 };
  g_autoptr (Pace) pace = pace_new (&account);
  gint64 now_us = 10 * SECOND_US;

  for (guint i = 0; i < 40; i++, now_us += 2 * SECOND_US)
    pace_slow_down (pace, 100, now_us);
  now_us -= 2 * SECOND_US;
  g_assert_cmpint (pace_delay_us (pace, now_us, 1000), ==, 60 * SECOND_US);
  for (guint i = 0; i < 120; i++)
    pace_recover (pace, now_us += 30 * SECOND_US);
  g_assert_cmpuint (pace_get_window (pace), ==, G_MAXUINT);
}

/* The slower one of the campaign's rate and the brake; the brake ends where the rate is slower. */
static void
test_rate_and_brake (void)
{
  Account account = { .id = 1 };
  g_autoptr (Pace) pace = pace_new (&account);

  pace_set_rate (pace, 3600 * 40, 0);
  pace_slow_down (pace, 40, 10 * SECOND_US);
  g_assert_cmpuint (pace_get_window (pace), ==, 20);
  pace_set_rate (pace, 3600 * 4, 11 * SECOND_US);
  g_assert_cmpuint (pace_get_window (pace), ==, 4);
  pace_recover (pace, 60 * SECOND_US); /* 25 a second, no brake any more */
  pace_set_rate (pace, 3600 * 30, 61 * SECOND_US);
  g_assert_cmpuint (pace_get_window (pace), ==, 30);
}

static void
test_prune (void)
{
  g_autoptr (Database) database = open_store ();
  g_autoptr (Account) account = make_account (0, 0, 500);
  g_autoptr (Pace) pace = pace_new (account);
  gint64 left = -1;

  g_assert_true (pace_count (pace, database, 1, 1000000, NULL));
  g_assert_true (pace_count (pace, database, 1, 1000000 + 23 * 3600, NULL));
  g_assert_true (pace_count (pace, database, 1, 1000000 + 25 * 3600, NULL)); /* exactly 25 hours: still kept */
  g_assert_cmpint (database_get_int (database, &left, NULL, "SELECT count(*) FROM pace", ""), ==, 1);
  g_assert_cmpint (left, ==, 3);
  g_assert_true (pace_count (pace, database, 1, 1000000 + 26 * 3600, NULL));
  g_assert_cmpint (database_get_int (database, &left, NULL, "SELECT count(*) FROM pace", ""), ==, 1);
  g_assert_cmpint (left, ==, 3); /* one has gone, one has come */
}

static void
test_forecast (void)
{
  g_autoptr (Database) database = open_store ();
  g_autoptr (Account) account = make_account (0, 0, 500);
  g_autoptr (Pace) pace = pace_new (account);

  pace_set_rate (pace, 3600, 0);
  g_assert_cmpint (pace_forecast_s (pace, database, 100, 0, 1000), ==, 100);
  g_assert_cmpint (pace_forecast_s (pace, database, 1001, 0, 1000), ==, 2 * 86400 + 1); /* 500 today, 500 tomorrow, one the day after */
}

#define HOUR_S 3600
#define DAY_S 86400
#define NOW 10000000

/* Windows alone, none used: each row's last message goes when rolling windows let it. */
static void
test_forecast_windows (void)
{
  static const struct {
    guint  per_minute, per_hour, per_day;
    gint64 count, seconds;
  } rows[] = {
    { 0, 0, 0, 4000, 0 },
    { 0, 100, 0, 100, 0 },
    { 0, 100, 0, 101, HOUR_S },
    { 0, 100, 1500, 4000, 2 * DAY_S + 9 * HOUR_S }, /* 15 hours today, 15 tomorrow, 1,000 in ten hours the day after */
    { 10, 0, 15, 40, 2 * DAY_S },                   /* 10, a minute later 5; the same tomorrow; 10 the day after */
    { 10, 0, 15, 41, 2 * DAY_S + 60 },
    { 1, 1, 1, 3, 2 * DAY_S },
    { 0, 0, 2000, 10000000, 4999 * (gint64) DAY_S }, /* ten million are not played one by one */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (Database) database = open_store ();
    g_autoptr (Account) account = make_account (rows[i].per_minute, rows[i].per_hour, rows[i].per_day);
    g_autoptr (Pace) pace = pace_new (account);

    g_assert_cmpint (pace_forecast_s (pace, database, rows[i].count, 0, NOW), ==, rows[i].seconds);
  }
}

/* What went before counts until it has left its window, and goes on leaving it bit by bit. */
static void
test_forecast_past (void)
{
  g_autoptr (Database) database = open_store ();
  g_autoptr (Account) account = make_account (0, 0, 500);
  g_autoptr (Pace) pace = pace_new (account);

  g_assert_true (pace_count (pace, database, 300, NOW - 10 * HOUR_S, NULL));
  g_assert_true (pace_count (pace, database, 150, NOW - 2 * HOUR_S, NULL));
  g_assert_cmpint (pace_forecast_s (pace, database, 50, 0, NOW), ==, 0);
  g_assert_cmpint (pace_forecast_s (pace, database, 51, 0, NOW), ==, 14 * HOUR_S);
  g_assert_cmpint (pace_forecast_s (pace, database, 350, 0, NOW), ==, 14 * HOUR_S);
  g_assert_cmpint (pace_forecast_s (pace, database, 351, 0, NOW), ==, 22 * HOUR_S);
  g_assert_cmpint (pace_forecast_s (pace, database, 501, 0, NOW), ==, DAY_S);
  g_assert_cmpint (pace_forecast_s (pace, database, 1001, 0, NOW), ==, 2 * DAY_S);
}

/* A day's window that is full lets a few through as the oldest leave: that is not the speed of the wire. */
static void
test_forecast_trickle (void)
{
  g_autoptr (Database) database = open_store ();
  g_autoptr (Account) account = make_account (0, 0, 500);
  g_autoptr (Pace) pace = pace_new (account);

  g_assert_cmpint (pace_forecast_s (pace, database, 100, 0.5, NOW), ==, 200); /* it is, while there is room */
  g_assert_true (pace_count (pace, database, 500, NOW - HOUR_S, NULL));
  g_assert_cmpint (pace_forecast_s (pace, database, 100, 0.001, NOW), ==, 23 * HOUR_S);
}

static void
test_speed (void)
{
  g_autoptr (Database) database = open_store ();

  g_assert_cmpfloat (pace_load_speed (database, 1), ==, 0);
  g_assert_true (pace_store_speed (database, 1, 812.5, NULL));
  g_assert_cmpfloat (pace_load_speed (database, 1), ==, 812.5);
  g_assert_cmpfloat (pace_load_speed (database, 2), ==, 0); /* another account's wire */
  g_assert_true (database_set_meta (database, "speed.1", "inf", NULL));
  g_assert_cmpfloat (pace_load_speed (database, 1), ==, 0);
}

/* --- pools, and people --- */

/* A limit of `pool`, as it stands in the store. Returns: (transfer full) */
static Pace *
open_pace (Database *database, gint64 id, const char *unit, const char *pool, gint64 amount)
{
  g_autoptr (Account) account = account_new (kinds[0]);

  g_assert_true (database_run (database, NULL, "INSERT OR IGNORE INTO account(id,name,address,created_utc) VALUES(?1,'a'||?1,'ann@gmail.com',1)", "i", id));
  g_assert_true (database_run (database, NULL, "INSERT INTO \"limit\" VALUES(?,86400,?,?,?)", "iiss", id, amount, unit, pool));
  account->id = id;
  g_assert_true (account_limits_load (database, account, NULL));
  return pace_new (account);
}

/* Two accounts of one pool never send more than its limit together, in one second as little as over a day; a third one is on its own. */
static void
test_pool (void)
{
  g_autoptr (Database) database = open_store ();
  g_autoptr (Pace) smtp = open_pace (database, 1, "message", "address:ann@gmail.com", 10);
  g_autoptr (Pace) api = open_pace (database, 2, "message", "address:ann@gmail.com", 10);
  g_autoptr (Pace) small = open_pace (database, 3, "message", "address:ann@gmail.com", 4); /* its own amount */
  g_autoptr (Pace) other = open_pace (database, 4, "message", "address:bob@gmail.com", 10);
  g_autoptr (Pace) alone = open_pace (database, 5, "message", "account", 10);

  g_assert_cmpuint (pace_allow (smtp, database, 100, 0, NOW), ==, 10);
  g_assert_cmpuint (pace_allow (api, database, 100, 0, NOW), ==, 10);
  g_assert_true (pace_count (smtp, database, 6, NOW, NULL));
  g_assert_cmpuint (pace_allow (api, database, 100, 0, NOW), ==, 4); /* within the same second */
  g_assert_cmpuint (pace_allow (small, database, 100, 0, NOW), ==, 0);
  g_assert_cmpuint (pace_get_full_window_s (small), ==, DAY_S);
  g_assert_true (pace_count (api, database, 4, NOW + HOUR_S, NULL));
  g_assert_cmpuint (pace_allow (smtp, database, 100, 0, NOW + HOUR_S), ==, 0);
  g_assert_cmpint (pace_delay_us (smtp, 0, NOW + HOUR_S), ==, (DAY_S + ACCOUNT_LIMIT_LATE_S - HOUR_S) * SECOND_US); /* until the first of them leaves the window, whoever sent it */
  g_assert_cmpint (pace_forecast_s (smtp, database, 1, 0, NOW + HOUR_S), ==, DAY_S - HOUR_S);
  g_assert_cmpuint (pace_allow (smtp, database, 100, 0, NOW + DAY_S + ACCOUNT_LIMIT_LATE_S + 1), ==, 6);
  g_assert_cmpuint (pace_allow (other, database, 100, 0, NOW + HOUR_S), ==, 10);
  g_assert_cmpuint (pace_allow (alone, database, 100, 0, NOW + HOUR_S), ==, 10);
}

static void
insert_people (Database *database)
{
  run (database, "INSERT INTO campaign(id,identity,account,state,sender,subject,created_utc) VALUES(1,x'00',1,2,'a','s',1)");
  run (database, "INSERT INTO part(campaign,position,account,first,last,next_recipient) VALUES(1,1,1,1,9,9)");
  for (gint64 i = 1; i <= 4; i++) /* the fourth is the first once more: two persons of one address */
    g_assert_true (database_run (database, NULL, "INSERT INTO snapshot(campaign,id,contact,address,address_key) VALUES(1,?1,?1,'x',?2)", "is", i, i == 4 ? "p1" : ((const char *[]){ "", "p1", "p2", "p3" })[i]));
}

static void
count_person (Pace *pace, Database *database, guint64 recipient, gint64 now_utc)
{
  g_assert_true (pace_count_person (pace, database, 1, recipient, now_utc, NULL));
  g_assert_true (pace_count (pace, database, 1, now_utc, NULL));
  g_assert_true (database_run (database, NULL, "INSERT INTO handover VALUES(1,?1,?1,1,1,?2,?2)", "ii", (gint64) recipient, now_utc));
}

/* A person counts once in the window, whichever account of the pool wrote, and leaves it after the last message. */
static void
test_people (void)
{
  g_autoptr (Database) database = open_store ();
  g_autoptr (Pace) one = open_pace (database, 1, "person", "portfolio:shop", 3);
  g_autoptr (Pace) two = open_pace (database, 2, "person", "portfolio:shop", 3);
  g_autoptr (Pace) messages = open_pace (database, 3, "message", "account", 3);
  gint64 rows = 0;

  insert_people (database);
  count_person (one, database, 1, NOW);
  g_assert_cmpuint (pace_allow (two, database, 100, 0, NOW), ==, 2);
  count_person (two, database, 4, NOW + 10); /* the same person, later */
  g_assert_cmpuint (pace_allow (one, database, 100, 0, NOW + 10), ==, 2);
  count_person (one, database, 2, NOW + 20);
  count_person (one, database, 3, NOW + 20);
  g_assert_cmpuint (pace_allow (two, database, 100, 0, NOW + 20), ==, 0);
  g_assert_cmpint (pace_delay_us (two, 0, NOW + 20), ==, (DAY_S + ACCOUNT_LIMIT_LATE_S - 10) * SECOND_US); /* the first person was written to again at 10 */

  g_assert_true (pace_give_back (one, database, 1, 3, NULL)); /* never begun: it costs nobody's quota */
  g_assert_cmpuint (pace_allow (two, database, 100, 0, NOW + 20), ==, 1);
  g_assert_cmpuint (pace_allow (two, database, 100, 0, NOW + DAY_S + ACCOUNT_LIMIT_LATE_S + 1), ==, 1);
  g_assert_cmpuint (pace_allow (two, database, 100, 0, NOW + DAY_S + ACCOUNT_LIMIT_LATE_S + 11), ==, 2);

  g_assert_true (pace_count_person (messages, database, 1, 1, NOW, NULL)); /* nobody asks whom this one wrote to: nothing is kept */
  g_assert_cmpint (database_get_int (database, &rows, NULL, "SELECT count(*) FROM pace_person WHERE account=3", ""), ==, 1);
  g_assert_cmpint (rows, ==, 0);
  g_assert_true (pace_count (one, database, 0, NOW + 2 * DAY_S, NULL)); /* and what is kept goes with the window */
  g_assert_cmpint (database_get_int (database, &rows, NULL, "SELECT count(*) FROM pace_person WHERE account=1", ""), ==, 1);
  g_assert_cmpint (rows, ==, 0);
}

/* What is counted stays for as long as the longest window there is. */
static void
test_prune_week (void)
{
  g_autoptr (Database) database = open_store ();
  g_autoptr (Pace) pace = open_pace (database, 1, "message", "account", 10);
  gint64 rows = 0;

  run (database, "UPDATE \"limit\" SET seconds=604800");
  g_assert_true (pace_count (pace, database, 1, NOW, NULL));
  g_assert_true (pace_count (pace, database, 1, NOW + 6 * DAY_S, NULL));
  g_assert_cmpint (database_get_int (database, &rows, NULL, "SELECT count(*) FROM pace", ""), ==, 1);
  g_assert_cmpint (rows, ==, 2);
  g_assert_true (pace_count (pace, database, 1, NOW + 8 * DAY_S, NULL));
  g_assert_cmpint (database_get_int (database, &rows, NULL, "SELECT count(*) FROM pace", ""), ==, 1);
  g_assert_cmpint (rows, ==, 2);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/dispatch/pace/rate", test_rate);
  g_test_add_func ("/core/dispatch/pace/windows", test_windows);
  g_test_add_func ("/core/dispatch/pace/clock", test_clock);
  g_test_add_func ("/core/dispatch/pace/brake", test_brake);
  g_test_add_func ("/core/dispatch/pace/brake/ends", test_brake_ends);
  g_test_add_func ("/core/dispatch/pace/brake/rate", test_rate_and_brake);
  g_test_add_func ("/core/dispatch/pace/prune", test_prune);
  g_test_add_func ("/core/dispatch/pace/forecast", test_forecast);
  g_test_add_func ("/core/dispatch/pace/forecast/windows", test_forecast_windows);
  g_test_add_func ("/core/dispatch/pace/forecast/past", test_forecast_past);
  g_test_add_func ("/core/dispatch/pace/forecast/trickle", test_forecast_trickle);
  g_test_add_func ("/core/dispatch/pace/speed", test_speed);
  g_test_add_func ("/core/dispatch/pace/pool", test_pool);
  g_test_add_func ("/core/dispatch/pace/people", test_people);
  g_test_add_func ("/core/dispatch/pace/prune/week", test_prune_week);
  return g_test_run ();
}
