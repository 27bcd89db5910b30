/* The table of docs/design.md §5, row by row: what a journal says, and what the ledger makes of it. */
#include "balance.h"
#include "database-open.h"
#include "recovery.h"

#include "lasting.h"
#include "store.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define OWN_ROWS ((gsize) 1 << 16) /* in a test's data: its people have rows of their own from the start */

typedef struct {
  char    *home;
  Core     core;
  gboolean has_own_rows;
} Fixture;

static void
is_suppressed_cb (sqlite3_context *context, int n, sqlite3_value **values)
{
  sqlite3_result_int (context, strcmp ((const char *) sqlite3_value_text (values[0]), "no@example.org") == 0);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  fixture->has_own_rows = (GPOINTER_TO_SIZE (data) & OWN_ROWS) != 0;
  fixture->home = lasting_make_folder ("ledger-XXXXXX");
  path = g_build_filename (fixture->home, "store.db", NULL);
  fixture->core.home = fixture->home;
  fixture->core.store = store_open (path, &error);
  g_assert_no_error (error);
  sqlite3_create_function (store_get_db (fixture->core.store), "is_suppressed", 3, SQLITE_UTF8, NULL, is_suppressed_cb, NULL, NULL);
  store_run (fixture->core.store, &error,
             "INSERT INTO account(id,name,address,created_utc) VALUES(1,'a','a@example.org',1)", "");
  store_run (fixture->core.store, &error, "INSERT INTO campaign(id,identity,account,state,sender,subject,created_utc) VALUES(1,x'00',1,2,'a@example.org','s',1)", "");
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", fixture->home);

  store_close (fixture->core.store);
  g_assert_cmpint (system (command), ==, 0);
  g_free (fixture->home);
}

static void
add_person (Fixture *fixture, gint64 id, const char *address)
{
  static const guint8 one_value[] = { 3, 0, 0, 0, 'A', 'n', 'n' };

  if (fixture->has_own_rows)
    g_assert_true (store_run (fixture->core.store, NULL, "INSERT INTO recipient(campaign,id) VALUES(1,?)", "i", id));
  g_assert_true (store_run (fixture->core.store, NULL, "INSERT INTO snapshot(campaign,id,contact,address,address_key,fields) VALUES(1,?,?,?,?,?)", "iissb", id, id,
                            address, address, one_value, sizeof one_value));
  g_assert_true (store_run (fixture->core.store, NULL, "INSERT INTO tally VALUES(1,0,1) ON CONFLICT DO UPDATE SET count=count+1", ""));
}

/* Returns: how many. */
static guint
hand_over_some (Fixture *fixture, guint64 serial, gint64 now_utc, guint max_rows)
{
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_RECIPIENTS);
  g_autoptr (GArray) handed = g_array_new (FALSE, FALSE, sizeof (LedgerHanded));
  g_autoptr (LedgerTally) tally = ledger_tally_new ();
  LedgerHandOver what = { 1, "a@example.org", serial, 1, max_rows, now_utc };

  g_assert_true (store_begin (fixture->core.store, NULL));
  g_assert_true (ledger_hand_over (fixture->core.store, &what, frame, handed, tally, NULL));
  g_assert_true (ledger_write_tally (fixture->core.store, tally, NULL));
  g_assert_true (store_commit (fixture->core.store, NULL));
  g_assert_cmpuint (frame_writer_get_count (frame), ==, handed->len);
  return handed->len;
}

static guint
hand_over (Fixture *fixture, guint64 serial, gint64 now_utc)
{
  return hand_over_some (fixture, serial, now_utc, 100);
}

static gint64
get (Fixture *fixture, const char *column, gint64 id)
{
  g_autofree char *sql = g_strdup_printf ("SELECT %s FROM ledger WHERE campaign=1 AND id=?", column);
  gint64 value = -1;

  g_assert_cmpint (store_get_int (fixture->core.store, &value, NULL, sql, "i", id), ==, 1);
  return value;
}

static gint64
get_tally (Fixture *fixture, State state)
{
  gint64 counts[STATE_COUNT];

  g_assert_true (ledger_get_counts (fixture->core.store, 1, counts, NULL));
  return counts[state];
}

