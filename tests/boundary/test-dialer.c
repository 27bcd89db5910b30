/* The dialer against the real postrider-dial: sockets that work, ports that come later, processes that are killed. */
#include "dialer.h"
#include "loopback.h"
#include "fault.h"
#include "listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TIMEOUT_MS 20000
#define MANY 20 /* more than dial takes at a time */

typedef struct {
  Dialer *dialer;
  guint   pending;
  int     fd;
  guint16 port;
  char   *address;
  GStrv   records;
  GError *error;
} Trial;

static void
trial_clear (Trial *trial)
{
  if (trial->fd >= 0)
    close (trial->fd);
  trial->fd = -1;
  g_clear_pointer (&trial->address, g_free);
  g_clear_pointer (&trial->records, g_strfreev);
  g_clear_error (&trial->error);
}

static void
wait_for (Trial *trial)
{
  while (trial->pending > 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Trial *trial = data;

  trial_clear (trial);
  trial->fd = dialer_connect_finish (trial->dialer, result, &trial->address, &trial->error);
  trial->pending--;
}

static void
dial (Trial *trial, const char *host, guint16 port)
{
  trial->pending++;
  dialer_connect_async (trial->dialer, host, port, TIMEOUT_MS, NULL, connected_cb, trial);
}

static void
assert_connected (const Trial *trial, guint16 port)
{
  g_autofree char *wanted = g_strdup_printf ("127.0.0.1:%u", port);

  g_assert_no_error (trial->error);
  g_assert_cmpint (trial->fd, >=, 0);
  g_assert_cmpstr (trial->address, ==, wanted);
  g_assert_true (fcntl (trial->fd, F_GETFL) & O_NONBLOCK);
  g_assert_true (fcntl (trial->fd, F_GETFD) & FD_CLOEXEC);
}

static void
test_connect (void)
{
  Trial trial = { .dialer = dialer_new (), .fd = -1 };
  guint16 first = 0, second = 0;
  int a = listener_open (0, &first), b = listener_open (0, &second);

  dial (&trial, "127.0.0.1", first);
  wait_for (&trial);
  assert_connected (&trial, first);
  dial (&trial, "localhost", second); /* a port that the running process may not use */
  wait_for (&trial);
  g_assert_no_error (trial.error);
  g_assert_true (is_loopback_address (trial.address));
  close (b);
  dial (&trial, "127.0.0.1", second);
  wait_for (&trial);
  g_assert_error (trial.error, FAULT, FAULT_UNAVAILABLE); /* refused */
  dial (&trial, "nowhere.invalid", first);
  wait_for (&trial);
  g_assert_true (g_error_matches (trial.error, FAULT, FAULT_NO_HOST) || g_error_matches (trial.error, FAULT, FAULT_TEMP)); /* offline: not known */
  trial_clear (&trial);
  dialer_free (trial.dialer);
  close (a);
}

static void
test_many_at_once (void)
{
  Trial trials[MANY];
  Dialer *dialer = dialer_new ();
  guint16 ports[2] = { 0, 0 };
  int a = listener_open (0, &ports[0]), b = listener_open (0, &ports[1]);

  for (guint i = 0; i < MANY; i++) { /* the second port comes while calls of the first are on the way */
    trials[i] = (Trial){ .dialer = dialer, .fd = -1 };
    dial (&trials[i], "127.0.0.1", ports[i >= MANY / 2]);
  }
  for (guint i = 0; i < MANY; i++) {
    wait_for (&trials[i]);
    assert_connected (&trials[i], ports[i >= MANY / 2]);
    trial_clear (&trials[i]);
  }
  dialer_free (dialer);
  close (a);
  close (b);
}

/* Our child of that name. */
static GPid
find_dial (void)
{
  g_autoptr (GDir) proc = g_dir_open ("/proc", 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (proc)) != NULL) {
    g_autofree char *path = g_build_filename ("/proc", name, "stat", NULL);
    g_autofree char *text = NULL;
    const char *end;

    if (!g_ascii_isdigit (*name) || !g_file_get_contents (path, &text, NULL, NULL) || strstr (text, "(postrider-dial)") == NULL)
      continue;
    end = strrchr (text, ')');
    if (strncmp (end, ") Z", 3) != 0 && atoi (end + 4) == getpid ())
      return atoi (name);
  }
  return 0;
}

