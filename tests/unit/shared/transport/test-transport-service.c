/* A whole transport with the fake channel, as core sees it: a process, Transport2, a journal. No protocol, no socket. */
#include "transport-client.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static const char *program;

/* Returns: what the channel has written. */
static char *
send_campaign (Client *client, const char *path)
{
  g_autofree char *settings = g_strdup_printf ("{'user': <'%s'>}", path);
  char *sent = NULL;

  client_open (client, settings, "secret");
  client_begin (client, 1, "Dear you");
  client_send (client, 1, 1, 300); /* more than fit into one signal */
  client_wait_outcomes (client, 300);
  g_assert_true (g_file_get_contents (path, &sent, NULL, NULL));
  return sent;
}

static void
test_campaign (void)
{
  g_autofree char *path = NULL, *sent = NULL, *journal = NULL;
  Client *client = client_new (program);
  guint lines = 0;

  close (g_file_open_tmp ("postrider-fake-XXXXXX", &path, NULL));
  sent = send_campaign (client, path);
  for (const char *at = sent; (at = strchr (at, '\n')) != NULL; at++)
    lines++;
  g_assert_cmpuint (lines, ==, 300); /* each once */
  g_assert_true (g_str_has_prefix (sent, "r1@example.net: Dear you\nr2@example.net: Dear you\n"));
  g_assert_cmpuint (client->tally[OUTCOME_ACCEPTED], ==, 300);
  journal = client_read_journal (client);
  g_assert_true (g_str_has_prefix (journal, "B1 "));
  g_assert_nonnull (strstr (journal, "E300=accepted "));
  g_unlink (path);
  client_free (client);
}

/* A person's own file comes with the row; one that could be written is refused. */
static void
test_files (void)
{
  g_autofree char *path = NULL, *settings = NULL, *sent = NULL, *own = NULL;
  Client *client = client_new (program);
  static const int flags[] = { O_RDWR, O_RDONLY };

  close (g_file_open_tmp ("postrider-fake-XXXXXX", &path, NULL));
  close (g_file_open_tmp ("postrider-own-XXXXXX", &own, NULL));
  g_assert_true (g_file_set_contents (own, "her own\n", -1, NULL));
  settings = g_strdup_printf ("{'user': <'%s'>}", path);
  client_open (client, settings, "secret");
  client_begin (client, 1, "Dear you");
  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++) {
    g_autoptr (FrameWriter) rows = frame_writer_new (FRAME_RECIPIENTS);
    int fd = open (own, flags[i] | O_CLOEXEC);
    g_autoptr (GUnixFDList) fds = g_unix_fd_list_new_from_array (&fd, 1);

    frame_writer_row (rows, 1, 1, 3);
    frame_writer_string (rows, "ann@example.org");
    frame_writer_string (rows, "Ann");
    frame_writer_string (rows, "world");
    g_assert_cmpint (pr_transport2_call_send_sync (client->proxy, 1, frame_writer_finish (rows), g_variant_new_parsed ("[handle 0]"), fds, NULL, NULL, NULL), ==,
                     flags[i] == O_RDONLY);
  }
  client_wait_outcomes (client, 1);
  g_assert_true (g_file_get_contents (path, &sent, NULL, NULL));
  g_assert_cmpstr (sent, ==, "ann@example.org: Dear you\nher own\n");
  g_unlink (path);
  g_unlink (own);
  client_free (client);
}

/* One row that has not its campaign's columns. */
static void
refuse_preview (Client *client)
{
  g_autoptr (FrameWriter) rows = frame_writer_new (FRAME_RECIPIENTS);
  g_autoptr (GVariant) messages = NULL;
  g_autoptr (GError) error = NULL;

  frame_writer_row (rows, 1, 0, 1);
  frame_writer_string (rows, "ann@example.org");
  g_assert_false (pr_transport2_call_preview_sync (client->proxy, 1, frame_writer_finish (rows), NULL, &messages, NULL, &error));
  g_assert_nonnull (strstr (error->message, "its campaign's columns"));
}

static void
test_calls (void)
{
  g_autoptr (FrameWriter) rows = frame_writer_new (FRAME_RECIPIENTS);
  g_autoptr (GVariant) messages = NULL, back = NULL;
  g_autofree char *form = NULL;
  g_autoptr (GError) error = NULL;
  static FrameRow row;
  FrameReader reader;
  gsize len;
  const void *bytes;
  Client *client = client_new (program);

  client_begin (client, 1, "Dear you"); /* before there is an account */
  for (guint i = 0; i < 2; i++) {
    frame_writer_row (rows, i, 0, 3);
    frame_writer_string (rows, i == 0 ? "ann@example.org" : "");
    frame_writer_string (rows, "Ann");
    frame_writer_string (rows, "world");
  }
  g_assert_true (pr_transport2_call_preview_sync (client->proxy, 1, frame_writer_finish (rows), &form, &messages, NULL, &error));
  g_assert_cmpstr (form, ==, "text/plain");
  bytes = g_variant_get_fixed_array (messages, &len, 1);
  g_assert_true (frame_open (&reader, FRAME_MESSAGES, bytes, len, NULL));
  g_assert_true (frame_next (&reader, &row, NULL));
  g_assert_cmpmem (row.fields[0].data, row.fields[0].len, "ann@example.org: Dear you\n", 26);
  g_assert_true (frame_next (&reader, &row, NULL)); /* it could not be built */
  g_assert_cmpuint (row.n_fields, ==, 2);
  g_assert_cmpuint (row.fields[0].len, ==, 0);
  g_assert_cmpmem (row.fields[1].data, row.fields[1].len, "there is no address", 19);
  refuse_preview (client);
  g_assert_true (pr_transport2_call_recall_sync (client->proxy, 1, g_variant_new_fixed_array (G_VARIANT_TYPE_UINT64, NULL, 0, 8), &back, NULL, NULL));
  g_assert_cmpuint (g_variant_n_children (back), ==, 0);
  g_assert_true (pr_transport2_call_drain_sync (client->proxy, NULL, &error));
  client_free (client);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  program = argv[1];
  g_test_add_func ("/shared/transport/transport-service/campaign", test_campaign);
  g_test_add_func ("/shared/transport/transport-service/calls", test_calls);
  g_test_add_func ("/shared/transport/transport-service/files", test_files);
  return g_test_run ();
}
