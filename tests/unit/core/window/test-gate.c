/* The way out of the window in which somebody signs in: real gate and real dial, a browser and a server played here. Where it leads is core's list to say, whatever the browser says. */
#include "gate.h"

#include "dialer.h"
#include "fault.h"
#include "listener.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_S 60 /* only a hang takes so long */
#define GREETING "from the server"

typedef struct {
  Core      core;
  HostList *hosts;
  Gate     *gate;
  gboolean  is_ready;
  int       listed, unlisted; /* listeners */
  guint16   listed_port, unlisted_port;
} Fixture;

static void
ready_cb (gpointer data)
{
  ((Fixture *) data)->is_ready = TRUE;
}

static void
closed_cb (const char *why, gpointer data)
{
  g_error ("gate left: %s", why);
}

static void
fixture_set_up (Fixture *self, gconstpointer unused)
{
  static const GateFuncs funcs = { ready_cb, closed_cb };
  g_autofree char *authorize = NULL;
  g_autoptr (GError) error = NULL;

  self->core.dialer = dialer_new ();
  self->listed = listener_open (SOCK_NONBLOCK, &self->listed_port);
  self->unlisted = listener_open (SOCK_NONBLOCK, &self->unlisted_port);
  authorize = g_strdup_printf ("https://localhost:%u/auth", self->listed_port);
  self->hosts = host_list_new (authorize, "login.invalid", &error);
  g_assert_no_error (error);
  self->gate = gate_start (&self->core, self->hosts, &funcs, self);
  g_assert_false (self->is_ready);
  while (!self->is_ready)
    g_main_context_iteration (NULL, TRUE);
}

static void
fixture_tear_down (Fixture *self, gconstpointer unused)
{
  gate_free (self->gate);
  host_list_free (self->hosts);
  dialer_free (self->core.dialer);
  close (self->listed);
  close (self->unlisted);
}

/* --- a browser --- */

static int
connect_browser (Fixture *self)
{
  guint16 port;
  int listener = listener_open (0, &port), fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), taken;
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };

  (void) connect (fd, (struct sockaddr *) &address, sizeof address);
  taken = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);
  g_assert_cmpint (taken, >=, 0);
  close (listener);
  gate_take (self->gate, taken);
  return fd;
}

static void
greet (int listener)
{
  int fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);

  if (fd < 0)
    return;
  g_assert_cmpint (send (fd, GREETING, strlen (GREETING), MSG_NOSIGNAL), ==, strlen (GREETING));
  close (fd);
}

/* Says it through gate until either side has hung up; the server behind the listed port says its greeting to whoever comes. Returns: (transfer full) all that was heard. */
static char *
browse (Fixture *self, const char *target)
{
  int fd = connect_browser (self);
  g_autofree char *head = g_strdup_printf ("CONNECT %s HTTP/1.1\r\n\r\n", target);
  GString *got = g_string_new (NULL);
  gint64 until_us = g_get_monotonic_time () + PATIENCE_S * G_USEC_PER_SEC;
  char piece[512];

  while (send (fd, head, strlen (head), MSG_NOSIGNAL) < 0)
    g_assert_cmpint (errno, ==, EAGAIN);
  for (;;) {
    gssize n = recv (fd, piece, sizeof piece, 0);

    if (n == 0 || (n < 0 && errno == ECONNRESET))
      break;
    if (n > 0)
      g_string_append_len (got, piece, n);
    greet (self->listed);
    while (g_main_context_iteration (NULL, FALSE))
      continue;
    g_usleep (1000);
    g_assert_cmpint (g_get_monotonic_time (), <, until_us);
  }
  close (fd);
  return g_string_free (got, FALSE);
}

static void
assert_untouched (Fixture *self)
{
  g_assert_cmpint (accept4 (self->unlisted, NULL, NULL, SOCK_CLOEXEC), <, 0);
  g_assert_cmpint (errno, ==, EAGAIN);
}

/* --- tests --- */

static void
test_listed (Fixture *self, gconstpointer unused)
{
  g_autofree char *target = g_strdup_printf ("LOCALHOST:%u", self->listed_port), *got = browse (self, target);

  g_assert_cmpstr (got, ==, "HTTP/1.1 200 Connection Established\r\n\r\n" GREETING);
}

static void
test_unlisted (Fixture *self, gconstpointer unused)
{
  static const char *const hosts[] = { "localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "a.localhost", "localhost.localdomain", "login.example.org" };
  const guint16 ports[] = { self->unlisted_port, self->listed_port, 443, 80, 53 };

  for (gsize i = 0; i < G_N_ELEMENTS (hosts); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (ports); k++) {
      g_autofree char *target = g_strdup_printf ("%s:%u", hosts[i], ports[k]), *got = NULL;

      if (i == 0 && k == 1)
        continue; /* the one that is listed */
      got = browse (self, target);
      g_test_message ("%s", target);
      g_assert_cmpstr (got, ==, "");
    }
  assert_untouched (self);
}

/* The control: what was refused does listen, and this process reaches it. */
static void
test_control (Fixture *self, gconstpointer unused)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (self->unlisted_port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), taken;

  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  taken = accept4 (self->unlisted, NULL, NULL, SOCK_CLOEXEC);
  g_assert_cmpint (taken, >=, 0);
  close (taken);
  close (fd);
}

static void
test_nobody_there (Fixture *self, gconstpointer unused)
{
  g_autofree char *got = browse (self, "login.invalid:443");

  g_assert_cmpstr (got, ==, "");
}

/* Gone in the middle of everything: nothing is answered any more. */
static void
test_freed_early (Fixture *self, gconstpointer unused)
{
  static const GateFuncs funcs = { ready_cb, closed_cb };
  int fd = connect_browser (self);
  g_autofree char *head = g_strdup_printf ("CONNECT localhost:%u HTTP/1.1\r\n\r\n", self->listed_port);

  g_assert_cmpint (send (fd, head, strlen (head), MSG_NOSIGNAL), >, 0);
  for (guint i = 0; i < 20; i++) {
    while (g_main_context_iteration (NULL, FALSE))
      continue;
    g_usleep (1000);
  }
  gate_free (self->gate);
  self->gate = gate_start (&self->core, self->hosts, &funcs, self); /* freed before it is ready */
  for (guint i = 0; i < 200; i++) {
    while (g_main_context_iteration (NULL, FALSE))
      continue;
    g_usleep (1000);
  }
  close (fd);
}

int
main (int argc, char *argv[])
{
  static const struct { const char *path; void (*run) (Fixture *self, gconstpointer unused); } tests[] = {
    { "/core/window/gate/listed", test_listed },
    { "/core/window/gate/unlisted", test_unlisted },
    { "/core/window/gate/control", test_control },
    { "/core/window/gate/nobody-there", test_nobody_there },
    { "/core/window/gate/freed-early", test_freed_early },
  };

  g_test_init (&argc, &argv, NULL);
  fault_quark ();
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, fixture_set_up, tests[i].run, fixture_tear_down);
  return g_test_run ();
}
