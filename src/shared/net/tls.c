#include "tls.h"

#include "fault.h"
#include "text.h"
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

#define CA_BUNDLE "/etc/ssl/certs/ca-certificates.crt"
#define NAME_MAX_OCTETS 200 /* chosen: of a subject or issuer that is shown to people */

struct TlsContext {
  SSL_CTX *openssl;
  gboolean has_roots;
};

struct Tls {
  SSL        *openssl;
  TlsContext *context;
  char       *host, *pin;
  TlsFacts    facts;
};

TlsContext *
tls_context_new (const char *ca_path)
{
  TlsContext *self = g_new0 (TlsContext, 1);

  self->openssl = SSL_CTX_new (TLS_client_method ());
  g_assert (self->openssl != NULL);
  SSL_CTX_set_min_proto_version (self->openssl, TLS1_2_VERSION);
  /* Not "no verification": the chain is checked during the handshake and its result is read right after it, before a word is said.
   * Going on until then is what lets `account test` show the fingerprint of a certificate that does not pass. */
  SSL_CTX_set_verify (self->openssl, SSL_VERIFY_NONE, NULL);
  SSL_CTX_set_mode (self->openssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options (self->openssl, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  self->has_roots = SSL_CTX_load_verify_file (self->openssl, ca_path != NULL ? ca_path : CA_BUNDLE) == 1;
  ERR_clear_error ();
  return self;
}

gboolean
tls_context_trust (TlsContext *self, const char *pem, GError **error)
{
  X509_STORE *store = X509_STORE_new ();
  BIO *text = BIO_new_mem_buf (pem, -1);
  guint count = 0;
  X509 *one;

  while ((one = PEM_read_bio_X509 (text, NULL, NULL, NULL)) != NULL) {
    count += X509_STORE_add_cert (store, one) == 1;
    X509_free (one);
  }
  BIO_free (text);
  ERR_clear_error (); /* its end is said as an error, too */
  if (count == 0) {
    X509_STORE_free (store);
    g_set_error_literal (error, FAULT, FAULT_USAGE, "the account's own authorities are no certificates in PEM");
    return FALSE;
  }
  SSL_CTX_set_cert_store (self->openssl, store);
  self->has_roots = TRUE;
  return TRUE;
}

void
tls_context_free (TlsContext *self)
{
  if (self != NULL)
    SSL_CTX_free (self->openssl);
  g_free (self);
}

static void
clear_facts (TlsFacts *facts)
{
  g_free (facts->version);
  g_free (facts->fingerprint);
  g_free (facts->subject);
  g_free (facts->issuer);
  g_free (facts->verify_error);
}

Tls *
tls_new (TlsContext *context, int fd, const char *host, const char *pin)
{
  Tls *self = g_new0 (Tls, 1);
  X509_VERIFY_PARAM *param;

  self->context = context;
  self->host = g_strdup (host);
  self->pin = g_strdup (pin);
  self->facts = (TlsFacts){ g_strdup (""), g_strdup (""), g_strdup (""), g_strdup (""), 0, FALSE, g_strdup ("") };
  self->openssl = SSL_new (context->openssl);
  g_assert (self->openssl != NULL);
  SSL_set_fd (self->openssl, fd);
  SSL_set_connect_state (self->openssl);
  param = SSL_get0_param (self->openssl);
  X509_VERIFY_PARAM_set_hostflags (param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (X509_VERIFY_PARAM_set1_ip_asc (param, host) != 1) { /* an address is compared as one, and has no SNI (RFC 6066 §3) */
    X509_VERIFY_PARAM_set1_host (param, host, 0);
    SSL_set_tlsext_host_name (self->openssl, host);
  }
  ERR_clear_error ();
  return self;
}

void
tls_free (Tls *self)
{
  if (self == NULL)
    return;
  SSL_free (self->openssl);
  clear_facts (&self->facts);
  g_free (self->host);
  g_free (self->pin);
  g_free (self);
}

static TlsResult
tls_fail (GError **error, Fault code, const char *what)
{
  unsigned long number = ERR_peek_last_error ();
  const char *reason = number != 0 ? ERR_reason_error_string (number) : NULL;

  g_set_error (error, FAULT, (int) code, "%s: %s", what, reason != NULL ? reason : "no further words");
  ERR_clear_error ();
  return TLS_FAILED;
}

static TlsResult
tls_judge (Tls *self, int result, const char *what, GError **error)
{
  int saved_errno = errno;

  switch (SSL_get_error (self->openssl, result)) {
  case SSL_ERROR_WANT_READ:
    return TLS_WANTS_READ;
  case SSL_ERROR_WANT_WRITE:
    return TLS_WANTS_WRITE;
  case SSL_ERROR_ZERO_RETURN:
    return TLS_CLOSED;
  case SSL_ERROR_SYSCALL:
    g_set_error (error, FAULT, FAULT_IO, "%s: %s", what, saved_errno != 0 ? g_strerror (saved_errno) : "the server hung up");
    ERR_clear_error ();
    return TLS_FAILED;
  default:
    return tls_fail (error, FAULT_PROTOCOL, what);
  }
}

static char *
name_dup (const X509_NAME *name)
{
  g_autoptr (GString) all = g_string_new (NULL);
  BIO *bio = BIO_new (BIO_s_mem ());
  char *data = NULL;
  long len;

  X509_NAME_print_ex (bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  len = BIO_get_mem_data (bio, &data);
  g_string_append_len (all, data, len);
  BIO_free (bio);
  return text_printable (all->str, (gssize) all->len, NAME_MAX_OCTETS);
}

static char *
fingerprint_dup (X509 *leaf)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned len = 0;
  GString *hex = g_string_new (NULL);

  if (X509_digest (leaf, EVP_sha256 (), digest, &len) == 1)
    for (unsigned i = 0; i < len; i++)
      g_string_append_printf (hex, "%02x", digest[i]);
  return g_string_free (hex, FALSE);
}

static gint64
time_utc_s (const ASN1_TIME *time)
{
  struct tm parts = { 0 };

  return ASN1_TIME_to_tm (time, &parts) == 1 ? (gint64) timegm (&parts) : 0;
}

/* Advice for each way in which a check fails. */
static char *
tls_explain (const Tls *self, long result)
{
  switch (result) {
  case X509_V_ERR_CERT_HAS_EXPIRED:
    return g_strdup ("the certificate has expired: the server's owner must renew it");
  case X509_V_ERR_CERT_NOT_YET_VALID:
    return g_strdup ("the certificate is not valid yet: check this computer's clock");
  case X509_V_ERR_HOSTNAME_MISMATCH:
  case X509_V_ERR_IP_ADDRESS_MISMATCH:
    return g_strdup_printf ("the certificate does not name %s: use the name it was made for, or pin it with --pin %s", self->host,
                            self->facts.fingerprint);
  case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
  case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    return g_strdup_printf ("the certificate is signed by itself: if you know that this fingerprint is your server's, pin it with --pin %s",
                            self->facts.fingerprint);
  default:
    return g_strdup_printf ("the certificate cannot be trusted (%s)%s: if you know that this fingerprint is your server's, pin it with --pin %s",
                            X509_verify_cert_error_string (result),
                            self->context->has_roots ? "" : "; this system has no CA bundle, install ca-certificates", self->facts.fingerprint);
  }
}

static void
tls_verify (Tls *self, X509 *leaf)
{
  long result = SSL_get_verify_result (self->openssl);

  g_free (self->facts.verify_error);
  if (*self->pin != '\0') {
    self->facts.is_verified = g_ascii_strcasecmp (self->pin, self->facts.fingerprint) == 0;
    self->facts.verify_error = self->facts.is_verified ? g_strdup ("")
      : g_strdup_printf ("the certificate is not the pinned one: if it was renewed on purpose, pin the new fingerprint %s",
                         self->facts.fingerprint);
    return;
  }
  self->facts.is_verified = leaf != NULL && result == X509_V_OK;
  self->facts.verify_error = self->facts.is_verified ? g_strdup ("") : tls_explain (self, result);
}

static void
collect_facts (Tls *self)
{
  X509 *leaf = SSL_get1_peer_certificate (self->openssl);

  clear_facts (&self->facts);
  self->facts = (TlsFacts){ .version = g_strdup_printf ("%s %s", SSL_get_version (self->openssl), SSL_get_cipher_name (self->openssl)) };
  if (leaf != NULL) {
    self->facts.fingerprint = fingerprint_dup (leaf);
    self->facts.subject = name_dup (X509_get_subject_name (leaf));
    self->facts.issuer = name_dup (X509_get_issuer_name (leaf));
    self->facts.expires_utc_s = time_utc_s (X509_get0_notAfter (leaf));
  } else {
    self->facts.fingerprint = g_strdup ("");
    self->facts.subject = g_strdup ("");
    self->facts.issuer = g_strdup ("");
  }
  tls_verify (self, leaf);
  X509_free (leaf);
}

TlsResult
tls_handshake (Tls *self, GError **error)
{
  int result;

  ERR_clear_error ();
  errno = 0;
  result = SSL_do_handshake (self->openssl);
  if (result != 1) {
    TlsResult judged = tls_judge (self, result, "the TLS handshake failed", error);

    if (judged != TLS_CLOSED)
      return judged;
    g_set_error (error, FAULT, FAULT_PROTOCOL, "the TLS handshake failed: the server hung up");
    return TLS_FAILED;
  }
  collect_facts (self);
  return TLS_DONE;
}

const TlsFacts *
tls_get_facts (const Tls *self)
{
  return &self->facts;
}

TlsResult
tls_read (Tls *self, void *buffer, gsize size, gsize *out_len, GError **error)
{
  int result;

  ERR_clear_error ();
  errno = 0;
  result = SSL_read_ex (self->openssl, buffer, size, out_len);
  return result == 1 ? TLS_DONE : tls_judge (self, result, "reading failed", error);
}

TlsResult
tls_write (Tls *self, const void *data, gsize len, gsize *out_len, GError **error)
{
  int result;

  ERR_clear_error ();
  errno = 0;
  result = SSL_write_ex (self->openssl, data, len, out_len);
  return result == 1 ? TLS_DONE : tls_judge (self, result, "writing failed", error);
}

void
tls_close (Tls *self)
{
  ERR_clear_error ();
  if (SSL_is_init_finished (self->openssl))
    (void) SSL_shutdown (self->openssl);
  ERR_clear_error ();
}
