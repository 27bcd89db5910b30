/* tls.h - TLS over a connected, non-blocking socket; chain and host checked, or the leaf's fingerprint.
 * Trust:  the peer is hostile. Used in: confined/smtp. Source: RFC 8446, RFC 5246, RFC 7817 (host names), RFC 8314; OpenSSL 3. */
#pragma once
#include <glib.h>

typedef struct TlsContext TlsContext;

/* Reads the CA bundle (PEM; path NULL: the system's) once: before the lock. A missing bundle is no error here: each check then fails. */
TlsContext *tls_context_new  (const char *ca_path);
/* From now on these alone (PEM, one or more). Returns: FALSE with FAULT_USAGE: there is none; nothing is changed. */
gboolean    tls_context_trust (TlsContext *self, const char *pem, GError **error);
void        tls_context_free (TlsContext *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TlsContext, tls_context_free)

typedef struct { /* all owned; strings are never NULL */
  char    *version;      /* "TLSv1.3 TLS_AES_256_GCM_SHA384", "" before the handshake */
  char    *fingerprint;  /* SHA-256 of the leaf, 64 lower-case hex digits */
  char    *subject, *issuer;
  gint64   expires_utc_s;
  gboolean is_verified;
  char    *verify_error; /* "" when verified: else what is wrong and what to do */
} TlsFacts;

typedef enum { TLS_DONE, TLS_WANTS_READ, TLS_WANTS_WRITE, TLS_CLOSED, TLS_FAILED } TlsResult;

typedef struct Tls Tls;

/* fd, context: borrowed for the Tls's life. host: what the certificate must name, and SNI. pin: "" or the fingerprint that replaces
 * both checks. */
Tls *tls_new  (TlsContext *context, int fd, const char *host, const char *pin);
void tls_free (Tls *self); /* NULL is a no-op */

/* TLS_DONE once: then look at tls_get_facts() before a word is said. TLS_FAILED with FAULT_PROTOCOL. */
TlsResult tls_handshake (Tls *self, GError **error);
const TlsFacts *tls_get_facts (const Tls *self); /* borrowed; filled after the handshake, whether verified or not */

/* TLS_DONE: *out_len octets (> 0). TLS_CLOSED: the peer said goodbye. TLS_FAILED with FAULT_PROTOCOL or FAULT_IO. */
TlsResult tls_read  (Tls *self, void *buffer, gsize size, gsize *out_len, GError **error);
TlsResult tls_write (Tls *self, const void *data, gsize len, gsize *out_len, GError **error);
void      tls_close (Tls *self); /* says goodbye if the socket takes it at once */
