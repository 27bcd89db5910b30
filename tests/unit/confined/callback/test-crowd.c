/* Many clients at a time, slow ones and silent ones, and the limits that core sets. */
#include "callback-fixture.h"

#include "fault.h"
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- many --- */

#define SLOW 100

static guint
count_open (const int *fds, guint n)
{
  guint open_count = 0;

  for (guint i = 0; i < n; i++) {
    char octet;
    gssize got = recv (fds[i], &octet, 1, MSG_DONTWAIT);

    open_count += got < 0 && errno == EAGAIN;
  }
  return open_count;
}

/* A hundred that send an octet now and then. With room for all of them they stay (the control: that many would fill it); with 32 places those who have said
 * least for longest lose theirs, and the right one is answered in between. */
static void
test_slowloris (Fixture *self, gconstpointer routes)
{
  g_autoptr (GError) wide = fixture_limit (self, 1, 16384, 128, 60, 0), narrow = NULL;
  int fds[SLOW];

  g_assert_no_error (wide);
  measure_usual (self);
  for (guint i = 0; i < SLOW; i++) {
    fds[i] = connect_to (self->port);
    g_assert_cmpint (send (fds[i], "GET /cb?", 8, MSG_NOSIGNAL), ==, 8);
  }
  assert_prompt (self, "beside 100 slow ones with a place for each");
  g_assert_cmpuint (count_open (fds, SLOW), ==, SLOW);
  narrow = fixture_limit (self, 1, 16384, 32, 60, 0);
  g_assert_no_error (narrow);
  for (guint round = 0; round < 20; round++) {
    for (guint i = 0; i < SLOW; i++)
      (void) send (fds[i], "a", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    assert_prompt (self, "beside 100 slow ones with 32 places");
  }
  g_assert_cmpuint (count_open (fds, SLOW), <, 32);
  for (guint i = 0; i < SLOW; i++)
    close (fds[i]);
}

#define FLOOD 10000
#define FLOOD_KEPT 256

typedef struct {
  guint16 port;
  int     opened;
} Flood;

/* Opens without waiting for anybody, keeps the last ones open, and says nothing. */
static gpointer
flood_thread (gpointer data)
{
  Flood *flood = data;
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (flood->port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fds[FLOOD_KEPT];

  for (guint i = 0; i < FLOOD_KEPT; i++)
    fds[i] = -1;
  for (guint i = 0; i < FLOOD; i++) {
    int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fds[i % FLOOD_KEPT] >= 0)
      close (fds[i % FLOOD_KEPT]);
    (void) connect (fd, (struct sockaddr *) &address, sizeof address);
    fds[i % FLOOD_KEPT] = fd;
    g_atomic_int_inc (&flood->opened);
  }
  for (guint i = 0; i < FLOOD_KEPT; i++)
    if (fds[i] >= 0)
      close (fds[i]);
  return NULL;
}

static void
test_flood (Fixture *self, gconstpointer routes)
{
  Flood flood = { .port = self->port };
  GThread *thread;
  guint during = 0;

  measure_usual (self);
  thread = g_thread_new ("flood", flood_thread, &flood);
  while (g_atomic_int_get (&flood.opened) < FLOOD) {
    assert_prompt (self, "in a flood of 10,000");
    during++;
  }
  g_thread_join (thread);
  g_assert_cmpint (flood.opened, ==, FLOOD);
  g_assert_cmpuint (during, >, 0);
  assert_prompt (self, "behind the flood");
}

/* One that dribbles its head and one that dribbles its body: both are served in the end, and others meanwhile. */
static void
test_dribble (Fixture *self, gconstpointer routes)
{
  static const char whole[] = "POST /hook HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";
  Client slow = { .pause_ms = 5 };
  g_autofree char *got = run_client (self, &slow, whole, sizeof whole - 1);

  g_assert_cmpuint (get_status (got), ==, 200);
  g_assert_cmpuint (g_bytes_get_size (self->body), ==, 4);
  {
    static const char half[] = "POST /hook HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo";
    int fd = connect_to (self->port);
    g_autofree char *other = NULL;
    char octets[16] = "";

    g_assert_cmpint (send (fd, half, sizeof half - 1, 0), ==, sizeof half - 1);
    other = say (self, "GET /hook?x HTTP/1.1\r\nHost: a\r\n\r\n");
    g_assert_cmpuint (get_status (other), ==, 200);
    g_assert_cmpint (send (fd, "dy", 2, 0), ==, 2);
    while (recv (fd, octets, 12, MSG_DONTWAIT) < 12)
      g_main_context_iteration (NULL, FALSE);
    g_assert_true (g_str_has_prefix (octets, "HTTP/1.1 200"));
    close (fd);
  }
}

/* Whoever says nothing at all is closed when its time is over, a half body too; a half close without a whole head at once. */
static void
test_idle (Fixture *self, gconstpointer routes)
{
  static const char *const silent[] = { "", "GET /cb?state", "POST /hook HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo" };
  g_autoptr (GError) error = fixture_limit (self, 1, 16384, 32, 1, 0);
  Client half = { .half_closes = TRUE };
  g_autofree char *got = NULL;

  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (silent); i++) {
    g_autofree char *nothing = say (self, silent[i]);

    g_assert_cmpstr (nothing, ==, "");
  }
  got = run_client (self, &half, "GET /hook", 9);
  g_assert_cmpstr (got, ==, "");
  g_assert_cmpuint (self->asked, ==, 0);
}