static void
test_killed (void)
{
  Trial trial = { .dialer = dialer_new (), .fd = -1 };
  guint16 port = 0;
  int listener = listener_open (0, &port);

  dial (&trial, "127.0.0.1", port);
  wait_for (&trial);
  assert_connected (&trial, port);
  g_assert_cmpint (find_dial (), >, 0);
  kill (find_dial (), SIGSTOP); /* so that the call is on the way when it dies */
  dial (&trial, "127.0.0.1", port);
  kill (find_dial (), SIGKILL);
  wait_for (&trial);
  g_assert_error (trial.error, FAULT, FAULT_TEMP);
  dial (&trial, "127.0.0.1", port); /* and the next one is served anew */
  wait_for (&trial);
  assert_connected (&trial, port);
  trial_clear (&trial);
  dialer_free (trial.dialer);
  close (listener);
}

static void
test_cancelled (void)
{
  Trial trial = { .dialer = dialer_new (), .fd = -1 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  guint16 port = 0;
  int listener = listener_open (0, &port);

  trial.pending++;
  dialer_connect_async (trial.dialer, "127.0.0.1", port, TIMEOUT_MS, cancellable, connected_cb, &trial);
  g_cancellable_cancel (cancellable);
  wait_for (&trial);
  g_assert_error (trial.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  dial (&trial, "127.0.0.1", port);
  wait_for (&trial);
  assert_connected (&trial, port);
  trial_clear (&trial);
  dial (&trial, "127.0.0.1", port);
  dialer_free (g_steal_pointer (&trial.dialer)); /* with a call on the way: it ends one way or the other */
  wait_for (&trial);
  trial_clear (&trial);
  close (listener);
}

static void
listened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Trial *trial = data;

  trial_clear (trial);
  trial->fd = dialer_listen_finish (result, &trial->port, &trial->error);
  trial->pending--;
}

/* Listens, is connected to, and finds the port in use. Returns: FALSE where this machine has no such address. */
static gboolean
listen_at (const char *address)
{
  Trial server = { .fd = -1, .pending = 1 }, client = { .dialer = dialer_new (), .fd = -1 }, taken = { .fd = -1, .pending = 1 };
  gboolean has_address;

  dialer_listen_async (address, 0, NULL, listened_cb, &server);
  wait_for (&server);
  has_address = server.fd >= 0;
  if (has_address) {
    g_assert_cmpuint (server.port, >, 0);
    dial (&client, address, server.port);
    wait_for (&client);
    g_assert_no_error (client.error);
    g_assert_cmpint (client.fd, >=, 0);
    dialer_listen_async (address, server.port, NULL, listened_cb, &taken); /* in use */
    wait_for (&taken);
    g_assert_cmpint (taken.fd, <, 0);
    g_assert_error (taken.error, FAULT, FAULT_UNAVAILABLE);
  } else {
    g_assert_error (server.error, FAULT, FAULT_UNAVAILABLE);
  }
  trial_clear (&server);
  trial_clear (&client);
  trial_clear (&taken);
  dialer_free (client.dialer);
  return has_address;
}

static void
test_listen (void)
{
  static const char *const elsewhere[] = { "0.0.0.0", "127.0.0.2", "::", "192.0.2.1", "localhost", "" };

  g_assert_true (listen_at ("127.0.0.1"));
  if (!listen_at ("::1"))
    g_test_message ("no IPv6 on this machine");
  for (gsize i = 0; i < G_N_ELEMENTS (elsewhere); i++) {
    Trial refused = { .fd = -1, .pending = 1 };

    dialer_listen_async (elsewhere[i], 0, NULL, listened_cb, &refused);
    wait_for (&refused);
    g_assert_cmpint (refused.fd, <, 0);
    g_assert_nonnull (refused.error);
    trial_clear (&refused);
  }
}

static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Trial *trial = data;

  trial->records = dialer_lookup_finish (trial->dialer, result, &trial->error);
  trial->pending--;
}

/* What DNS says depends on where this runs; that it says something, or that there is no answer, does not. */
static void
test_lookup (void)
{
  Trial trial = { .dialer = dialer_new (), .fd = -1, .pending = 1 };

  dialer_lookup_async (trial.dialer, "nowhere.invalid", "TXT", NULL, looked_up_cb, &trial);
  wait_for (&trial);
  if (trial.error != NULL)
    g_assert_error (trial.error, FAULT, FAULT_TEMP);
  else
    g_assert_cmpuint (g_strv_length (trial.records), ==, 0);
  trial_clear (&trial);
  dialer_free (trial.dialer);
}

int
main (int argc, char *argv[])
{
  fault_quark ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dialer/connect", test_connect);
  g_test_add_func ("/dialer/many-at-once", test_many_at_once);
  g_test_add_func ("/dialer/killed", test_killed);
  g_test_add_func ("/dialer/cancelled", test_cancelled);
  g_test_add_func ("/dialer/listen", test_listen);
  g_test_add_func ("/dialer/lookup", test_lookup);
  return g_test_run ();
}
