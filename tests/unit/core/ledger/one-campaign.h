/* one-campaign.h - a store with one campaign, people in it, and journals beside it; header only. Used in: tests of core/ledger. */
#pragma once
#include "ledger.h"
#include "recovery.h"

#include "database-open.h"
#include "database.h"
#include "lasting.h"
#include <string.h>

#define OWN_ROWS ((gsize) 1 << 16) /* in a test's data: its people have rows of their own from the start */

typedef struct {
  char    *home;
  Core     core;
  gboolean has_own_rows;
} Fixture;

static inline void
is_suppressed_cb (sqlite3_context *context, int n, sqlite3_value **values)
{
  const char *kind = (const char *) sqlite3_value_text (values[0]), *key = (const char *) sqlite3_value_text (values[1]);
  const char *sender = (const char *) sqlite3_value_text (values[2]);

  sqlite3_result_int (context, strcmp (key, "no@example.org") == 0 || (strcmp (key, "no-sender@example.org") == 0 && g_strcmp0 (sender, "a@example.org") == 0) ||
                                 (strcmp (key, "no-list@example.org") == 0 && sqlite3_value_int64 (values[3]) == 1) ||
                                 (strcmp (key, "no-phone@example.org") == 0 && strcmp (kind, "phone") == 0));
}

static inline void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  fixture->has_own_rows = (GPOINTER_TO_SIZE (data) & OWN_ROWS) != 0;
  fixture->home = lasting_make_folder ("ledger-XXXXXX");
  path = g_build_filename (fixture->home, "store.db", NULL);
  fixture->core.home = fixture->home;
  fixture->core.database = database_open (path, &error);
  g_assert_no_error (error);
  sqlite3_create_function (database_get_sqlite (fixture->core.database), "is_suppressed", 4, SQLITE_UTF8, NULL, is_suppressed_cb, NULL, NULL);
  database_run (fixture->core.database, &error,
                "INSERT INTO account(id,name,address,created_utc) VALUES(1,'a','a@example.org',1)", "");
  database_run (fixture->core.database, &error, "INSERT INTO campaign(id,identity,account,state,sender,subject,created_utc) VALUES(1,x'00',1,2,'a@example.org','s',1)", "");
  database_run (fixture->core.database, &error, "INSERT INTO part(campaign,position,account,first,last,next_recipient) VALUES(1,1,1,1,99,1)", "");
  g_assert_no_error (error);
}

static inline void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", fixture->home);

  database_close (fixture->core.database);
  g_assert_cmpint (system (command), ==, 0);
  g_free (fixture->home);
}

static inline void
add_person (Fixture *fixture, gint64 id, const char *address)
{
  static const guint8 one_value[] = { 3, 0, 0, 0, 'A', 'n', 'n' };

  if (fixture->has_own_rows)
    g_assert_true (database_run (fixture->core.database, NULL, "INSERT INTO recipient(campaign,id) VALUES(1,?)", "i", id));
  g_assert_true (database_run (fixture->core.database, NULL, "INSERT INTO snapshot(campaign,id,contact,address,address_key,fields) VALUES(1,?,?,?,?,?)", "iissb", id, id,
                               address, address, one_value, sizeof one_value));
  g_assert_true (database_run (fixture->core.database, NULL, "INSERT INTO tally VALUES(1,0,1) ON CONFLICT DO UPDATE SET count=count+1", ""));
}

/* Returns: how many. */
static inline guint
hand_over_some (Fixture *fixture, guint64 serial, gint64 now_utc, guint max_rows)
{
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_RECIPIENTS);
  g_autoptr (GArray) handed = g_array_new (FALSE, FALSE, sizeof (LedgerHanded));
  g_autoptr (LedgerTally) tally = ledger_tally_new ();
  LedgerHandOver what = { 1, 1, "a@example.org", serial, 1, max_rows, now_utc };

  g_assert_true (database_begin (fixture->core.database, NULL));
  g_assert_true (ledger_hand_over (fixture->core.database, &what, frame, handed, tally, NULL));
  g_assert_true (ledger_write_tally (fixture->core.database, tally, NULL));
  g_assert_true (database_commit (fixture->core.database, NULL));
  g_assert_cmpuint (frame_writer_get_count (frame), ==, handed->len);
  return handed->len;
}

