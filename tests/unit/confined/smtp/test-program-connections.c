/* The whole program: how many connections it asks for, and what it does with those that come to nothing. */
#include "transcripts.h"

#include <signal.h>
#include <unistd.h>

/* Paused by a login that failed; mended on the server's side; Resume asks for a connection, and the row that waited goes. */
static void
test_resume (void)
{
  Client *client = client_new ("smtp");
  g_autofree char *problem = NULL, *again = NULL;
  guint needed;
  int fd;
  ScriptServer *server = script_server_new (HELLO "S: 250-mx\nS: 250 AUTH PLAIN\nC: AUTH PLAIN *\nS: 535 5.7.8 no\n", &fd);

  client_open (client, "{" PLAIN ", 'user': <'ann'>}", "secret");
  client_begin (client, 1, "Dear {{word}}\n");
  client_send (client, 1, 1, 1);
  g_assert_true (client_add (client, fd));
  client_wait_log (client, "lost");
  problem = script_server_finish (server);
  g_assert_cmpstr (problem, ==, "");
  client_spin (50);
  needed = client->needed;
  g_assert_true (pr_transport2_call_resume_sync (client->proxy, NULL, NULL));
  client_spin (50);
  g_assert_cmpuint (client->needed, ==, needed + 1);
  server = script_server_new (HELLO "S: 250-mx\nS: 250-PIPELINING\nS: 250 AUTH PLAIN\nSASL PLAIN\n" ENVELOPE TAKE "S: 250 taken\n", &fd);
  g_assert_true (client_add (client, fd));
  client_wait_outcomes (client, 1);
  g_assert_cmpstr (client->log->str, ==, "paused(login) lost 1=accepted ");
  client_free (client);
  again = script_server_finish (server);
  g_assert_cmpstr (again, ==, "");
}

/* Three 421 in a row are not a coincidence: the lane pauses; while it is paused it asks for nothing. */
static void
test_busy (void)
{
  Client *client = client_new ("smtp");

  client_open (client, "{" PLAIN "}", "");
  client_begin (client, 1, "Dear {{word}}\n");
  client_send (client, 1, 1, 1);
  for (guint i = 0; i < 3; i++) {
    int fd;
    ScriptServer *server = script_server_new ("S: 421 4.7.0 too many\n", &fd);

    g_assert_true (client_add (client, fd));
    g_free (script_server_finish (server)); /* the QUIT may get lost */
  }
  client_wait_log (client, "lost lost paused(busy) lost ");
  g_assert_cmpstr (client->log->str, ==, "lost lost paused(busy) lost ");
  client_free (client);
}

/* One wrong password is tried once, however many connections were handed over; after Resume once again. */
static void
test_one_login (void)
{
  static const char *const refusal = HELLO "S: 250-mx\nS: 250 AUTH PLAIN\nSLEEP 200\nSASL PLAIN right\n";
  Client *client = client_new ("smtp");
  ScriptServer *servers[4];
  int fd;

  client_open (client, "{" PLAIN ", 'user': <'ann'>}", "wrong");
  client_begin (client, 1, "Dear {{word}}\n");
  client_send (client, 1, 1, 100);
  client_spin (50);
  g_assert_cmpuint (client->needed, ==, 1); /* not sixty-four */
  for (guint i = 0; i < 4; i++) {
    servers[i] = script_server_new (i == 0 ? refusal : "S: 220 mx\nQUIET\n", &fd); /* the others stay unspoken to */
    g_assert_true (client_add (client, fd));
  }
  client_wait_log (client, "lost");
  g_assert_cmpstr (client->log->str, ==, "paused(login) lost ");
  for (guint i = 0; i < 4; i++) {
    g_autofree char *problem = script_server_finish (servers[i]);

    g_assert_cmpstr (problem, ==, "");
  }
  servers[0] = script_server_new ("S: 220 mx\nQUIET\n", &fd);
  g_assert_false (client_add (client, fd)); /* dialed before the pause was heard of */
  g_free (script_server_finish (servers[0]));
  g_assert_true (pr_transport2_call_resume_sync (client->proxy, NULL, NULL));
  client_spin (50);
  g_assert_cmpuint (client->needed, ==, 2);
  for (guint i = 0; i < 2; i++) {
    servers[i] = script_server_new (i == 0 ? refusal : "S: 220 mx\nQUIET\n", &fd);
    g_assert_true (client_add (client, fd));
  }
  client_wait_log (client, "lost paused(login) lost ");
  for (guint i = 0; i < 2; i++)
    g_free (script_server_finish (servers[i]));
  client_spin (50);
  g_assert_cmpuint (client->needed, ==, 2);
  g_assert_cmpstr (client->log->str, ==, "paused(login) lost paused(login) lost ");
  client_free (client);
}

/* The first one that is ready opens the way for the others: those that wait already, and those that are asked for then. */
static void
test_way_is_open (void)
{
#define LOG_IN HELLO "S: 250-mx\nS: 250-PIPELINING\nS: 250 AUTH PLAIN\nSLEEP 100\nSASL PLAIN\n"
  static const char *const login = LOG_IN ENVELOPE "WAIT\n", *const third = LOG_IN "WAIT\n"; /* two letters leave before anything is accepted */
  Client *client = client_new ("smtp");
  ScriptServer *servers[3];
  int fd;

  client_open (client, "{" PLAIN ", 'user': <'ann'>, 'connections': <uint32 3>}", "secret");
  client_begin (client, 1, "Dear {{word}}\n");
  client_send (client, 1, 1, 100);
  client_spin (50);
  g_assert_cmpuint (client->needed, ==, 1);
  for (guint i = 0; i < 2; i++) {
    servers[i] = script_server_new (login, &fd);
    g_assert_true (client_add (client, fd));
  }
  g_assert_cmpuint (client->needed, ==, 1);
  for (guint i = 0; i < 200 && client->needed < 2; i++)
    client_spin (10);
  client_spin (50);
  g_assert_cmpuint (client->needed, ==, 2); /* one more: three are the limit and two are here */
  servers[2] = script_server_new (third, &fd);
  g_assert_true (client_add (client, fd));
  g_assert_false (client_add (client, dup (0))); /* a fourth is none that was asked for */
  client_spin (300);
  client_free (client);
  for (guint i = 0; i < 3; i++) {
    g_autofree char *problem = script_server_finish (servers[i]);

    g_assert_cmpstr (problem, ==, "");
  }
}

int
main (int argc, char *argv[])
{
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/confined/smtp/program-connections/resume", test_resume);
  g_test_add_func ("/confined/smtp/program-connections/busy", test_busy);
  g_test_add_func ("/confined/smtp/program-connections/one-login", test_one_login);
  g_test_add_func ("/confined/smtp/program-connections/way-is-open", test_way_is_open);
  return g_test_run ();
}
