/* The whole program: what core says to it, and that core goes away. */
#include "transcripts.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Rows that wait come back; the one that is begun has its outcome. */
static void
test_recall (void)
{
  Client *client = client_new ("smtp");
  g_autoptr (GVariant) back = NULL;
  g_autofree char *problem = NULL;
  int fd;
  ScriptServer *server = script_server_new (PIPED ENVELOPE TAKE ENVELOPE "SLEEP 1000\nCLOSE\n", &fd);
  const guint64 two = 2;

  client_open (client, "{" PLAIN "}", "");
  client_begin (client, 1, "Dear {{word}}\n");
  client_send (client, 1, 1, 4);
  client_begin (client, 2, "Dear {{word}}\n");
  client_send (client, 2, 9, 1); /* another campaign's row stays where it is */
  g_assert_true (client_add (client, fd));
  client_spin (200);
  g_assert_true (pr_transport2_call_recall_sync (client->proxy, 1, g_variant_new_fixed_array (G_VARIANT_TYPE_UINT64, &two, 1, 8), &back, NULL, NULL));
  g_assert_cmpuint (g_variant_n_children (back), ==, 1);
  g_clear_pointer (&back, g_variant_unref);
  g_assert_true (pr_transport2_call_recall_sync (client->proxy, 1, g_variant_new_fixed_array (G_VARIANT_TYPE_UINT64, NULL, 0, 8), &back, NULL, NULL));
  g_assert_cmpuint (g_variant_n_children (back), ==, 2);
  g_clear_pointer (&back, g_variant_unref);
  g_assert_true (pr_transport2_call_recall_sync (client->proxy, 2, g_variant_new_fixed_array (G_VARIANT_TYPE_UINT64, NULL, 0, 8), &back, NULL, NULL));
  g_assert_cmpuint (g_variant_n_children (back), ==, 1);
  client_wait_log (client, "lost"); /* 1 was begun and never answered */
  g_assert_cmpstr (client->log->str, ==, "1=unknown lost ");
  client_free (client);
  problem = script_server_finish (server);
  g_assert_cmpstr (problem, ==, "");
}

static void
drained_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  pr_transport2_call_drain_finish (PR_TRANSPORT2 (source), result, &error);
  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

/* Drain: what is begun is answered, QUIT is said, nothing new begins. */
static void
test_drain (void)
{
  Client *client = client_new ("smtp");
  gboolean is_drained = FALSE;
  g_autofree char *problem = NULL;
  int fd;
  ScriptServer *server = script_server_new (CHUNKED "C: MAIL *\nC: RCPT *\nBDAT\nS: 250 ok\nS: 250 ok\nS: 250 chunk\nBDAT\nS: 250 taken\nC: QUIT\nS: 221 bye\n", &fd);

  client_open (client, "{" PLAIN ", 'window': <uint32 1>}", "");
  client_begin (client, 1, "Dear {{word}}\n");
  client_send (client, 1, 1, 1);
  g_assert_true (client_add (client, fd));
  client_wait_outcomes (client, 1);
  pr_transport2_call_drain (client->proxy, NULL, drained_cb, &is_drained);
  while (!is_drained)
    g_main_context_iteration (NULL, TRUE);
  client_send (client, 1, 2, 1); /* taken into the queue, never begun */
  client_spin (50);
  g_assert_cmpstr (client->log->str, ==, "1=accepted ");
  client_free (client);
  problem = script_server_finish (server);
  g_assert_cmpstr (problem, ==, "");
}

/* Core dies while a message is begun: the answer still goes into the journal, nothing new begins. */
static void
test_core_gone (void)
{
  Client *client = client_new ("smtp");
  g_autofree char *journal = NULL;
  int fd;
  ScriptServer *server = script_server_new (PIPED ENVELOPE TAKE ENVELOPE "SLEEP 500\nS: 250 taken\n", &fd);

  client_open (client, "{" PLAIN "}", "");
  client_begin (client, 1, "Dear {{word}}\n");
  client_send (client, 1, 1, 3);
  g_assert_true (client_add (client, fd));
  client_spin (200);
  g_dbus_connection_close_sync (peer_get_connection (client->peer), NULL, NULL);
  for (guint i = 0; i < 200 && peer_get_pid (client->peer) != 0; i++)
    client_spin (10);
  g_assert_cmpint (peer_get_pid (client->peer), ==, 0);
  journal = client_read_journal (client);
  g_assert_cmpstr (journal, ==, "B1 E1=accepted ");
  client_free (client);
  g_free (script_server_finish (server)); /* it may have got less than it waits for */
}

