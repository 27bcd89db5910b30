#include "ledger.h"

#include <string.h>

#define FRAME_FULL_BYTES (2 * 1024 * 1024) /* contract: Send takes 8 MiB; one more row fits behind these */
#define ROW_MAX_BYTES (6 * 1024 * 1024 - 4096) /* what is left of the 8 MiB, less the row's and the frame's own octets, the address excepted */

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
ledger_write_tally (Store *store, LedgerTally *tally, GError **error)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, tally->deltas);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    const gint64 *campaign = key, *delta = value;

    for (gint64 state = 0; state < STATE_COUNT; state++)
      if (delta[state] != 0 &&
          !store_run (store, error, "INSERT INTO tally(campaign,state,count) VALUES(?,?,?) ON CONFLICT(campaign,state) DO UPDATE SET count=count+excluded.count",
                      "iii", *campaign, state, delta[state]))
        return FALSE;
  }
  g_hash_table_remove_all (tally->deltas);
  return TRUE;
}

gboolean
ledger_get_counts (Store *store, guint64 campaign, gint64 counts[STATE_COUNT], GError **error)
{
  sqlite3_stmt *row = store_query (store, "SELECT state,count FROM tally WHERE campaign=?", "i", (gint64) campaign);
  int result;

  memset (counts, 0, STATE_COUNT * sizeof counts[0]);
  while ((result = store_step (store, row, error)) == 1)
    if (store_int (row, 0) >= 0 && store_int (row, 0) < STATE_COUNT)
      counts[store_int (row, 0)] = store_int (row, 1);
  return result == 0;
}

/* --- hand-over --- */

/* INDEXED BY: by itself SQLite walks the primary key, past all who were handed over before: the 100,000th costs a hundred times the first. */
static const char due_sql[] =
  "SELECT r.id, r.attempt, s.address, s.name, s.fields, is_suppressed(s.address_key, ?2, s.list), r.state"
  " FROM recipient r INDEXED BY recipient_later JOIN snapshot s ON s.campaign=r.campaign AND s.id=r.id"
  " WHERE r.campaign=?1 AND r.state=4 AND r.not_before_utc<=?3 ORDER BY r.not_before_utc LIMIT ?4";
static const char queued_sql[] =
  "SELECT r.id, r.attempt, s.address, s.name, s.fields, is_suppressed(s.address_key, ?2, s.list), r.state"
  " FROM recipient r INDEXED BY recipient_queued JOIN snapshot s ON s.campaign=r.campaign AND s.id=r.id"
  " WHERE r.campaign=?1 AND r.state=0 AND ?3>=0 ORDER BY r.id LIMIT ?4";

typedef struct {
  guint64  id;
  guint32  attempt;
  State    from;
  gboolean is_suppressed, is_too_large;
} Due;

/* The stored values are in frame form already: copied as they are. */
static void
write_row (FrameWriter *frame, sqlite3_stmt *row, guint32 attempt)
{
  const void *fields = sqlite3_column_blob (row, 4);
  gsize len = (gsize) sqlite3_column_bytes (row, 4);

  frame_writer_row (frame, (guint64) store_int (row, 0), attempt, 2 + frame_count_raw (fields, len));
  frame_writer_string (frame, store_text (row, 2));
  frame_writer_string (frame, store_text (row, 3));
  frame_writer_raw (frame, fields, len);
}

/* Merges may have made a person bigger than any import lets in. */
static gsize
get_row_size (sqlite3_stmt *row)
{
  return (gsize) sqlite3_column_bytes (row, 2) + (gsize) sqlite3_column_bytes (row, 3) + (gsize) sqlite3_column_bytes (row, 4);
}

static gboolean
collect_due (Store *store, const LedgerHandOver *what, const char *sql, guint max_rows, FrameWriter *frame, GArray *due, GError **error)
{
  sqlite3_stmt *row = store_query (store, sql, "isii", (gint64) what->campaign, what->sender, what->now_utc, (gint64) max_rows);
  int result;

  while ((result = store_step (store, row, error)) == 1) {
    Due found = { (guint64) store_int (row, 0), (guint32) store_int (row, 1) + 1, (State) store_int (row, 6), store_int (row, 5) != 0 };

    found.is_too_large = get_row_size (row) > ROW_MAX_BYTES;
    if (!found.is_suppressed && !found.is_too_large)
      write_row (frame, row, found.attempt);
    g_array_append_val (due, found);
    if (frame_writer_get_size (frame) >= FRAME_FULL_BYTES) {
      sqlite3_reset (row);
      return TRUE;
    }
  }
  return result == 0;
}

