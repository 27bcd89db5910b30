#include "balance.h"

#include "clock.h"
#include "fault.h"
#include "ledger.h"
#include "sql-words.h"
#include <string.h>

#define COUNT_FORMAT "%" G_GINT64_FORMAT

/* Handed to a journal that is not in the store: nobody will ever say what became of them. ?1: campaign. */
#define ORPHANS_OWN "FROM recipient WHERE campaign=?1 AND state=" SQL_STATE (HANDED) " AND journal NOT IN (SELECT serial FROM journal)"
#define ORPHANS_FRESH "FROM campaign c CROSS JOIN part p ON p.campaign=c.id CROSS JOIN snapshot s ON s.campaign=p.campaign AND s.id>=p.first AND s.id<p.next_recipient" \
  " LEFT JOIN recipient r ON r.campaign=s.campaign AND r.id=s.id WHERE c.id=?1 AND r.id IS NULL AND NOT EXISTS" \
  " (SELECT 1 FROM handover h JOIN journal j ON j.serial=h.journal WHERE h.campaign=?1 AND h.first<=s.id AND h.last>=s.id)"

static const char why[] = "the store is put together from two copies; who had this message in hand is not known";

/* What the view `ledger` would count, without joining each row: who has no row of their own is handed below the next one of their part, and queued else. */
static gboolean
count_rows (Database *database, gint64 campaign, gint64 counts[STATE_COUNT], GError **error)
{
  static const char fresh_sql[] =
    "WITH fresh(all_of_them,handed) AS (SELECT (SELECT count(*) FROM snapshot WHERE campaign=?1)-(SELECT count(*) FROM recipient WHERE campaign=?1),"
    " (SELECT coalesce(sum((SELECT count(*) FROM snapshot s WHERE s.campaign=?1 AND s.id>=p.first AND s.id<p.next_recipient)"
    "  -(SELECT count(*) FROM recipient r WHERE r.campaign=?1 AND r.id>=p.first AND r.id<p.next_recipient)),0) FROM part p WHERE p.campaign=?1))"
    " SELECT handed,all_of_them-handed FROM fresh";
  sqlite3_stmt *row = database_query (database, "SELECT state,count(*) FROM recipient WHERE campaign=? GROUP BY state", "i", campaign);
  int result;

  memset (counts, 0, STATE_COUNT * sizeof counts[0]);
  while ((result = database_step (database, row, error)) == 1)
    if (database_int (row, 0) >= 0 && database_int (row, 0) < STATE_COUNT)
      counts[database_int (row, 0)] = database_int (row, 1);
  if (result < 0)
    return FALSE;
  row = database_query (database, fresh_sql, "i", campaign);
  while ((result = database_step (database, row, error)) == 1) {
    counts[STATE_HANDED] += database_int (row, 0);
    counts[STATE_QUEUED] += database_int (row, 1);
  }
  return result == 0;
}

static gboolean
write_counts (Database *database, gint64 campaign, const gint64 counts[STATE_COUNT], GError **error)
{
  for (gint64 state = 0; state < STATE_COUNT; state++)
    if (!database_run (database, error, "INSERT OR REPLACE INTO tally(campaign,state,count) VALUES(?,?,?)", "iii", campaign, state, counts[state]))
      return FALSE;
  return TRUE;
}

static gboolean
settle_orphans (Database *database, gint64 campaign, gint64 *out_count, GError **error)
{
  gint64 now_utc = clock_now_utc ();

  if (!database_run (database, error,
                     "INSERT INTO recipient(campaign,id,state,reason,attempt,version,time_utc,reply) SELECT ?1,s.id," SQL_STATE (UNKNOWN) "," SQL_REASON (NONE) ",1,c.version,?3,?2 " ORPHANS_FRESH, "isi", campaign,
                     why, now_utc))
    return FALSE;
  *out_count = sqlite3_changes64 (database_get_sqlite (database));
  if (!database_run (database, error, "UPDATE recipient SET state=" SQL_STATE (UNKNOWN) ",reason=" SQL_REASON (NONE) ",reply=?2,journal=0,time_utc=?3 WHERE (campaign,id) IN (SELECT campaign,id " ORPHANS_OWN ")", "isi",
                     campaign, why, now_utc))
    return FALSE;
  *out_count += sqlite3_changes64 (database_get_sqlite (database));
  return TRUE;
}

