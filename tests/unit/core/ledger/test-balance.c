/* Stores that are put together from two copies of the data folder: what their counts, rows and journals say of each other. */
#define ONE_CAMPAIGN_PATH "/core/ledger/balance"
#include "balance.h"
#include "fault.h"
#include "one-campaign.h"
#include <string.h>

/* A store that is put together from two: counts that no rows have, and rows in the hands of journals that nobody knows. */
static void
test_journal (Fixture *fixture, gconstpointer data)
{
  g_autofree char *found = NULL, *again = NULL;
  g_autoptr (GError) error = NULL;

  for (gint64 id = 1; id <= 6; id++)
    add_person (fixture, id, "p@example.org");
  g_assert_true (database_run (fixture->core.database, NULL, "INSERT INTO journal(serial,account,created_utc) VALUES(7,1,1),(8,1,1)", ""));
  g_assert_cmpuint (hand_over_some (fixture, 7, 1000, 2), ==, 2);
  g_assert_cmpuint (hand_over_some (fixture, 8, 1000, 2), ==, 2);
  g_assert_true (balance_check (fixture->core.database, &found, &error));
  g_assert_no_error (error);
  g_assert_null (found); /* as any crash leaves it */
  g_assert_cmpint (get_tally (fixture, STATE_HANDED), ==, 4);

  g_assert_true (database_run (fixture->core.database, NULL, "DELETE FROM journal WHERE serial=7", ""));
  g_assert_true (database_run (fixture->core.database, NULL, "UPDATE tally SET count=count-40", ""));
  g_assert_cmpint (get_tally (fixture, STATE_HANDED), ==, 0); /* never below it */
  g_assert_true (balance_check (fixture->core.database, &found, &error));
  g_assert_no_error (error);
  g_assert_nonnull (found);
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_UNKNOWN);
  g_assert_cmpint (get (fixture, "state", 2), ==, STATE_UNKNOWN);
  g_assert_cmpint (get (fixture, "reason='' AND reply<>''", 2), ==, 1); /* a sentence for people is no reason */
  g_assert_cmpint (get (fixture, "state", 3), ==, STATE_HANDED); /* its journal can still speak */
  g_assert_cmpint (get (fixture, "state", 6), ==, STATE_QUEUED);
  g_assert_cmpint (get_tally (fixture, STATE_UNKNOWN), ==, 2);
  g_assert_cmpint (get_tally (fixture, STATE_HANDED), ==, 2);
  g_assert_cmpint (get_tally (fixture, STATE_QUEUED), ==, 2);
  g_assert_true (balance_check (fixture->core.database, &again, NULL));
  g_assert_null (again);
}

/* The campaign itself is in the other copy: its rows, in whichever table alone, say that the store is damaged. */
static void
test_lost (Fixture *fixture, gconstpointer data)
{
  static const struct { const char *put, *take; } rows[] = {
    { "INSERT INTO part(campaign,position,account,zone,first,last,next_recipient) VALUES(9,1,1,'',1,1,1)", "DELETE FROM part WHERE campaign=9" },
    { "INSERT INTO handover(campaign,first,last,journal,version,time_utc,first_utc) VALUES(9,1,1,7,1,1,1)", "DELETE FROM handover WHERE campaign=9" },
    { "INSERT INTO snapshot(campaign,id,contact,address,address_key) VALUES(9,1,1,'p@example.org','p@example.org')", "DELETE FROM snapshot WHERE campaign=9" },
    { "INSERT INTO recipient(campaign,id) VALUES(9,1)", "DELETE FROM recipient WHERE campaign=9" },
  };

  add_person (fixture, 1, "p@example.org"); /* of a campaign that is there */
  g_assert_true (database_run (fixture->core.database, NULL, "PRAGMA foreign_keys=OFF", ""));
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *found = NULL;
    g_autoptr (GError) error = NULL;

    g_assert_true (balance_check (fixture->core.database, &found, NULL)); /* the control: without it */
    g_assert_true (database_run (fixture->core.database, NULL, rows[i].put, ""));
    g_assert_false (balance_check (fixture->core.database, &found, &error));
    g_assert_error (error, FAULT, FAULT_DATA);
    g_assert_nonnull (strstr (error->message, "campaign 9 is missing"));
    g_assert_true (database_run (fixture->core.database, NULL, rows[i].take, ""));
  }
}

/* Handed by the mark alone: the range that held them is in the other copy. The campaign is paused: it will be resumed. */
static void
test_range (Fixture *fixture, gconstpointer data)
{
  g_autofree char *found = NULL;

  for (gint64 id = 1; id <= 3; id++)
    add_person (fixture, id, "p@example.org");
  g_assert_true (database_run (fixture->core.database, NULL, "DELETE FROM recipient", ""));
  g_assert_true (database_run (fixture->core.database, NULL, "UPDATE campaign SET state=4", ""));
  g_assert_true (database_run (fixture->core.database, NULL, "UPDATE part SET next_recipient=3", ""));
  g_assert_true (balance_check (fixture->core.database, &found, NULL));
  g_assert_nonnull (found);
  g_assert_cmpint (get_tally (fixture, STATE_UNKNOWN), ==, 2);
  g_assert_cmpint (get_tally (fixture, STATE_QUEUED), ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add ("journal", 0, test_journal);
  add ("lost", 0, test_lost);
  add ("range", 0, test_range);
  return g_test_run ();
}