static void
append (int fd, JournalKind kind, guint64 recipient, guint32 attempt, Outcome outcome)
{
  JournalRecord record = { .kind = kind, .campaign = 1, .recipient = recipient, .attempt = attempt, .outcome = kind == JOURNAL_ENDED ? outcome : 0,
                           .time_utc_ms = 5000, .text = "250 fine" };
  guint8 raw[JOURNAL_RECORD_LEN];

  journal_record_write (&record, raw);
  g_assert_cmpint (write (fd, raw, sizeof raw), ==, sizeof raw);
}

enum { SAYS_NOTHING, SAYS_BEGUN, SAYS_ENDED, SAYS_ENDED_ALONE, SAYS_OTHER_ATTEMPT, SAYS_TORN, SAYS_COUNT };

static void
write_cases (int fd)
{
  guint8 torn[JOURNAL_RECORD_LEN];
  JournalRecord record = { .kind = JOURNAL_ENDED, .campaign = 1, .recipient = 1 + SAYS_TORN, .attempt = 1, .outcome = OUTCOME_ACCEPTED };

  append (fd, JOURNAL_BEGUN, 1 + SAYS_BEGUN, 1, 0);
  append (fd, JOURNAL_BEGUN, 1 + SAYS_ENDED, 1, 0);
  append (fd, JOURNAL_ENDED, 1 + SAYS_ENDED, 1, OUTCOME_ACCEPTED);
  append (fd, JOURNAL_ENDED, 1 + SAYS_ENDED_ALONE, 1, OUTCOME_REFUSED); /* a refused RCPT never had a begun */
  append (fd, JOURNAL_BEGUN, 1 + SAYS_OTHER_ATTEMPT, 9, 0);             /* not what was handed over: says nothing of it */
  append (fd, JOURNAL_ENDED, 77, 1, OUTCOME_ACCEPTED);                   /* nobody's */
  journal_record_write (&record, torn);
  g_assert_cmpint (write (fd, torn, 40), ==, 40); /* half a record at the end */
}

/* A whole record that cannot be read: nobody who was handed over and is not named elsewhere can be said to be safe. */
static void
write_spoiled (int fd)
{
  guint8 spoiled[JOURNAL_RECORD_LEN];
  JournalRecord record = { .kind = JOURNAL_BEGUN, .campaign = 1, .recipient = 1 + SAYS_NOTHING, .attempt = 1 };

  journal_record_write (&record, spoiled);
  spoiled[50] ^= 1;
  g_assert_cmpint (write (fd, spoiled, sizeof spoiled), ==, sizeof spoiled);
}

enum { SAME_BOOT, OTHER_BOOT, OTHER_MOUNT, NO_WITNESS, DROPPED, FILE_GONE, SPOILED };

static void
spoil_header (Fixture *fixture, guint64 serial, int how)
{
  g_autofree char *path = g_strdup_printf ("%s/journals/%" G_GUINT64_FORMAT, fixture->home, serial);
  guint8 raw[JOURNAL_RECORD_LEN];
  JournalHeader header;
  int fd = open (path, O_RDWR);

  g_assert_cmpint (pread (fd, raw, sizeof raw, 0), ==, sizeof raw);
  g_assert_true (journal_header_read (raw, &header));
  if (how == OTHER_BOOT)
    header.boot_id[0] ^= 1;
  else
    header.witness = how == OTHER_MOUNT ? header.witness + 1 : 0;
  journal_header_write (&header, raw);
  g_assert_cmpint (pwrite (fd, raw, sizeof raw, 0), ==, sizeof raw);
  close (fd);
}

