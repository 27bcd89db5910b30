#include "pace.h"

#include "forecast.h"
#include "sql-words.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RECOVER_EVERY_US (30 * G_USEC_PER_SEC) /* chosen: servers' own windows are minutes */
#define BRAKE_FLOOR_PER_S (1.0 / 60)           /* never slower than one a minute: that would look like a stop */
#define DAY_S 86400
#define KEPT_S 3600       /* beyond the longest window, for a clock that is set */
#define PRUNE_EVERY_S 600 /* chosen: at most 600 rows go at a time */

typedef struct {
  AccountLimit limit; /* its pool: owned; amount 0: none */
  gint64 used;
  gint64 free_at_utc; /* when the oldest of a full window leaves it */
} QuotaWindow;

struct Pace {
  gint64 account;
  double rate_per_s;  /* 0: none */
  double brake_per_s; /* 0: none */
  double tokens;
  gint64 filled_us, slowed_us, counted_utc, pruned_utc;
  gboolean is_shared, counts_people; /* one of the windows; then others use it too, or not each message counts */
  QuotaWindow windows[ACCOUNT_LIMITS_MAX]; /* the shortest first */
  guint  n_windows;
};

static int
compare_windows (gconstpointer a, gconstpointer b)
{
  const QuotaWindow *one = a, *other = b;

  return one->limit.seconds < other->limit.seconds ? -1 : one->limit.seconds > other->limit.seconds;
}

Pace *
pace_new (const Account *account)
{
  Pace *self = g_new0 (Pace, 1);

  self->account = account->id;
  for (guint i = 0; i < account->n_limits; i++) {
    QuotaWindow *window = &self->windows[self->n_windows++];

    window->limit = account->limits[i];
    window->limit.pool = g_strdup (account->limits[i].pool);
    self->is_shared |= strcmp (window->limit.pool, ACCOUNT_POOL_OWN) != 0;
    self->counts_people |= window->limit.unit == KIND_UNIT_PERSON;
  }
  qsort (self->windows, self->n_windows, sizeof *self->windows, compare_windows);
  return self;
}

void
pace_free (Pace *self)
{
  for (guint i = 0; self != NULL && i < self->n_windows; i++)
    g_free (self->windows[i].limit.pool);
  g_free (self);
}

static double
get_rate (const Pace *self)
{
  if (self->rate_per_s > 0 && self->brake_per_s > 0)
    return MIN (self->rate_per_s, self->brake_per_s);
  return MAX (self->rate_per_s, self->brake_per_s);
}

void
pace_set_rate (Pace *self, guint per_hour, gint64 now_us)
{
  double rate = per_hour / 3600.0;

  if (rate == self->rate_per_s)
    return;
  self->rate_per_s = rate;
  self->tokens = 1;
  self->filled_us = now_us;
}

static void
pace_fill_bucket (Pace *self, gint64 now_us)
{
  double rate = get_rate (self);

  /* never more than a second's worth saved up (or one message): after a night asleep there is no burst */
  self->tokens = MIN (MAX (rate, 1), self->tokens + rate * (double) (now_us - self->filled_us) / G_USEC_PER_SEC);
  self->filled_us = now_us;
}

static gboolean
is_full (const QuotaWindow *window)
{
  return window->limit.amount > 0 && window->used >= (gint64) window->limit.amount;
}

/* At most once a second: a day has up to 86,400 rows. In between, pace_count() keeps the figures; not those that others change, or of people. */
static void
pace_recount (Pace *self, Database *database, gint64 now_utc)
{
  if (self->counted_utc == now_utc && !self->is_shared && !self->counts_people)
    return;
  self->counted_utc = now_utc;
  for (guint i = 0; i < self->n_windows; i++) {
    QuotaWindow *window = &self->windows[i];

    if (window->limit.amount == 0)
      continue;
    window->used = 0;
    window->free_at_utc = now_utc + 1;
    account_limit_count (database, self->account, &window->limit, now_utc, &window->used, NULL, NULL);
    if (is_full (window))
      account_limit_count (database, self->account, &window->limit, now_utc, &window->used, &window->free_at_utc, NULL);
  }
}