static gboolean
mark_handed (Store *store, const LedgerHandOver *what, const Due *due, GError **error)
{
  return store_run (store, error,
                    "UPDATE recipient SET state=1, attempt=?, journal=?, version=?, reason='',"
                    " first_utc=CASE first_utc WHEN 0 THEN ?4 ELSE first_utc END, time_utc=?4 WHERE campaign=? AND id=?",
                    "iiiiii", (gint64) due->attempt, (gint64) what->journal, what->version, what->now_utc, (gint64) what->campaign, (gint64) due->id);
}

static gboolean
mark_suppressed (Store *store, guint64 campaign, const Due *due, gint64 now_utc, GError **error)
{
  return store_run (store, error, "UPDATE recipient SET state=6, reason='suppressed', time_utc=? WHERE campaign=? AND id=?", "iii",
                    now_utc, (gint64) campaign, (gint64) due->id);
}

static gboolean
mark_too_large (Store *store, guint64 campaign, const Due *due, gint64 now_utc, GError **error)
{
  return store_run (store, error,
                    "UPDATE recipient SET state=3, reason='data', reply='this person''s values are together larger than 6 MiB; nothing was sent', time_utc=?,"
                    " first_utc=CASE first_utc WHEN 0 THEN ?1 ELSE first_utc END, not_before_utc=0 WHERE campaign=? AND id=?",
                    "iii", now_utc, (gint64) campaign, (gint64) due->id);
}

gboolean
ledger_hand_over (Store *store, const LedgerHandOver *what, FrameWriter *frame, GArray *out_handed, LedgerTally *tally, GError **error)
{
  g_autoptr (GArray) due = g_array_new (FALSE, FALSE, sizeof (Due));

  if (!collect_due (store, what, due_sql, what->max_rows, frame, due, error))
    return FALSE;
  if (due->len < what->max_rows && frame_writer_get_size (frame) < FRAME_FULL_BYTES &&
      !collect_due (store, what, queued_sql, what->max_rows - due->len, frame, due, error))
    return FALSE;
  for (guint i = 0; i < due->len; i++) {
    const Due *row = &g_array_index (due, Due, i);
    LedgerHanded handed = { row->id, row->attempt };

    if (row->is_suppressed) {
      if (!mark_suppressed (store, what->campaign, row, what->now_utc, error))
        return FALSE;
      ledger_tally_move (tally, what->campaign, row->from, STATE_SKIPPED, 1);
      continue;
    }
    if (row->is_too_large) {
      if (!mark_too_large (store, what->campaign, row, what->now_utc, error))
        return FALSE;
      ledger_tally_move (tally, what->campaign, row->from, STATE_REFUSED, 1);
      continue;
    }
    if (!mark_handed (store, what, row, error))
      return FALSE;
    ledger_tally_move (tally, what->campaign, row->from, STATE_HANDED, 1);
    g_array_append_val (out_handed, handed);
  }
  return TRUE;
}

gboolean
ledger_count_turn (Store *store, gint64 *out_turn, GError **error)
{
  return store_run (store, error, "INSERT INTO meta(key,value) VALUES('turn','1') ON CONFLICT(key) DO UPDATE SET value=value+1", "") &&
         store_get_int (store, out_turn, error, "SELECT CAST(value AS INTEGER) FROM meta WHERE key='turn'", "") == 1;
}

/* --- what became of them --- */

gint64
ledger_retry_delay_s (guint32 attempt)
{
  static const gint64 delays_s[] = { 60, 5 * 60, 15 * 60, 60 * 60 }; /* issue: 1, 5, 15, 60 minutes… */

  return attempt >= 1 && attempt <= G_N_ELEMENTS (delays_s) ? delays_s[attempt - 1] : 4 * 60 * 60; /* …then every 4 hours */
}

/* Is the row handed under that attempt? *out_first_utc: when it was first tried. Returns: 1, 0, -1. */
static int
find_handed (Store *store, guint64 campaign, guint64 recipient, guint32 attempt, gint64 *out_first_utc, GError **error)
{
  return store_get_int (store, out_first_utc, error, "SELECT first_utc FROM recipient WHERE campaign=? AND id=? AND state=1 AND attempt=?", "iii",
                        (gint64) campaign, (gint64) recipient, (gint64) attempt);
}

