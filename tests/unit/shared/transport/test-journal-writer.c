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
  journal_writer_ended (writer, 7, 8, 2, OUTCOME_LATER, REASON_SLOW, 1700000000, "450 later");
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
  g_assert_cmpint (record.not_before_utc_s, ==, 1700000000);
  g_assert_cmpstr (record.text, ==, "450 later");
  journal_writer_free (writer);
  close (ours);
  g_unlink (path);
}

/* One part, or two where the first is full, in front of its answer; what is no id leaves nothing. */
static void
test_remote_id (void)
{
  static const struct { gsize len; char last; guint parts; } rows[] = {
    { 1, 'x', 1 }, { 79, 'x', 1 }, { 80, 'x', 2 }, { 81, 'x', 2 }, { 128, 'x', 2 }, { 129, 'x', 0 }, { 0, 0, 0 }, { 9, '\n', 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = NULL, *id = g_strnfill (rows[i].len, 'a');
    int fd = open_file (&path), ours = dup (fd);
    JournalWriter *writer = journal_writer_new (fd);
    g_autoptr (GString) back = g_string_new (NULL);
    guint8 raw[JOURNAL_RECORD_LEN];
    JournalRecord record = { 0 };

    if (rows[i].len > 0)
      id[rows[i].len - 1] = rows[i].last;
    journal_writer_remote_id (writer, 7, 8, 2, rows[i].len > 0 ? id : NULL);
    journal_writer_ended (writer, 7, 8, 2, OUTCOME_ACCEPTED, REASON_NONE, -1, NULL);
    g_assert_true (journal_writer_flush (writer, NULL));
    for (guint part = 0; part < rows[i].parts; part++) {
      g_assert_cmpint (pread (ours, raw, sizeof raw, part * JOURNAL_RECORD_LEN), ==, sizeof raw);
      g_assert_true (journal_record_read (raw, &record));
      g_assert_cmpint (record.kind, ==, JOURNAL_REMOTE_ID);
      g_assert_cmpuint (record.number, ==, part + 1);
      g_assert_true (record.campaign == 7 && record.recipient == 8 && record.attempt == 2);
      g_string_append (back, record.text);
    }
    g_assert_cmpstr (back->str, ==, rows[i].parts > 0 ? id : "");
    g_assert_cmpint (pread (ours, raw, sizeof raw, rows[i].parts * JOURNAL_RECORD_LEN), ==, sizeof raw);
    g_assert_true (journal_record_read (raw, &record));
    g_assert_cmpint (record.kind, ==, JOURNAL_ENDED);
    g_assert_cmpint (record.not_before_utc_s, ==, 0);
    journal_writer_free (writer);
    close (ours);
    g_unlink (path);
  }
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

/* The disk is full: what never left is taken back, but for the record that lies there by half. Ended ones stay. */
static void
test_take_back (void)
{
  static const struct {
    guint       ended, begun, room;
    const char *left; /* recipients in the file once there is room: 9 begins anew */
  } rows[] = {
    { 0, 3, 0, "9 " },           /* not an octet: all three go */
    { 1, 2, 0, "1 9 " },         /* the outcome waits */
    { 0, 2, 100, "1 9 " },       /* by half: its rest is written */
    { 1, 2, 100, "1 9 " },
    { 1, 2, 128, "1 9 " },       /* at the seam */
    { 1, 2, 228, "1 2 9 " },
    { 0, 2, 128 + 1, "1 2 9 " }, /* one is there whole: it stays begun, which is the safe side */
  };
  struct rlimit before, small;

  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &before);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = NULL;
    int fd = open_file (&path), ours = dup (fd);
    JournalWriter *writer = journal_writer_new (fd);
    g_autoptr (GString) left = g_string_new (NULL);
    guint8 raw[JOURNAL_RECORD_LEN];
    JournalRecord record;
    gboolean is_written;

    small = before;
    small.rlim_cur = rows[i].room;
    for (guint n = 1; n <= rows[i].ended + rows[i].begun; n++)
      if (n <= rows[i].ended)
        journal_writer_ended (writer, 1, n, 1, OUTCOME_ACCEPTED, REASON_NONE, 0, "250 ok");
      else
        journal_writer_begun (writer, 1, n, 1);
    setrlimit (RLIMIT_FSIZE, &small);
    is_written = journal_writer_flush (writer, NULL);
    setrlimit (RLIMIT_FSIZE, &before);
    g_assert_false (is_written);
    journal_writer_take_back (writer, rows[i].begun);
    journal_writer_begun (writer, 1, 9, 1);
    g_assert_true (journal_writer_flush (writer, NULL));
    for (off_t at = 0; pread (ours, raw, sizeof raw, at) == (gssize) sizeof raw; at += JOURNAL_RECORD_LEN) {
      g_assert_true (journal_record_read (raw, &record)); /* each in step */
      g_string_append_printf (left, "%u ", (guint) record.recipient);
    }
    g_assert_cmpstr (left->str, ==, rows[i].left);
    g_assert_cmpint (lseek (ours, 0, SEEK_END) % JOURNAL_RECORD_LEN, ==, 0);
    journal_writer_free (writer);
    close (ours);
    g_unlink (path);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/transport/journal-writer/order", test_order);
  g_test_add_func ("/shared/transport/journal-writer/remote-id", test_remote_id);
  g_test_add_func ("/shared/transport/journal-writer/short-write", test_short_write);
  g_test_add_func ("/shared/transport/journal-writer/take-back", test_take_back);
  return g_test_run ();
}
