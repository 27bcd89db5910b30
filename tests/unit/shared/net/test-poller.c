#include "poller.h"

#include <sys/socket.h>
#include <unistd.h>

typedef struct {
  int   ours, theirs;
  guint calls; /* of ready */
} End;

static void
ready_cb (gpointer owner)
{
  End *end = owner;
  char octets[16];

  end->calls++;
  (void) !recv (end->ours, octets, sizeof octets, MSG_DONTWAIT);
}

static void
open_end (End *end)
{
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), ==, 0);
  *end = (End){ fds[0], fds[1], 0 };
}

static void
spin (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
close_end (End *end)
{
  close (end->ours);
  close (end->theirs);
}

/* Each owner is called for its own socket alone: for octets, for the end, for room only where it asked. */
static void
test_owners (void)
{
  g_autoptr (Poller) poller = poller_new (ready_cb);
  End one, two;

  open_end (&one);
  open_end (&two);
  poller_add (poller, one.ours, &one);
  poller_add (poller, two.ours, &two);
  spin ();
  g_assert_cmpuint (one.calls + two.calls, ==, 0); /* there is room, which nobody waits for */
  g_assert_cmpint (write (one.theirs, "x", 1), ==, 1);
  spin ();
  g_assert_cmpuint (one.calls, ==, 1);
  g_assert_cmpuint (two.calls, ==, 0);
  poller_change (poller, two.ours, &two, TRUE);
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (two.calls, >, 0);
  poller_change (poller, two.ours, &two, FALSE);
  two.calls = 0;
  spin ();
  g_assert_cmpuint (two.calls, ==, 0);
  shutdown (two.theirs, SHUT_RDWR);
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (two.calls, >, 0);
  poller_remove (poller, two.ours);
  poller_remove (poller, one.ours);
  g_assert_cmpint (write (one.theirs, "x", 1), ==, 1);
  one.calls = 0;
  spin ();
  g_assert_cmpuint (one.calls, ==, 0); /* removed: called no more */
  close_end (&one);
  close_end (&two);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/net/poller/owners", test_owners);
  return g_test_run ();
}