static gboolean
suppress_address (Store *store, const LedgerOutcome *outcome, GError **error)
{
  return store_run (store, error,
                    "INSERT OR IGNORE INTO suppression(address,scope,reason,source,created_utc)"
                    " SELECT address_key,'all',?,'server',? FROM snapshot WHERE campaign=? AND id=? AND address_key<>''",
                    "siii", outcome->reply, outcome->time_utc, (gint64) outcome->campaign, (gint64) outcome->recipient);
}

static gboolean
keep_earlier_answer (Store *store, const LedgerOutcome *outcome, GError **error)
{
  return store_run (store, error, "INSERT OR REPLACE INTO outcome(campaign,recipient,attempt,state,reply,time_utc) VALUES(?,?,?,?,?,?)", "iiiisi",
                    (gint64) outcome->campaign, (gint64) outcome->recipient, (gint64) outcome->attempt, (gint64) outcome->outcome, outcome->reply,
                    outcome->time_utc);
}

gboolean
ledger_record (Store *store, const LedgerOutcome *outcome, LedgerTally *tally, GError **error)
{
  gint64 first_utc = 0, not_before_utc = 0, lifetime_s = 0;
  State state = (State) outcome->outcome;
  const char *reason = outcome_reason_to_word (outcome->reason);
  int found = find_handed (store, outcome->campaign, outcome->recipient, outcome->attempt, &first_utc, error);

  if (found != 1)
    return found == 0;
  if (state == STATE_LATER) {
    if (store_get_int (store, &lifetime_s, error, "SELECT lifetime_s FROM campaign WHERE id=?", "i", (gint64) outcome->campaign) < 0 ||
        !keep_earlier_answer (store, outcome, error))
      return FALSE;
    not_before_utc = MIN (outcome->time_utc + ledger_retry_delay_s (outcome->attempt), first_utc + lifetime_s);
    if (outcome->time_utc >= first_utc + lifetime_s) {
      state = STATE_REFUSED;
      reason = "expired";
    }
  }
  if (outcome->reason == REASON_SUPPRESS && !suppress_address (store, outcome, error))
    return FALSE;
  if (!store_run (store, error, "UPDATE recipient SET state=?, reason=?, reply=?, time_utc=?, not_before_utc=?, journal=0 WHERE campaign=? AND id=?",
                  "issiiii", (gint64) state, reason, outcome->reply, outcome->time_utc, not_before_utc, (gint64) outcome->campaign,
                  (gint64) outcome->recipient))
    return FALSE;
  ledger_tally_move (tally, outcome->campaign, STATE_HANDED, state, 1);
  return TRUE;
}

gboolean
ledger_take_back (Store *store, guint64 campaign, guint64 recipient, guint32 attempt, LedgerTally *tally, GError **error)
{
  gint64 first_utc = 0, not_before_utc = 0;
  int found = find_handed (store, campaign, recipient, attempt, &first_utc, error);
  State to;

  if (found != 1)
    return found == 0;
  /* Only a row that an answer put off has a time: it goes back to later, where waiting uses up no lifetime. */
  if (store_get_int (store, &not_before_utc, error, "SELECT not_before_utc FROM recipient WHERE campaign=? AND id=?", "ii", (gint64) campaign,
                     (gint64) recipient) < 0)
    return FALSE;
  to = not_before_utc != 0 ? STATE_LATER : STATE_QUEUED;
  /* `attempt` counts hand-overs that reached begun or an answer: this one did not. first_utc stands only behind a real attempt. */
  if (!store_run (store, error,
                  "UPDATE recipient SET state=?, attempt=attempt-1, journal=0, first_utc=CASE attempt WHEN 1 THEN 0 ELSE first_utc END,"
                  " time_utc=CASE attempt WHEN 1 THEN 0 ELSE time_utc END WHERE campaign=? AND id=?",
                  "iii", (gint64) to, (gint64) campaign, (gint64) recipient))
    return FALSE;
  ledger_tally_move (tally, campaign, STATE_HANDED, to, 1);
  return TRUE;
}

gboolean
ledger_mark_unknown (Store *store, guint64 campaign, guint64 recipient, guint32 attempt, const char *why, LedgerTally *tally, GError **error)
{
  LedgerOutcome outcome = { .campaign = campaign, .recipient = recipient, .attempt = attempt, .outcome = OUTCOME_UNKNOWN, .time_utc = store_now_utc () };

  g_strlcpy (outcome.reply, why, sizeof outcome.reply);
  return ledger_record (store, &outcome, tally, error);
}

