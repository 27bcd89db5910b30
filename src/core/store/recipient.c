#include "recipient.h"

#include "clock.h"

gboolean
recipient_skip (Database *database, gint64 campaign, gint64 recipient, gint64 state, OutcomeReason reason, GError **error)
{
  return database_run (database, error,
                       "INSERT INTO recipient(campaign,id,state,reason,time_utc) VALUES(?,?,?,?,?)"
                       " ON CONFLICT DO UPDATE SET state=excluded.state,reason=excluded.reason,time_utc=excluded.time_utc",
                       "iiisi", campaign, recipient, (gint64) STATE_SKIPPED, outcome_reason_to_word (reason), clock_now_utc ()) &&
         database_run (database, error, "UPDATE tally SET count=count-1 WHERE campaign=? AND state=?", "ii", campaign, state) &&
         database_run (database, error, "INSERT INTO tally(campaign,state,count) VALUES(?,?,1) ON CONFLICT DO UPDATE SET count=count+1", "ii", campaign,
                       (gint64) STATE_SKIPPED);
}
