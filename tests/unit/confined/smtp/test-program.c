/* postrider-smtp as core starts it: a process in its real lock, against servers that follow a transcript. */
#include "transcripts.h"

#include <signal.h>
#include <string.h>

typedef struct {
  const char *name;
  const char *settings;   /* between the braces of an a{sv} */
  const char *transcript;
  guint       rows, outcomes; /* sent; waited for */
  const char *wait;       /* also wait for this in the log; or NULL */
  const char *log, *journal;
  gboolean    is_elsewhere; /* the socket's peer is another machine */
} Case;

static const Case cases[] = {
  { "a campaign of three, pipelined", PLAIN,
    PIPED ENVELOPE TAKE ENVELOPE "S: 250 1 taken\n" TAKE ENVELOPE "S: 250 2 taken\n" TAKE "S: 250 3 taken\n", 3, 3, NULL,
    "1=accepted 2=accepted 3=accepted ", "B1 E1=accepted B2 E2=accepted B3 E3=accepted " },
  { "a window of chunks", PLAIN ", 'window': <uint32 5>",
    CHUNKED "C: MAIL *\nC: RCPT *\nBDAT\nS: 250 ok\nS: 250 ok\nS: 250 chunk\nBDAT\nS: 250 taken\nREPEAT 9\nRSET?\nC: MAIL *\nC: RCPT *\nBDAT\nS: 250 ok\nS: 250 ok\n"
    "S: 250 taken\nEND\n", 10, 10, NULL, "1=accepted 2=accepted 3=accepted 4=accepted 5=accepted 6=accepted 7=accepted 8=accepted 9=accepted 10=accepted ",
    NULL },
  { "a refused recipient", PLAIN, PIPED ENVELOPE "S: 250 ok\nS: 550 5.1.1 no such user\nS: 554 no recipients\nC: RSET\n" ENVELOPE "S: 250 reset\n" TAKE
    "S: 250 taken\n", 2, 2, NULL, "1=refused/suppress 2=accepted ", "E1=refused B2 E2=accepted " },
  { "hangs up before the answer", PLAIN, PIPED ENVELOPE TAKE "CLOSE\n", 1, 1, "lost", "1=unknown lost ", "B1 E1=unknown " },
  { "hangs up before the dot", PLAIN, PIPED ENVELOPE "S: 250 ok\nCLOSE\n", 1, 0, "lost", "lost ", "" },
  { "a sender that the server does not take", PLAIN, PIPED ENVELOPE "S: 553 5.7.1 not yours\nS: 503 no\nS: 503 no\nQUIET\n", 2, 1, "paused",
    "paused(policy) 1=later ", "E1=later " },
  { "relay denied to the first", PLAIN, PIPED ENVELOPE "S: 250 ok\nS: 554 5.7.1 Relay access denied\nS: 554 no\nQUIET\n", 2, 1, "paused",
    "paused(relay-denied) 1=later ", NULL },
  { "a greeting that never comes", PLAIN ", 'timeout_percent': <uint32 1>", "WAIT\n", 1, 0, "lost", "lost ", "" }, /* 1 % of 5 minutes: 3 s */
  { "a greeting that only drips", PLAIN ", 'timeout_percent': <uint32 1>", "DRIP\n", 1, 0, "lost", "lost ", "" },
  { "not SMTP at all", PLAIN, "S: SSH-2.0-OpenSSH_9.2\nWAIT\n", 1, 0, "lost", "lost ", "" },
  { "no password in the clear", "'tls': <'none'>, 'user': <'ann'>", HELLO "S: 250-mx\nS: 250 AUTH PLAIN\nWAIT\n", 1, 0, "lost", "paused(tls) lost ",
    "", TRUE },
  { "a password in the clear to this machine", PLAIN ", 'user': <'ann'>", HELLO "S: 250-mx\nS: 250 AUTH PLAIN\nSASL PLAIN\nCLOSE\n", 1, 0, "lost", "lost ", "" },
  { "wrong password", PLAIN ", 'user': <'bob'>", HELLO "S: 250-mx\nS: 250 AUTH PLAIN\nSASL PLAIN\n", 1, 0, "lost", "paused(login) lost ", "" },
  { "STARTTLS is not offered", "'tls': <'starttls'>", HELLO "S: 250 mx\nWAIT\n", 1, 0, "lost", "paused(tls) lost ", "" },
  { "words before TLS", "'tls': <'starttls'>", HELLO "S: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go|250 injected\nWAIT\n", 1, 0, "lost",
    "paused(tls) lost ", "" },
  { "a certificate that nobody signed", "'tls': <'implicit'>", "TLS\n", 1, 0, "lost", "paused(certificate) lost ", "" },
  { "another certificate than the pinned one", "'tls': <'implicit'>, 'pin': <'00'>", "TLS\n", 1, 0, "lost", "paused(certificate) lost ", "" },
  { "a pinned certificate, implicit TLS", "'tls': <'implicit'>, 'pin': <'PIN'>", "TLS\n" PIPED ENVELOPE TAKE "S: 250 taken\n", 1, 1, NULL,
    "1=accepted ", "B1 E1=accepted " },
  { "a pinned certificate, another host name", "'tls': <'implicit'>, 'host': <'mx.example.com'>, 'pin': <'PIN'>",
    "TLS\n" PIPED ENVELOPE TAKE "S: 250 taken\n", 1, 1, NULL, "1=accepted ", "B1 E1=accepted " },
#define LOGIN(mechanism) "'tls': <'starttls'>, 'pin': <'PIN'>, 'user': <'ann'>", \
    HELLO "S: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nTLS\nC: EHLO *\nS: 250-mx\nS: 250-PIPELINING\nS: 250 AUTH " mechanism "\nSASL " mechanism \
    "\n" ENVELOPE TAKE "S: 250 taken\n", 1, 1, NULL, "1=accepted ", "B1 E1=accepted "
  { "STARTTLS and PLAIN", LOGIN ("PLAIN") },
  { "STARTTLS and LOGIN", LOGIN ("LOGIN") },
  { "STARTTLS and CRAM-MD5", LOGIN ("CRAM-MD5") },
  { "STARTTLS and SCRAM-SHA-1", LOGIN ("SCRAM-SHA-1") },
  { "STARTTLS and SCRAM-SHA-256", LOGIN ("SCRAM-SHA-256") },
};

