/* Nothing grows with the number of recipients: the statements that run for each hand-over are answered by the index made for them. */
#include "database-open.h"
#include "ledger.h"

#include <string.h>

static void
nothing_cb (sqlite3_context *context, int n, sqlite3_value **values)
{
  sqlite3_result_int (context, 0);
}

/* Steps of SQLite's machine for handing over one more row when `handed` are past it; is_fresh: the rest has no rows of its own. */
static gint64
count_steps (gint64 handed, gboolean is_fresh)
{
  g_autoptr (Database) database = database_open (":memory:", NULL);
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_RECIPIENTS);
  g_autoptr (GArray) out = g_array_new (FALSE, FALSE, sizeof (LedgerHanded));
  g_autoptr (LedgerTally) tally = ledger_tally_new ();
  LedgerHandOver what = { .campaign = 1, .account = 1, .sender = "a@example.org", .journal = 1, .version = 1, .max_rows = 10, .now_utc = 1000 };
  gint64 steps = 0;
  sqlite3_stmt *statement = NULL;

  sqlite3_create_function (database_get_sqlite (database), "is_suppressed", 4, SQLITE_UTF8, NULL, nothing_cb, NULL, NULL);
  g_assert_true (database_run (database, NULL, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<?1+100)"
                                         " INSERT INTO recipient(campaign,id,state) SELECT 1,i,CASE WHEN i<=?1 THEN 2 ELSE 0 END FROM n", "i", handed));
  g_assert_true (database_run (database, NULL, "INSERT INTO snapshot(campaign,id,contact,address,address_key) SELECT 1,id,id,'p@example.org','p@example.org' FROM recipient", ""));
  g_assert_true (database_run (database, NULL, "INSERT INTO account(id,name,address,created_utc) VALUES(1,'a','a@example.org',1)", ""));
  g_assert_true (database_run (database, NULL, "INSERT INTO campaign(id,identity,account,state,sender,subject,created_utc)"
                                         " VALUES(1,x'00',1,2,'a@example.org','s',1)", ""));
  g_assert_true (database_run (database, NULL, "INSERT INTO part(campaign,position,account,first,last,next_recipient) VALUES(1,1,1,1,?1+100,?1+1)", "i", handed));
  if (is_fresh)
    g_assert_true (database_run (database, NULL, "DELETE FROM recipient WHERE state=0", ""));
  g_assert_true (ledger_hand_over (database, &what, frame, out, tally, NULL));
  g_assert_cmpuint (out->len, ==, 10);
  while ((statement = sqlite3_next_stmt (database_get_sqlite (database), statement)) != NULL)
    if (strstr (sqlite3_sql (statement), "is_suppressed") != NULL)
      steps += sqlite3_stmt_status (statement, SQLITE_STMTSTATUS_VM_STEP, 0);
  return steps;
}

static void
test_flat (void)
{
  g_assert_cmpint (count_steps (20000, TRUE), <=, count_steps (20, TRUE) + 50);
  g_assert_cmpint (count_steps (20000, FALSE), <=, count_steps (20, FALSE) + 50);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/ledger/plans/flat", test_flat);
  return g_test_run ();
}