static const struct {
  const char *name;
  int         how;
  State       states[SAYS_COUNT]; /* nothing, begun, ended, ended alone, other attempt, torn */
} rows[] = {
  { "same-boot", SAME_BOOT, { STATE_QUEUED, STATE_UNKNOWN, STATE_ACCEPTED, STATE_REFUSED, STATE_QUEUED, STATE_QUEUED } },
  { "other-boot", OTHER_BOOT, { STATE_UNKNOWN, STATE_UNKNOWN, STATE_ACCEPTED, STATE_REFUSED, STATE_UNKNOWN, STATE_UNKNOWN } },
  { "other-mount", OTHER_MOUNT, { STATE_UNKNOWN, STATE_UNKNOWN, STATE_ACCEPTED, STATE_REFUSED, STATE_UNKNOWN, STATE_UNKNOWN } },
  { "no-witness", NO_WITNESS, { STATE_UNKNOWN, STATE_UNKNOWN, STATE_ACCEPTED, STATE_REFUSED, STATE_UNKNOWN, STATE_UNKNOWN } }, /* an older program's, too */
  { "dropped", DROPPED, { STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN } },
  { "spoiled", SPOILED, { STATE_UNKNOWN, STATE_UNKNOWN, STATE_ACCEPTED, STATE_REFUSED, STATE_UNKNOWN, STATE_UNKNOWN } },
  { "file-gone", FILE_GONE, { STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN } },
};

static void
test_table (Fixture *fixture, gconstpointer data)
{
  gsize row = GPOINTER_TO_SIZE (data) & ~OWN_ROWS;
  g_autoptr (Journal) journal = journal_create (&fixture->core, 1, NULL);
  guint64 serial = journal_get_serial (journal);
  g_autofree char *path = g_strdup_printf ("%s/journals/%" G_GUINT64_FORMAT, fixture->home, serial);
  g_autoptr (GError) error = NULL;

  for (gint64 id = 1; id <= SAYS_COUNT; id++)
    add_person (fixture, id, "p@example.org");
  g_assert_cmpuint (hand_over (fixture, serial, 1000), ==, SAYS_COUNT);
  if (rows[row].how == SPOILED)
    write_spoiled (journal_get_fd (journal));
  write_cases (journal_get_fd (journal));
  if (rows[row].how == OTHER_BOOT || rows[row].how == OTHER_MOUNT || rows[row].how == NO_WITNESS)
    spoil_header (fixture, serial, rows[row].how);
  if (rows[row].how == DROPPED)
    g_assert_true (recovery_mark_dropped (&fixture->core, serial, NULL));
  if (rows[row].how == FILE_GONE)
    g_unlink (path);

  g_assert_cmpint (rows[row].how == FILE_GONE ? RECOVERY_BUSY : recovery_apply (&fixture->core, serial, NULL, &error), ==, RECOVERY_BUSY); /* we hold the lock */
  g_clear_pointer (&journal, journal_free);
  g_assert_cmpint (recovery_apply (&fixture->core, serial, NULL, &error), ==, RECOVERY_DONE);
  g_assert_no_error (error);
  for (gint64 id = 1; id <= SAYS_COUNT; id++)
    g_assert_cmpint (get (fixture, "state", id), ==, rows[row].states[id - 1]);
  g_assert_cmpint (get_tally (fixture, STATE_HANDED), ==, 0);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  if (rows[row].how == SAME_BOOT) { /* never begun: as if it had not been handed */
    g_assert_cmpint (get (fixture, "attempt", 1), ==, 0);
    g_assert_cmpint (get (fixture, "first_utc", 1), ==, 0);
    g_assert_cmpint (get (fixture, "attempt", 3), ==, 1);
  }
}

/* A lock that another process's copy of the descriptor keeps: nothing is settled until it is free. */
static void
test_busy (Fixture *fixture, gconstpointer data)
{
  Journal *journal = journal_create (&fixture->core, 1, NULL);
  guint64 serial = journal_get_serial (journal);
  int copy = dup (journal_get_fd (journal));

  add_person (fixture, 1, "p@example.org");
  hand_over (fixture, serial, 1000);
  journal_free (journal);
  g_assert_cmpint (recovery_apply (&fixture->core, serial, NULL, NULL), ==, RECOVERY_BUSY);
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_HANDED);
  close (copy);
  g_assert_cmpint (recovery_apply (&fixture->core, serial, NULL, NULL), ==, RECOVERY_DONE);
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_QUEUED);
}

