#include "gone.h"

#include "clock.h"
#include "sql-words.h"
#include "suppression.h"

#define ADD_SQL "INSERT OR IGNORE INTO suppression(kind,address,scope,reason,source,words,created_utc)"
#define HELD_SQL "campaign=?1 AND is_held=1"
#define RECENT_SQL "campaign=?1 AND is_held=0 AND time_utc>?2"

/* The server said so to this campaign. */
#define SOURCE_SQL(campaign) "'" SUPPRESSION_SOURCE_SERVER ":'||(SELECT tag FROM campaign WHERE id=" campaign ")"

#define STANDS_SQL SUPPRESSION_STANDS_SQL ("c.address_kind", "s.address_key", "'all'")

/* Those of this campaign's that stand in the suppressions because of it. */
#define LIFT_SQL \
  "DELETE FROM suppression WHERE source=" SOURCE_SQL ("?1") " AND instr(source,':')>0 AND address IN (SELECT s.address_key FROM gone g" \
  " JOIN snapshot s ON s.campaign=g.campaign AND s.id=g.recipient WHERE g.campaign=?1 AND g.is_held=0 AND g.is_suppressed=1 AND g.time_utc>?2)"

static gboolean
gone_insert (Database *database, const LedgerOutcome *outcome, gint64 settled, gboolean is_held, GError **error)
{
  return database_run (database, error,
                       "INSERT OR REPLACE INTO gone(campaign,recipient,provider,settled,time_utc,is_held)"
                       " SELECT ?1,?2,key_hash(substr(address_key,instr(address_key,'@'))),?3,?4,?5 FROM snapshot WHERE campaign=?1 AND id=?2 AND address_key<>''",
                       "iiiii", (gint64) outcome->campaign, (gint64) outcome->recipient, settled, outcome->time_utc, (gint64) is_held);
}

/* Old ones count no more. */
static gboolean
gone_prune (Database *database, gint64 now_utc, GError **error)
{
  return database_run (database, error, "DELETE FROM gone INDEXED BY gone_by_time WHERE is_held=0 AND time_utc<=?", "i", now_utc - GONE_WINDOW_S);
}

/* Returns: 1, 0 or -1. */
static int
is_too_many (Database *database, const LedgerOutcome *outcome, gint64 settled, GError **error)
{
  gint64 campaign = (gint64) outcome->campaign, since_utc = outcome->time_utc - GONE_WINDOW_S, answers = 0, alike = 0, all = 0, times;

  if (database_get_int (database, &answers, error, "SELECT gone_answers FROM campaign WHERE id=?", "i", campaign) < 0)
    return -1;
  times = (gint64) 1 << MIN (answers, 20);
  if (database_get_int (database, &alike, error,
                        "SELECT count(*) FROM (SELECT 1 FROM gone WHERE " RECENT_SQL " AND provider=(SELECT provider FROM gone WHERE campaign=?1 AND recipient=?3) LIMIT ?4)",
                        "iiii", campaign, since_utc, (gint64) outcome->recipient, GONE_MOST * times) < 0 ||
      database_get_int (database, &all, error, "SELECT count(*) FROM (SELECT 1 FROM gone WHERE " RECENT_SQL " AND settled>?3 LIMIT ?4)", "iiii", campaign, since_utc,
                        settled - GONE_AMONG * times, GONE_MOST * times) < 0)
    return -1;
  return MAX (alike, all) >= GONE_MOST * times;
}

static gboolean
hold_all (Database *database, const LedgerOutcome *outcome, GError **error)
{
  gint64 campaign = (gint64) outcome->campaign, since_utc = outcome->time_utc - GONE_WINDOW_S;
  g_autofree char *detail = NULL;

  if (!database_run (database, error, LIFT_SQL, "ii", campaign, since_utc))
    return FALSE;
  detail = g_strdup_printf ("campaign %" G_GINT64_FORMAT ": so many addresses were answered as gone within an hour that none of them is suppressed; %d were, and "
                            "are no more", campaign, sqlite3_changes (database_get_sqlite (database)));
  return database_run (database, error, "UPDATE gone SET is_held=1, is_suppressed=0 WHERE " RECENT_SQL, "ii", campaign, since_utc) &&
         database_audit (database, "campaign.gone", detail, error);
}

