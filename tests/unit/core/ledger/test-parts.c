/* A campaign in parts: each account takes the rows of its own, whatever became of them before, and what is known as a range stays within a part. */
#define ONE_CAMPAIGN_PATH "/core/ledger/parts"
#include "balance.h"
#include "one-campaign.h"
#include "part.h"

#define PEOPLE 9

/* Account 1 has people 1 to 3 and 7 to 9, account 2 has 4 to 6. */
static void
set_up_parts (Fixture *fixture, gconstpointer data)
{
  Database *database;

  set_up (fixture, data);
  database = fixture->core.database;
  g_assert_true (database_run (database, NULL, "INSERT INTO account(id,name,address,created_utc) VALUES(2,'b','b@example.org',1)", ""));
  g_assert_true (database_run (database, NULL, "INSERT INTO journal(serial,account,created_utc) VALUES(11,1,1),(12,2,1)", ""));
  g_assert_true (database_run (database, NULL, "DELETE FROM part", ""));
  g_assert_true (database_run (database, NULL, "INSERT INTO part(campaign,position,account,zone,first,last,next_recipient) VALUES(1,1,1,'',1,3,1),(1,2,2,'',4,6,4),(1,3,1,'',7,9,7)", ""));
  for (gint64 id = 1; id <= PEOPLE; id++)
    add_person (fixture, id, "p@example.org");
}

/* Returns: whom the account was given, as "1 2 3". */
static char *
hand_over_to (Fixture *fixture, gint64 account, gint64 now_utc, guint max_rows)
{
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_RECIPIENTS);
  g_autoptr (GArray) handed = g_array_new (FALSE, FALSE, sizeof (LedgerHanded));
  g_autoptr (LedgerTally) tally = ledger_tally_new ();
  g_autoptr (GString) ids = g_string_new (NULL);
  LedgerHandOver what = { 1, account, "a@example.org", (guint64) (10 + account), 1, max_rows, now_utc };

  g_assert_true (database_begin (fixture->core.database, NULL));
  g_assert_true (ledger_hand_over (fixture->core.database, &what, frame, handed, tally, NULL));
  g_assert_true (ledger_write_tally (fixture->core.database, tally, NULL));
  g_assert_true (database_commit (fixture->core.database, NULL));
  for (guint i = 0; i < handed->len; i++)
    g_string_append_printf (ids, "%s%" G_GUINT64_FORMAT, i > 0 ? " " : "", g_array_index (handed, LedgerHanded, i).recipient);
  return g_string_free (g_steal_pointer (&ids), FALSE);
}

#define assert_handed(fixture, account, now_utc, max_rows, expected)                        \
  G_STMT_START {                                                                            \
    g_autofree char *given = hand_over_to (fixture, account, now_utc, max_rows);            \
    g_assert_cmpstr (given, ==, expected);                                                  \
  } G_STMT_END

/* What the view says is what the counts say. */
static void
assert_balanced (Fixture *fixture)
{
  g_autofree char *found = NULL;

  g_assert_true (balance_check (fixture->core.database, &found, NULL));
  g_assert_cmpstr (found, ==, NULL);
  for (gint64 state = 0; state < STATE_COUNT; state++) {
    gint64 count = 0;

    g_assert_cmpint (database_get_int (fixture->core.database, &count, NULL, "SELECT count(*) FROM ledger WHERE campaign=1 AND state=?", "i", state), ==, 1);
    g_assert_cmpint (count, ==, get_tally (fixture, (State) state));
  }
}

static gint64
get_next (Fixture *fixture, gint64 position)
{
  gint64 next = -1;

  g_assert_cmpint (database_get_int (fixture->core.database, &next, NULL, "SELECT next_recipient FROM part WHERE campaign=1 AND position=?", "i", position), ==, 1);
  return next;
}

static void
take_back_one (Fixture *fixture, guint64 id)
{
  g_autoptr (LedgerTally) tally = ledger_tally_new ();

  g_assert_true (database_begin (fixture->core.database, NULL));
  g_assert_true (ledger_take_back (fixture->core.database, 1, id, 1, tally, NULL));
  g_assert_true (ledger_write_tally (fixture->core.database, tally, NULL));
  g_assert_true (database_commit (fixture->core.database, NULL));
}

