/* postrider-smtp as core starts it: a process in its real lock, against servers that follow a transcript. */
#include "script-server.h"
#include "transport-client.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define HELLO "S: 220 mx.example.org ESMTP\nC: EHLO *\n"
#define PIPED HELLO "S: 250-mx\nS: 250-8BITMIME\nS: 250 PIPELINING\n"
#define CHUNKED HELLO "S: 250-mx\nS: 250-8BITMIME\nS: 250-PIPELINING\nS: 250 CHUNKING\n"
#define PLAIN "'tls': <'none'>"
#define ENVELOPE "C: MAIL FROM:<ann@example.org>*\nC: RCPT TO:<*@example.net>\nC: DATA\n"

/* One message in pipelining, taken; the next envelope has come behind the dot already. */
#define TAKE "S: 250 ok\nS: 250 ok\nS: 354 go\nBODY\n"

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
  g_assert_true (client_add_from (client, fd, !c->is_elsewhere));
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

/* --- orders --- */

/* Rows that wait come back; the one that is begun has its outcome. */
static void
test_recall (void)
{
  Client *client = client_new ("smtp");
  g_autoptr (GVariant) back = NULL;
  g_autofree char *problem = NULL;
  int fd;
  ScriptServer *server = script_server_new (PIPED ENVELOPE TAKE ENVELOPE "SLEEP 1000\nCLOSE\n", &fd);
  const guint64 two = 2;

  client_open (client, "{" PLAIN "}", "");
  client_begin (client, 1, "Dear {{word}}\n");
  client_send (client, 1, 1, 4);
  client_begin (client, 2, "Dear {{word}}\n");
  client_send (client, 2, 9, 1); /* another campaign's row stays where it is */
  g_assert_true (client_add (client, fd));
  client_spin (200);
  g_assert_true (pr_transport1_call_recall_sync (client->proxy, 1, g_variant_new_fixed_array (G_VARIANT_TYPE_UINT64, &two, 1, 8), &back, NULL, NULL));
  g_assert_cmpuint (g_variant_n_children (back), ==, 1);
  g_clear_pointer (&back, g_variant_unref);
  g_assert_true (pr_transport1_call_recall_sync (client->proxy, 1, g_variant_new_fixed_array (G_VARIANT_TYPE_UINT64, NULL, 0, 8), &back, NULL, NULL));
  g_assert_cmpuint (g_variant_n_children (back), ==, 2);
  g_clear_pointer (&back, g_variant_unref);
  g_assert_true (pr_transport1_call_recall_sync (client->proxy, 2, g_variant_new_fixed_array (G_VARIANT_TYPE_UINT64, NULL, 0, 8), &back, NULL, NULL));
  g_assert_cmpuint (g_variant_n_children (back), ==, 1);
  client_wait_log (client, "lost"); /* 1 was begun and never answered */
  g_assert_cmpstr (client->log->str, ==, "1=unknown lost ");
  client_free (client);
  problem = script_server_finish (server);
  g_assert_cmpstr (problem, ==, "");
}

static void
drained_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  pr_transport1_call_drain_finish (PR_TRANSPORT1 (source), result, &error);
  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

/* Drain: what is begun is answered, QUIT is said, nothing new begins. */
static void
test_drain (void)
{
  Client *client = client_new ("smtp");
  gboolean is_drained = FALSE;
  g_autofree char *problem = NULL;
  int fd;
  ScriptServer *server = script_server_new (CHUNKED "C: MAIL *\nC: RCPT *\nBDAT\nS: 250 ok\nS: 250 ok\nS: 250 chunk\nBDAT\nS: 250 taken\nC: QUIT\nS: 221 bye\n", &fd);

  client_open (client, "{" PLAIN ", 'window': <uint32 1>}", "");
  client_begin (client, 1, "Dear {{word}}\n");
  client_send (client, 1, 1, 1);
  g_assert_true (client_add (client, fd));
  client_wait_outcomes (client, 1);
  pr_transport1_call_drain (client->proxy, NULL, drained_cb, &is_drained);
  while (!is_drained)
    g_main_context_iteration (NULL, TRUE);
  client_send (client, 1, 2, 1); /* taken into the queue, never begun */
  client_spin (50);
  g_assert_cmpstr (client->log->str, ==, "1=accepted ");
  client_free (client);
  problem = script_server_finish (server);
  g_assert_cmpstr (problem, ==, "");
}