static void
record (Fixture *fixture, Outcome outcome, OutcomeReason reason, guint32 attempt, gint64 time_utc)
{
  LedgerOutcome said = { .campaign = 1, .recipient = 1, .attempt = attempt, .outcome = outcome, .reason = reason, .time_utc = time_utc, .reply = "4xx" };
  g_autoptr (LedgerTally) tally = ledger_tally_new ();

  g_assert_true (store_begin (fixture->core.store, NULL));
  g_assert_true (ledger_record (fixture->core.store, &said, tally, NULL));
  g_assert_true (ledger_write_tally (fixture->core.store, tally, NULL));
  g_assert_true (store_commit (fixture->core.store, NULL));
}

/* 1, 5, 15, 60 minutes, then every 4 hours, 24 hours in all; the last try falls on the end of the lifetime. */
static void
test_later (Fixture *fixture, gconstpointer data)
{
  static const gint64 delays_s[] = { 60, 300, 900, 3600, 14400, 14400, 14400, 14400, 14400, 14400, 14400 };
  gint64 now_utc = 100000;

  add_person (fixture, 1, "p@example.org");
  for (guint i = 0; i < G_N_ELEMENTS (delays_s); i++) {
    g_assert_cmpuint (hand_over (fixture, 1, now_utc), ==, 1);
    record (fixture, OUTCOME_LATER, REASON_NONE, i + 1, now_utc);
    if (now_utc >= 100000 + 86400) {
      g_assert_cmpint (get (fixture, "state", 1), ==, STATE_REFUSED);
      break;
    }
    g_assert_cmpint (get (fixture, "state", 1), ==, STATE_LATER);
    g_assert_cmpint (get (fixture, "not_before_utc", 1), ==, MIN (now_utc + delays_s[i], 100000 + 86400));
    g_assert_cmpuint (hand_over (fixture, 1, get (fixture, "not_before_utc", 1) - 1), ==, 0); /* not a second early */
    now_utc = get (fixture, "not_before_utc", 1);
  }
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_REFUSED);
  g_assert_cmpint (get_tally (fixture, STATE_LATER), ==, 0);
}

static void
take_back (Fixture *fixture, guint32 attempt)
{
  g_autoptr (LedgerTally) tally = ledger_tally_new ();

  g_assert_true (store_begin (fixture->core.store, NULL));
  g_assert_true (ledger_take_back (fixture->core.store, 1, 1, attempt, tally, NULL));
  g_assert_true (ledger_write_tally (fixture->core.store, tally, NULL));
  g_assert_true (store_commit (fixture->core.store, NULL));
}

/* A day offline with a retry in the transport: it comes back to later, the day uses up nothing of its lifetime; another account's day neither adds. */
static void
test_offline (Fixture *fixture, gconstpointer data)
{
  const gint64 day_s = 86400;

  add_person (fixture, 1, "p@example.org");
  hand_over (fixture, 1, 1000);
  record (fixture, OUTCOME_LATER, REASON_NONE, 1, 1000);
  hand_over (fixture, 1, 1060);
  take_back (fixture, 2);
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_LATER);
  g_assert_cmpint (get (fixture, "attempt", 1), ==, 1);
  g_assert_cmpint (get_tally (fixture, STATE_LATER), ==, 1);
  g_assert_true (ledger_shift_lifetime (fixture->core.store, 2, day_s, NULL));
  g_assert_cmpint (get (fixture, "first_utc", 1), ==, 1000);
  g_assert_true (ledger_shift_lifetime (fixture->core.store, 1, day_s, NULL));
  g_assert_cmpint (get (fixture, "first_utc", 1), ==, 1000 + day_s);
  g_assert_cmpuint (hand_over (fixture, 1, 1060 + day_s), ==, 1); /* due */
  g_assert_true (ledger_shift_lifetime (fixture->core.store, 0, 5, NULL)); /* handed: shifted as well */
  g_assert_cmpint (get (fixture, "first_utc", 1), ==, 1005 + day_s);
  record (fixture, OUTCOME_LATER, REASON_NONE, 2, 1060 + day_s);
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_LATER); /* not expired */
}

