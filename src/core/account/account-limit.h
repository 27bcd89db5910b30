/* account-limit.h - how much an account may send in a rolling window, what of it was used, and with whom it is shared: table "limit".
 * Accounts of one pool share what was used; each has its own amount. What was used stands in the tables pace (messages) and pace_person (people).
 * Used in: core/account, core/dispatch/pace. */
#pragma once
#include "database.h"
#include "kind.h"

#define ACCOUNT_LIMITS_MAX 8 /* rows of a kind that are limits; chosen */
#define ACCOUNT_POOL_OWN "account"
/* Seconds by which a window is longer than its provider's, who counts a message when it comes; we when it is handed over, by whole seconds. One for
 * these, one for the way: at most a second's worth of the pace is on it (docs/design.md §5). */
#define ACCOUNT_LIMIT_LATE_S 2

typedef struct {
  guint    seconds, amount; /* so many units in any so many seconds; amount 0: no limit, yet what is sent counts in the pool */
  KindUnit unit;
  char    *pool;            /* owned; "account", "address:ADDRESS" or "portfolio:NAME" */
} AccountLimit;

guint account_get_limit (const Account *self, guint seconds); /* the amount; 0: none */
void  account_set_limit (Account *self, const KindSetting *row, guint amount); /* 0: none. The pool is that of the settings as they are now */

/* Inside the caller's transaction. */
gboolean account_limits_load (Database *database, Account *self, GError **error);
gboolean account_limits_save (Database *database, const Account *self, GError **error);

/* seconds: as the provider has it. What the account and those who share the pool used up to now. *out_free_utc (may be NULL): when the first unit leaves the window again; untouched when nothing was used. */
gboolean account_limit_count (Database *database, gint64 account, const AccountLimit *self, gint64 now_utc, gint64 *out_used, gint64 *out_free_utc, GError **error);