/* Core dies while a message is begun: the answer still goes into the journal, nothing new begins. */
static void
test_core_gone (void)
{
  Client *client = client_new ("smtp");
  g_autofree char *journal = NULL;
  int fd;
  ScriptServer *server = script_server_new (PIPED ENVELOPE TAKE ENVELOPE "SLEEP 500\nS: 250 taken\n", &fd);

  client_open (client, "{" PLAIN "}", "");
  client_begin (client, 1, "Dear {{word}}\n");
  client_send (client, 1, 1, 3);
  g_assert_true (client_add (client, fd));
  client_spin (200);
  g_dbus_connection_close_sync (peer_get_connection (client->peer), NULL, NULL);
  for (guint i = 0; i < 200 && peer_get_pid (client->peer) != 0; i++)
    client_spin (10);
  g_assert_cmpint (peer_get_pid (client->peer), ==, 0);
  journal = client_read_journal (client);
  g_assert_cmpstr (journal, ==, "B1 E1=accepted ");
  client_free (client);
  g_free (script_server_finish (server)); /* it may have got less than it waits for */
}

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
  g_assert_true (pr_transport1_call_resume_sync (client->proxy, NULL, NULL));
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

/* The journal cannot grow: nothing leaves, the lane says so; with room again it goes on. */
static void
test_full_disk (void)
{
  Client *client = client_new ("smtp");
  g_autofree char *problem = NULL;
  int fd, full = open ("/dev/full", O_RDWR | O_CLOEXEC), real = dup (client->journal);
  ScriptServer *server = script_server_new (PIPED ENVELOPE "S: 250 ok\nS: 250 ok\nS: 354 go\nQUIET\n", &fd);

  dup2 (full, client->journal);
  client_open (client, "{" PLAIN "}", "");
  dup2 (real, client->journal);
  client_begin (client, 1, "Dear {{word}}\n");
  client_send (client, 1, 1, 1);
  g_assert_true (client_add (client, fd));
  client_wait_log (client, "lost");
  g_assert_cmpstr (client->log->str, ==, "paused(journal) lost ");
  problem = script_server_finish (server);
  g_assert_cmpstr (problem, ==, ""); /* not an octet of the body left */
  client_free (client);
  close (full);
  close (real);
}