/* In the order of the parts, over the end of one into the next, and never into another account's. */
static void
test_fresh (Fixture *fixture, gconstpointer data)
{
  gboolean has_ranges = !fixture->has_own_rows;

  assert_handed (fixture, 1, 1000, 2, "1 2");
  g_assert_cmpint (get (fixture, "state", 3), ==, STATE_QUEUED);
  assert_balanced (fixture);
  assert_handed (fixture, 1, 1000, 2, "3 7");
  g_assert_cmpint (get (fixture, "state", 5), ==, STATE_QUEUED); /* between them, of the other one */
  assert_handed (fixture, 2, 1000, 100, "4 5 6");
  assert_handed (fixture, 2, 1000, 100, "");
  assert_handed (fixture, 1, 1000, 100, "8 9");
  assert_handed (fixture, 1, 1000, 100, "");
  if (has_ranges) {
    g_assert_cmpint (get_next (fixture, 1), ==, 4);
    g_assert_cmpint (get_next (fixture, 2), ==, 7);
    g_assert_cmpint (get_next (fixture, 3), ==, 10);
  }
  g_assert_cmpint (get (fixture, "journal", 4), ==, 12);
  g_assert_cmpint (get (fixture, "journal", 7), ==, 11);
  assert_balanced (fixture);
}

/* Who comes back, waits or is sent again goes out by the account of their part alone. */
static void
test_again (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LedgerTally) tally = ledger_tally_new ();
  gint64 due_utc = -1;
  guint count = 0;

  assert_handed (fixture, 1, 1000, 100, "1 2 3 7 8 9");
  assert_handed (fixture, 2, 1000, 100, "4 5 6");
  take_back_one (fixture, 2);
  take_back_one (fixture, 5);
  record_of (fixture, 8, OUTCOME_LATER, REASON_NONE, 1, 1000);
  record_of (fixture, 4, OUTCOME_LATER, REASON_NONE, 1, 1100);
  record_of (fixture, 6, OUTCOME_UNKNOWN, REASON_NONE, 1, 1000);
  assert_balanced (fixture);
  g_assert_true (ledger_get_next_due (fixture->core.database, 1, 1, &due_utc, NULL));
  g_assert_cmpint (due_utc, ==, 1060);
  g_assert_true (ledger_get_next_due (fixture->core.database, 1, 2, &due_utc, NULL));
  g_assert_cmpint (due_utc, ==, 1160);
  g_assert_true (database_begin (fixture->core.database, NULL));
  g_assert_true (ledger_resolve (fixture->core.database, 1, TRUE, NULL, tally, &count, NULL));
  g_assert_true (ledger_write_tally (fixture->core.database, tally, NULL));
  g_assert_true (database_commit (fixture->core.database, NULL));
  g_assert_cmpuint (count, ==, 1);
  assert_handed (fixture, 1, 5000, 100, "8 2");
  assert_handed (fixture, 2, 5000, 100, "4 5 6");
  assert_balanced (fixture);
}

/* A part that goes to another account takes those along who came back. */
static void
test_moved (Fixture *fixture, gconstpointer data)
{
  assert_handed (fixture, 2, 1000, 2, "4 5");
  take_back_one (fixture, 4);
  take_back_one (fixture, 5);
  g_assert_true (database_run (fixture->core.database, NULL, "UPDATE part SET account=1 WHERE position=2", ""));
  assert_handed (fixture, 2, 1000, 100, "");
  assert_handed (fixture, 1, 1000, 100, fixture->has_own_rows ? "1 2 3 4 5 6 7 8 9" : "4 5 1 2 3 6 7 8 9");
  assert_balanced (fixture);
}

/* Of each part what was not handed over is left out, and nothing else. */
static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LedgerTally) tally = ledger_tally_new ();

  assert_handed (fixture, 1, 1000, 1, "1");
  assert_handed (fixture, 2, 1000, 1, "4");
  g_assert_true (database_begin (fixture->core.database, NULL));
  g_assert_true (ledger_skip_rest (fixture->core.database, 1, REASON_CANCELLED, tally, NULL));
  g_assert_true (ledger_write_tally (fixture->core.database, tally, NULL));
  g_assert_true (database_commit (fixture->core.database, NULL));
  g_assert_cmpint (get_tally (fixture, STATE_HANDED), ==, 2);
  g_assert_cmpint (get_tally (fixture, STATE_SKIPPED), ==, PEOPLE - 2);
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_HANDED);
  g_assert_cmpint (get (fixture, "state", 4), ==, STATE_HANDED);
  assert_balanced (fixture);
  assert_handed (fixture, 1, 1000, 100, "");
  assert_handed (fixture, 2, 1000, 100, "");
}

/* What one account has settled says nothing of what the other one holds. */
static void
test_settled (Fixture *fixture, gconstpointer data)
{
  assert_handed (fixture, 1, 1000, 100, "1 2 3 7 8 9");
  assert_handed (fixture, 2, 1000, 100, "4 5 6");
  for (guint64 id = 1; id <= PEOPLE; id++)
    if (id < 4 || id > 6)
      record_of (fixture, id, OUTCOME_ACCEPTED, REASON_NONE, 1, 1001);
  g_assert_true (ledger_forget_settled (fixture->core.database, 1, 1, G_MAXUINT64, NULL));
  g_assert_cmpint (get (fixture, "journal", 5), ==, 12); /* it can still say what became of them */
  record_of (fixture, 5, OUTCOME_ACCEPTED, REASON_NONE, 1, 1002);
  g_assert_cmpint (get (fixture, "state", 5), ==, STATE_ACCEPTED);
  assert_balanced (fixture);
}