/* What other channels have, and this one has not. */
static void
assert_no_use (Client *client)
{
  g_autoptr (FrameWriter) records = frame_writer_new (FRAME_STATE);
  g_autoptr (GError) error = NULL;
  int fd = dup (client->journal);
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new_from_array (&fd, 1);

  g_assert_false (pr_transport2_call_state_kept_sync (client->proxy, 1, NULL, &error));
  g_assert_nonnull (strstr (error->message, "no use"));
  g_assert_false (pr_transport2_call_state_given_sync (client->proxy, 1, frame_writer_finish (records), NULL, NULL));
  g_assert_false (pr_transport2_call_new_secret_sync (client->proxy, g_variant_new_handle (0), 0, fds, NULL, NULL, NULL));
}

/* What core could say wrongly gets an error, and the program lives on. */
static void
test_wrong_calls (void)
{
  Client *client = client_new ("smtp");
  g_autoptr (FrameWriter) writer = frame_writer_new (FRAME_RECIPIENTS);
  g_autoptr (GError) error = NULL;

  g_assert_false (client_add (client, dup (0))); /* no account */
  client_open (client, "{" PLAIN "}", "");
  g_assert_false (client_send_frame (client, 7, frame_writer_finish (writer), NULL)); /* no campaign */
  client_begin (client, 1, "Dear {{word}}\n");
  frame_writer_row (writer, 1, 1, 1);
  frame_writer_string (writer, "r1@example.net");
  g_assert_false (client_send_frame (client, 1, frame_writer_finish (writer), &error)); /* columns are missing */
  g_assert_nonnull (strstr (error->message, "column"));
  g_assert_false (client_send_frame (client, 1, g_variant_new_from_data (G_VARIANT_TYPE_BYTESTRING, "PRFTxxxx", 8, TRUE, NULL, NULL), NULL)); /* half a frame */
  assert_no_use (client);
  g_assert_true (pr_transport2_call_resume_sync (client->proxy, NULL, NULL));
  client_free (client);
}

/* A look at templates before there is a list: fields, required ones and images, from the compiler itself. */
static void
test_inspect (void)
{
  Client *client = client_new ("smtp");
  g_auto (GStrv) fields = NULL, required = NULL, images = NULL;
  g_autoptr (GVariant) answer = NULL;
  g_autofree char *all = NULL, *needed = NULL;
  g_autoptr (GError) error = NULL;

  client_begin_with (client, 1,
                     "{'subject': '{{Title|Dear}} {{name}}', 'html': '<p>{{Gr&ouml;&szlig;e}}{{#vip}}{{gift}}{{/vip}}<img src=\"a.png\">',"
                     " 'from': 'Ann <ann@example.org>'}", TRUE, NULL, NULL, &answer, &error);
  g_assert_no_error (error);
  g_variant_get_child (answer, 0, "^as", &fields);
  g_variant_get_child (answer, 1, "^as", &required);
  g_variant_get_child (answer, 2, "^as", &images);
  all = g_strjoinv (",", fields);
  needed = g_strjoinv (",", required);
  g_assert_cmpstr (all, ==, "Title,name,Gr\xc3\xb6\xc3\x9f" "e,vip,gift");
  g_assert_cmpstr (needed, ==, "name,Gr\xc3\xb6\xc3\x9f" "e");
  g_assert_cmpstr (images[0], ==, "a.png");
  client_free (client);
}

static void
test_preview (void)
{
  Client *client = client_new ("smtp");
  g_autoptr (FrameWriter) writer = frame_writer_new (FRAME_RECIPIENTS);
  g_autoptr (GVariant) messages = NULL;
  static FrameRow row;
  FrameReader reader;
  gsize len;
  const void *bytes;
  g_autofree char *message = NULL, *form = NULL;

  client_begin (client, 1, "Dear {{word}}\n"); /* needs no account */
  frame_writer_row (writer, 5, 1, 3);
  frame_writer_string (writer, "r5@example.net");
  frame_writer_string (writer, "Rita");
  frame_writer_string (writer, "w\xc3\xb6rld");
  g_assert_true (pr_transport2_call_preview_sync (client->proxy, 1, frame_writer_finish (writer), &form, &messages, NULL, NULL));
  g_assert_cmpstr (form, ==, "message/rfc822");
  bytes = g_variant_get_fixed_array (messages, &len, 1);
  g_assert_true (frame_open (&reader, FRAME_MESSAGES, bytes, len, NULL) && frame_next (&reader, &row, NULL));
  message = slice_dup (row.fields[0]);
  g_assert_cmpuint (row.key, ==, 5);
  g_assert_nonnull (strstr (message, "To: "));
  g_assert_nonnull (strstr (message, "r5@example.net"));
  client_free (client);
}

int
main (int argc, char *argv[])
{
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/confined/smtp/program-orders/recall", test_recall);
  g_test_add_func ("/confined/smtp/program-orders/drain", test_drain);
  g_test_add_func ("/confined/smtp/program-orders/core-gone", test_core_gone);
  g_test_add_func ("/confined/smtp/program-orders/wrong-calls", test_wrong_calls);
  g_test_add_func ("/confined/smtp/program-orders/inspect", test_inspect);
  g_test_add_func ("/confined/smtp/program-orders/preview", test_preview);
  return g_test_run ();
}