/* The clock was a year ahead: what was put off then does not wait for that year. */
static void
test_clock (Fixture *fixture, gconstpointer data)
{
  const gint64 year_s = 365 * 86400;

  add_person (fixture, 1, "p@example.org");
  hand_over (fixture, 1, 1000 + year_s);
  record (fixture, OUTCOME_LATER, REASON_NONE, 1, 1000 + year_s);
  g_assert_cmpuint (hand_over (fixture, 1, 1060), ==, 0);
  g_assert_true (ledger_follow_clock (fixture->core.store, -year_s, NULL));
  g_assert_cmpuint (hand_over (fixture, 1, 1060), ==, 1);
}

/* Rows with much in them go in several frames: Send takes 8 MiB. */
static void
test_large (Fixture *fixture, gconstpointer data)
{
  const gsize len = 1 << 20;
  g_autofree guint8 *value = g_malloc0 (4 + len);
  guint count, total = 0;

  value[2] = 16; /* 1 MiB, little-endian */
  for (gint64 id = 1; id <= 10; id++) {
    add_person (fixture, id, "p@example.org");
    g_assert_true (store_run (fixture->core.store, NULL, "UPDATE snapshot SET fields=? WHERE id=?", "bi", value, 4 + len, id));
  }
  for (; (count = hand_over (fixture, 1, 1000)) > 0; total += count)
    g_assert_cmpuint (count, <=, 3);
  g_assert_cmpuint (total, ==, 10);
}

static void
test_suppressed (Fixture *fixture, gconstpointer data)
{
  gint64 found = 0;

  g_assert_true (store_run (fixture->core.store, NULL, "INSERT INTO suppression(address,created_utc) VALUES('no@example.org',1)", ""));
  add_person (fixture, 1, "gone@example.org");
  add_person (fixture, 2, "no@example.org");
  g_assert_cmpuint (hand_over (fixture, 1, 1000), ==, 1); /* re-checked in the hand-over itself */
  g_assert_cmpint (get (fixture, "state", 2), ==, STATE_SKIPPED);
  record (fixture, OUTCOME_REFUSED, REASON_SUPPRESS, 1, 1001);
  g_assert_cmpint (store_get_int (fixture->core.store, &found, NULL, "SELECT 1 FROM suppression WHERE address='gone@example.org' AND scope='all'", ""), ==, 1);
}

/* An answer that comes twice, or under an attempt that is over, moves nothing. */
static void
test_stale (Fixture *fixture, gconstpointer data)
{
  add_person (fixture, 1, "p@example.org");
  hand_over (fixture, 1, 1000);
  record (fixture, OUTCOME_ACCEPTED, REASON_NONE, 2, 1001);
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_HANDED);
  record (fixture, OUTCOME_ACCEPTED, REASON_NONE, 1, 1001);
  record (fixture, OUTCOME_REFUSED, REASON_NONE, 1, 1002);
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_ACCEPTED);
  g_assert_cmpint (get_tally (fixture, STATE_ACCEPTED), ==, 1);
}

/* The words in a journal are a confined program's: what gets into the store is UTF-8 without controls. A file that cannot be opened is not gone. */
static void
test_hostile (Fixture *fixture, gconstpointer data)
{
  Journal *journal = journal_create (&fixture->core, 1, NULL);
  guint64 serial = journal_get_serial (journal);
  g_autofree char *path = g_strdup_printf ("%s/journals/%" G_GUINT64_FORMAT, fixture->home, serial), *kept = g_strconcat (path, ".kept", NULL);
  JournalRecord record = { .kind = JOURNAL_ENDED, .campaign = 1, .recipient = 1, .attempt = 1, .outcome = OUTCOME_REFUSED, .reason = REASON_SUPPRESS,
                           .time_utc_ms = 5000, .text = "550 \033[2J\xff gone" };
  guint8 raw[JOURNAL_RECORD_LEN];
  gint64 is_clean = 0;

  add_person (fixture, 1, "p@example.org");
  hand_over (fixture, serial, 1000);
  journal_record_write (&record, raw);
  g_assert_cmpint (write (journal_get_fd (journal), raw, sizeof raw), ==, sizeof raw);
  journal_free (journal);
  g_assert_cmpint (g_rename (path, kept), ==, 0);
  g_assert_cmpint (symlink (kept, path), ==, 0);
  g_assert_cmpint (recovery_apply (&fixture->core, serial, NULL, NULL), ==, RECOVERY_FAILED);
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_HANDED);
  g_assert_cmpint (g_rename (kept, path), ==, 0);
  g_assert_cmpint (recovery_apply (&fixture->core, serial, NULL, NULL), ==, RECOVERY_DONE);
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_REFUSED);
  g_assert_cmpint (store_get_int (fixture->core.store, &is_clean, NULL, "SELECT reason='550 ?[2J? gone' FROM suppression WHERE address='p@example.org'", ""), ==, 1);
  g_assert_cmpint (is_clean, ==, 1);
}

