#include "pace.h"

#include "forecast.h"
#include <math.h>

#define RECOVER_EVERY_US (30 * G_USEC_PER_SEC) /* chosen: servers' own windows are minutes */
#define BRAKE_FLOOR_PER_S (1.0 / 60)           /* never slower than one a minute: that would look like a stop */
#define DAY_S 86400
#define KEEP_S (25 * 3600)  /* the longest window, and an hour for a clock that is set */
#define PRUNE_EVERY_S 600 /* chosen: at most 600 rows go at a time */

typedef struct {
  const char *name;
  gint64      length_s;
  guint       limit; /* 0: none */
  gint64      used;
  gint64      free_at_utc; /* when the oldest of a full window leaves it */
} Window;

struct Pace {
  gint64 account;
  double rate_per_s;  /* 0: none */
  double brake_per_s; /* 0: none */
  double tokens;
  gint64 filled_us, slowed_us, counted_utc, pruned_utc;
  Window windows[3];
};

Pace *
pace_new (const Account *account)
{
  Pace *self = g_new0 (Pace, 1);

  self->account = account->id;
  self->windows[0] = (Window){ "minute", 60, account_get_limit (account, 60), 0, 0 };
  self->windows[1] = (Window){ "hour", 3600, account_get_limit (account, 3600), 0, 0 };
  self->windows[2] = (Window){ "day", DAY_S, account_get_limit (account, DAY_S), 0, 0 };
  return self;
}