static char *
settings_dup (const char *settings)
{
  g_auto (GStrv) parts = g_strsplit (settings, "PIN", 2);
  g_autofree char *pinned = g_strjoinv (script_server_get_fingerprint (), parts);

  return g_strdup_printf ("{%s}", pinned);
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autofree char *settings = settings_dup (c->settings), *journal = NULL, *problem = NULL;
  Client *client = client_new ("smtp");
  ScriptServer *server;
  int fd;

  client_open (client, settings, "secret");
  client_begin (client, 1, "Dear {{word}}\n");
  client_send (client, 1, 1, c->rows);
  server = script_server_new (c->transcript, &fd);
  g_assert_true (client_add_from (client, fd, c->is_elsewhere ? "192.0.2.1:25" : "127.0.0.1:25"));
  if (c->wait != NULL)
    client_wait_log (client, c->wait);
  client_wait_outcomes (client, c->outcomes);
  client_spin (20);
  g_assert_cmpstr (client->log->str, ==, c->log);
  journal = client_read_journal (client);
  if (c->journal != NULL)
    g_assert_cmpstr (journal, ==, c->journal);
  client_free (client);
  problem = script_server_finish (server);
  g_assert_cmpstr (problem, ==, "");
}

/* The lock closes before the first word, so nothing of a locale may be loaded later; core passes LANG on as it finds it. */
static void
test_locale (gconstpointer data)
{
  static const struct {
    const char *mechanism, *password;
  } rows[] = {
    { "SCRAM-SHA-256", "secret" },
    { "SCRAM-SHA-256", "p\xc3\xa4ssw\xc3\xb6rd \xe2\x98\x83" }, /* SASLprep has tables for these */
    { "SCRAM-SHA-1", "pa\xcc\x88ss" }, /* and normalises this one */
    { "CRAM-MD5", "p\xc3\xa4ssw\xc3\xb6rd" },
    { "PLAIN", "p\xc3\xa4ssw\xc3\xb6rd" },
    { "LOGIN", "p\xe4ssw\xf6rd" }, /* not UTF-8 */
  };
  const char *locale = data;
  g_autofree char *before = g_strdup (g_getenv ("LANG"));

  if (*locale != '\0')
    g_setenv ("LANG", locale, TRUE);
  else
    g_unsetenv ("LANG");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *settings = settings_dup ("'tls': <'starttls'>, 'pin': <'PIN'>, 'user': <'ann'>"), *problem = NULL;
    g_autofree char *transcript = g_strdup_printf (HELLO "S: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nTLS\nC: EHLO *\nS: 250-mx\n"
                                                   "S: 250-PIPELINING\nS: 250 AUTH %s\nSASL %s %s\n" ENVELOPE TAKE "S: 250 taken\n",
                                                   rows[i].mechanism, rows[i].mechanism, rows[i].password);
    Client *client = client_new ("smtp");
    int fd;
    ScriptServer *server = script_server_new (transcript, &fd);

    client_open (client, settings, rows[i].password);
    client_begin (client, 1, "Dear {{word}}\n");
    client_send (client, 1, 1, 1);
    g_assert_true (client_add (client, fd));
    client_wait_outcomes (client, 1);
    g_assert_cmpstr (client->log->str, ==, "1=accepted ");
    client_free (client);
    problem = script_server_finish (server);
    g_assert_cmpstr (problem, ==, "");
  }
  if (before != NULL)
    g_setenv ("LANG", before, TRUE);
}

