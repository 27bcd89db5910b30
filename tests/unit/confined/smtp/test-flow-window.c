/* How wide a connection's window becomes: servers as numbers (a round trip, and the time for one message), played message by message. */
#include "flow-window.h"

static const struct {
  gint64 trip_us, message_us;
  guint  at_least, at_most;
} servers[] = {
  { 100, 40, 10, 10 },        /* this machine: ten are enough, and a break leaves ten in doubt */
  { 1900, 10, 10, 10 },       /* the next room */
  { 50000, 800, 160, 256 },   /* far and fast: Postfix over 50 ms */
  { 50000, 10, 256, 256 },    /* far and faster than we: the most */
  { 50000, 50000, 10, 10 },   /* far and slow: it is not the window that waits */
  { 20000, 1000, 80, 160 },
};

/* A full window all the time: the server works one after the other, each answer travels back. Returns: the size in the end. */
static guint
play (gint64 trip_us, gint64 message_us)
{
  FlowWindow window;
  gint64 sent_us[2000] = { 0 }, free_us = 0, now_us = 0;
  guint64 begun = 0, answered = 0;

  flow_window_init (&window, 10, 256);
  flow_window_note_trip (&window, trip_us + 20); /* a login's answer takes a little more */
  flow_window_note_trip (&window, trip_us);
  while (answered < G_N_ELEMENTS (sent_us)) {
    for (; begun < G_N_ELEMENTS (sent_us) && begun - answered < window.size; begun++) {
      free_us = MAX (free_us, now_us + trip_us / 2) + message_us;
      sent_us[begun] = free_us + trip_us / 2; /* when its answer is here */
    }
    flow_window_note (&window, begun, answered, now_us);
    now_us = sent_us[answered++];
    flow_window_note (&window, begun, answered, now_us);
  }
  return window.size;
}

static void
test_servers (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (servers); i++) {
    guint size = play (servers[i].trip_us, servers[i].message_us);

    g_test_message ("round trip %d us, message %d us: %u", (int) servers[i].trip_us, (int) servers[i].message_us, size);
    g_assert_cmpuint (size, >=, servers[i].at_least);
    g_assert_cmpuint (size, <=, servers[i].at_most);
  }
}

/* A server that becomes slow is given less again; no round trip known: nothing grows. */
static void
test_shrinks (void)
{
  FlowWindow window;

  flow_window_init (&window, 10, 256);
  flow_window_note (&window, 10, 0, 1000);
  flow_window_note (&window, 20, 10, 2000);
  g_assert_cmpuint (window.size, ==, 10);
  flow_window_note_trip (&window, 50000);
  window.size = 80;
  window.mark = 0;
  flow_window_note (&window, 100, 20, 1000000);
  flow_window_note (&window, 180, 100, 2000000);
  g_assert_cmpuint (window.size, ==, 40);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/confined/smtp/flow-window/servers", test_servers);
  g_test_add_func ("/confined/smtp/flow-window/shrinks", test_shrinks);
  return g_test_run ();
}
