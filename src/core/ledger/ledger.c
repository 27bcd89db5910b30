#include "ledger.h"

#include "clock.h"
#include "gone.h"
#include "part.h"
#include "sql-words.h"
#include "suppression.h"
#include <string.h>

/* --- counts --- */

struct LedgerTally {
  GHashTable *deltas; /* campaign -> gint64[STATE_COUNT] */
};

LedgerTally *
ledger_tally_new (void)
{
  LedgerTally *self = g_new0 (LedgerTally, 1);

  self->deltas = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  return self;
}

void
ledger_tally_free (LedgerTally *self)
{
  if (self != NULL)
    g_hash_table_unref (self->deltas);
  g_free (self);
}

void
ledger_tally_move (LedgerTally *self, guint64 campaign, State from, State to, gint64 count)
{
  gint64 key = (gint64) campaign;
  gint64 *delta = g_hash_table_lookup (self->deltas, &key);

  if (delta == NULL) {
    delta = g_new0 (gint64, STATE_COUNT);
    g_hash_table_insert (self->deltas, g_memdup2 (&key, sizeof key), delta);
  }
  if (from < STATE_COUNT) /* STATE_COUNT: from nowhere, a new row */
    delta[from] -= count;
  delta[to] += count;
}

gboolean
ledger_write_tally (Database *database, LedgerTally *tally, GError **error)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, tally->deltas);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    const gint64 *campaign = key, *delta = value;

    for (gint64 state = 0; state < STATE_COUNT; state++)
      if (delta[state] != 0 &&
          !database_run (database, error, "INSERT INTO tally(campaign,state,count) VALUES(?,?,?) ON CONFLICT(campaign,state) DO UPDATE SET count=max(0,count+?4)",
                         "iiii", *campaign, state, MAX (0, delta[state]), delta[state]))
        return FALSE;
  }
  g_hash_table_remove_all (tally->deltas);
  return TRUE;
}

gint64
ledger_count_begun (const gint64 counts[STATE_COUNT])
{
  return counts[STATE_ACCEPTED] + counts[STATE_REFUSED] + counts[STATE_LATER] + counts[STATE_UNKNOWN];
}

gboolean
ledger_get_counts (Database *database, guint64 campaign, gint64 counts[STATE_COUNT], GError **error)
{
  sqlite3_stmt *row = database_query (database, "SELECT state,count FROM tally WHERE campaign=?", "i", (gint64) campaign);
  int result;

  memset (counts, 0, STATE_COUNT * sizeof counts[0]);
  while ((result = database_step (database, row, error)) == 1)
    if (database_int (row, 0) >= 0 && database_int (row, 0) < STATE_COUNT)
      counts[database_int (row, 0)] = MAX (0, database_int (row, 1)); /* a store that was put together from two may say anything: balance.h */
  return result == 0;
}

/* --- turns --- */

gboolean
ledger_count_turn (Database *database, gint64 *out_turn, GError **error)
{
  return database_run (database, error, "INSERT INTO meta(key,value) VALUES('turn','1') ON CONFLICT(key) DO UPDATE SET value=value+1", "") &&
         database_get_int (database, out_turn, error, "SELECT CAST(value AS INTEGER) FROM meta WHERE key='turn'", "") == 1;
}

/* --- what became of them --- */

static gint64
retry_delay_s (guint32 attempt)
{
  static const gint64 delays_s[] = { 60, 5 * 60, 15 * 60, 60 * 60 }; /* chosen (docs/design.md §12): 1, 5, 15, 60 minutes… */

  return attempt >= 1 && attempt <= G_N_ELEMENTS (delays_s) ? delays_s[attempt - 1] : 4 * 60 * 60; /* …then every 4 hours */
}

#define NOT_BEFORE_MAX_S (7 * 86400) /* chosen: no server's quota lasts longer, and no transport keeps a campaign open for ever */

/* Is the row handed under that attempt? *out_first_utc: when it was first tried. Returns: 1, 0, -1. */
static int
find_handed (Database *database, const LedgerOutcome *outcome, gint64 *out_first_utc, GError **error)
{
  return database_get_int (database, out_first_utc, error, "SELECT first_utc FROM ledger WHERE campaign=? AND id=? AND state=" SQL_STATE (HANDED) " AND attempt=?", "iii",
                           (gint64) outcome->campaign, (gint64) outcome->recipient, (gint64) outcome->attempt);
}

