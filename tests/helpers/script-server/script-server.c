#include "script-server.h"

#include <gsasl.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct ScriptServer {
  const char *transcript;
  int         fd;
  SSL        *tls;
  char        buffer[65536];
  gsize       at, len;
  GThread    *thread;
  char       *pending; /* a line that was read too early */
  char       *problem;
};

/* --- certificate --- */

typedef struct {
  EVP_PKEY *key;
  X509     *certificate;
  char      fingerprint[65];
} Identity;

/* kind: as behind "TLS" in a transcript. */
static Identity *
make_identity (const char *kind)
{
  gboolean is_expired = strcmp (kind, " expired") == 0;
  const char *names = g_str_has_prefix (kind, " names ") ? kind + strlen (" names ") : "DNS:localhost";
  Identity *self = g_new0 (Identity, 1);
  guint8 digest[32];
  X509_NAME *name;
  X509_EXTENSION *extension;

  self->key = EVP_EC_gen ("P-256");
  self->certificate = X509_new ();
  X509_set_version (self->certificate, 2);
  ASN1_INTEGER_set (X509_get_serialNumber (self->certificate), 1);
  X509_gmtime_adj (X509_getm_notBefore (self->certificate), -7200);
  X509_gmtime_adj (X509_getm_notAfter (self->certificate), is_expired ? -3600 : 3600);
  name = X509_get_subject_name (self->certificate);
  X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC, (const guchar *) "localhost", -1, -1, 0);
  X509_set_issuer_name (self->certificate, name);
  X509_set_pubkey (self->certificate, self->key);
  extension = X509V3_EXT_conf_nid (NULL, NULL, NID_subject_alt_name, names);
  X509_add_ext (self->certificate, extension, -1);
  X509_EXTENSION_free (extension);
  X509_sign (self->certificate, self->key, EVP_sha256 ());
  X509_digest (self->certificate, EVP_sha256 (), digest, NULL);
  for (guint i = 0; i < 32; i++)
    g_snprintf (self->fingerprint + 2 * i, 3, "%02x", digest[i]);
  return self;
}

/* Each is made once; two kinds that differ in the protocol alone have two. */
static const Identity *
get_identity (const char *kind)
{
  static GMutex mutex;
  static GHashTable *identities = NULL;
  Identity *identity;

  g_mutex_lock (&mutex);
  if (identities == NULL)
    identities = g_hash_table_new (g_str_hash, g_str_equal);
  identity = g_hash_table_lookup (identities, kind);
  if (identity == NULL) {
    identity = make_identity (kind);
    g_hash_table_insert (identities, g_strdup (kind), identity);
  }
  g_mutex_unlock (&mutex);
  return identity;
}

void
script_server_write_certificate (const char *path, const char *kind)
{
  FILE *file = fopen (path, "w");

  g_assert_nonnull (file);
  PEM_write_X509 (file, get_identity (kind)->certificate);
  fclose (file);
}

const char *
script_server_get_fingerprint (void)
{
  return get_identity ("")->fingerprint;
}

/* --- octets --- */

static gssize
read_some (ScriptServer *self)
{
  gssize n = self->tls != NULL ? SSL_read (self->tls, self->buffer, sizeof self->buffer) : read (self->fd, self->buffer, sizeof self->buffer);

  self->at = 0;
  self->len = n > 0 ? (gsize) n : 0;
  return n;
}

static gboolean
say (ScriptServer *self, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "|", -1);
  g_autofree char *lines = g_strjoinv ("\r\n", parts), *line = g_strconcat (lines, "\r\n", NULL);
  gsize len = strlen (line);
  gssize n = self->tls != NULL ? SSL_write (self->tls, line, (int) len) : send (self->fd, line, len, MSG_NOSIGNAL);

  return n == (gssize) len;
}

/* Returns: (transfer full) a line without CRLF, or NULL at the end. */
static char *
read_line (ScriptServer *self)
{
  g_autoptr (GString) line = g_string_new (NULL);

  if (self->pending != NULL)
    return g_steal_pointer (&self->pending);
  for (;;) {
    if (self->at == self->len && read_some (self) <= 0)
      return NULL;
    g_string_append_c (line, self->buffer[self->at++]);
    if (g_str_has_suffix (line->str, "\r\n")) {
      g_string_truncate (line, line->len - 2);
      return g_strdup (line->str);
    }
  }
}