/* --- limits --- */

static const struct { guint number, header, connections, idle_s, per_s; gboolean is_fine; } limits[] = {
  { 1, 16384, 32, 10, 0, TRUE },
  { 1, 1024, 1, 1, 1, TRUE },
  { 1, 32768, 128, 600, 1000, FALSE }, /* 128 bodies of 3 MiB */
  { 2, 16384, 32, 10, 0, FALSE },      /* nobody */
  { 1, 1023, 32, 10, 0, FALSE },
  { 1, 32769, 32, 10, 0, FALSE },
  { 1, 16384, 0, 10, 0, FALSE },
  { 1, 16384, 129, 10, 0, FALSE },
  { 1, 16384, 32, 0, 0, FALSE },
  { 1, 16384, 32, 601, 0, FALSE },
};

static void
test_limits (Fixture *self, gconstpointer routes)
{
  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++) {
    g_autoptr (GError) error = fixture_limit (self, limits[i].number, limits[i].header, limits[i].connections, limits[i].idle_s, limits[i].per_s);

    g_test_message ("row %zu", i);
    if (limits[i].is_fine)
      g_assert_no_error (error);
    else
      g_assert_error (error, FAULT, FAULT_USAGE);
  }
}

/* So many a second are told, the next ones come later; what fits no route does not count. */
static void
test_per_second (Fixture *self, gconstpointer routes)
{
  g_autoptr (GError) error = fixture_limit (self, 1, 16384, 32, 10, 2);
  guint told = 0, later = 0;
  gint64 start_us = g_get_monotonic_time ();
  gint64 seconds;

  g_assert_no_error (error);
  for (guint i = 0; i < 40; i++) {
    g_autofree char *strange = say (self, "GET / HTTP/1.1\r\n" HOST "\r\n");
    g_autofree char *got = say (self, RIGHT);

    g_assert_cmpuint (get_status (strange), ==, 404);
    told += get_status (got) == 200;
    later += get_status (got) == 503;
  }
  seconds = (g_get_monotonic_time () - start_us) / G_USEC_PER_SEC + 2;
  g_assert_cmpuint (told + later, ==, 40);
  g_assert_cmpuint (told, ==, self->asked);
  g_assert_cmpint (told, <=, 2 * seconds);
  g_assert_cmpuint (told, >=, 2);
}

/* A smaller head is held to from then on. */
static void
test_small_head (Fixture *self, gconstpointer routes)
{
  g_autofree char *filler = g_strnfill (1200, 'x'), *says = g_strconcat (GET HOST "X: ", filler, "\r\n\r\n", NULL);
  g_autofree char *fine = say (self, says), *refused = NULL;
  g_autoptr (GError) error = fixture_limit (self, 1, 1024, 32, 10, 0);

  g_assert_no_error (error);
  refused = say (self, says);
  g_assert_cmpuint (get_status (fine), ==, 200);
  g_assert_cmpuint (get_status (refused), ==, 404);
}

int
main (int argc, char *argv[])
{
  callback_fixture_init (&argc, &argv);
  g_test_add ("/confined/callback/crowd/slowloris", Fixture, REDIRECT, fixture_set_up, test_slowloris, fixture_tear_down);
  g_test_add ("/confined/callback/crowd/flood", Fixture, REDIRECT, fixture_set_up, test_flood, fixture_tear_down);
  g_test_add ("/confined/callback/crowd/dribble", Fixture, WEBHOOK, fixture_set_up, test_dribble, fixture_tear_down);
  g_test_add ("/confined/callback/crowd/idle", Fixture, WEBHOOK, fixture_set_up, test_idle, fixture_tear_down);
  g_test_add ("/confined/callback/crowd/limits", Fixture, WEBHOOK, fixture_set_up, test_limits, fixture_tear_down);
  g_test_add ("/confined/callback/crowd/per-second", Fixture, REDIRECT, fixture_set_up, test_per_second, fixture_tear_down);
  g_test_add ("/confined/callback/crowd/small-head", Fixture, REDIRECT, fixture_set_up, test_small_head, fixture_tear_down);
  return g_test_run ();
}