static gboolean
keep_earlier_answer (Database *database, const LedgerOutcome *outcome, GError **error)
{
  return database_run (database, error, "INSERT OR REPLACE INTO outcome(campaign,recipient,attempt,state,reply,time_utc) VALUES(?,?,?,?,?,?)", "iiiisi",
                       (gint64) outcome->campaign, (gint64) outcome->recipient, (gint64) outcome->attempt, (gint64) outcome->outcome, outcome->reply,
                       outcome->time_utc);
}

typedef struct { /* where an outcome leads */
  State       state;
  const char *reason;
  gint64      not_before_utc;
} Move;

/* A fresh row (handed over for the first time) has none of its own yet: FRESH_SQL is its range, or nothing. Ranges are few: see
 * ledger_forget_settled(). */
#define FRESH_SQL "FROM handover h WHERE h.campaign=?1 AND h.first<=?2 AND h.last>=?2 ORDER BY h.first DESC LIMIT 1"

/* Returns: 1, 0 (it was not handed under that attempt: what became of it is known), -1. */
static int
write_move (Database *database, const LedgerOutcome *outcome, const Move *move, GError **error)
{
  gint64 campaign = (gint64) outcome->campaign, recipient = (gint64) outcome->recipient;

  if (outcome->attempt == 1) {
    if (!database_run (database, error,
                       "INSERT OR IGNORE INTO recipient(campaign,id,attempt,version,first_utc,state,reason,reply,time_utc,not_before_utc,provider_id)"
                       " SELECT ?1,?2,1,h.version,h.first_utc,?3,?4,?5,?6,?7,nullif(?8,'') " FRESH_SQL, "iiissiis", campaign, recipient, (gint64) move->state,
                       move->reason, outcome->reply, outcome->time_utc, move->not_before_utc, outcome->remote_id))
      return -1;
    if (sqlite3_changes (database_get_sqlite (database)) > 0)
      return 1;
  }
  if (!database_run (database, error,
                     "UPDATE recipient SET state=?, reason=?, reply=?, time_utc=?, not_before_utc=?, provider_id=nullif(?,''), journal=0"
                     " WHERE campaign=? AND id=? AND state=" SQL_STATE (HANDED) " AND attempt=?",
                     "issiisiii", (gint64) move->state, move->reason, outcome->reply, outcome->time_utc, move->not_before_utc, outcome->remote_id, campaign,
                     recipient, (gint64) outcome->attempt))
    return -1;
  return sqlite3_changes (database_get_sqlite (database)) > 0;
}

/* When is it tried again, or is its lifetime over? Returns: 1, 0 (not handed), -1. */
static int
plan_later (Database *database, const LedgerOutcome *outcome, Move *move, GError **error)
{
  gint64 first_utc = 0, lifetime_s = 0;
  int found = find_handed (database, outcome, &first_utc, error);

  if (found != 1)
    return found;
  if (database_get_int (database, &lifetime_s, error, "SELECT lifetime_s FROM campaign WHERE id=?", "i", (gint64) outcome->campaign) < 0 ||
      !keep_earlier_answer (database, outcome, error))
    return -1;
  move->not_before_utc = outcome->not_before_utc_s > 0 ? CLAMP (outcome->not_before_utc_s, outcome->time_utc + 1, outcome->time_utc + NOT_BEFORE_MAX_S)
                                                       : MIN (outcome->time_utc + retry_delay_s (outcome->attempt), first_utc + lifetime_s);
  if (outcome->time_utc >= first_utc + lifetime_s) {
    move->state = STATE_REFUSED;
    move->reason = outcome_reason_to_word (REASON_EXPIRED);
  }
  return 1;
}

/* Letters with an answer, those of this transaction too. */
static gboolean
count_settled (Database *database, guint64 campaign, const LedgerTally *tally, gint64 *out_count, GError **error)
{
  gint64 key = (gint64) campaign;
  const gint64 *delta = g_hash_table_lookup (tally->deltas, &key);

  if (database_get_int (database, out_count, error, "SELECT coalesce(sum(count),0) FROM tally WHERE campaign=? AND " SQL_IS_SETTLED (""), "i", key) < 0)
    return FALSE;
  if (delta != NULL)
    *out_count += delta[STATE_ACCEPTED] + delta[STATE_REFUSED] + delta[STATE_UNKNOWN];
  return TRUE;
}