/* The disk is full in mid-record, room is made, Resume: the message goes, and the records are in step. */
static void
test_disk_with_room_again (gconstpointer data)
{
  static const char *const bdat = CHUNKED "C: MAIL *\nC: RCPT *\nBDAT\nS: 250 ok\nS: 250 ok\nS: 250 chunk\nBDAT\nS: 250 taken\n";
  static const char *const piped = PIPED ENVELOPE TAKE "S: 250 taken\n";
  gboolean is_chunking = GPOINTER_TO_INT (data);
  Client *client = client_new ("smtp");
  g_autofree char *problem = NULL, *journal = NULL;
  struct rlimit before, small;
  int fd;
  ScriptServer *server = script_server_new (is_chunking ? CHUNKED "C: MAIL *\nC: RCPT *\nBDAT\nS: 250 ok\nS: 250 ok\nS: 250 chunk\nC: QUIT\nS: 221 bye\n" : PIPED ENVELOPE "S: 250 ok\nS: 250 ok\nS: 354 go\nWAIT\n", &fd);

  client_open (client, "{" PLAIN "}", "");
  client_begin (client, 1, "Dear {{word}}\n");
  g_assert_cmpint (prlimit (peer_get_pid (client->peer), RLIMIT_FSIZE, NULL, &before), ==, 0);
  small = before;
  small.rlim_cur = JOURNAL_RECORD_LEN + 60; /* the header and half a record */
  g_assert_cmpint (prlimit (peer_get_pid (client->peer), RLIMIT_FSIZE, &small, NULL), ==, 0);
  client_send (client, 1, 1, 1);
  g_assert_true (client_add (client, fd));
  client_wait_log (client, "paused(journal)");
  problem = script_server_finish (server);
  g_assert_cmpstr (problem, ==, ""); /* of the message no more than what no server can take for one */
  g_assert_true (pr_transport1_call_resume_sync (client->proxy, NULL, NULL)); /* too early */
  client_spin (50);
  g_assert_nonnull (strstr (strstr (client->log->str, "paused(journal)") + 1, "paused(journal)"));
  g_assert_cmpint (prlimit (peer_get_pid (client->peer), RLIMIT_FSIZE, &before, NULL), ==, 0);
  g_assert_true (pr_transport1_call_resume_sync (client->proxy, NULL, NULL));
  server = script_server_new (is_chunking ? bdat : piped, &fd);
  g_assert_true (client_add (client, fd));
  client_wait_outcomes (client, 1);
  g_assert_true (g_str_has_suffix (client->log->str, " 1=accepted "));
  journal = client_read_journal (client);
  g_assert_cmpstr (journal, ==, "B1 B1 E1=accepted "); /* the half one was finished before the row began again */
  client_free (client);
  g_free (problem);
  problem = script_server_finish (server);
  g_assert_cmpstr (problem, ==, "");
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
  g_assert_true (pr_transport1_call_resume_sync (client->proxy, NULL, NULL));
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

/* What core could say wrongly gets an error, and the program lives on. */
static void
test_wrong_calls (void)
{
  Client *client = client_new ("smtp");
  g_autoptr (FrameWriter) writer = frame_writer_new (FRAME_RECIPIENTS);
  g_autoptr (GError) error = NULL;

  g_assert_false (client_add (client, dup (0))); /* no account */
  client_open (client, "{" PLAIN "}", "");
  g_assert_false (pr_transport1_call_send_sync (client->proxy, 7, frame_writer_finish (writer), NULL, NULL)); /* no campaign */
  client_begin (client, 1, "Dear {{word}}\n");
  frame_writer_row (writer, 1, 1, 1);
  frame_writer_string (writer, "r1@example.net");
  g_assert_false (pr_transport1_call_send_sync (client->proxy, 1, frame_writer_finish (writer), NULL, &error)); /* columns are missing */
  g_assert_nonnull (strstr (error->message, "column"));
  g_assert_false (pr_transport1_call_send_sync (client->proxy, 1, g_variant_new_from_data (G_VARIANT_TYPE_BYTESTRING, "PRFTxxxx", 8, TRUE, NULL, NULL),
                                                NULL, NULL)); /* half a frame */
  g_assert_true (pr_transport1_call_resume_sync (client->proxy, NULL, NULL));
  client_free (client);
}

/* A look at templates before there is a list: fields, required ones and images, from the compiler itself. */
static void
test_inspect (void)
{
  static const char *const none[] = { NULL };
  Client *client = client_new ("smtp");
  g_auto (GStrv) fields = NULL, required = NULL, images = NULL, notes = NULL;
  g_autoptr (GVariant) bound = NULL;
  g_autofree char *all = NULL, *needed = NULL;
  g_autoptr (GError) error = NULL;
  GVariantDict spec;
  guint64 overhead = 0;

  g_variant_dict_init (&spec, NULL);
  g_variant_dict_insert (&spec, "subject", "s", "{{Title|Dear}} {{name}}");
  g_variant_dict_insert (&spec, "html", "s", "<p>{{Gr&ouml;&szlig;e}}{{#vip}}{{gift}}{{/vip}}<img src=\"a.png\">");
  g_variant_dict_insert (&spec, "from", "s", "Ann <ann@example.org>");
  g_variant_dict_insert (&spec, "inspect", "b", TRUE);
  g_variant_dict_insert_value (&spec, "identity", g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, "0123456789abcdef", 16, 1));
  pr_transport1_call_begin_campaign_sync (client->proxy, 1, g_variant_dict_end (&spec), none,
                                          g_variant_new_array (G_VARIANT_TYPE ("(sssh)"), NULL, 0), NULL, &fields, &required, &images, &overhead,
                                          &bound, &notes, NULL, NULL, &error);
  g_assert_no_error (error);
  all = g_strjoinv (",", fields);
  needed = g_strjoinv (",", required);
  g_assert_cmpstr (all, ==, "Title,name,Gr\xc3\xb6\xc3\x9f" "e,vip,gift");
  g_assert_cmpstr (needed, ==, "name,Gr\xc3\xb6\xc3\x9f" "e");
  g_assert_cmpstr (images[0], ==, "a.png");
  client_free (client);
}

