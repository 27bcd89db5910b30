/* What core hands over before the first letter: files, campaigns, settings. What is too much or wrong is refused, and the program lives on. */
#include "transport-client.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

/* Files of these sizes, opened with `flags`, as a campaign's. Returns: were they taken? */
static gboolean
begin_with (Client *client, guint64 campaign, const gsize *sizes, guint n, int flags)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  GVariantBuilder files;

  g_variant_builder_init (&files, G_VARIANT_TYPE ("a(sssh)"));
  for (guint i = 0; i < n; i++) {
    int whole = memfd_create ("file", MFD_CLOEXEC), opened;
    g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", whole);

    g_assert_cmpint (ftruncate (whole, (off_t) sizes[i]), ==, 0);
    opened = open (path, flags | O_CLOEXEC);
    g_unix_fd_list_append (fds, opened, NULL);
    g_variant_builder_add (&files, "(sssh)", "attach", "a.bin", "application/octet-stream", (gint32) i);
    close (opened);
    close (whole);
  }
  return client_begin_with (client, campaign, "{'text': 'Dear {{word}}', 'from': 'Ann <ann@example.org>'}", FALSE, g_variant_builder_end (&files), fds, NULL, NULL);
}

/* 25 MiB a file, 40 MiB together (shared/transport/compiled-campaign.h); and none that could be written. */
static void
test_files (void)
{
#define MEGABYTE (1024 * 1024)
  static const struct {
    gsize    sizes[2];
    guint    n;
    int      flags;
    gboolean is_taken;
  } rows[] = {
    { { 0 }, 1, O_RDONLY, TRUE },
    { { 25 * MEGABYTE }, 1, O_RDONLY, TRUE },
    { { 25 * MEGABYTE + 1 }, 1, O_RDONLY, FALSE },
    { { 25 * MEGABYTE, 15 * MEGABYTE }, 2, O_RDONLY, TRUE },
    { { 25 * MEGABYTE, 15 * MEGABYTE + 1 }, 2, O_RDONLY, FALSE },
    { { 1 }, 1, O_RDWR, FALSE },
    { { 1 }, 1, O_PATH, FALSE },
  };
  Client *client = client_new ("smtp");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("row %u", i);
    g_assert_cmpint (begin_with (client, i + 1, rows[i].sizes, rows[i].n, rows[i].flags), ==, rows[i].is_taken);
  }
  client_free (client);
}

static gboolean
can_send (Client *client, guint64 campaign)
{
  g_autoptr (FrameWriter) writer = frame_writer_new (FRAME_RECIPIENTS);

  return client_send_frame (client, campaign, frame_writer_finish (writer), NULL);
}

/* A campaign whose rows are here is neither dropped for others nor changed under them; of the rest the oldest make room. */
static void
test_shelf (void)
{
  Client *client = client_new ("smtp");
  g_autoptr (GVariant) back = NULL;

  client_open (client, "{'tls': <'none'>}", "");
  client_begin (client, 1, "Dear {{word}}\n");
  client_send (client, 1, 1, 1);
  g_assert_false (begin_with (client, 1, NULL, 0, O_RDONLY));
  for (guint64 i = 2; i <= 17; i++)
    client_begin (client, i, "Dear {{word}}\n");
  g_assert_true (can_send (client, 1));
  g_assert_false (can_send (client, 2));
  g_assert_true (can_send (client, 3));
  g_assert_true (can_send (client, 17));
  g_assert_true (pr_transport2_call_recall_sync (client->proxy, 1, g_variant_new_fixed_array (G_VARIANT_TYPE_UINT64, NULL, 0, 8), &back, NULL, NULL));
  g_assert_true (begin_with (client, 1, NULL, 0, O_RDONLY));
  client_free (client);
}

/* What EHLO says becomes part of a command line. */
static void
test_helo (void)
{
  static const struct {
    const char *helo;
    gboolean    is_taken;
  } rows[] = {
    { "box.example.org", TRUE }, { "[192.0.2.1]", TRUE }, { "", TRUE }, { "box example.org", FALSE }, { "box\r\nMAIL FROM:<>", FALSE }, { "b\xc3\xb6x", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    Client *client = client_new ("smtp");
    GVariantDict dict;

    g_variant_dict_init (&dict, NULL);
    g_variant_dict_insert (&dict, "host", "s", "localhost");
    g_variant_dict_insert (&dict, "tls", "s", "none");
    g_variant_dict_insert (&dict, "helo", "s", rows[i].helo);
    g_test_message ("row %u", i);
    g_assert_cmpint (client_open_with (client, g_variant_dict_end (&dict), "", NULL, NULL), ==, rows[i].is_taken);
    client_free (client);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/confined/smtp/campaign/files", test_files);
  g_test_add_func ("/confined/smtp/campaign/shelf", test_shelf);
  g_test_add_func ("/confined/smtp/campaign/helo", test_helo);
  return g_test_run ();
}