static inline guint
hand_over (Fixture *fixture, guint64 serial, gint64 now_utc)
{
  return hand_over_some (fixture, serial, now_utc, 100);
}

static inline gint64
get (Fixture *fixture, const char *column, gint64 id)
{
  g_autofree char *sql = g_strdup_printf ("SELECT %s FROM ledger WHERE campaign=1 AND id=?", column);
  gint64 value = -1;

  g_assert_cmpint (database_get_int (fixture->core.database, &value, NULL, sql, "i", id), ==, 1);
  return value;
}

static inline gint64
get_tally (Fixture *fixture, State state)
{
  gint64 counts[STATE_COUNT];

  g_assert_true (ledger_get_counts (fixture->core.database, 1, counts, NULL));
  return counts[state];
}

static inline void
append_record (int fd, const JournalRecord *record)
{
  guint8 raw[JOURNAL_RECORD_LEN];

  journal_record_write (record, raw);
  g_assert_cmpint (write (fd, raw, sizeof raw), ==, sizeof raw);
}

static inline void
append (int fd, JournalKind kind, guint64 recipient, guint32 attempt, Outcome outcome)
{
  JournalRecord record = { .kind = kind, .campaign = 1, .recipient = recipient, .attempt = attempt, .outcome = kind == JOURNAL_ENDED ? outcome : 0,
                           .time_utc_ms = 5000, .text = "250 fine" };

  append_record (fd, &record);
}

static inline void
record_of (Fixture *fixture, guint64 recipient, Outcome outcome, OutcomeReason reason, guint32 attempt, gint64 time_utc)
{
  LedgerOutcome said = { .campaign = 1, .recipient = recipient, .attempt = attempt, .outcome = outcome, .reason = reason, .time_utc = time_utc, .reply = "4xx" };
  g_autoptr (LedgerTally) tally = ledger_tally_new ();

  g_assert_true (database_begin (fixture->core.database, NULL));
  g_assert_true (ledger_record (fixture->core.database, &said, tally, NULL));
  g_assert_true (ledger_write_tally (fixture->core.database, tally, NULL));
  g_assert_true (database_commit (fixture->core.database, NULL));
}

static inline void
record (Fixture *fixture, Outcome outcome, OutcomeReason reason, guint32 attempt, gint64 time_utc)
{
  record_of (fixture, 1, outcome, reason, attempt, time_utc);
}

static inline void
take_back (Fixture *fixture, guint32 attempt)
{
  g_autoptr (LedgerTally) tally = ledger_tally_new ();

  g_assert_true (database_begin (fixture->core.database, NULL));
  g_assert_true (ledger_take_back (fixture->core.database, 1, 1, attempt, tally, NULL));
  g_assert_true (ledger_write_tally (fixture->core.database, tally, NULL));
  g_assert_true (database_commit (fixture->core.database, NULL));
}

static inline char *
get_path (Fixture *fixture, guint64 serial)
{
  return g_strdup_printf ("%s/journals/%" G_GUINT64_FORMAT, fixture->home, serial);
}

static inline void
add (const char *path, gsize data, void (*test) (Fixture *, gconstpointer))
{
  g_autofree char *fresh = g_strconcat (ONE_CAMPAIGN_PATH "/fresh/", path, NULL), *own = g_strconcat (ONE_CAMPAIGN_PATH "/own/", path, NULL);

  g_test_add (fresh, Fixture, GSIZE_TO_POINTER (data), set_up, test, tear_down);
  g_test_add (own, Fixture, GSIZE_TO_POINTER (data | OWN_ROWS), set_up, test, tear_down); /* as after a recall, or in a store of version 1 */
}
