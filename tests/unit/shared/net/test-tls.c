/* The check of a certificate: each way to fail, in words that say what to do. */
#include "fault.h"
#include "script-server.h"
#include "tls.h"

#include <glib/gstdio.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const struct {
  const char *server, *host, *pin; /* pin "PIN": the server's own; "PIN-n": the same but for the n-th digit */
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
  { "TLS\n", "localhost", "PIN-64", FALSE, FALSE, "*not the pinned one*" },           /* all 64 digits count */
  { "TLS\n", "localhost", "PIN-9", FALSE, FALSE, "*not the pinned one*" },            /* whoever can compute can make eight equal ones */
  { "TLS\n", "localhost", "PIN-1", FALSE, FALSE, "*not the pinned one*" },
  { "TLS\n", "localhost", "PIN-0", FALSE, FALSE, "*not the pinned one*" },            /* nor may some be left out */
  /* RFC 9525 §6.3: a wildcard is the whole left-most label */
  { "TLS names DNS:*.example.org\n", "mx.example.org", "", TRUE, TRUE, "" },
  { "TLS names DNS:*.example.org\n", "mx.a.example.org", "", TRUE, FALSE, "*does not name*" },
  { "TLS names DNS:*.example.org\n", "example.org", "", TRUE, FALSE, "*does not name*" },
  { "TLS names DNS:m*.example.org\n", "mx.example.org", "", TRUE, FALSE, "*does not name*" },
  { "TLS names DNS:*x.example.org\n", "mx.example.org", "", TRUE, FALSE, "*does not name*" },
  { "TLS names DNS:mx.*.org\n", "mx.example.org", "", TRUE, FALSE, "*does not name*" },
  /* RFC 9525 §6.5: an address is compared with addresses, octet by octet */
  { "TLS names IP:127.0.0.1\n", "127.0.0.1", "", TRUE, TRUE, "" },
  { "TLS names DNS:127.0.0.1\n", "127.0.0.1", "", TRUE, FALSE, "*does not name 127.0.0.1*" },
  { "TLS names DNS:*.0.0.1\n", "127.0.0.1", "", TRUE, FALSE, "*does not name 127.0.0.1*" },
  { "TLS names IP:127.0.0.1\n", "127.0.0.2", "", TRUE, FALSE, "*does not name 127.0.0.2*" },
  { "TLS names IP:::1\n", "::1", "", TRUE, TRUE, "" },
  /* RFC 6066 §3: the host is named in the handshake, an address is not */
  { "TLS for localhost\n", "localhost", "", TRUE, TRUE, "" },
  { "TLS for none\n", "127.0.0.1", "PIN", TRUE, TRUE, "" },
};

static char *
pin_dup (const char *pin)
{
  g_autofree char *own = g_strdup (script_server_get_fingerprint ());
  guint64 digit = g_str_has_prefix (pin, "PIN-") ? g_ascii_strtoull (pin + 4, NULL, 10) : 0;

  if (!g_str_has_prefix (pin, "PIN"))
    return g_strdup (pin);
  if (strcmp (pin, "PIN-0") == 0)
    own[32] = '\0';
  if (digit > 0)
    own[digit - 1] = own[digit - 1] == '0' ? '1' : '0';
  return g_steal_pointer (&own);
}

/* kind: of "TLS kind\n". Returns: what its certificate is kept under. */
static char *
kind_dup (const char *server)
{
  g_autofree char *kind = g_strndup (server + strlen ("TLS"), strlen (server) - strlen ("TLS\n"));

  return g_str_has_prefix (kind, " for ") ? g_strdup ("") : g_steal_pointer (&kind);
}

/* is_own: as an account brings its own authorities. */
static TlsContext *
make_context (const char *bundle, gboolean is_trusted, gboolean is_own)
{
  TlsContext *context = tls_context_new (is_trusted && !is_own ? bundle : "/nonexistent");
  g_autofree char *pem = NULL;
  g_autoptr (GError) error = NULL;

  if (!is_own || !is_trusted)
    return context;
  g_assert_true (g_file_get_contents (bundle, &pem, NULL, &error));
  g_assert_true (tls_context_trust (context, pem, &error));
  g_assert_no_error (error);
  return context;
}

/* What is no certificate changes nothing. */
static void
test_own_authorities (void)
{
  static const char *const broken[] = { "", "none", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" };
  g_autoptr (TlsContext) context = tls_context_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (tls_context_trust (context, broken[i], &error));
    g_assert_error (error, FAULT, FAULT_USAGE);
  }
}

static void
test_verify (void)
{
  g_autofree char *bundle = g_build_filename (g_get_tmp_dir (), "postrider-ca-XXXXXX", NULL);

  close (g_mkstemp (bundle));
  for (gsize i = 0; i < 2 * G_N_ELEMENTS (cases); i++) { /* each by the machine's authorities, and by an account's own */
    const gboolean is_own = i >= G_N_ELEMENTS (cases);
    const __typeof__ (cases[0]) *row = &cases[i % G_N_ELEMENTS (cases)];
    g_autoptr (TlsContext) context = NULL;
    const TlsFacts *facts;
    g_autoptr (GError) error = NULL;
    g_autofree char *problem = NULL, *pin = pin_dup (row->pin), *kind = kind_dup (row->server);
    ScriptServer *server;
    Tls *tls;
    int fd;

    g_test_message ("%s%s %s", row->server, row->host, row->pin);
    script_server_write_certificate (bundle, kind);
    context = make_context (bundle, row->is_trusted, is_own);
    server = script_server_new (row->server, &fd);
    tls = tls_new (context, fd, row->host, pin);
    g_assert_cmpint (tls_handshake (tls, &error), ==, TLS_DONE);
    g_assert_no_error (error);
    facts = tls_get_facts (tls);
    g_test_message ("%s: %s", facts->version, facts->verify_error);
    g_assert_cmpint (facts->is_verified, ==, row->is_verified);
    g_assert_true (g_pattern_match_simple (row->words, facts->verify_error));
    g_assert_cmpuint (strlen (facts->fingerprint), ==, 64); /* always shown */
    g_assert_cmpstr (facts->subject, ==, "CN=localhost");
    tls_free (tls);
    close (fd);
    problem = script_server_finish (server);
    g_assert_cmpstr (problem, ==, "");
  }
  g_unlink (bundle);
}

/* Whatever the machine's own settings of OpenSSL allow: read when OpenSSL is first used. */
static void
allow_old_tls (void)
{
  static const char settings[] = "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = old\n[old]\nMinProtocol = TLSv1\n"
                                 "CipherString = DEFAULT:@SECLEVEL=0\n";
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "postrider-openssl-XXXXXX", NULL);

  close (g_mkstemp (path));
  g_assert_true (g_file_set_contents (path, settings, -1, NULL));
  g_setenv ("OPENSSL_CONF", path, TRUE);
  OPENSSL_init_ssl (OPENSSL_INIT_LOAD_CONFIG, NULL);
  g_unlink (path);
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
  allow_old_tls ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/net/tls/verify", test_verify);
  g_test_add_func ("/shared/net/tls/own-authorities", test_own_authorities);
  g_test_add_func ("/shared/net/tls/no-handshake", test_no_handshake);
  return g_test_run ();
}