gboolean
ledger_record (Database *database, const LedgerOutcome *outcome, LedgerTally *tally, GError **error)
{
  Move move = { (State) outcome->outcome, outcome_reason_to_word (outcome->reason), 0 };
  gint64 settled = 0;
  int moved = 1;

  if (move.state == STATE_LATER)
    moved = plan_later (database, outcome, &move, error);
  if (moved == 1)
    moved = write_move (database, outcome, &move, error);
  if (moved != 1)
    return moved == 0;
  ledger_tally_move (tally, outcome->campaign, STATE_HANDED, move.state, 1);
  if (outcome->reason != REASON_SUPPRESS)
    return TRUE;
  return count_settled (database, outcome->campaign, tally, &settled, error) && gone_record (database, outcome, settled, error);
}

/* `attempt` counts hand-overs that reached begun or an answer: this one did not. first_utc stands only behind a real attempt. */
gboolean
ledger_take_back (Database *database, guint64 campaign, guint64 recipient, guint32 attempt, LedgerTally *tally, GError **error)
{
  gint64 to = STATE_QUEUED;
  int moved = 0;

  if (attempt == 1) {
    if (!database_run (database, error, "INSERT OR IGNORE INTO recipient(campaign,id) SELECT ?1,?2 " FRESH_SQL, "ii", (gint64) campaign, (gint64) recipient))
      return FALSE;
    moved = sqlite3_changes (database_get_sqlite (database)) > 0;
  }
  /* Only a row that an answer put off has a time: it goes back to later, where waiting uses up no lifetime. */
  if (moved == 0)
    moved = database_get_int (database, &to, error,
                              "UPDATE recipient SET state=CASE not_before_utc WHEN 0 THEN " SQL_STATE (QUEUED) " ELSE " SQL_STATE (LATER) " END, attempt=attempt-1, journal=0,"
                              " first_utc=CASE attempt WHEN 1 THEN 0 ELSE first_utc END, time_utc=CASE attempt WHEN 1 THEN 0 ELSE time_utc END"
                              " WHERE campaign=? AND id=? AND state=" SQL_STATE (HANDED) " AND attempt=? RETURNING state",
                              "iii", (gint64) campaign, (gint64) recipient, (gint64) attempt);
  if (moved == 1)
    ledger_tally_move (tally, campaign, STATE_HANDED, (State) to, 1);
  return moved >= 0;
}

static gboolean
count_moved (Database *database, guint64 campaign, State from, State to, LedgerTally *tally)
{
  gint64 moved = sqlite3_changes64 (database_get_sqlite (database));

  if (moved > 0)
    ledger_tally_move (tally, campaign, from, to, moved);
  return TRUE;
}

/* Rows that were never handed over have none of their own: they get one. Of all, or of those whose address is suppressed by now. */
#define OPEN_FRESH_SQL \
  " FROM campaign c CROSS JOIN part p ON p.campaign=c.id CROSS JOIN snapshot s ON s.campaign=p.campaign AND s.id BETWEEN p.next_recipient AND p.last" \
  " LEFT JOIN recipient r ON r.campaign=s.campaign AND r.id=s.id WHERE c.id=?1 AND r.id IS NULL"
#define SKIP_FRESH_SQL "INSERT INTO recipient(campaign,id,state,reason,time_utc) SELECT ?1,s.id," SQL_STATE (SKIPPED) ",?2,?3" OPEN_FRESH_SQL
#define SKIP_OWN_SQL "UPDATE recipient SET state=" SQL_STATE (SKIPPED) ", reason=?2, time_utc=?3 WHERE campaign=?1 AND state="
#define IS_SUPPRESSED_SQL SUPPRESSED_SQL ("c.address_kind", "s.address_key", "c.sender", "c.id")
#define AND_SUPPRESSED_SQL " AND (SELECT " IS_SUPPRESSED_SQL " FROM snapshot s JOIN campaign c ON c.id=s.campaign WHERE s.campaign=?1 AND s.id=recipient.id)"

typedef struct {
  State       from;
  const char *all, *suppressed;
} Skip;

static const Skip skips[] = {
  { STATE_QUEUED, SKIP_FRESH_SQL, SKIP_FRESH_SQL " AND " IS_SUPPRESSED_SQL },
  { STATE_QUEUED, SKIP_OWN_SQL SQL_STATE (QUEUED), SKIP_OWN_SQL SQL_STATE (QUEUED) AND_SUPPRESSED_SQL },
  { STATE_LATER, SKIP_OWN_SQL SQL_STATE (LATER), SKIP_OWN_SQL SQL_STATE (LATER) AND_SUPPRESSED_SQL },
};

