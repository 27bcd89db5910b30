/* The pace: rate, rolling windows that survive a restart, the brake. Time is given, never waited for. */
#include "pace.h"

#define SECOND_US ((gint64) G_USEC_PER_SEC)

static Store *
open_store (void)
{
  g_autoptr (GError) error = NULL;
  Store *store = store_open (":memory:", &error);

  g_assert_no_error (error);
  return store;
}

static void
test_rate (void)
{
  g_autoptr (Store) store = open_store ();
  Account account = { .id = 1 };
  g_autoptr (Pace) pace = pace_new (&account);
  guint sent = 0;

  pace_set_rate (pace, 1800, 0); /* 30 a minute */
  for (gint64 t = 0; t <= 60 * SECOND_US; t += SECOND_US / 10) {
    guint now = pace_allow (pace, store, 100, t, 1000 + t / SECOND_US);

    g_assert_cmpuint (now, <=, 1);
    g_assert_true (pace_count (pace, store, now, 1000 + t / SECOND_US, NULL));
    sent += now;
  }
  g_assert_cmpuint (sent, >=, 30);
  g_assert_cmpuint (sent, <=, 31);
  g_assert_cmpuint (pace_allow (pace, store, 100, 9 * 3600 * SECOND_US, 40000), ==, 1); /* a night asleep saves up no burst */
  g_assert_cmpuint (pace_get_window (pace), ==, 1);
}

static void
test_windows (void)
{
  g_autoptr (Store) store = open_store ();
  Account account = { .id = 1, .per_minute = 10, .per_day = 15 };
  g_autoptr (Pace) pace = pace_new (&account);
  Account others = { .id = 2 };
  g_autoptr (Pace) other = pace_new (&others);
  g_autoptr (Pace) again = pace_new (&account); /* a restart: counted from the store */

  g_assert_cmpuint (pace_allow (pace, store, 100, 0, 1000), ==, 10);
  g_assert_true (pace_count (pace, store, 4, 1000, NULL));
  g_assert_true (pace_count (pace, store, 6, 1000, NULL)); /* twice in one second */
  g_assert_true (pace_count (other, store, 100, 1000, NULL));
  g_assert_cmpuint (pace_allow (pace, store, 100, 0, 1000), ==, 0);
  g_assert_cmpstr (pace_get_full_window (pace), ==, "minute");
  g_assert_cmpuint (pace_allow (pace, store, 100, 0, 1059), ==, 0); /* rolling, not by the clock's minute */
  g_assert_cmpint (pace_delay_us (pace, 0, 1059), ==, 1 * SECOND_US);
  g_assert_cmpuint (pace_allow (pace, store, 100, 0, 1060), ==, 5); /* a minute later to the second: what the day leaves */
  g_assert_cmpuint (pace_allow (pace, store, 100, 0, 1061), ==, 5);
  g_assert_true (pace_count (pace, store, 5, 1061, NULL));

  g_assert_cmpuint (pace_allow (again, store, 100, 0, 1200), ==, 0);
  g_assert_cmpstr (pace_get_full_window (again), ==, "day");
  g_assert_cmpint (pace_delay_us (again, 0, 1200), ==, (1000 + 86400 - 1200) * SECOND_US);
}

/* The clock was a year ahead when they were counted: they close the account for no longer than the window is long. */
static void
test_clock (void)
{
  g_autoptr (Store) store = open_store ();
  Account account = { .id = 1, .per_day = 15 };
  g_autoptr (Pace) ahead = pace_new (&account);
  g_autoptr (Pace) pace = pace_new (&account);
  const gint64 year_s = 365 * 86400;

  g_assert_true (pace_count (ahead, store, 15, 1000 + year_s, NULL));
  g_assert_cmpuint (pace_allow (pace, store, 100, 0, 1000), ==, 15);
  g_assert_true (pace_count (ahead, store, 10, 1000 + 3600, NULL)); /* an hour ahead: they count, else a clock that is set back lets through too many */
  g_assert_cmpuint (pace_allow (pace, store, 100, 0, 1001), ==, 5);
}

static void
test_brake (void)
{
  Account account = { .id = 1 };
  g_autoptr (Pace) pace = pace_new (&account);

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
  g_autoptr (Store) store = open_store ();
  Account account = { .id = 1, .per_day = 500 };
  g_autoptr (Pace) pace = pace_new (&account);
  gint64 left = -1;

  g_assert_true (pace_count (pace, store, 1, 1000000, NULL));
  g_assert_true (pace_count (pace, store, 1, 1000000 + 23 * 3600, NULL));
  g_assert_true (pace_count (pace, store, 1, 1000000 + 25 * 3600, NULL)); /* exactly 25 hours: still kept */
  g_assert_cmpint (store_get_int (store, &left, NULL, "SELECT count(*) FROM pace", ""), ==, 1);
  g_assert_cmpint (left, ==, 3);
  g_assert_true (pace_count (pace, store, 1, 1000000 + 26 * 3600, NULL));
  g_assert_cmpint (store_get_int (store, &left, NULL, "SELECT count(*) FROM pace", ""), ==, 1);
  g_assert_cmpint (left, ==, 3); /* one has gone, one has come */
}