void
pace_free (Pace *self)
{
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
fill (Pace *self, gint64 now_us)
{
  double rate = get_rate (self);

  /* never more than a second's worth saved up (or one message): after a night asleep there is no burst */
  self->tokens = MIN (MAX (rate, 1), self->tokens + rate * (double) (now_us - self->filled_us) / G_USEC_PER_SEC);
  self->filled_us = now_us;
}

/* At most once a second: a day has up to 86,400 rows. In between, pace_count() keeps the figures. */
static void
recount (Pace *self, Store *store, gint64 now_utc)
{
  if (self->counted_utc == now_utc)
    return;
  self->counted_utc = now_utc;
  for (guint i = 0; i < G_N_ELEMENTS (self->windows); i++) {
    Window *window = &self->windows[i];
    gint64 from = now_utc - window->length_s;
    gint64 to = now_utc + window->length_s; /* beyond it the clock was wrong: it must not close the account until then */

    if (window->limit == 0)
      continue;
    window->used = 0;
    window->free_at_utc = now_utc + 1;
    store_get_int (store, &window->used, NULL, "SELECT coalesce(sum(count),0) FROM pace WHERE account=? AND second_utc>? AND second_utc<=?", "iii",
                   self->account, from, to);
    if (window->used >= window->limit &&
        store_get_int (store, &window->free_at_utc, NULL, "SELECT min(second_utc) FROM pace WHERE account=? AND second_utc>? AND second_utc<=?", "iii",
                       self->account, from, to) == 1)
      window->free_at_utc += window->length_s;
  }
}

guint
pace_allow (Pace *self, Store *store, guint max, gint64 now_us, gint64 now_utc)
{
  recount (self, store, now_utc);
  for (guint i = 0; i < G_N_ELEMENTS (self->windows); i++) {
    const Window *window = &self->windows[i];

    if (window->limit > 0)
      max = (guint) MIN ((gint64) max, MAX (0, (gint64) window->limit - window->used));
  }
  if (get_rate (self) > 0) {
    fill (self, now_us);
    max = MIN (max, (guint) self->tokens);
  }
  return max;
}

/* Inside the turn's transaction: a pass that is rolled back is made up for at the next. */
static gboolean
prune (Pace *self, Store *store, gint64 now_utc, GError **error)
{
  if (ABS (now_utc - self->pruned_utc) < PRUNE_EVERY_S)
    return TRUE;
  self->pruned_utc = now_utc;
  return store_run (store, error, "DELETE FROM pace WHERE account=? AND second_utc<?", "ii", self->account, now_utc - KEEP_S);
}

gboolean
pace_count (Pace *self, Store *store, guint count, gint64 now_utc, GError **error)
{
  self->tokens -= count;
  for (guint i = 0; i < G_N_ELEMENTS (self->windows); i++)
    self->windows[i].used += count;
  return prune (self, store, now_utc, error) &&
         store_run (store, error,
                    "INSERT INTO pace(account,second_utc,count) VALUES(?,?,?) ON CONFLICT(account,second_utc) DO UPDATE SET count=count+excluded.count",
                    "iii", self->account, now_utc, (gint64) count);
}

gboolean
pace_give_back (Pace *self, Store *store, guint64 campaign, guint64 recipient, GError **error)
{
  self->counted_utc = 0; /* counted anew before anything goes */
  return store_run (store, error,
                    "UPDATE pace SET count=count-1 WHERE account=?1 AND second_utc=("
                    " SELECT min(p.second_utc) FROM ledger r JOIN pace p ON p.account=?1 AND p.second_utc>=r.time_utc AND p.count>0"
                    " WHERE r.campaign=?2 AND r.id=?3 AND r.state=1)",
                    "iii", self->account, (gint64) campaign, (gint64) recipient);
}

const char *
pace_get_full_window (Pace *self)
{
  for (guint i = G_N_ELEMENTS (self->windows); i-- > 0;)
    if (self->windows[i].limit > 0 && self->windows[i].used >= self->windows[i].limit)
      return self->windows[i].name;
  return NULL;
}

gint64
pace_delay_us (Pace *self, gint64 now_us, gint64 now_utc)
{
  gint64 delay_us = 0;

  for (guint i = 0; i < G_N_ELEMENTS (self->windows); i++)
    if (self->windows[i].limit > 0 && self->windows[i].used >= self->windows[i].limit)
      delay_us = MAX (delay_us, MAX (1, self->windows[i].free_at_utc - now_utc) * G_USEC_PER_SEC);
  if (get_rate (self) > 0) {
    fill (self, now_us);
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
pace_store_speed (Store *store, gint64 account, double per_second, GError **error)
{
  char value[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *key = g_strdup_printf ("speed.%" G_GINT64_FORMAT, account);

  return store_set_meta (store, key, g_ascii_dtostr (value, sizeof value, per_second), error);
}

double
pace_load_speed (Store *store, gint64 account)
{
  g_autofree char *key = g_strdup_printf ("speed.%" G_GINT64_FORMAT, account), *value = store_get_meta (store, key);
  double per_second = value != NULL ? g_ascii_strtod (value, NULL) : 0;

  return isfinite (per_second) && per_second > 0 ? per_second : 0;
}

/* Messages of the last minute by the second, older ones by the minute: some 1,500 bursts at most. */
static GArray *
read_past (Pace *self, Store *store, gint64 now_utc)
{
  GArray *past = g_array_new (FALSE, FALSE, sizeof (ForecastBurst));
  sqlite3_stmt *row = store_query (store,
                                   "SELECT max(second_utc),sum(count) FROM pace WHERE account=?1 AND second_utc>?2-86400 AND second_utc<=?2"
                                   " GROUP BY CASE WHEN second_utc>?2-60 THEN second_utc ELSE -(second_utc/60) END ORDER BY 1",
                                   "ii", self->account, now_utc);

  while (store_step (store, row, NULL) == 1) {
    ForecastBurst burst = { (double) (store_int (row, 0) - now_utc), store_int (row, 1) };

    g_array_append_val (past, burst);
  }
  return past;
}

gint64
pace_forecast_s (Pace *self, Store *store, gint64 count, double per_second_measured, gint64 now_utc)
{
  ForecastWindow windows[G_N_ELEMENTS (self->windows)];
  g_autoptr (GArray) past = NULL;
  double rate = get_rate (self);

  recount (self, store, now_utc);
  if (pace_get_full_window (self) != NULL)
    per_second_measured = 0; /* what a full window lets trickle through is not what the wire can do */
  if (rate == 0 || (per_second_measured > 0 && per_second_measured < rate))
    rate = per_second_measured > 0 ? per_second_measured : rate;
  for (guint i = 0; i < G_N_ELEMENTS (windows); i++)
    windows[i] = (ForecastWindow){ (double) self->windows[i].length_s, self->windows[i].limit };
  past = read_past (self, store, now_utc);
  return (gint64) ceil (forecast_play (windows, G_N_ELEMENTS (windows), rate, past, count));
}
