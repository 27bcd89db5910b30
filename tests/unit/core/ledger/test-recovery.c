/* The table of docs/design.md §5, row by row: what a journal says, and what the ledger makes of it. */
#define ONE_CAMPAIGN_PATH "/core/ledger/recovery"
#include "one-campaign.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

static off_t broken_from = -1; /* octet of a journal from which on the disk cannot be read; -1: it can */

/* In place of the C library's. */
ssize_t
pread (int fd, void *buffer, size_t len, off_t at)
{
  if (broken_from >= 0 && at >= broken_from) {
    errno = EIO;
    return -1;
  }
  return syscall (SYS_pread64, fd, buffer, len, at);
}

static guint64 witness = 17; /* of the file system's life */

/* In place of superblock.c's. */
guint64
superblock_get_witness (int fd)
{
  return witness;
}

enum { SAYS_NOTHING, SAYS_BEGUN, SAYS_ENDED, SAYS_ENDED_ALONE, SAYS_OTHER_ATTEMPT, SAYS_TORN, SAYS_COUNT };

static void
write_cases (int fd)
{
  guint8 torn[JOURNAL_RECORD_LEN], raw[JOURNAL_RECORD_LEN];
  JournalRecord other = { .kind = JOURNAL_ENDED, .campaign = 2, .recipient = 1 + SAYS_NOTHING, .attempt = 1, .outcome = OUTCOME_ACCEPTED };
  JournalRecord record = { .kind = JOURNAL_ENDED, .campaign = 1, .recipient = 1 + SAYS_TORN, .attempt = 1, .outcome = OUTCOME_ACCEPTED };

  append (fd, JOURNAL_BEGUN, 1 + SAYS_BEGUN, 1, 0);
  append (fd, JOURNAL_BEGUN, 1 + SAYS_ENDED, 1, 0);
  append (fd, JOURNAL_ENDED, 1 + SAYS_ENDED, 1, OUTCOME_ACCEPTED);
  append (fd, JOURNAL_BEGUN, 1 + SAYS_ENDED, 1, 0); /* an answer stays one */
  append (fd, JOURNAL_ENDED, 1 + SAYS_ENDED_ALONE, 1, OUTCOME_REFUSED); /* a refused RCPT never had a begun */
  append (fd, JOURNAL_BEGUN, 1 + SAYS_OTHER_ATTEMPT, 9, 0);             /* not what was handed over: says nothing of it */
  append (fd, JOURNAL_ENDED, 77, 1, OUTCOME_ACCEPTED);                   /* nobody's */
  journal_record_write (&other, raw);
  g_assert_cmpint (write (fd, raw, sizeof raw), ==, sizeof raw); /* of the same number in another campaign */
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

enum { SAME_BOOT, OTHER_BOOT, OTHER_MOUNT, NO_WITNESS, OTHER_SERIAL, DROPPED, FILE_GONE, SPOILED };

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
  else if (how == OTHER_SERIAL)
    header.serial++;
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
  { "other-serial", OTHER_SERIAL, { STATE_UNKNOWN, STATE_UNKNOWN, STATE_ACCEPTED, STATE_REFUSED, STATE_UNKNOWN, STATE_UNKNOWN } }, /* moved to another one's place */
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
  if (rows[row].how == OTHER_BOOT || rows[row].how == OTHER_MOUNT || rows[row].how == NO_WITNESS || rows[row].how == OTHER_SERIAL)
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

/* A file system that tells nothing of its life, now as when the journal was made: that both say nothing is no proof. */
static void
test_never_a_witness (Fixture *fixture, gconstpointer data)
{
  for (gint64 id = 1; id <= 2; id++) { /* the second one is the control */
    g_autoptr (Journal) journal = NULL;
    guint64 serial;

    witness = id == 1 ? SUPERBLOCK_NONE : 17;
    journal = journal_create (&fixture->core, 1, NULL);
    serial = journal_get_serial (journal);
    add_person (fixture, id, "p@example.org");
    hand_over (fixture, serial, 1000);
    g_clear_pointer (&journal, journal_free);
    g_assert_cmpint (recovery_apply (&fixture->core, serial, NULL, NULL), ==, RECOVERY_DONE);
    g_assert_cmpint (get (fixture, "state", id), ==, id == 1 ? STATE_UNKNOWN : STATE_QUEUED);
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
  g_assert_cmpint (database_get_int (fixture->core.database, &is_clean, NULL, "SELECT words='550 ?[2J? gone' FROM suppression WHERE address='p@example.org'", ""), ==, 1);
  g_assert_cmpint (is_clean, ==, 1);
}

/* The disk gives a part of the journal: what it says counts, and who is not in it may have been begun behind that. */
static void
test_unreadable (Fixture *fixture, gconstpointer data)
{
  static const struct { off_t broken_from; State first, second; } cases[] = {
    { 3 * JOURNAL_RECORD_LEN, STATE_ACCEPTED, STATE_UNKNOWN },
    { 2 * JOURNAL_RECORD_LEN, STATE_UNKNOWN, STATE_UNKNOWN }, /* begun is read, ended is not */
    { 0, STATE_UNKNOWN, STATE_UNKNOWN },
    { -1, STATE_ACCEPTED, STATE_QUEUED }, /* the control */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    Journal *journal = journal_create (&fixture->core, 1, NULL);
    guint64 serial = journal_get_serial (journal);
    gint64 first = (gint64) (1 + 2 * i);

    add_person (fixture, first, "p@example.org");
    add_person (fixture, first + 1, "q@example.org");
    g_assert_cmpuint (hand_over (fixture, serial, 1000), ==, 2);
    append (journal_get_fd (journal), JOURNAL_BEGUN, (guint64) first, 1, 0);
    append (journal_get_fd (journal), JOURNAL_ENDED, (guint64) first, 1, OUTCOME_ACCEPTED);
    journal_free (journal);
    broken_from = cases[i].broken_from;
    g_assert_cmpint (recovery_apply (&fixture->core, serial, NULL, NULL), ==, RECOVERY_DONE);
    broken_from = -1;
    g_assert_cmpint (get (fixture, "state", first), ==, cases[i].first);
    g_assert_cmpint (get (fixture, "state", first + 1), ==, cases[i].second);
  }
}

/* One row, and what its journal says of it record by record: a letter each, as written in the table below. */
static void
say (int fd, guint64 recipient, const char *letters)
{
  g_autofree char *full = g_strnfill (JOURNAL_TEXT_LEN, 'a');

  for (const char *letter = letters; *letter != '\0'; letter++) {
    JournalRecord record = { .kind = (JournalKind) *letter, .campaign = 1, .recipient = recipient, .attempt = 1, .time_utc_ms = 2000000 };

    if (*letter == 'R')
      g_strlcpy (record.text, "3", sizeof record.text);
    else if (*letter == 'L' || *letter == 'E') {
      record.outcome = *letter == 'L' ? OUTCOME_LATER : OUTCOME_ACCEPTED;
      record.kind = JOURNAL_ENDED;
      record.not_before_utc_s = *letter == 'L' ? 9000 : 0;
    } else if (strchr ("i12b", *letter) != NULL) {
      record.kind = JOURNAL_REMOTE_ID;
      record.number = *letter == '2' ? 2 : 1;
      g_strlcpy (record.text, *letter == 'i' ? "wamid.1" : *letter == '1' ? full : *letter == '2' ? "end" : "not an id", sizeof record.text);
    } else if (*letter == '0')
      record = (JournalRecord){ .kind = 'X', .campaign = 1, .recipient = recipient, .attempt = 1, .outcome = 255, .text = "?" };
    if (*letter == '.')
      g_assert_cmpint (write (fd, &record, 40), ==, 40);
    else
      append_record (fd, &record);
  }
}

/* i, 1 and 2: an id, a full first part, a second part; b: no id. L: ended as later. 0: a kind of a later program. -: one that is none. .: half a record */
static const struct {
  const char *says;
  State       same, other; /* in the boot of the journal, in another */
  State       other_own;   /* the same, of a row that may have been given out twice */
  const char *id;
} words[] = {
  { "", STATE_QUEUED, STATE_UNKNOWN, STATE_UNKNOWN, "" },
  { "0", STATE_QUEUED, STATE_UNKNOWN, STATE_UNKNOWN, "" }, /* not known, and whole */
  { "0B0E0", STATE_ACCEPTED, STATE_ACCEPTED, STATE_ACCEPTED, "" },
  { "-", STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN, "" }, /* the control */
  { "BiE", STATE_ACCEPTED, STATE_ACCEPTED, STATE_ACCEPTED, "wamid.1" },
  { "iE", STATE_ACCEPTED, STATE_ACCEPTED, STATE_ACCEPTED, "wamid.1" },
  { "BEi", STATE_ACCEPTED, STATE_ACCEPTED, STATE_ACCEPTED, "wamid.1" },
  { "Bi", STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN, "wamid.1" }, /* what was heard of it later can be found */
  { "i", STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN, "wamid.1" },  /* its begun is lost: a server that names it has it */
  { "B12E", STATE_ACCEPTED, STATE_ACCEPTED, STATE_ACCEPTED, "12" },
  { "B1", STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN, "" }, /* half an id is another one */
  { "B1E", STATE_ACCEPTED, STATE_ACCEPTED, STATE_ACCEPTED, "" },
  { "B2E", STATE_ACCEPTED, STATE_ACCEPTED, STATE_ACCEPTED, "" },
  { "B12iE", STATE_ACCEPTED, STATE_ACCEPTED, STATE_ACCEPTED, "wamid.1" }, /* the last one said */
  { "BbE", STATE_ACCEPTED, STATE_ACCEPTED, STATE_ACCEPTED, "" },
  { "BL", STATE_LATER, STATE_LATER, STATE_LATER, "" },
  { "BiL", STATE_LATER, STATE_LATER, STATE_LATER, "wamid.1" },
  { "R", STATE_QUEUED, STATE_QUEUED, STATE_UNKNOWN, "" }, /* once given out, never begun; else maybe in another batch */
  { "RB", STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN, "" }, /* given out again */
  { "BR", STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN, "" }, /* a contradiction */
  { "RBE", STATE_ACCEPTED, STATE_ACCEPTED, STATE_ACCEPTED, "" },
  { "S", STATE_QUEUED, STATE_QUEUED, STATE_QUEUED, "" },
  { "0S", STATE_QUEUED, STATE_QUEUED, STATE_QUEUED, "" },
  { "BS", STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN, "" },
  { "BiES", STATE_ACCEPTED, STATE_ACCEPTED, STATE_ACCEPTED, "wamid.1" },
  { "-S", STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN, "" },  /* not all is there */
  { "S0", STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN, "" },  /* it went on behind its seal */
  { "SS", STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN, "" },
  { "S.", STATE_QUEUED, STATE_UNKNOWN, STATE_UNKNOWN, "" },
};

static void
test_kinds (Fixture *fixture, gconstpointer data)
{
  gboolean has_own_rows = (GPOINTER_TO_SIZE (data) & OWN_ROWS) != 0;

  for (gsize i = 0; i < 2 * G_N_ELEMENTS (words); i++) {
    g_autofree char *full = g_strnfill (JOURNAL_TEXT_LEN, 'a'), *long_id = g_strconcat (full, "end", NULL), *asked = NULL;
    const char *id = strcmp (words[i / 2].id, "12") == 0 ? long_id : words[i / 2].id;
    Journal *journal = journal_create (&fixture->core, 1, NULL);
    guint64 serial = journal_get_serial (journal);
    gint64 row = (gint64) i + 1;
    State state = i % 2 == 0 ? words[i / 2].same : has_own_rows ? words[i / 2].other_own : words[i / 2].other;

    g_test_message ("%s, %s boot", words[i / 2].says, i % 2 == 0 ? "same" : "other");
    add_person (fixture, row, "p@example.org");
    g_assert_cmpuint (hand_over (fixture, serial, 1000), ==, 1);
    say (journal_get_fd (journal), (guint64) row, words[i / 2].says);
    journal_free (journal);
    if (i % 2 == 1)
      spoil_header (fixture, serial, OTHER_BOOT);
    g_assert_cmpint (recovery_apply (&fixture->core, serial, NULL, NULL), ==, RECOVERY_DONE);
    g_assert_cmpint (get (fixture, "state", row), ==, state);
    asked = g_strdup_printf ("coalesce(provider_id,'')='%s'", id);
    g_assert_cmpint (get (fixture, asked, row), ==, 1);
    if (state == STATE_LATER)
      g_assert_cmpint (get (fixture, "not_before_utc", row), ==, 9000);
    g_assert_true (database_run (fixture->core.database, NULL, "UPDATE recipient SET state=6", "")); /* nobody is left for the next */
  }
}

/* Cut off within, before and behind each record: what is whole counts, the rest is nothing that left. */
static void
test_cut (Fixture *fixture, gconstpointer data)
{
  static const struct { const char *says; gsize records; State states[6]; gboolean has_id; } cases[] = {
    { "B12E", 4, { STATE_QUEUED, STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN, STATE_ACCEPTED }, TRUE },
    { "RBES", 4, { STATE_QUEUED, STATE_QUEUED, STATE_UNKNOWN, STATE_ACCEPTED, STATE_ACCEPTED }, FALSE },
  };
  gint64 row = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize cut = 0; cut <= 4 * cases[i].records; cut++) {
      static const gsize within[] = { 0, 1, 64, JOURNAL_RECORD_LEN - 1 };
      gsize octets = cut / 4 * JOURNAL_RECORD_LEN + within[cut % 4];
      Journal *journal = journal_create (&fixture->core, 1, NULL);
      guint64 serial = journal_get_serial (journal);

      add_person (fixture, ++row, "p@example.org");
      g_assert_cmpuint (hand_over (fixture, serial, 1000), ==, 1);
      say (journal_get_fd (journal), (guint64) row, cases[i].says);
      g_assert_cmpint (ftruncate (journal_get_fd (journal), (off_t) (JOURNAL_RECORD_LEN + octets)), ==, 0);
      journal_free (journal);
      g_assert_cmpint (recovery_apply (&fixture->core, serial, NULL, NULL), ==, RECOVERY_DONE);
      g_assert_cmpint (get (fixture, "state", row), ==, cases[i].states[octets / JOURNAL_RECORD_LEN]);
      g_assert_cmpint (get (fixture, "provider_id IS NOT NULL", row), ==, cases[i].has_id && octets >= 3 * JOURNAL_RECORD_LEN);
      g_assert_true (database_run (fixture->core.database, NULL, "UPDATE recipient SET state=6", ""));
    }
}

/* A seal, an id and a gift back in the file of a liar, of another journal, or in none: nothing. */
static void
test_sealed_by_whom (Fixture *fixture, gconstpointer data)
{
  static const struct { int how; State state; } cases[] = {
    { SAME_BOOT, STATE_QUEUED }, { OTHER_BOOT, STATE_QUEUED }, { OTHER_MOUNT, STATE_QUEUED }, { OTHER_SERIAL, STATE_UNKNOWN }, { DROPPED, STATE_UNKNOWN },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    Journal *journal = journal_create (&fixture->core, 1, NULL);
    guint64 serial = journal_get_serial (journal);
    gint64 row = (gint64) i + 1;

    add_person (fixture, row, "p@example.org");
    hand_over (fixture, serial, 1000);
    say (journal_get_fd (journal), (guint64) row, cases[i].how == DROPPED ? "RiS" : "RS");
    journal_free (journal);
    if (cases[i].how == DROPPED)
      g_assert_true (recovery_mark_dropped (&fixture->core, serial, NULL));
    else if (cases[i].how != SAME_BOOT)
      spoil_header (fixture, serial, cases[i].how);
    g_assert_cmpint (recovery_apply (&fixture->core, serial, NULL, NULL), ==, RECOVERY_DONE);
    g_assert_cmpint (get (fixture, "state", row), ==, cases[i].state);
    g_assert_cmpint (get (fixture, "provider_id IS NULL", row), ==, 1);
    g_assert_true (database_run (fixture->core.database, NULL, "UPDATE recipient SET state=6", ""));
  }
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
  g_assert_true (ledger_take_back (fixture->core.database, 1, 2, 1, tally, NULL));
  g_assert_true (ledger_take_back (fixture->core.database, 1, 2, 1, tally, NULL)); /* twice is once */
  g_assert_true (ledger_write_tally (fixture->core.database, tally, NULL));
  g_assert_true (ledger_forget_settled (fixture->core.database, 1, 1, 3, NULL)); /* 3 and 4 are out */
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
  g_assert_cmpint (database_get_int (fixture->core.database, &ranges, NULL, "SELECT count(*) FROM handover", ""), ==, 1);
  g_assert_cmpint (ranges, ==, 0);
}

static gint64
get_turn (Fixture *fixture)
{
  gint64 turn = 0;

  database_get_int (fixture->core.database, &turn, NULL, "SELECT CAST(value AS INTEGER) FROM meta WHERE key='turn'", "");
  return turn;
}

/* Core compares the count with its mark: a copy that was put back is behind. So each settling of handed rows counts. */
static void
test_turns (Fixture *fixture, gconstpointer data)
{
  Journal *empty = journal_create (&fixture->core, 1, NULL), *used = journal_create (&fixture->core, 1, NULL);
  guint64 serials[] = { journal_get_serial (empty), journal_get_serial (used) };
  gint64 turn = 0;

  add_person (fixture, 1, "p@example.org");
  hand_over (fixture, serials[1], 1000);
  journal_free (empty);
  journal_free (used);
  for (gint64 i = 1; i <= 3; i++) {
    g_assert_true (ledger_count_turn (fixture->core.database, &turn, NULL));
    g_assert_cmpint (turn, ==, i);
  }
  g_assert_cmpint (recovery_apply (&fixture->core, serials[0], NULL, NULL), ==, RECOVERY_DONE);
  g_assert_cmpint (get_turn (fixture), ==, 3); /* nobody was in its hands */
  g_assert_cmpint (recovery_apply (&fixture->core, serials[1], NULL, NULL), ==, RECOVERY_DONE);
  g_assert_cmpint (get_turn (fixture), ==, 4);
}

/* The store cannot be written: the journal stays, and is read when it can. */
static void
test_recovery_fails (Fixture *fixture, gconstpointer data)
{
  Journal *journal = journal_create (&fixture->core, 1, NULL);
  guint64 serial = journal_get_serial (journal);
  g_autofree char *path = get_path (fixture, serial);
  g_autoptr (GError) error = NULL;

  add_person (fixture, 1, "p@example.org");
  hand_over (fixture, serial, 1000);
  append (journal_get_fd (journal), JOURNAL_ENDED, 1, 1, OUTCOME_ACCEPTED);
  journal_free (journal);
  g_assert_true (database_run (fixture->core.database, NULL, "CREATE TRIGGER full BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT,'full'); END", ""));
  g_assert_cmpint (recovery_apply (&fixture->core, serial, NULL, &error), ==, RECOVERY_FAILED);
  g_assert_nonnull (error);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_HANDED);
  g_assert_true (database_run (fixture->core.database, NULL, "DROP TRIGGER full", ""));
  g_assert_cmpint (recovery_apply (&fixture->core, serial, NULL, NULL), ==, RECOVERY_DONE);
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_ACCEPTED);
}

