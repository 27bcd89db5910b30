/* The check of a certificate: each way to fail, in words that say what to do. */
#include "script-server.h"
#include "tls.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const struct {
  const char *server, *host, *pin; /* pin "PIN": the server's own */
  gboolean    is_trusted;          /* its certificate stands in our CA bundle */
  gboolean    is_verified;
  const char *words; /* glob of what is said otherwise */
} cases[] = {
  { "TLS\n", "localhost", "", TRUE, TRUE, "" },
  { "TLS 1.2\n", "localhost", "", TRUE, TRUE, "" },
  { "TLS\n", "LOCALHOST", "", TRUE, TRUE, "" },                                       /* names have no case */
  { "TLS\n", "localhost", "", FALSE, FALSE, "*signed by itself*--pin *" },            /* nobody vouches for it */
  { "TLS\n", "mx.example.org", "", TRUE, FALSE, "*does not name mx.example.org*" },   /* a good chain for another host */
  { "TLS\n", "127.0.0.1", "", TRUE, FALSE, "*does not name 127.0.0.1*" },             /* an address is not a name */
  { "TLS expired\n", "localhost", "", TRUE, FALSE, "*expired*" },
  { "TLS\n", "mx.example.org", "PIN", FALSE, TRUE, "" },                              /* the pin stands for chain and host */
  { "TLS\n", "localhost", "0123456789abcdef", TRUE, FALSE, "*not the pinned one*" },  /* a pin is never overruled by a good chain */
};

static void
test_verify (void)
{
  g_autofree char *bundle = g_build_filename (g_get_tmp_dir (), "postrider-ca-XXXXXX", NULL);

  close (g_mkstemp (bundle));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (TlsContext) context = NULL;
    const TlsFacts *facts;
    g_autoptr (GError) error = NULL;
    g_autofree char *problem = NULL;
    ScriptServer *server;
    Tls *tls;
    int fd;

    script_server_write_certificate (bundle, strstr (cases[i].server, "expired") != NULL);
    context = tls_context_new (cases[i].is_trusted ? bundle : "/nonexistent");
    server = script_server_new (cases[i].server, &fd);
    tls = tls_new (context, fd, cases[i].host, strcmp (cases[i].pin, "PIN") == 0 ? script_server_get_fingerprint () : cases[i].pin);
    g_assert_cmpint (tls_handshake (tls, &error), ==, TLS_DONE);
    g_assert_no_error (error);
    facts = tls_get_facts (tls);
    g_test_message ("%s: %s", facts->version, facts->verify_error);
    g_assert_cmpint (facts->is_verified, ==, cases[i].is_verified);
    g_assert_true (g_pattern_match_simple (cases[i].words, facts->verify_error));
    g_assert_cmpuint (strlen (facts->fingerprint), ==, 64); /* always shown */
    g_assert_cmpstr (facts->subject, ==, "CN=localhost");
    tls_free (tls);
    close (fd);
    problem = script_server_finish (server);
    g_assert_cmpstr (problem, ==, "");
  }
  g_unlink (bundle);
}

/* TLS 1.1 and older, and plain text where TLS should be: no handshake, a sentence. */
static void
test_no_handshake (void)
{
  static const char *const servers[] = { "TLS old\n", "S: 220 mx\nCLOSE\n", "CLOSE\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (servers); i++) {
    g_autoptr (TlsContext) context = tls_context_new (NULL);
    g_autoptr (GError) error = NULL;
    int fd;
    ScriptServer *server = script_server_new (servers[i], &fd);
    Tls *tls = tls_new (context, fd, "localhost", "");
    TlsResult result = tls_handshake (tls, &error);

    g_assert_true (result == TLS_FAILED);
    g_assert_nonnull (error);
    g_test_message ("%s", error->message);
    tls_free (tls);
    close (fd);
    g_free (script_server_finish (server));
  }
}

int
main (int argc, char *argv[])
{
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/tls/verify", test_verify);
  g_test_add_func ("/net/tls/no-handshake", test_no_handshake);
  return g_test_run ();
}