static void
test_resolve (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LedgerTally) tally = ledger_tally_new ();
  guint count = 0;

  add_person (fixture, 1, "p@example.org");
  add_person (fixture, 2, "q@example.org");
  hand_over (fixture, 1, 1000);
  g_assert_true (ledger_mark_unknown (fixture->core.store, 1, 1, 1, "why", tally, NULL));
  g_assert_true (ledger_mark_unknown (fixture->core.store, 1, 2, 1, "why", tally, NULL));
  g_assert_true (ledger_resolve (fixture->core.store, 1, TRUE, "q@example.org", tally, &count, NULL));
  g_assert_cmpuint (count, ==, 1);
  g_assert_true (ledger_resolve (fixture->core.store, 1, FALSE, NULL, tally, &count, NULL));
  g_assert_cmpuint (count, ==, 2);
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_SKIPPED);
  g_assert_cmpint (get (fixture, "state", 2), ==, STATE_QUEUED);
  g_assert_cmpint (get (fixture, "first_utc", 2), ==, 0); /* days later: a new lifetime, else a first 4xx would be the last */
}

/* Send takes 8 MiB: one that is too large is refused by itself, and the others go. */
static void
test_too_large (Fixture *fixture, gconstpointer data)
{
  static const guint32 len = 6 * 1024 * 1024;
  g_autofree guint8 *big = g_malloc0 (4 + len);

  big[2] = (guint8) (len >> 16); /* one value in frame form */
  add_person (fixture, 1, "small@example.org");
  add_person (fixture, 2, "big@example.org");
  add_person (fixture, 3, "last@example.org");
  g_assert_true (store_run (fixture->core.store, NULL, "UPDATE snapshot SET fields=? WHERE id=2", "b", big, (gsize) (4 + len)));
  g_assert_cmpuint (hand_over (fixture, 1, 1000), ==, 2);
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_HANDED);
  g_assert_cmpint (get (fixture, "state", 2), ==, STATE_REFUSED);
  g_assert_cmpint (get (fixture, "reason='data' AND reply<>''", 2), ==, 1);
  g_assert_cmpint (get (fixture, "state", 3), ==, STATE_HANDED);
  g_assert_cmpint (get_tally (fixture, STATE_REFUSED), ==, 1);
}