guint
pace_allow (Pace *self, Database *database, guint max, gint64 now_us, gint64 now_utc)
{
  pace_recount (self, database, now_utc);
  for (guint i = 0; i < self->n_windows; i++) {
    const QuotaWindow *window = &self->windows[i];

    if (window->limit.amount > 0)
      max = (guint) MIN ((gint64) max, MAX (0, (gint64) window->limit.amount - window->used));
  }
  if (get_rate (self) > 0) {
    pace_fill_bucket (self, now_us);
    max = MIN (max, (guint) self->tokens);
  }
  return max;
}

/* Inside the cycle's transaction: a pass that is rolled back is made up for at the next. Others of a pool may look further back. */
static gboolean
pace_prune (Pace *self, Database *database, gint64 now_utc, GError **error)
{
  gint64 longest = DAY_S;

  if (ABS (now_utc - self->pruned_utc) < PRUNE_EVERY_S)
    return TRUE;
  self->pruned_utc = now_utc;
  return database_get_int (database, &longest, error, "SELECT max(coalesce(max(seconds),0),?) FROM \"limit\"", "i", (gint64) DAY_S) >= 0 &&
         database_run (database, error, "DELETE FROM pace WHERE account=? AND second_utc<?", "ii", self->account, now_utc - longest - KEPT_S) &&
         database_run (database, error, "DELETE FROM pace_person WHERE account=? AND second_utc<?", "ii", self->account, now_utc - longest - KEPT_S);
}

gboolean
pace_count (Pace *self, Database *database, guint count, gint64 now_utc, GError **error)
{
  self->tokens -= count;
  for (guint i = 0; i < self->n_windows; i++)
    self->windows[i].used += count;
  return pace_prune (self, database, now_utc, error) &&
         database_run (database, error,
                       "INSERT INTO pace(account,second_utc,count) VALUES(?,?,?) ON CONFLICT(account,second_utc) DO UPDATE SET count=count+excluded.count",
                       "iii", self->account, now_utc, (gint64) count);
}

gboolean
pace_count_person (Pace *self, Database *database, guint64 campaign, guint64 recipient, gint64 now_utc, GError **error)
{
  return !self->counts_people ||
         database_run (database, error,
                       "INSERT OR IGNORE INTO pace_person(account,second_utc,campaign,recipient,person)"
                       " SELECT ?,?,campaign,id,coalesce(key_hash(address_key),-id) FROM snapshot WHERE campaign=? AND id=?",
                       "iiii", self->account, now_utc, (gint64) campaign, (gint64) recipient);
}

gboolean
pace_give_back (Pace *self, Database *database, guint64 campaign, guint64 recipient, GError **error)
{
  self->counted_utc = 0; /* counted anew before anything goes */
  return database_run (database, error,
                       "UPDATE pace SET count=count-1 WHERE account=?1 AND second_utc=("
                       " SELECT min(p.second_utc) FROM ledger r JOIN pace p ON p.account=?1 AND p.second_utc>=r.time_utc AND p.count>0"
                       " WHERE r.campaign=?2 AND r.id=?3 AND r.state=" SQL_STATE (HANDED) ")",
                       "iii", self->account, (gint64) campaign, (gint64) recipient) &&
         (!self->counts_people ||
          database_run (database, error,
                        "DELETE FROM pace_person WHERE account=?1 AND campaign=?2 AND recipient=?3 AND second_utc>=("
                        " SELECT time_utc FROM ledger WHERE campaign=?2 AND id=?3 AND state=" SQL_STATE (HANDED) ")",
                        "iii", self->account, (gint64) campaign, (gint64) recipient));
}

guint
pace_get_full_window_s (Pace *self)
{
  for (guint i = self->n_windows; i-- > 0;)
    if (is_full (&self->windows[i]))
      return self->windows[i].limit.seconds;
  return 0;
}

gint64
pace_delay_us (Pace *self, gint64 now_us, gint64 now_utc)
{
  gint64 delay_us = 0;

  for (guint i = 0; i < self->n_windows; i++)
    if (is_full (&self->windows[i]))
      delay_us = MAX (delay_us, MAX (1, self->windows[i].free_at_utc - now_utc) * G_USEC_PER_SEC);
  if (get_rate (self) > 0) {
    pace_fill_bucket (self, now_us);
    if (self->tokens < 1)
      delay_us = MAX (delay_us, (gint64) ceil ((1 - self->tokens) / get_rate (self) * G_USEC_PER_SEC));
  }
  return delay_us;
}