/* Till the end nothing may come but a goodbye. */
static gboolean
stay_quiet (ScriptServer *self)
{
  for (;;) {
    g_autofree char *line = read_line (self);

    if (line == NULL)
      return self->len == 0; /* not half a line either */
    if (strcmp (line, "QUIT") != 0)
      return FALSE;
  }
}

static gboolean
skip_octets (ScriptServer *self, gsize n)
{
  for (; n > 0; n--, self->at++)
    if (self->at == self->len && read_some (self) <= 0)
      return FALSE;
  return TRUE;
}

static gboolean
read_body (ScriptServer *self)
{
  for (;;) {
    g_autofree char *line = read_line (self);

    if (line == NULL)
      return FALSE;
    if (strcmp (line, ".") == 0)
      return TRUE;
  }
}

static gboolean
read_chunk (ScriptServer *self)
{
  g_autofree char *line = read_line (self);
  unsigned n = 0;

  return line != NULL && sscanf (line, "BDAT %u LAST", &n) == 1 && skip_octets (self, n);
}

/* As a host of many domains: nobody is served who does not say in the handshake for which of them he comes. */
static int
check_server_name (SSL *tls, int *alert, void *wanted)
{
  const char *name = SSL_get_servername (tls, TLSEXT_NAMETYPE_host_name);

  return strcmp (name != NULL ? name : "none", wanted) == 0 ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static gboolean
start_tls (ScriptServer *self, const char *kind)
{
  SSL_CTX *context = SSL_CTX_new (TLS_server_method ());
  gboolean is_for = g_str_has_prefix (kind, " for ");
  const Identity *identity = get_identity (is_for ? "" : kind);

  if (is_for) {
    SSL_CTX_set_tlsext_servername_callback (context, check_server_name);
    SSL_CTX_set_tlsext_servername_arg (context, (char *) kind + strlen (" for "));
  }

  if (strcmp (kind, " old") == 0) {
    SSL_CTX_set_security_level (context, 0); /* what OpenSSL itself would not speak any more */
    SSL_CTX_set_min_proto_version (context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version (context, TLS1_1_VERSION);
  }
  if (strcmp (kind, " 1.2") == 0)
    SSL_CTX_set_max_proto_version (context, TLS1_2_VERSION);
  SSL_CTX_use_certificate (context, identity->certificate);
  SSL_CTX_use_PrivateKey (context, identity->key);
  self->tls = SSL_new (context);
  SSL_CTX_free (context);
  SSL_set_fd (self->tls, self->fd);
  return SSL_accept (self->tls) == 1;
}

/* --- AUTH, by libgsasl's server side: user ann, password secret or the one that stands behind the mechanism --- */

static int
sasl_cb (Gsasl *library, Gsasl_session *session, Gsasl_property property)
{
  const char *password = gsasl_callback_hook_get (library);

  switch (property) {
  case GSASL_PASSWORD:
    return gsasl_property_set (session, GSASL_PASSWORD, password);
  case GSASL_VALIDATE_SIMPLE:
    return strcmp (gsasl_property_fast (session, GSASL_AUTHID), "ann") == 0 &&
             strcmp (gsasl_property_fast (session, GSASL_PASSWORD), password) == 0 ? GSASL_OK : GSASL_AUTHENTICATION_ERROR;
  default:
    return GSASL_NO_CALLBACK;
  }
}

static gboolean
talk_sasl (ScriptServer *self, Gsasl_session *session, char *said)
{
  for (;;) {
    g_autofree char *reply = NULL, *line = NULL;
    char *challenge = NULL;
    int result = gsasl_step64 (session, said, &challenge);

    g_clear_pointer (&said, g_free);
    if (result != GSASL_OK && result != GSASL_NEEDS_MORE) {
      gsasl_free (challenge);
      return say (self, "535 5.7.8 wrong");
    }
    if (result == GSASL_OK && (challenge == NULL || *challenge == '\0')) {
      gsasl_free (challenge);
      return say (self, "235 2.7.0 in");
    }
    reply = g_strdup_printf ("334 %s", challenge);
    gsasl_free (challenge);
    if (!say (self, reply) || (line = read_line (self)) == NULL)
      return FALSE;
    if (result == GSASL_OK) /* the proof is given; the client only nods */
      return say (self, "235 2.7.0 in");
    said = g_steal_pointer (&line);
  }
}

static gboolean
serve_sasl (ScriptServer *self, const char *words)
{
  g_auto (GStrv) parts = g_strsplit (words, " ", 2);
  const char *mechanism = parts[0];
  g_autofree char *line = read_line (self), *wanted = g_strdup_printf ("AUTH %s", mechanism);
  Gsasl *library = NULL;
  Gsasl_session *session = NULL;
  gboolean is_done = FALSE;

  if (line == NULL || !g_str_has_prefix (line, wanted) || gsasl_init (&library) != GSASL_OK)
    return FALSE;
  gsasl_callback_hook_set (library, parts[1] != NULL ? parts[1] : (char *) "secret");
  gsasl_callback_set (library, sasl_cb);
  if (gsasl_server_start (library, mechanism, &session) == GSASL_OK)
    is_done = talk_sasl (self, session, g_strdup (line[strlen (wanted)] == ' ' ? line + strlen (wanted) + 1 : ""));
  gsasl_finish (session);
  gsasl_done (library);
  return is_done;
}

/* --- script --- */

static gboolean
run_step (ScriptServer *self, const char *step)
{
  if (g_str_has_prefix (step, "S: "))
    return say (self, step + 3);
  if (g_str_has_prefix (step, "C: ")) {
    g_autofree char *line = read_line (self);

    return line != NULL && g_pattern_match_simple (step + 3, line);
  }
  if (strcmp (step, "RSET?") == 0) {
    self->pending = read_line (self);
    if (self->pending == NULL || strcmp (self->pending, "RSET") != 0)
      return self->pending != NULL;
    g_clear_pointer (&self->pending, g_free);
    return say (self, "250 reset");
  }
  if (strcmp (step, "QUIET") == 0)
    return stay_quiet (self);
  if (strcmp (step, "BODY") == 0)
    return read_body (self);
  if (strcmp (step, "BDAT") == 0)
    return read_chunk (self);
  if (g_str_has_prefix (step, "TLS"))
    return start_tls (self, step + 3);
  if (strcmp (step, "DRIP") == 0) {
    while (send (self->fd, "2", 1, MSG_NOSIGNAL) == 1)
      g_usleep (100000);
    return TRUE;
  }
  if (g_str_has_prefix (step, "SLEEP ")) {
    g_usleep (1000 * (gulong) atoi (step + 6));
    return TRUE;
  }
  if (g_str_has_prefix (step, "SASL "))
    return serve_sasl (self, step + 5);
  if (strcmp (step, "WAIT") == 0) {
    while (read_some (self) > 0)
      ;
    return TRUE;
  }
  return FALSE;
}

static void
run_steps (ScriptServer *self, char **steps)
{
  gsize loop = 0;
  int left = 0;

  for (gsize i = 0; steps[i] != NULL && *steps[i] != '\0' && strcmp (steps[i], "CLOSE") != 0; i++) {
    if (g_str_has_prefix (steps[i], "REPEAT ")) {
      left = atoi (steps[i] + 7);
      loop = i;
    } else if (strcmp (steps[i], "END") == 0) {
      i = --left > 0 ? loop : i;
    } else if (!run_step (self, steps[i])) {
      self->problem = g_strdup_printf ("line %u: %s", (guint) i + 1, steps[i]);
      return;
    }
  }
}

static gpointer
run_thread (gpointer data)
{
  ScriptServer *self = data;
  g_auto (GStrv) steps = g_strsplit (self->transcript, "\n", -1);

  run_steps (self, steps);
  if (self->problem == NULL && !g_str_has_suffix (self->transcript, "CLOSE\n"))
    while (read_some (self) > 0)
      ;
  SSL_free (self->tls);
  close (self->fd);
  return NULL;
}

ScriptServer *
script_server_new (const char *transcript, int *out_fd)
{
  ScriptServer *self = g_new0 (ScriptServer, 1);
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  self->transcript = transcript;
  self->fd = fds[0];
  *out_fd = fds[1];
  self->thread = g_thread_new ("script", run_thread, self);
  return self;
}

char *
script_server_finish (ScriptServer *self)
{
  char *problem;

  g_thread_join (self->thread);
  g_free (self->pending);
  problem = self->problem != NULL ? self->problem : g_strdup ("");
  g_free (self);
  return problem;
}
