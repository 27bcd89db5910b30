/* pace.h - how many messages may go now: the campaign's rate, the account's rolling windows, and a brake after "slower, please".
 * Windows are counted from the store (account-limit.h), so that they survive restarts; the rate runs on the monotonic clock, so that neither a
 * changed clock nor a night asleep lets a burst through. Used in: core/dispatch, core/control. Source: docs/design.md §9, providers' limits. */
#pragma once
#include "account.h"
#include "database.h"

typedef struct Pace Pace;
Pace *pace_new  (const Account *account); /* limits are copied */
void  pace_free (Pace *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pace, pace_free)

void   pace_set_rate (Pace *self, guint per_hour, gint64 now_us); /* 0: as fast as it goes */
/* How many may go now, at most `max`; where people are counted, as if each were a new one. now_us: monotonic; now_utc: seconds. */
guint  pace_allow    (Pace *self, Database *database, guint max, gint64 now_us, gint64 now_utc);
/* They were handed over: counted in the caller's transaction. */
gboolean pace_count  (Pace *self, Database *database, guint count, gint64 now_utc, GError **error);
/* Each of them, where a limit counts people: in the same transaction. */
gboolean pace_count_person (Pace *self, Database *database, guint64 campaign, guint64 recipient, gint64 now_utc, GError **error);
/* A row came back and was never begun: it is taken out of the second in which it was handed over, so that a night offline costs no quota. To be
 * called in the caller's transaction, while the ledger still says handed. The rate gets nothing back: slower, never faster. */
gboolean pace_give_back (Pace *self, Database *database, guint64 campaign, guint64 recipient, GError **error);
/* When something may go again, as a delay. 0: now. */
gint64 pace_delay_us (Pace *self, gint64 now_us, gint64 now_utc);
/* The longest window that is full, in seconds; 0: none. */
guint  pace_get_full_window_s (Pace *self);

/* One second's worth of the pace, at least 1; G_MAXUINT without one: what may be on the wire at once (docs/design.md §5). */
guint  pace_get_window (Pace *self);

void   pace_slow_down  (Pace *self, double per_second_now, gint64 now_us); /* the server asked: halve */
void   pace_recover    (Pace *self, gint64 now_us);                        /* a while without trouble: a quarter faster */

/* What the account's wire was measured to do, for the forecast before the next campaign. Load: 0 when it never was. */
gboolean pace_store_speed (Database *database, gint64 account, double per_second, GError **error);
double   pace_load_speed  (Database *database, gint64 account);
/* per_second_measured 0: not known */
gint64 pace_forecast_s (Pace *self, Database *database, gint64 count, double per_second_measured, gint64 now_utc);