/* One account's transport dies: its own rows come back, the other's stay handed. */
static void
test_recovered (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Journal) journal = NULL;
  g_autoptr (GError) error = NULL;
  guint64 serial;

  journal = journal_create (&fixture->core, 1, &error);
  g_assert_no_error (error);
  serial = journal_get_serial (journal);
  g_assert_true (database_run (fixture->core.database, NULL, "UPDATE journal SET serial=serial+100 WHERE serial=11", ""));
  g_assert_true (database_run (fixture->core.database, NULL, "UPDATE journal SET serial=11 WHERE serial=?", "i", (gint64) serial)); /* as hand_over_to() has it */
  assert_handed (fixture, 1, 1000, 100, "1 2 3 7 8 9");
  assert_handed (fixture, 2, 1000, 100, "4 5 6");
  append (journal_get_fd (journal), JOURNAL_ENDED, 3, 1, OUTCOME_ACCEPTED);
  append (journal_get_fd (journal), JOURNAL_BEGUN, 7, 1, 0);
  g_assert_cmpint (recovery_apply (&fixture->core, 11, journal, &error), ==, RECOVERY_DONE);
  g_assert_no_error (error);
  assert_balanced (fixture);
  g_assert_cmpint (get_tally (fixture, STATE_HANDED), ==, 3);
  g_assert_cmpint (get (fixture, "state", 3), !=, STATE_QUEUED);
  g_assert_cmpint (get (fixture, "state", 7), ==, STATE_UNKNOWN);
  g_assert_cmpint (get (fixture, "state", 5), ==, STATE_HANDED);
}

static void
test_offline (Fixture *fixture, gconstpointer data)
{
  assert_handed (fixture, 1, 1000, 100, "1 2 3 7 8 9");
  assert_handed (fixture, 2, 1000, 100, "4 5 6");
  g_assert_true (ledger_shift_lifetime (fixture->core.database, 2, 50, NULL));
  g_assert_cmpint (get (fixture, "first_utc", 5), ==, 1050);
  g_assert_cmpint (get (fixture, "first_utc", 3), ==, 1000);
  g_assert_cmpint (get (fixture, "first_utc", 8), ==, 1000);
}

/* A fresh campaign: one part for all of it; of nobody, too; and none is left when it is thrown away. */
static void
test_made (Fixture *fixture, gconstpointer data)
{
  Database *database = fixture->core.database;
  g_autoptr (GArray) parts = NULL, none = NULL;

  g_assert_true (database_run (database, NULL, "DELETE FROM part", ""));
  g_assert_cmpint (get (fixture, "state", 5), ==, STATE_QUEUED); /* while it is being prepared */
  g_assert_true (part_make (database, 1, NULL));
  parts = part_list (database, 1, 1, NULL);
  g_assert_cmpuint (parts->len, ==, 1);
  g_assert_cmpint (g_array_index (parts, Part, 0).first, ==, 1);
  g_assert_cmpint (g_array_index (parts, Part, 0).last, ==, PEOPLE);
  g_assert_cmpint (g_array_index (parts, Part, 0).next, ==, 1);
  g_assert_true (database_run (database, NULL, "INSERT INTO campaign(id,identity,account,state,sender,subject,created_utc) VALUES(2,x'00',1,2,'a@example.org','s',1)", ""));
  g_assert_true (part_make (database, 2, NULL));
  none = part_list (database, 2, 1, NULL);
  g_assert_cmpuint (none->len, ==, 1);
  g_assert_cmpint (g_array_index (none, Part, 0).last, ==, 0);
  g_assert_true (database_run (database, NULL, "DELETE FROM campaign WHERE id=1", ""));
  g_clear_pointer (&parts, g_array_unref);
  parts = part_list (database, 1, 1, NULL);
  g_assert_cmpuint (parts->len, ==, 0);
}

static void
add_both (const char *name, void (*test) (Fixture *, gconstpointer))
{
  g_autofree char *ranges = g_strconcat ("/core/ledger/parts/", name, NULL), *own = g_strconcat (ranges, "/own-rows", NULL);

  g_test_add (ranges, Fixture, NULL, set_up_parts, test, tear_down);
  g_test_add (own, Fixture, GSIZE_TO_POINTER (OWN_ROWS), set_up_parts, test, tear_down);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (lasting_skip_all ())
    return 0;
  add_both ("fresh", test_fresh);
  add_both ("again", test_again);
  add_both ("moved", test_moved);
  add_both ("cancelled", test_cancelled);
  add_both ("settled", test_settled);
  add_both ("recovered", test_recovered);
  add_both ("offline", test_offline);
  add_both ("made", test_made);
  return g_test_run ();
}