static gboolean
ledger_skip_rows (Database *database, guint64 campaign, gboolean is_all, OutcomeReason reason, LedgerTally *tally, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (skips); i++) {
    if (!database_run (database, error, is_all ? skips[i].all : skips[i].suppressed, "isi", (gint64) campaign, outcome_reason_to_word (reason),
                       clock_now_utc ()))
      return FALSE;
    count_moved (database, campaign, skips[i].from, STATE_SKIPPED, tally);
  }
  return TRUE;
}

gboolean
ledger_skip_rest (Database *database, guint64 campaign, OutcomeReason reason, LedgerTally *tally, GError **error)
{
  return ledger_skip_rows (database, campaign, TRUE, reason, tally, error);
}

gboolean
ledger_skip_suppressed (Database *database, LedgerTally *tally, GError **error)
{
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (gint64));
  sqlite3_stmt *row = database_query (database, "SELECT id FROM campaign WHERE " SQL_CAMPAIGN_IS_OPEN (""), "");
  int result;

  while ((result = database_step (database, row, error)) == 1) {
    gint64 id = database_int (row, 0);

    g_array_append_val (open, id);
  }
  for (guint i = 0; result == 0 && i < open->len; i++)
    if (!ledger_skip_rows (database, (guint64) g_array_index (open, gint64, i), FALSE, REASON_SUPPRESSED, tally, error))
      return FALSE;
  return result == 0;
}

gboolean
ledger_resolve (Database *database, guint64 campaign, gboolean is_resend, const char *address_key, LedgerTally *tally, guint *out_count, GError **error)
{
  State to = is_resend ? STATE_QUEUED : STATE_SKIPPED;

  if (!database_run (database, error,
                     "UPDATE recipient INDEXED BY recipient_unknown SET state=?1, reason=?2, not_before_utc=0, first_utc=0 WHERE campaign=?3 AND state=" SQL_STATE (UNKNOWN) " AND"
                     " (?4 IS NULL OR ?4=(SELECT s.address_key FROM snapshot s WHERE s.campaign=?3 AND s.id=recipient.id))",
                     "isis", (gint64) to, outcome_reason_to_word (is_resend ? REASON_NONE : REASON_TREATED_AS_SENT), (gint64) campaign, address_key))
    return FALSE;
  *out_count += (guint) sqlite3_changes (database_get_sqlite (database));
  return count_moved (database, campaign, STATE_UNKNOWN, to, tally);
}

gboolean
ledger_get_next_due (Database *database, guint64 campaign, gint64 account, gint64 *out_utc, GError **error)
{
  *out_utc = 0;
  return database_get_int (database, out_utc, error,
                           "SELECT min(not_before_utc) FROM recipient r INDEXED BY recipient_later WHERE campaign=?1 AND state=" SQL_STATE (LATER)
                           " AND " PART_OF_ACCOUNT_SQL ("?1", "r.id", "?2"), "ii", (gint64) campaign, account) >= 0;
}

gboolean
ledger_get_last_due (Database *database, guint64 campaign, gint64 *out_utc, GError **error)
{
  *out_utc = 0;
  return database_get_int (database, out_utc, error, "SELECT max(not_before_utc) FROM recipient INDEXED BY recipient_later WHERE campaign=? AND state=" SQL_STATE (LATER), "i", (gint64) campaign) >= 0;
}

gboolean
ledger_shift_lifetime (Database *database, gint64 account, gint64 seconds, GError **error)
{
  return database_run (database, error,
                       "UPDATE recipient SET first_utc=first_utc+?1 WHERE state=" SQL_STATE (LATER) " AND first_utc>0 AND"
                       " (?2=0 OR " PART_OF_ACCOUNT_SQL ("recipient.campaign", "recipient.id", "?2") ")",
                       "ii", seconds, account) &&
         database_run (database, error,
                       "UPDATE recipient SET first_utc=first_utc+?1 WHERE state=" SQL_STATE (HANDED) " AND first_utc>0 AND"
                       " (?2=0 OR " PART_OF_ACCOUNT_SQL ("recipient.campaign", "recipient.id", "?2") ")",
                       "ii", seconds, account) &&
         database_run (database, error, "UPDATE handover SET first_utc=first_utc+?1 WHERE ?2=0 OR " PART_OF_ACCOUNT_SQL ("handover.campaign", "handover.first", "?2"), "ii",
                       seconds, account);
}

gboolean
ledger_follow_clock (Database *database, gint64 seconds, GError **error)
{
  return database_run (database, error, "UPDATE recipient SET first_utc=first_utc+?1, not_before_utc=not_before_utc+?1 WHERE state=" SQL_STATE (LATER), "i", seconds);
}
