/* tls.h - STARTTLS for tries: a key and a self-signed certificate that live in memory only.
 * Trust:  the handshake is hostile; OpenSSL parses it, inside the lock. Used in: confined/sink. Source: RFC 3207, RFC 8446. */
#pragma once
#include <gio/gio.h>
#include <openssl/ssl.h>

typedef struct SinkTls SinkTls;

/* Before the lock: makes an EC P-256 key and a certificate for "localhost", 127.0.0.1 and ::1, good for a year.
 * Returns: (transfer full), or NULL with FAULT_SOFTWARE. */
SinkTls    *sink_tls_new  (GError **error);
void        sink_tls_free (SinkTls *self);                  /* NULL is a no-op */
const char *sink_tls_get_fingerprint (const SinkTls *self); /* SHA-256 of the certificate, 64 hex digits; borrowed */
SSL        *sink_tls_start (SinkTls *self, int fd);         /* (transfer full) in accept state on `fd` (borrowed), or NULL */
