/* hand-over.c - which rows leave next, and what is written before they do. */
#include "ledger.h"

#include "part.h"
#include "sql-words.h"
#include "suppression.h"

#define FRAME_FULL_BYTES (2 * 1024 * 1024) /* contract: Send takes 8 MiB; one more row fits behind these */
#define ROW_MAX_BYTES (6 * 1024 * 1024 - 4096) /* what is left of the 8 MiB, less the row's and the frame's own octets, the address excepted */

/* One sort of due rows. ?1 campaign, ?2 sender, ?3 at most. Each names its index or walks the primary key from where it begins: no row costs more
 * because of those that are done. */
#define DUE_COLUMNS "s.id, s.address, s.name, s.fields, " SUPPRESSED_SQL ("(SELECT address_kind FROM campaign WHERE id=?1)", "s.address_key", "?2", "?1")
#define OWN_ROWS_SQL(index) "recipient r INDEXED BY " index " JOIN snapshot s ON s.campaign=r.campaign AND s.id=r.id"
static const char later_sql[] = /* ?4 account, ?5 now */
  "SELECT " DUE_COLUMNS ", r.attempt, r.state FROM " OWN_ROWS_SQL ("recipient_later") " WHERE r.campaign=?1 AND r.state=" SQL_STATE (LATER) " AND r.not_before_utc<=?5"
  " AND " PART_OF_ACCOUNT_SQL ("?1", "r.id", "?4") " ORDER BY r.not_before_utc LIMIT ?3";
static const char returned_sql[] = /* ?4 account */
  "SELECT " DUE_COLUMNS ", r.attempt, r.state FROM " OWN_ROWS_SQL ("recipient_queued") " WHERE r.campaign=?1 AND r.state=" SQL_STATE (QUEUED)
  " AND " PART_OF_ACCOUNT_SQL ("?1", "r.id", "?4") " ORDER BY r.id LIMIT ?3";
static const char fresh_sql[] = /* of one part: ?4 the first that was never handed over, ?5 the last */
  "SELECT " DUE_COLUMNS ", 0, 0 FROM snapshot s LEFT JOIN recipient r ON r.campaign=s.campaign AND r.id=s.id"
  " WHERE s.campaign=?1 AND s.id BETWEEN ?4 AND ?5 AND r.id IS NULL ORDER BY s.id LIMIT ?3";

typedef struct {
  guint64  id;
  guint32  attempt; /* the one that begins */
  State    from;
  gboolean is_suppressed, is_too_large;
} Due;

typedef struct {
  Database             *database;
  const LedgerHandOver *what;
  FrameWriter          *frame;
  LedgerTally          *tally;
  GArray               *due; /* of Due */
  guint                 fresh_at; /* from here on they never had a row of their own; part by part */
  GArray               *parts;    /* of Part: the account's */
} HandOver;

/* The stored values are in frame form already: copied as they are. */
static void
write_row (const HandOver *self, sqlite3_stmt *row, guint32 attempt)
{
  hidden_values_write_row (&self->what->hidden, self->frame, (guint64) database_int (row, 0), attempt, database_text (row, 1), database_text (row, 2),
                           sqlite3_column_blob (row, 3), (gsize) sqlite3_column_bytes (row, 3));
}

/* Merges may have made a person bigger than any import lets in. */
static gsize
get_row_size (sqlite3_stmt *row)
{
  return (gsize) sqlite3_column_bytes (row, 1) + (gsize) sqlite3_column_bytes (row, 2) + (gsize) sqlite3_column_bytes (row, 3);
}

static gboolean
is_full (const HandOver *self)
{
  return self->due->len >= self->what->max_rows || frame_writer_get_size (self->frame) >= FRAME_FULL_BYTES;
}

static gint64
get_room (const HandOver *self)
{
  return (gint64) (self->what->max_rows - self->due->len);
}

static gboolean
hand_over_collect (HandOver *self, sqlite3_stmt *row, GError **error)
{
  int result = 0;

  while (!is_full (self) && (result = database_step (self->database, row, error)) == 1) {
    Due found = { (guint64) database_int (row, 0), (guint32) database_int (row, 5) + 1, (State) database_int (row, 6), database_int (row, 4) != 0 };

    found.is_too_large = get_row_size (row) > ROW_MAX_BYTES;
    if (!found.is_suppressed && !found.is_too_large)
      write_row (self, row, found.attempt);
    g_array_append_val (self->due, found);
  }
  sqlite3_reset (row);
  return result >= 0;
}