guint
pace_get_window (Pace *self)
{
  double rate = get_rate (self);

  return rate > 0 ? (guint) MAX (1, rate) : G_MAXUINT;
}

void
pace_slow_down (Pace *self, double per_second_now, gint64 now_us)
{
  double now = self->brake_per_s > 0 ? self->brake_per_s : per_second_now > 0 ? per_second_now : 1;

  if (self->slowed_us != 0 && now_us - self->slowed_us < G_USEC_PER_SEC)
    return; /* one complaint comes with many replies */
  self->brake_per_s = MAX (BRAKE_FLOOR_PER_S, now / 2);
  self->slowed_us = self->filled_us = now_us;
  self->tokens = 0;
}

void
pace_recover (Pace *self, gint64 now_us)
{
  if (self->brake_per_s == 0 || now_us - self->slowed_us < RECOVER_EVERY_US)
    return;
  self->slowed_us = now_us;
  self->brake_per_s *= 1.25;
  if (self->brake_per_s > 10000 || (self->rate_per_s > 0 && self->brake_per_s > self->rate_per_s))
    self->brake_per_s = 0;
}

gboolean
pace_store_speed (Database *database, gint64 account, double per_second, GError **error)
{
  char value[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *key = g_strdup_printf ("speed.%" G_GINT64_FORMAT, account);

  return database_set_meta (database, key, g_ascii_dtostr (value, sizeof value, per_second), error);
}

double
pace_load_speed (Database *database, gint64 account)
{
  g_autofree char *key = g_strdup_printf ("speed.%" G_GINT64_FORMAT, account), *value = database_get_meta (database, key);
  double per_second = value != NULL ? g_ascii_strtod (value, NULL) : 0;

  return isfinite (per_second) && per_second > 0 ? per_second : 0;
}

/* Messages of the last minute by the second, older ones by the minute: some 1,500 bursts at most. */
static GArray *
read_past (Pace *self, Database *database, gint64 now_utc)
{
  GArray *past = g_array_new (FALSE, FALSE, sizeof (ForecastBurst));
  sqlite3_stmt *row = database_query (database,
                                      "SELECT max(second_utc),sum(count) FROM pace WHERE account IN (SELECT ?1 UNION SELECT o.account FROM \"limit\" s JOIN \"limit\" o USING (pool)"
                                      " WHERE s.account=?1 AND s.pool<>'" ACCOUNT_POOL_OWN "') AND second_utc>?2-?3 AND second_utc<=?2"
                                      " GROUP BY CASE WHEN second_utc>?2-60 THEN second_utc ELSE -(second_utc/60) END ORDER BY 1",
                                      "iii", self->account, now_utc, (gint64) (self->n_windows > 0 ? self->windows[self->n_windows - 1].limit.seconds : DAY_S));

  while (database_step (database, row, NULL) == 1) {
    ForecastBurst burst = { (double) (database_int (row, 0) - now_utc), database_int (row, 1) };

    g_array_append_val (past, burst);
  }
  return past;
}

gint64
pace_forecast_s (Pace *self, Database *database, gint64 count, double per_second_measured, gint64 now_utc)
{
  ForecastWindow windows[G_N_ELEMENTS (self->windows)];
  g_autoptr (GArray) past = NULL;
  double rate = get_rate (self);

  pace_recount (self, database, now_utc);
  if (pace_get_full_window_s (self) > 0)
    per_second_measured = 0; /* what a full window lets trickle through is not what the wire can do */
  if (rate == 0 || (per_second_measured > 0 && per_second_measured < rate))
    rate = per_second_measured > 0 ? per_second_measured : rate;
  for (guint i = 0; i < self->n_windows; i++)
    windows[i] = (ForecastWindow){ (double) self->windows[i].limit.seconds, self->windows[i].limit.amount };
  past = read_past (self, database, now_utc);
  return (gint64) ceil (forecast_play (windows, self->n_windows, rate, past, count));
}
