/* The whole program with an access token: renewed when it is refused and when it ends, and nobody is lost or written to twice over it. */
#include "transcripts.h"

#include <signal.h>
#include <string.h>

#define LOGIN HELLO "S: 250-mx\nS: 250 AUTH PLAIN XOAUTH2\n"
#define OLD "C: AUTH XOAUTH2 dXNlcj1hbm4BYXV0aD1CZWFyZXIgb2xkAQE=\n" /* user=ann^Aauth=Bearer old^A^A */
#define NEW "C: AUTH XOAUTH2 dXNlcj1hbm4BYXV0aD1CZWFyZXIgbmV3AQE=\n"
#define REFUSE "S: 334 eyJzdGF0dXMiOiI0MDEifQ==\nC: \nS: 535 5.7.8 no\n" /* {"status":"401"} */
#define IN "S: 235 2.7.0 in\n"
#define LETTER "C: MAIL *\nS: 250 ok\nC: RCPT *\nS: 250 ok\nC: DATA\nS: 354 go\nBODY\n"

/* left_s: until the token's end; 0: it has none. */
static Client *
open_client (gint64 left_s, guint rows)
{
  Client *client = client_new ("smtp");
  gint64 expires_utc_s = left_s > 0 ? g_get_real_time () / G_USEC_PER_SEC + left_s : 0;
  g_autofree char *settings = g_strdup_printf ("{" PLAIN ", 'user': <'ann'>, 'secret': <'oauth'>, 'expires': <int64 %" G_GINT64_FORMAT ">}", expires_utc_s);

  client_open (client, settings, "old");
  client_begin (client, 1, "Dear {{word}}\n");
  client_send (client, 1, 1, rows);
  return client;
}

static ScriptServer *
connect_to (Client *client, const char *transcript)
{
  int fd;
  ScriptServer *server = script_server_new (transcript, &fd);

  g_assert_true (client_add (client, fd));
  return server;
}

static void
finish (ScriptServer *server)
{
  g_autofree char *problem = script_server_finish (server);

  g_assert_cmpstr (problem, ==, "");
}

/* Nothing is asked for but another token, and with that one all go on where they were. */
static void
test_refused (void)
{
  Client *client = open_client (0, 1);
  ScriptServer *server = connect_to (client, LOGIN OLD REFUSE);
  int fd;

  client_wait_log (client, "need-secret");
  g_assert_nonnull (strstr (client->text, "535 5.7.8 no ({\"status\":\"401\"}): "));
  finish (server);
  client_spin (50);
  g_assert_cmpuint (client->needed, ==, 1);
  server = script_server_new ("S: 220 mx\nQUIET\n", &fd);
  g_assert_false (client_add (client, fd)); /* dialed before the refusal was heard of */
  g_free (script_server_finish (server));
  client_renew (client, "new", 0);
  client_spin (50);
  g_assert_cmpuint (client->needed, ==, 2);
  server = connect_to (client, LOGIN NEW IN LETTER "S: 250 taken\n");
  client_wait_outcomes (client, 1);
  g_assert_cmpstr (client->log->str, ==, "need-secret 1=accepted ");
  client_free (client);
  finish (server);
}

/* The second refusal is told as the first was: what becomes of it is core's word. */
static void
test_refused_twice (void)
{
  Client *client = open_client (0, 1);
  ScriptServer *server = connect_to (client, LOGIN OLD REFUSE);

  client_wait_log (client, "need-secret");
  finish (server);
  client_renew (client, "new", 0);
  server = connect_to (client, LOGIN NEW REFUSE);
  client_wait_log (client, "need-secret need-secret");
  finish (server);
  client_spin (50);
  g_assert_cmpstr (client->log->str, ==, "need-secret need-secret ");
  client_free (client);
}

/* The end comes in the middle of a letter: that one is finished, then the session is closed, and the next letter goes by the next token. */
static void
test_ends (void)
{
  Client *client = open_client (6, 2); /* the login has so long, on a machine that is busy */
  ScriptServer *server = connect_to (client, LOGIN OLD IN LETTER "SLEEP 9000\nS: 250 taken\nC: QUIT\nS: 221 bye\n");

  client_wait_log (client, "1=accepted ");
  finish (server);
  g_assert_cmpstr (client->log->str, ==, "need-secret 1=accepted ");
  g_assert_nonnull (strstr (client->text, "has ended"));
  client_renew (client, "new", g_get_real_time () / G_USEC_PER_SEC + 3600);
  server = connect_to (client, LOGIN NEW IN LETTER "S: 250 taken\n");
  client_wait_outcomes (client, 2);
  g_assert_cmpstr (client->log->str, ==, "need-secret 1=accepted 2=accepted ");
  client_free (client);
  finish (server);
}

/* One that comes before the old one's end: who is logged in finishes the letter and leaves; nothing is asked for. */
static void
test_renewed_early (void)
{
  Client *client = open_client (0, 2);
  ScriptServer *server = connect_to (client, LOGIN OLD IN LETTER "SLEEP 1500\nS: 250 taken\nC: QUIT\nS: 221 bye\n");

  client_spin (700);
  client_renew (client, "new", 0);
  client_wait_log (client, "1=accepted ");
  finish (server);
  server = connect_to (client, LOGIN NEW IN LETTER "S: 250 taken\n");
  client_wait_outcomes (client, 2);
  g_assert_cmpstr (client->log->str, ==, "1=accepted 2=accepted ");
  client_free (client);
  finish (server);
}

/* A test has nobody who could be asked: its report says all. */
static void
test_report (void)
{
  Client *client = client_new ("smtp");
  g_autoptr (GVariant) report = NULL;
  const char *reply = "", *problem = "", *reason = "";
  ScriptServer *server;

  client_open (client, "{" PLAIN ", 'user': <'ann'>, 'secret': <'oauth'>}", "old");
  server = connect_to (client, LOGIN OLD REFUSE);
  report = client_test (client);
  g_assert_true (g_variant_lookup (report, "reply", "&s", &reply) && g_variant_lookup (report, "problem", "&s", &problem) &&
                 g_variant_lookup (report, "reason", "&s", &reason));
  g_assert_cmpstr (reply, ==, "535 5.7.8 no ({\"status\":\"401\"})");
  g_assert_nonnull (strstr (problem, "Sign in again"));
  g_assert_cmpstr (reason, ==, "login");
  g_assert_cmpstr (client->log->str, ==, "");
  client_free (client);
  finish (server);
}

int
main (int argc, char *argv[])
{
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/confined/smtp/program-token/refused", test_refused);
  g_test_add_func ("/confined/smtp/program-token/refused-twice", test_refused_twice);
  g_test_add_func ("/confined/smtp/program-token/ends", test_ends);
  g_test_add_func ("/confined/smtp/program-token/renewed-early", test_renewed_early);
  g_test_add_func ("/confined/smtp/program-token/report", test_report);
  return g_test_run ();
}