static void
test_preview (void)
{
  Client *client = client_new ("smtp");
  g_autoptr (FrameWriter) writer = frame_writer_new (FRAME_RECIPIENTS);
  g_autoptr (GVariant) messages = NULL;
  static FrameRow row;
  FrameReader reader;
  gsize len;
  const void *bytes;
  g_autofree char *message = NULL;

  client_begin (client, 1, "Dear {{word}}\n"); /* needs no account */
  frame_writer_row (writer, 5, 1, 3);
  frame_writer_string (writer, "r5@example.net");
  frame_writer_string (writer, "Rita");
  frame_writer_string (writer, "w\xc3\xb6rld");
  g_assert_true (pr_transport1_call_preview_sync (client->proxy, 1, frame_writer_finish (writer), &messages, NULL, NULL));
  bytes = g_variant_get_fixed_array (messages, &len, 1);
  g_assert_true (frame_open (&reader, FRAME_MESSAGES, bytes, len, NULL) && frame_next (&reader, &row, NULL));
  message = slice_dup (row.fields[0]);
  g_assert_cmpuint (row.key, ==, 5);
  g_assert_nonnull (strstr (message, "To: "));
  g_assert_nonnull (strstr (message, "r5@example.net"));
  client_free (client);
}

int
main (int argc, char *argv[])
{
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strdup_printf ("/smtp/program/%s", cases[i].name);

    g_test_add_data_func (path, &cases[i], test_case);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (reports); i++) {
    g_autofree char *path = g_strdup_printf ("/smtp/program/test/%s", reports[i].name);

    g_test_add_data_func (path, &reports[i], test_report);
  }
  g_test_add_data_func ("/smtp/program/locale/none", "", test_locale);
  g_test_add_data_func ("/smtp/program/locale/C", "C", test_locale);
  g_test_add_data_func ("/smtp/program/locale/C.UTF-8", "C.UTF-8", test_locale);
  g_test_add_func ("/smtp/program/recall", test_recall);
  g_test_add_func ("/smtp/program/drain", test_drain);
  g_test_add_func ("/smtp/program/core-gone", test_core_gone);
  g_test_add_func ("/smtp/program/resume", test_resume);
  g_test_add_func ("/smtp/program/busy", test_busy);
  g_test_add_func ("/smtp/program/full-disk", test_full_disk);
  g_test_add_data_func ("/smtp/program/disk-with-room-again/data", GINT_TO_POINTER (FALSE), test_disk_with_room_again);
  g_test_add_data_func ("/smtp/program/disk-with-room-again/bdat", GINT_TO_POINTER (TRUE), test_disk_with_room_again);
  g_test_add_func ("/smtp/program/one-login", test_one_login);
  g_test_add_func ("/smtp/program/way-is-open", test_way_is_open);
  g_test_add_func ("/smtp/program/wrong-calls", test_wrong_calls);
  g_test_add_func ("/smtp/program/inspect", test_inspect);
  g_test_add_func ("/smtp/program/preview", test_preview);
  return g_test_run ();
}
