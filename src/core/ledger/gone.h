/* gone.h - people whom a server says do not exist (5.1.1 and its like). One is suppressed at once. So many at once are more likely an outage, or a
 * relay that knows nobody: then none of them is, those of the last hour no more, and a person decides. docs/decisions/many-gone-at-once.md
 * Trust:  outcomes were checked by core/intake. Used in: core/ledger, core/dispatch, core/control.
 * Each function runs inside the caller's transaction and sets `error` when the store fails. */
#pragma once
#include "ledger.h"

#define GONE_WINDOW_S 3600
#define GONE_MOST 20   /* of one domain within the window, or among the last letters; twice as many after each time that a person said they are */
#define GONE_AMONG 100

/* settled: letters of this campaign that have an answer, this one counted. */
gboolean gone_record (Database *database, const LedgerOutcome *outcome, gint64 settled, GError **error);

/* How many wait for a person's word; -1: the store failed. */
gint64   gone_count_held (Database *database, guint64 campaign, GError **error);

/* The person's word: they are gone and get no mail any more; or all of them are queued again. */
gboolean gone_suppress (Database *database, guint64 campaign, GError **error);
gboolean gone_retry    (Database *database, guint64 campaign, LedgerTally *tally, GError **error);