/* --- Test() --- */

typedef struct {
  const char *name, *settings, *transcript;
  const char *reason;      /* "" when all must be well */
  const char *problem;     /* glob */
  gboolean    has_fingerprint, is_verified, is_logged_in;
  guint64     size;
} Report;

static const Report reports[] = {
  { "all is well", "'tls': <'starttls'>, 'pin': <'PIN'>, 'user': <'ann'>",
    HELLO "S: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nTLS\nC: EHLO *\nS: 250-mx\nS: 250-SIZE 10240000\nS: 250 AUTH PLAIN\nSASL PLAIN\nC: QUIT\n"
    "S: 221 bye\n", "", "", TRUE, TRUE, TRUE, 10240000 },
  { "self-signed: the fingerprint and how to pin it", "'tls': <'implicit'>", "TLS\n", "certificate", "*--pin *", TRUE, FALSE, FALSE, 0 },
  { "hangs up at once", PLAIN, "CLOSE\n", "network", "*hung up*", FALSE, FALSE, FALSE, 0 },
  { "refuses us at the greeting", PLAIN, "S: 554 5.7.1 go away\n", "policy", "554 5.7.1 go away*", FALSE, FALSE, FALSE, 0 },
  { "a wrong password", PLAIN ", 'user': <'bob'>", HELLO "S: 250-mx\nS: 250 AUTH PLAIN\nSASL PLAIN\n", "login", "535 *app password*", FALSE, FALSE,
    FALSE, 0 },
  { "plain text on a TLS port", "'tls': <'implicit'>", "S: 220 mx\nWAIT\n", "tls", "*starttls is meant*", FALSE, FALSE, FALSE, 0 },
};

static void
test_report (gconstpointer data)
{
  const Report *r = data;
  g_autofree char *settings = settings_dup (r->settings), *problem = NULL;
  const char *reason = "?", *text = "?", *fingerprint = "?", *greeting = NULL;
  gboolean is_verified = FALSE, is_logged_in = FALSE;
  guint64 size = 1;
  Client *client = client_new ("smtp");
  g_autoptr (GVariant) report = NULL;
  int fd;
  ScriptServer *server = script_server_new (r->transcript, &fd);

  client_open (client, settings, "secret");
  g_assert_true (client_add (client, fd));
  report = client_test (client);
  g_assert_true (g_variant_lookup (report, "reason", "&s", &reason) && g_variant_lookup (report, "problem", "&s", &text) &&
                 g_variant_lookup (report, "fingerprint", "&s", &fingerprint) && g_variant_lookup (report, "verified", "b", &is_verified) &&
                 g_variant_lookup (report, "logged_in", "b", &is_logged_in) && g_variant_lookup (report, "size", "t", &size) &&
                 g_variant_lookup (report, "greeting", "&s", &greeting));
  g_test_message ("%s: %s", reason, text);
  g_assert_cmpstr (reason, ==, r->reason);
  g_assert_true (g_pattern_match_simple (r->problem, text));
  g_assert_cmpstr (fingerprint, ==, r->has_fingerprint ? script_server_get_fingerprint () : "");
  g_assert_cmpint (is_verified, ==, r->is_verified);
  g_assert_cmpint (is_logged_in, ==, r->is_logged_in);
  g_assert_cmpuint (size, ==, r->size);
  client_free (client);
  problem = script_server_finish (server);
  g_assert_cmpstr (problem, ==, "");
}

int
main (int argc, char *argv[])
{
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strdup_printf ("/confined/smtp/program/%s", cases[i].name);

    g_test_add_data_func (path, &cases[i], test_case);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (reports); i++) {
    g_autofree char *path = g_strdup_printf ("/confined/smtp/program/test/%s", reports[i].name);

    g_test_add_data_func (path, &reports[i], test_report);
  }
  g_test_add_data_func ("/confined/smtp/program/locale/none", "", test_locale);
  g_test_add_data_func ("/confined/smtp/program/locale/C", "C", test_locale);
  g_test_add_data_func ("/confined/smtp/program/locale/C.UTF-8", "C.UTF-8", test_locale);
  return g_test_run ();
}
