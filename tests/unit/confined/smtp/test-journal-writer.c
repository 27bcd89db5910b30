#include "journal-writer.h"

#include "outcome.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int
open_file (char **out_path)
{
  int fd = g_file_open_tmp ("journal-XXXXXX", out_path, NULL);

  g_assert_cmpint (fcntl (fd, F_SETFL, O_APPEND), ==, 0);
  return fd;
}

static void
test_order (void)
{
  g_autofree char *path = NULL;
  int fd = open_file (&path), ours = dup (fd);
  JournalWriter *writer = journal_writer_new (fd);
  g_autoptr (GError) error = NULL;
  guint8 raw[2 * JOURNAL_RECORD_LEN];
  JournalRecord record;

  journal_writer_begun (writer, 7, 8, 2);
  g_assert_cmpint (pread (ours, raw, sizeof raw, 0), ==, 0); /* nothing before the flush */
  journal_writer_ended (writer, 7, 8, 2, OUTCOME_LATER, REASON_SLOW, "450 later");
  g_assert_true (journal_writer_flush (writer, &error));
  g_assert_cmpint (pread (ours, raw, sizeof raw, 0), ==, sizeof raw);
  g_assert_true (journal_record_read (raw, &record));
  g_assert_cmpint (record.kind, ==, JOURNAL_BEGUN);
  g_assert_cmpuint (record.campaign, ==, 7);
  g_assert_cmpuint (record.recipient, ==, 8);
  g_assert_cmpuint (record.attempt, ==, 2);
  g_assert_true (journal_record_read (raw + JOURNAL_RECORD_LEN, &record));
  g_assert_cmpint (record.kind, ==, JOURNAL_ENDED);
  g_assert_cmpint (record.outcome, ==, OUTCOME_LATER);
  g_assert_cmpint (record.reason, ==, REASON_SLOW);
  g_assert_cmpstr (record.text, ==, "450 later");
  journal_writer_free (writer);
  close (ours);
  g_unlink (path);
}

/* A short write in mid-record (RLIMIT_FSIZE: 200 of 256 octets), then room again: the records are whole and in step. */
static void
test_short_write (void)
{
  g_autofree char *path = NULL;
  int fd = open_file (&path), ours = dup (fd);
  JournalWriter *writer = journal_writer_new (fd);
  struct rlimit before, small;
  g_autoptr (GError) error = NULL;
  guint8 raw[JOURNAL_RECORD_LEN];
  JournalRecord record;

  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &before);
  small = before;
  small.rlim_cur = 200;
  journal_writer_begun (writer, 1, 1, 1);
  journal_writer_begun (writer, 1, 2, 1);
  setrlimit (RLIMIT_FSIZE, &small);
  g_assert_false (journal_writer_flush (writer, &error));
  setrlimit (RLIMIT_FSIZE, &before);
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_true (journal_writer_flush (writer, &error));
  for (guint i = 0; i < 2; i++) {
    g_assert_cmpint (pread (ours, raw, sizeof raw, i * JOURNAL_RECORD_LEN), ==, sizeof raw);
    g_assert_true (journal_record_read (raw, &record));
    g_assert_cmpuint (record.recipient, ==, i + 1);
  }
  journal_writer_free (writer);
  close (ours);
  g_unlink (path);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/smtp/journal-writer/order", test_order);
  g_test_add_func ("/smtp/journal-writer/short-write", test_short_write);
  return g_test_run ();
}
