/* The whole program: a journal that cannot grow. */
#include "transcripts.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The journal cannot grow: nothing leaves, the lane says so; with room again it goes on. */
static void
test_full_disk (void)
{
  Client *client = client_new ("smtp");
  g_autofree char *problem = NULL;
  int fd, full = open ("/dev/full", O_RDWR | O_CLOEXEC), real = dup (client->journal);
  ScriptServer *server = script_server_new (PIPED ENVELOPE "S: 250 ok\nS: 250 ok\nS: 354 go\nQUIET\n", &fd);

  dup2 (full, client->journal);
  client_open (client, "{" PLAIN "}", "");
  dup2 (real, client->journal);
  client_begin (client, 1, "Dear {{word}}\n");
  client_send (client, 1, 1, 1);
  g_assert_true (client_add (client, fd));
  client_wait_log (client, "lost");
  g_assert_cmpstr (client->log->str, ==, "paused(journal) lost ");
  problem = script_server_finish (server);
  g_assert_cmpstr (problem, ==, ""); /* not an octet of the body left */
  client_free (client);
  close (full);
  close (real);
}

/* The disk is full in mid-record, room is made, Resume: the message goes, and the records are in step. */
static void
test_disk_with_room_again (gconstpointer data)
{
  static const char *const bdat = CHUNKED "C: MAIL *\nC: RCPT *\nBDAT\nS: 250 ok\nS: 250 ok\nS: 250 chunk\nBDAT\nS: 250 taken\n";
  static const char *const piped = PIPED ENVELOPE TAKE "S: 250 taken\n";
  gboolean is_chunking = GPOINTER_TO_INT (data);
  Client *client = client_new ("smtp");
  g_autofree char *problem = NULL, *journal = NULL;
  struct rlimit before, small;
  int fd;
  ScriptServer *server = script_server_new (is_chunking ? CHUNKED "C: MAIL *\nC: RCPT *\nBDAT\nS: 250 ok\nS: 250 ok\nS: 250 chunk\nC: QUIT\nS: 221 bye\n" : PIPED ENVELOPE "S: 250 ok\nS: 250 ok\nS: 354 go\nWAIT\n", &fd);

  client_open (client, "{" PLAIN "}", "");
  client_begin (client, 1, "Dear {{word}}\n");
  g_assert_cmpint (prlimit (peer_get_pid (client->peer), RLIMIT_FSIZE, NULL, &before), ==, 0);
  small = before;
  small.rlim_cur = JOURNAL_RECORD_LEN + 60; /* the header and half a record */
  g_assert_cmpint (prlimit (peer_get_pid (client->peer), RLIMIT_FSIZE, &small, NULL), ==, 0);
  client_send (client, 1, 1, 1);
  g_assert_true (client_add (client, fd));
  client_wait_log (client, "paused(journal)");
  problem = script_server_finish (server);
  g_assert_cmpstr (problem, ==, ""); /* of the message no more than what no server can take for one */
  g_assert_true (pr_transport2_call_resume_sync (client->proxy, NULL, NULL)); /* too early */
  client_spin (50);
  g_assert_nonnull (strstr (strstr (client->log->str, "paused(journal)") + 1, "paused(journal)"));
  g_assert_cmpint (prlimit (peer_get_pid (client->peer), RLIMIT_FSIZE, &before, NULL), ==, 0);
  g_assert_true (pr_transport2_call_resume_sync (client->proxy, NULL, NULL));
  server = script_server_new (is_chunking ? bdat : piped, &fd);
  g_assert_true (client_add (client, fd));
  client_wait_outcomes (client, 1);
  g_assert_true (g_str_has_suffix (client->log->str, " 1=accepted "));
  journal = client_read_journal (client);
  g_assert_cmpstr (journal, ==, "B1 B1 E1=accepted "); /* the half one was finished before the row began again */
  client_free (client);
  g_free (problem);
  problem = script_server_finish (server);
  g_assert_cmpstr (problem, ==, "");
}

int
main (int argc, char *argv[])
{
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/confined/smtp/program-disk/full-disk", test_full_disk);
  g_test_add_data_func ("/confined/smtp/program-disk/disk-with-room-again/data", GINT_TO_POINTER (FALSE), test_disk_with_room_again);
  g_test_add_data_func ("/confined/smtp/program-disk/disk-with-room-again/bdat", GINT_TO_POINTER (TRUE), test_disk_with_room_again);
  return g_test_run ();
}