static gboolean
count_moved (Store *store, guint64 campaign, State from, State to, LedgerTally *tally)
{
  gint64 moved = sqlite3_changes64 (store_get_db (store));

  if (moved > 0)
    ledger_tally_move (tally, campaign, from, to, moved);
  return TRUE;
}

gboolean
ledger_skip_rest (Store *store, guint64 campaign, const char *reason, LedgerTally *tally, GError **error)
{
  static const char sql[] = "UPDATE recipient SET state=6, reason=?, time_utc=? WHERE campaign=? AND state=?";

  for (guint i = 0; i < 2; i++) {
    State from = i == 0 ? STATE_QUEUED : STATE_LATER;

    if (!store_run (store, error, sql, "siii", reason, store_now_utc (), (gint64) campaign, (gint64) from))
      return FALSE;
    count_moved (store, campaign, from, STATE_SKIPPED, tally);
  }
  return TRUE;
}

gboolean
ledger_skip_suppressed (Store *store, LedgerTally *tally, GError **error)
{
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (gint64));
  sqlite3_stmt *row = store_query (store, "SELECT id FROM campaign WHERE state BETWEEN 1 AND 4", "");
  int result;

  while ((result = store_step (store, row, error)) == 1) {
    gint64 id = store_int (row, 0);

    g_array_append_val (open, id);
  }
  for (guint i = 0; result == 0 && i < 2 * open->len; i++) {
    gint64 campaign = g_array_index (open, gint64, i / 2);
    State from = i % 2 == 0 ? STATE_QUEUED : STATE_LATER;

    if (!store_run (store, error,
                    "UPDATE recipient SET state=6, reason='suppressed', time_utc=?1 WHERE campaign=?2 AND state=?3 AND id IN"
                    " (SELECT s.id FROM snapshot s JOIN campaign c ON c.id=s.campaign WHERE s.campaign=?2 AND is_suppressed(s.address_key,c.sender,s.list))",
                    "iii", store_now_utc (), campaign, (gint64) from))
      return FALSE;
    count_moved (store, (guint64) campaign, from, STATE_SKIPPED, tally);
  }
  return result == 0;
}

gboolean
ledger_resolve (Store *store, guint64 campaign, gboolean is_resend, const char *address_key, LedgerTally *tally, guint *out_count, GError **error)
{
  State to = is_resend ? STATE_QUEUED : STATE_SKIPPED;

  if (!store_run (store, error,
                  "UPDATE recipient SET state=?1, reason=?2, not_before_utc=0, first_utc=0 WHERE campaign=?3 AND state=5 AND (?4 IS NULL OR id IN"
                  " (SELECT id FROM snapshot WHERE campaign=?3 AND address_key=?4))",
                  "isis", (gint64) to, is_resend ? "" : "treated as sent", (gint64) campaign, address_key))
    return FALSE;
  *out_count += (guint) sqlite3_changes (store_get_db (store));
  return count_moved (store, campaign, STATE_UNKNOWN, to, tally);
}

gboolean
ledger_get_next_due (Store *store, guint64 campaign, gint64 *out_utc, GError **error)
{
  *out_utc = 0;
  return store_get_int (store, out_utc, error, "SELECT min(not_before_utc) FROM recipient INDEXED BY recipient_later WHERE campaign=? AND state=4", "i", (gint64) campaign) >= 0;
}

gboolean
ledger_get_last_due (Store *store, guint64 campaign, gint64 *out_utc, GError **error)
{
  *out_utc = 0;
  return store_get_int (store, out_utc, error, "SELECT max(not_before_utc) FROM recipient INDEXED BY recipient_later WHERE campaign=? AND state=4", "i", (gint64) campaign) >= 0;
}

gboolean
ledger_shift_lifetime (Store *store, gint64 account, gint64 seconds, GError **error)
{
  return store_run (store, error,
                    "UPDATE recipient SET first_utc=first_utc+?1 WHERE state=4 AND first_utc>0 AND"
                    " (?2=0 OR campaign IN (SELECT id FROM campaign WHERE account=?2))",
                    "ii", seconds, account) &&
         store_run (store, error,
                    "UPDATE recipient SET first_utc=first_utc+?1 WHERE state=1 AND first_utc>0 AND"
                    " (?2=0 OR campaign IN (SELECT id FROM campaign WHERE account=?2))",
                    "ii", seconds, account);
}

gboolean
ledger_follow_clock (Store *store, gint64 seconds, GError **error)
{
  return store_run (store, error, "UPDATE recipient SET first_utc=first_utc+?1, not_before_utc=not_before_utc+?1 WHERE state=4", "i", seconds);
}