static void
test_forecast (void)
{
  g_autoptr (Store) store = open_store ();
  Account account = { .id = 1, .per_day = 500 };
  g_autoptr (Pace) pace = pace_new (&account);

  pace_set_rate (pace, 3600, 0);
  g_assert_cmpint (pace_forecast_s (pace, store, 100, 0, 1000), ==, 100);
  g_assert_cmpint (pace_forecast_s (pace, store, 1001, 0, 1000), ==, 2 * 86400 + 1); /* 500 today, 500 tomorrow, one the day after */
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
    g_autoptr (Store) store = open_store ();
    Account account = { .id = 1, .per_minute = rows[i].per_minute, .per_hour = rows[i].per_hour, .per_day = rows[i].per_day };
    g_autoptr (Pace) pace = pace_new (&account);

    g_assert_cmpint (pace_forecast_s (pace, store, rows[i].count, 0, NOW), ==, rows[i].seconds);
  }
}

/* What went before counts until it has left its window, and goes on leaving it bit by bit. */
static void
test_forecast_past (void)
{
  g_autoptr (Store) store = open_store ();
  Account account = { .id = 1, .per_day = 500 };
  g_autoptr (Pace) pace = pace_new (&account);

  g_assert_true (pace_count (pace, store, 300, NOW - 10 * HOUR_S, NULL));
  g_assert_true (pace_count (pace, store, 150, NOW - 2 * HOUR_S, NULL));
  g_assert_cmpint (pace_forecast_s (pace, store, 50, 0, NOW), ==, 0);
  g_assert_cmpint (pace_forecast_s (pace, store, 51, 0, NOW), ==, 14 * HOUR_S);
  g_assert_cmpint (pace_forecast_s (pace, store, 350, 0, NOW), ==, 14 * HOUR_S);
  g_assert_cmpint (pace_forecast_s (pace, store, 351, 0, NOW), ==, 22 * HOUR_S);
  g_assert_cmpint (pace_forecast_s (pace, store, 501, 0, NOW), ==, DAY_S);
  g_assert_cmpint (pace_forecast_s (pace, store, 1001, 0, NOW), ==, 2 * DAY_S);
}

/* A day's window that is full lets a few through as the oldest leave: that is not the speed of the wire. */
static void
test_forecast_trickle (void)
{
  g_autoptr (Store) store = open_store ();
  Account account = { .id = 1, .per_day = 500 };
  g_autoptr (Pace) pace = pace_new (&account);

  g_assert_cmpint (pace_forecast_s (pace, store, 100, 0.5, NOW), ==, 200); /* it is, while there is room */
  g_assert_true (pace_count (pace, store, 500, NOW - HOUR_S, NULL));
  g_assert_cmpint (pace_forecast_s (pace, store, 100, 0.001, NOW), ==, 23 * HOUR_S);
}

static void
test_speed (void)
{
  g_autoptr (Store) store = open_store ();

  g_assert_cmpfloat (pace_load_speed (store, 1), ==, 0);
  g_assert_true (pace_store_speed (store, 1, 812.5, NULL));
  g_assert_cmpfloat (pace_load_speed (store, 1), ==, 812.5);
  g_assert_cmpfloat (pace_load_speed (store, 2), ==, 0); /* another account's wire */
  g_assert_true (store_set_meta (store, "speed.1", "inf", NULL));
  g_assert_cmpfloat (pace_load_speed (store, 1), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pace/rate", test_rate);
  g_test_add_func ("/pace/windows", test_windows);
  g_test_add_func ("/pace/clock", test_clock);
  g_test_add_func ("/pace/brake", test_brake);
  g_test_add_func ("/pace/brake/ends", test_brake_ends);
  g_test_add_func ("/pace/brake/rate", test_rate_and_brake);
  g_test_add_func ("/pace/prune", test_prune);
  g_test_add_func ("/pace/forecast", test_forecast);
  g_test_add_func ("/pace/forecast/windows", test_forecast_windows);
  g_test_add_func ("/pace/forecast/past", test_forecast_past);
  g_test_add_func ("/pace/forecast/trickle", test_forecast_trickle);
  g_test_add_func ("/pace/speed", test_speed);
  return g_test_run ();
}