static gboolean
gone_add_suppression (Database *database, const LedgerOutcome *outcome, GError **error)
{
  gint64 campaign = (gint64) outcome->campaign, recipient = (gint64) outcome->recipient;

  return database_run (database, error,
                       ADD_SQL " SELECT c.address_kind,s.address_key,'all'," SQL_SUPPRESSION_REASON (GONE) "," SOURCE_SQL ("?3") ",?1,?2 FROM campaign c JOIN snapshot s"
                       " ON s.campaign=c.id WHERE c.id=?3 AND s.id=?4 AND s.address_key<>'' AND NOT " STANDS_SQL, "siii", outcome->reply, outcome->time_utc, campaign, recipient) &&
         (sqlite3_changes (database_get_sqlite (database)) == 0 ||
          database_run (database, error, "UPDATE gone SET is_suppressed=1 WHERE campaign=? AND recipient=?", "ii", campaign, recipient));
}

gboolean
gone_record (Database *database, const LedgerOutcome *outcome, gint64 settled, GError **error)
{
  gint64 held = gone_count_held (database, outcome->campaign, error);
  int is_many;

  if (held < 0 || !gone_prune (database, outcome->time_utc, error) || !gone_insert (database, outcome, settled, held > 0, error))
    return FALSE;
  if (held > 0)
    return TRUE;
  is_many = is_too_many (database, outcome, settled, error);
  if (is_many == 0)
    return gone_add_suppression (database, outcome, error);
  return is_many > 0 && hold_all (database, outcome, error);
}

gint64
gone_count_held (Database *database, guint64 campaign, GError **error)
{
  gint64 count = 0;

  return database_get_int (database, &count, error, "SELECT count(*) FROM gone INDEXED BY gone_held WHERE " HELD_SQL, "i", (gint64) campaign) < 0 ? -1 : count;
}

static gboolean
forget_held (Database *database, guint64 campaign, GError **error)
{
  return database_run (database, error, "DELETE FROM gone WHERE " HELD_SQL, "i", (gint64) campaign);
}

gboolean
gone_suppress (Database *database, guint64 campaign, GError **error)
{
  return database_run (database, error,
                       ADD_SQL " SELECT c.address_kind,s.address_key,'all'," SQL_SUPPRESSION_REASON (GONE) "," SOURCE_SQL ("?1") ",r.reply,?2 FROM gone g"
                       " JOIN campaign c ON c.id=g.campaign JOIN snapshot s ON s.campaign=g.campaign AND s.id=g.recipient"
                       " JOIN recipient r ON r.campaign=g.campaign AND r.id=g.recipient WHERE g.campaign=?1 AND g.is_held=1 AND s.address_key<>'' AND NOT " STANDS_SQL,
                       "ii", (gint64) campaign, clock_now_utc ()) &&
         database_run (database, error, "UPDATE campaign SET gone_answers=gone_answers+1 WHERE id=?", "i", (gint64) campaign) && forget_held (database, campaign, error);
}

gboolean
gone_retry (Database *database, guint64 campaign, LedgerTally *tally, GError **error)
{
  if (!database_run (database, error,
                     "UPDATE recipient SET state=" SQL_STATE (QUEUED) ", reason=" SQL_REASON (NONE) ", not_before_utc=0, first_utc=0 WHERE campaign=?1 AND state=" SQL_STATE (REFUSED) " AND"
                     " id IN (SELECT recipient FROM gone WHERE " HELD_SQL ")",
                     "i", (gint64) campaign))
    return FALSE;
  if (sqlite3_changes (database_get_sqlite (database)) > 0)
    ledger_tally_move (tally, campaign, STATE_REFUSED, STATE_QUEUED, sqlite3_changes (database_get_sqlite (database)));
  return forget_held (database, campaign, error);
}