static gboolean
check_campaign (Database *database, gint64 campaign, GString *found, GError **error)
{
  gint64 told[STATE_COUNT], counted[STATE_COUNT], orphans = 0;
  gboolean differs;

  if (!ledger_get_counts (database, (guint64) campaign, told, error) || !count_rows (database, campaign, counted, error))
    return FALSE;
  differs = memcmp (told, counted, sizeof told) != 0;
  if (!settle_orphans (database, campaign, &orphans, error))
    return FALSE;
  if (!differs && orphans == 0)
    return TRUE;
  g_string_append_printf (found, "%scampaign " COUNT_FORMAT ": " COUNT_FORMAT " accepted by its count and " COUNT_FORMAT " by its rows, " COUNT_FORMAT
                          " in the hands of nobody", found->len > 0 ? "; " : "", campaign, told[STATE_ACCEPTED], counted[STATE_ACCEPTED], orphans);
  return count_rows (database, campaign, counted, error) && write_counts (database, campaign, counted, error);
}

/* Where pages of two copies stand side by side, a row may be there twice, and no count of them is worth anything. */
static gboolean
check_whole (Database *database, const char *found, GError **error)
{
  sqlite3_stmt *row = database_query (database, "PRAGMA integrity_check(1)", "");
  gboolean is_whole;

  if (database_step (database, row, error) != 1)
    return FALSE;
  is_whole = strcmp (database_text (row, 0), "ok") == 0;
  if (!is_whole)
    g_set_error (error, FAULT, FAULT_DATA, "the store %s is damaged (%s; %s): a part of the data folder was put back from a copy; put back all of it, or move it away to begin "
                 "anew", sqlite3_db_filename (database_get_sqlite (database), "main"), found, database_text (row, 0));
  sqlite3_reset (row);
  return is_whole;
}

/* Campaigns of which there are rows, and which are not there themselves: none is ever removed before its rows. */
#define LOST_OF(table) "SELECT campaign FROM (WITH RECURSIVE seen(campaign) AS (SELECT min(campaign) FROM " table " UNION ALL" \
  " SELECT (SELECT min(t.campaign) FROM " table " t WHERE t.campaign>seen.campaign) FROM seen WHERE seen.campaign IS NOT NULL)" \
  " SELECT campaign FROM seen WHERE campaign IS NOT NULL) WHERE campaign NOT IN (SELECT id FROM campaign)"

static gboolean
check_lost (Database *database, GError **error)
{
  gint64 lost = 0;
  int result = database_get_int (database, &lost, error, LOST_OF ("part") " UNION " LOST_OF ("handover") " UNION " LOST_OF ("snapshot") " UNION " LOST_OF ("recipient")
                                 " LIMIT 1", "");

  if (result == 1)
    g_set_error (error, FAULT, FAULT_DATA, "the store %s is damaged (campaign " COUNT_FORMAT " is missing, and rows of it are there): a part of the data folder was put back from a "
                 "copy; put back all of it, or move it away to begin anew", sqlite3_db_filename (database_get_sqlite (database), "main"), lost);
  return result == 0;
}

static GArray *
list_open (Database *database, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  sqlite3_stmt *row = database_query (database, "SELECT id FROM campaign WHERE " SQL_CAMPAIGN_IS_STARTED ("") " ORDER BY id", "");
  int result;

  while ((result = database_step (database, row, error)) == 1) {
    gint64 id = database_int (row, 0);

    g_array_append_val (ids, id);
  }
  return result == 0 ? g_steal_pointer (&ids) : NULL;
}

gboolean
balance_check (Database *database, char **out_found, GError **error)
{
  g_autoptr (GArray) ids = list_open (database, error);
  g_autoptr (GString) found = g_string_new (NULL);

  if (ids == NULL || !check_lost (database, error) || !database_begin (database, error))
    return FALSE;
  for (guint i = 0; i < ids->len; i++)
    if (!check_campaign (database, g_array_index (ids, gint64, i), found, error)) {
      database_rollback (database);
      return FALSE;
    }
  if (found->len > 0 && (!check_whole (database, found->str, error) || !database_audit (database, "store.repaired", found->str, error))) {
    database_rollback (database);
    return FALSE;
  }
  if (!database_commit (database, error))
    return FALSE;
  *out_found = found->len > 0 ? g_strdup (found->str) : NULL;
  return TRUE;
}
