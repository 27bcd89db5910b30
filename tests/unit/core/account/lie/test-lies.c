/* A dial and a transport that lie, against the parts of core that use them: each gets an error for people, and the next call is served. */
#include "account-test.h"
#include "database-open.h"
#include "database.h"
#include "dialer.h"
#include "fault.h"
#include "listener.h"
#include "vault.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TIMEOUT_MS 300

typedef struct {
  gboolean  is_over;
  int       fd;
  char     *address;
  GVariant *report;
  GError   *error;
} Trial;

static void
trial_clear (Trial *trial)
{
  if (trial->fd >= 0)
    close (trial->fd);
  g_clear_pointer (&trial->address, g_free);
  g_clear_pointer (&trial->report, g_variant_unref);
  g_clear_error (&trial->error);
  *trial = (Trial){ .fd = -1 };
}

static void
wait_for (Trial *trial)
{
  while (!trial->is_over)
    g_main_context_iteration (NULL, TRUE);
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Trial *trial = data;

  trial->fd = dialer_connect_finish (NULL, result, &trial->address, &trial->error);
  trial->is_over = TRUE;
}

static const struct { const char *host; int code; const char *why; } lies[] = {
  { "file.example",        FAULT_TEMP,        "a file instead of a socket" },
  { "unix.example",        FAULT_TEMP,        "a socket to somebody on this machine" },
  { "listener.example",    FAULT_TEMP,        "a socket that listens" },
  { "datagram.example",    FAULT_TEMP,        "UDP" },
  { "unconnected.example", FAULT_TEMP,        "TCP to nowhere" },
  { "dies.example",        FAULT_TEMP,        "gone in the middle of the call" },
  { "stalls.example",      FAULT_TEMP,        "never answers" },
  { "shouts.example",      FAULT_UNAVAILABLE, "an error that is not its to give, and an escape in its text" },
};

static void
test_dial (void)
{
  guint16 port = 0;
  int listener = listener_open (0, &port);
  Dialer *dialer = dialer_new ();
  Trial trial = { .fd = -1 };

  for (gsize i = 0; i < G_N_ELEMENTS (lies); i++) {
    g_autofree char *wanted = g_strdup_printf ("127.0.0.1:%u", port);

    g_test_message ("%s", lies[i].why);
    dialer_connect_async (dialer, lies[i].host, port, TIMEOUT_MS, NULL, connected_cb, &trial);
    wait_for (&trial);
    g_assert_cmpint (trial.fd, <, 0);
    g_assert_error (trial.error, FAULT, lies[i].code);
    g_assert_null (strchr (trial.error->message, '\x1b'));
    trial_clear (&trial);
    dialer_connect_async (dialer, "honest.example", port, TIMEOUT_MS, NULL, connected_cb, &trial); /* the control */
    wait_for (&trial);
    g_assert_no_error (trial.error);
    g_assert_cmpstr (trial.address, ==, wanted); /* where the socket goes, not where dial said */
    trial_clear (&trial);
  }
  dialer_free (dialer);
  close (listener);
}

static void
tested_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Trial *trial = data;

  trial->report = account_test_finish (result, &trial->error);
  trial->is_over = TRUE;
}

static void
test_transport (void)
{
  static const struct { const char *lie; int code; } rows[] = { { "type", FAULT_PROTOCOL }, { "dies", FAULT_UNAVAILABLE } };
  g_autofree char *root = g_dir_make_tmp ("lies-XXXXXX", NULL), *db = g_build_filename (root, "db", NULL);
  g_autoptr (GError) error = NULL;
  guint16 port = 0;
  int listener = listener_open (0, &port);
  Core core = { .database = database_open (db, &error), .dialer = dialer_new () };
  g_autoptr (Account) account = account_new (kinds[0]);
  Trial trial = { .fd = -1 };

  account->name = g_strdup ("a");
  account->address = g_strdup ("ann@example.org");
  account_set_text (account, SETTING_HOST, "honest.example");
  account_set_number (account, SETTING_PORT, port);
  account_set_text (account, SETTING_TLS, "none");
  g_assert_true (account_add (&core, account, NULL, &error));
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_assert_true (account_set_pin (&core, account, rows[i].lie, &error));
    account_test_async (&core, account, NULL, tested_cb, &trial);
    wait_for (&trial);
    g_assert_null (trial.report);
    g_assert_error (trial.error, FAULT, rows[i].code);
    trial_clear (&trial);
  }
  dialer_free (core.dialer);
  database_close (core.database);
  close (listener);
  for (const char *const *end = (const char *const[]){ "", "-wal", "-shm", NULL }; *end != NULL; end++) {
    g_autofree char *path = g_strconcat (db, *end, NULL);

    g_unlink (path);
  }
  g_rmdir (root);
}

int
main (int argc, char *argv[])
{
  fault_quark ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/account/lie/lies/dial", test_dial);
  g_test_add_func ("/core/account/lie/lies/transport", test_transport);
  return g_test_run ();
}