/* What leaves for the first time is known as a range: who came back from it goes first, who is settled drops out of it, nobody gets lost between. */
static void
test_range (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LedgerTally) tally = ledger_tally_new ();
  Journal *journal = journal_create (&fixture->core, 1, NULL);
  guint64 serial = journal_get_serial (journal);
  gint64 ranges = -1;

  for (gint64 id = 1; id <= 4; id++)
    add_person (fixture, id, "p@example.org");
  hand_over (fixture, serial, 1000);
  record (fixture, OUTCOME_ACCEPTED, REASON_NONE, 1, 1001);
  g_assert_true (ledger_take_back (fixture->core.store, 1, 2, 1, tally, NULL));
  g_assert_true (ledger_take_back (fixture->core.store, 1, 2, 1, tally, NULL)); /* twice is once */
  g_assert_true (ledger_write_tally (fixture->core.store, tally, NULL));
  g_assert_true (ledger_forget_settled (fixture->core.store, 1, 3, NULL)); /* 3 and 4 are out */
  g_assert_cmpint (get_tally (fixture, STATE_QUEUED), ==, 1);
  add_person (fixture, 5, "p@example.org");
  g_assert_cmpuint (hand_over (fixture, serial, 1002), ==, 2); /* 2 and 5 */
  g_assert_cmpint (get (fixture, "time_utc", 2), ==, 1002);
  g_assert_cmpint (get (fixture, "time_utc", 3), ==, 1000);
  append (journal_get_fd (journal), JOURNAL_BEGUN, 3, 1, 0);
  append (journal_get_fd (journal), JOURNAL_ENDED, 5, 1, OUTCOME_ACCEPTED);
  journal_free (journal);
  g_assert_cmpint (recovery_apply (&fixture->core, serial, NULL, NULL), ==, RECOVERY_DONE);
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_ACCEPTED);
  g_assert_cmpint (get (fixture, "state", 2), ==, STATE_QUEUED);
  g_assert_cmpint (get (fixture, "state", 3), ==, STATE_UNKNOWN);
  g_assert_cmpint (get (fixture, "state", 4), ==, STATE_QUEUED);
  g_assert_cmpint (get (fixture, "state", 5), ==, STATE_ACCEPTED);
  g_assert_cmpint (get_tally (fixture, STATE_HANDED), ==, 0);
  g_assert_cmpint (store_get_int (fixture->core.store, &ranges, NULL, "SELECT count(*) FROM handover", ""), ==, 1);
  g_assert_cmpint (ranges, ==, 0);
}

/* All are settled: the range is dropped, and each keeps what became of it. */
static void
test_settled (Fixture *fixture, gconstpointer data)
{
  gint64 ranges = -1;

  add_person (fixture, 1, "p@example.org");
  hand_over (fixture, 1, 1000);
  record (fixture, OUTCOME_ACCEPTED, REASON_NONE, 1, 1001);
  g_assert_true (ledger_forget_settled (fixture->core.store, 1, G_MAXUINT64, NULL));
  g_assert_cmpint (store_get_int (fixture->core.store, &ranges, NULL, "SELECT count(*) FROM handover", ""), ==, 1);
  g_assert_cmpint (ranges, ==, 0);
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_ACCEPTED);
  g_assert_cmpint (get (fixture, "version", 1), ==, 1);
  g_assert_cmpint (get (fixture, "first_utc", 1), ==, 1000);
}

static void
test_skip (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LedgerTally) tally = ledger_tally_new ();

  for (gint64 id = 1; id <= 4; id++)
    add_person (fixture, id, id == 3 ? "no@example.org" : "p@example.org");
  hand_over_some (fixture, 1, 1000, 1);
  g_assert_true (store_run (fixture->core.store, NULL, "INSERT INTO suppression(address,created_utc) VALUES('no@example.org',1)", ""));
  g_assert_true (ledger_skip_suppressed (fixture->core.store, tally, NULL));
  g_assert_true (ledger_write_tally (fixture->core.store, tally, NULL));
  g_assert_cmpint (get (fixture, "state", 3), ==, STATE_SKIPPED);
  g_assert_cmpint (get_tally (fixture, STATE_SKIPPED), ==, 1);
  g_assert_true (ledger_skip_rest (fixture->core.store, 1, REASON_CANCELLED, tally, NULL));
  g_assert_true (ledger_write_tally (fixture->core.store, tally, NULL));
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_HANDED); /* it is out: its answer is waited for */
  g_assert_cmpint (get (fixture, "state=6 AND reason='cancelled'", 2), ==, 1);
  g_assert_cmpint (get (fixture, "state=6 AND reason='suppressed'", 3), ==, 1);
  g_assert_cmpint (get (fixture, "state=6 AND reason='cancelled'", 4), ==, 1);
  g_assert_cmpint (get_tally (fixture, STATE_QUEUED), ==, 0);
  g_assert_cmpint (get_tally (fixture, STATE_SKIPPED), ==, 3);
}