static gboolean
collect_fresh (HandOver *self, GError **error)
{
  const LedgerHandOver *what = self->what;

  self->fresh_at = self->due->len;
  for (guint i = 0; i < self->parts->len && !is_full (self); i++) {
    const Part *part = &g_array_index (self->parts, Part, i);

    if (!hand_over_collect (self, database_query (self->database, fresh_sql, "isiii", (gint64) what->campaign, what->sender, get_room (self), part->next, part->last), error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
collect_all (HandOver *self, GError **error)
{
  const LedgerHandOver *what = self->what;
  gint64 campaign = (gint64) what->campaign;

  return hand_over_collect (self, database_query (self->database, later_sql, "isiii", campaign, what->sender, get_room (self), what->account, what->now_utc), error) &&
         hand_over_collect (self, database_query (self->database, returned_sql, "isii", campaign, what->sender, get_room (self), what->account), error) && collect_fresh (self, error);
}

static gboolean
mark_handed (HandOver *self, const Due *due, GError **error)
{
  return database_run (self->database, error,
                       "UPDATE recipient SET state=" SQL_STATE (HANDED) ", attempt=?, journal=?, version=?, reason=" SQL_REASON (NONE) ","
                       " first_utc=CASE first_utc WHEN 0 THEN ?4 ELSE first_utc END, time_utc=?4 WHERE campaign=? AND id=?",
                       "iiiiii", (gint64) due->attempt, (gint64) self->what->journal, self->what->version, self->what->now_utc, (gint64) self->what->campaign,
                       (gint64) due->id);
}

static gboolean
mark_suppressed (HandOver *self, const Due *due, GError **error)
{
  return database_run (self->database, error,
                       "INSERT INTO recipient(campaign,id,state,reason,time_utc) VALUES(?,?," SQL_STATE (SKIPPED) "," SQL_REASON (SUPPRESSED) ",?)"
                       " ON CONFLICT DO UPDATE SET state=" SQL_STATE (SKIPPED) ", reason=" SQL_REASON (SUPPRESSED) ", time_utc=excluded.time_utc",
                       "iii", (gint64) self->what->campaign, (gint64) due->id, self->what->now_utc);
}

static gboolean
mark_too_large (HandOver *self, const Due *due, GError **error)
{
  return database_run (self->database, error,
                       "INSERT INTO recipient(campaign,id,state,reason,reply,time_utc,first_utc)"
                       " VALUES(?,?," SQL_STATE (REFUSED) "," SQL_REASON (DATA) ",'this person''s values are together larger than 6 MiB; nothing was sent',?3,?3)"
                       " ON CONFLICT DO UPDATE SET state=" SQL_STATE (REFUSED) ", reason=" SQL_REASON (DATA) ", reply=excluded.reply, time_utc=?3, not_before_utc=0,"
                       " first_utc=CASE first_utc WHEN 0 THEN ?3 ELSE first_utc END",
                       "iii", (gint64) self->what->campaign, (gint64) due->id, self->what->now_utc);
}

static gboolean
hand_over_mark (HandOver *self, const Due *due, gboolean is_fresh, GArray *out_handed, GError **error)
{
  LedgerHanded handed = { due->id, due->attempt };
  gboolean is_out = due->is_suppressed || due->is_too_large;
  State to = due->is_suppressed ? STATE_SKIPPED : due->is_too_large ? STATE_REFUSED : STATE_HANDED;

  if (due->is_suppressed ? !mark_suppressed (self, due, error) : due->is_too_large ? !mark_too_large (self, due, error) : !is_fresh && !mark_handed (self, due, error))
    return FALSE;
  ledger_tally_move (self->tally, self->what->campaign, due->from, to, 1);
  if (!is_out)
    g_array_append_val (out_handed, handed);
  return TRUE;
}

static gboolean
mark_range (HandOver *self, const Part *part, gint64 first, gint64 last, GError **error)
{
  const LedgerHandOver *what = self->what;

  return database_run (self->database, error, "INSERT INTO handover(campaign,first,last,journal,version,time_utc,first_utc) VALUES(?1,?2,?3,?4,?5,?6,?6)", "iiiiii",
                       (gint64) what->campaign, first, last, (gint64) what->journal, what->version, what->now_utc) &&
         part_set_next (self->database, what->campaign, part, last + 1, error);
}

static gint64
get_due_id (const HandOver *self, guint i)
{
  return (gint64) g_array_index (self->due, Due, i).id;
}

/* All fresh rows of a part at once: those in between that have a row of their own are no part of it. */
static gboolean
mark_ranges (HandOver *self, GError **error)
{
  guint at = self->fresh_at;

  for (guint i = 0; i < self->parts->len; i++) {
    const Part *part = &g_array_index (self->parts, Part, i);
    guint from = at;

    while (at < self->due->len && get_due_id (self, at) >= part->first && get_due_id (self, at) <= part->last)
      at++;
    if (at > from && !mark_range (self, part, get_due_id (self, from), get_due_id (self, at - 1), error))
      return FALSE;
  }
  return TRUE;
}

gboolean
ledger_hand_over (Database *database, const LedgerHandOver *what, FrameWriter *frame, GArray *out_handed, LedgerTally *tally, GError **error)
{
  g_autoptr (GArray) due = g_array_new (FALSE, FALSE, sizeof (Due));
  g_autoptr (GArray) parts = part_list (database, what->campaign, what->account, error);
  HandOver self = { database, what, frame, tally, due, 0, parts };

  if (parts == NULL || !collect_all (&self, error))
    return FALSE;
  for (guint i = 0; i < due->len; i++)
    if (!hand_over_mark (&self, &g_array_index (due, Due, i), i >= self.fresh_at, out_handed, error))
      return FALSE;
  return mark_ranges (&self, error);
}

gboolean
ledger_forget_settled (Database *database, guint64 campaign, gint64 account, guint64 first_open, GError **error)
{
  return database_run (database, error, "DELETE FROM handover WHERE campaign=? AND last<? AND journal IN (SELECT serial FROM journal WHERE account=?)", "iii", (gint64) campaign,
                       (gint64) MIN (first_open, (guint64) G_MAXINT64), account);
}
