#include "tls.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "fault.h"

#define YEAR_S (366 * 24 * 3600)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_EXTENSION, X509_EXTENSION_free)

struct SinkTls {
  SSL_CTX *context;
  char     fingerprint[2 * 32 + 1];
};

static gboolean
add_extension (X509 *certificate, int nid, const char *value)
{
  g_autoptr (X509_EXTENSION) extension = NULL;
  X509V3_CTX context;

  X509V3_set_ctx (&context, certificate, certificate, NULL, NULL, 0);
  extension = X509V3_EXT_conf_nid (NULL, &context, nid, value);
  return extension != NULL && X509_add_ext (certificate, extension, -1) == 1;
}

static X509 *
make_certificate (EVP_PKEY *key)
{
  g_autoptr (X509) certificate = X509_new ();
  guint8 serial[8];
  X509_NAME *name;

  if (certificate == NULL)
    return NULL;
  for (gsize i = 0; i < sizeof serial; i++)
    serial[i] = (guint8) g_random_int ();
  serial[0] &= 0x7f; /* positive */
  name = X509_get_subject_name (certificate);
  if (X509_set_version (certificate, X509_VERSION_3) != 1 ||
      ASN1_STRING_set (X509_get_serialNumber (certificate), serial, sizeof serial) != 1 ||
      X509_gmtime_adj (X509_getm_notBefore (certificate), -3600) == NULL || /* clocks differ */
      X509_gmtime_adj (X509_getm_notAfter (certificate), YEAR_S) == NULL ||
      X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC, (const guint8 *) "localhost", -1, -1, 0) != 1 ||
      X509_set_issuer_name (certificate, name) != 1 || X509_set_pubkey (certificate, key) != 1 ||
      !add_extension (certificate, NID_basic_constraints, "critical,CA:TRUE") || /* a CA, so that it can be pinned as its own root */
      !add_extension (certificate, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1") ||
      !add_extension (certificate, NID_ext_key_usage, "serverAuth") || X509_sign (certificate, key, EVP_sha256 ()) == 0)
    return NULL;
  return g_steal_pointer (&certificate);
}

static gboolean
sink_tls_fill (SinkTls *self)
{
  g_autoptr (EVP_PKEY) key = EVP_EC_gen ("P-256");
  g_autoptr (X509) certificate = key != NULL ? make_certificate (key) : NULL;
  guint8 digest[EVP_MAX_MD_SIZE];
  guint len = 0;

  self->context = SSL_CTX_new (TLS_server_method ());
  if (certificate == NULL || self->context == NULL || SSL_CTX_use_certificate (self->context, certificate) != 1 ||
      SSL_CTX_use_PrivateKey (self->context, key) != 1 || X509_digest (certificate, EVP_sha256 (), digest, &len) != 1 || len != 32)
    return FALSE;
  for (guint i = 0; i < len; i++)
    g_snprintf (self->fingerprint + 2 * i, 3, "%02x", digest[i]);
  SSL_CTX_set_min_proto_version (self->context, TLS1_2_VERSION);
  SSL_CTX_set_options (self->context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode (self->context, SSL_SESS_CACHE_OFF); /* memory per client that ever came: none */
  SSL_CTX_set_mode (self->context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  return TRUE;
}

SinkTls *
sink_tls_new (GError **error)
{
  SinkTls *self = g_new0 (SinkTls, 1);

  if (sink_tls_fill (self))
    return self;
  sink_tls_free (self);
  g_set_error (error, FAULT, FAULT_SOFTWARE, "OpenSSL made no certificate for the sink: %s.", ERR_reason_error_string (ERR_peek_error ()));
  ERR_clear_error ();
  return NULL;
}

void
sink_tls_free (SinkTls *self)
{
  if (self != NULL)
    SSL_CTX_free (self->context);
  g_free (self);
}

const char *
sink_tls_get_fingerprint (const SinkTls *self)
{
  return self->fingerprint;
}

SSL *
sink_tls_start (SinkTls *self, int fd)
{
  SSL *ssl = SSL_new (self->context);

  if (ssl != NULL && SSL_set_fd (ssl, fd) == 1) {
    SSL_set_accept_state (ssl);
    return ssl;
  }
  SSL_free (ssl);
  return NULL;
}