/* A store that is put together from two: counts that no rows have, and rows in the hands of journals that nobody knows. */
static void
test_balance (Fixture *fixture, gconstpointer data)
{
  g_autofree char *found = NULL, *again = NULL;
  g_autoptr (GError) error = NULL;

  for (gint64 id = 1; id <= 6; id++)
    add_person (fixture, id, "p@example.org");
  g_assert_true (store_run (fixture->core.store, NULL, "INSERT INTO journal(serial,account,created_utc) VALUES(7,1,1),(8,1,1)", ""));
  g_assert_cmpuint (hand_over_some (fixture, 7, 1000, 2), ==, 2);
  g_assert_cmpuint (hand_over_some (fixture, 8, 1000, 2), ==, 2);
  g_assert_true (balance_check (fixture->core.store, &found, &error));
  g_assert_no_error (error);
  g_assert_null (found); /* as any crash leaves it */
  g_assert_cmpint (get_tally (fixture, STATE_HANDED), ==, 4);

  g_assert_true (store_run (fixture->core.store, NULL, "DELETE FROM journal WHERE serial=7", ""));
  g_assert_true (store_run (fixture->core.store, NULL, "UPDATE tally SET count=count-40", ""));
  g_assert_cmpint (get_tally (fixture, STATE_HANDED), ==, 0); /* never below it */
  g_assert_true (balance_check (fixture->core.store, &found, &error));
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
  g_assert_true (balance_check (fixture->core.store, &again, NULL));
  g_assert_null (again);
}

/* Handed by the mark alone: the range that held them is in the other copy. */
static void
test_balance_without_range (Fixture *fixture, gconstpointer data)
{
  g_autofree char *found = NULL;

  for (gint64 id = 1; id <= 3; id++)
    add_person (fixture, id, "p@example.org");
  g_assert_true (store_run (fixture->core.store, NULL, "DELETE FROM recipient", ""));
  g_assert_true (store_run (fixture->core.store, NULL, "UPDATE campaign SET next_recipient=3", ""));
  g_assert_true (balance_check (fixture->core.store, &found, NULL));
  g_assert_nonnull (found);
  g_assert_cmpint (get_tally (fixture, STATE_UNKNOWN), ==, 2);
  g_assert_cmpint (get_tally (fixture, STATE_QUEUED), ==, 1);
}

/* A tally that is too small already: what is taken off it ends at none. */
static void
test_tally_floor (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LedgerTally) tally = ledger_tally_new ();

  ledger_tally_move (tally, 1, STATE_HANDED, STATE_ACCEPTED, 3);
  g_assert_true (ledger_write_tally (fixture->core.store, tally, NULL));
  g_assert_cmpint (get_tally (fixture, STATE_HANDED), ==, 0);
  g_assert_cmpint (get_tally (fixture, STATE_ACCEPTED), ==, 3);
  ledger_tally_move (tally, 1, STATE_ACCEPTED, STATE_REFUSED, 5);
  g_assert_true (ledger_write_tally (fixture->core.store, tally, NULL));
  g_assert_cmpint (get_tally (fixture, STATE_ACCEPTED), ==, 0);
}

static void
add (const char *path, gsize data, void (*test) (Fixture *, gconstpointer))
{
  g_autofree char *fresh = g_strconcat ("/ledger/fresh/", path, NULL), *own = g_strconcat ("/ledger/own/", path, NULL);

  g_test_add (fresh, Fixture, GSIZE_TO_POINTER (data), set_up, test, tear_down);
  g_test_add (own, Fixture, GSIZE_TO_POINTER (data | OWN_ROWS), set_up, test, tear_down); /* as after a recall, or in a store of version 1 */
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (lasting_skip_all ())
    return 0;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strconcat ("recovery/", rows[i].name, NULL);

    add (path, i, test_table);
  }
  add ("recovery/busy", 0, test_busy);
  add ("recovery/hostile", 0, test_hostile);
  add ("later", 0, test_later);
  add ("offline", 0, test_offline);
  add ("clock", 0, test_clock);
  add ("large", 0, test_large);
  add ("suppressed", 0, test_suppressed);
  add ("stale", 0, test_stale);
  add ("resolve", 0, test_resolve);
  add ("too-large", 0, test_too_large);
  add ("range", 0, test_range);
  add ("settled", 0, test_settled);
  add ("skip", 0, test_skip);
  add ("balance/journal", 0, test_balance);
  add ("balance/range", 0, test_balance_without_range);
  add ("tally", 0, test_tally_floor);
  return g_test_run ();
}