/* What lies in the folder of journals at the start: those that the store knows stay, each with its account, oldest first. */
static void
test_list_and_sweep (Fixture *fixture, gconstpointer data)
{
  guint64 serials[3];
  g_autofree char *foreign = g_build_filename (fixture->home, "journals", "notes.txt", NULL);
  g_autoptr (GArray) first = NULL, second = NULL;

  g_assert_true (database_run (fixture->core.database, NULL, "INSERT INTO account(id,name,address,created_utc) VALUES(2,'b','b@example.org',1)", ""));
  for (guint i = 0; i < 3; i++) {
    g_autoptr (Journal) journal = journal_create (&fixture->core, i == 1 ? 2 : 1, NULL);

    serials[i] = journal_get_serial (journal);
  }
  first = recovery_list (&fixture->core, 1, NULL);
  second = recovery_list (&fixture->core, 2, NULL);
  g_assert_cmpuint (first->len, ==, 2);
  g_assert_cmpuint (g_array_index (first, guint64, 0), ==, serials[0]);
  g_assert_cmpuint (g_array_index (first, guint64, 1), ==, serials[2]);
  g_assert_cmpuint (second->len, ==, 1);
  g_assert_true (database_run (fixture->core.database, NULL, "DELETE FROM journal WHERE serial=?", "i", (gint64) serials[0])); /* settled, and then core ended */
  g_assert_true (g_file_set_contents (foreign, "x", 1, NULL));
  recovery_sweep (&fixture->core);
  for (guint i = 0; i < 3; i++) {
    g_autofree char *path = get_path (fixture, serials[i]);

    g_assert_cmpint (g_file_test (path, G_FILE_TEST_EXISTS), ==, i != 0);
  }
  g_assert_true (g_file_test (foreign, G_FILE_TEST_EXISTS));
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
  add ("recovery/never-a-witness", 0, test_never_a_witness);
  add ("recovery/hostile", 0, test_hostile);
  add ("recovery/unreadable", 0, test_unreadable);
  add ("recovery/kinds", 0, test_kinds);
  add ("recovery/cut", 0, test_cut);
  add ("recovery/sealed-by-whom", 0, test_sealed_by_whom);
  add ("range", 0, test_range);
  add ("turns", 0, test_turns);
  add ("recovery/fails", 0, test_recovery_fails);
  add ("recovery/list-and-sweep", 0, test_list_and_sweep);
  return g_test_run ();
}
