/* tls.h - STARTTLS for tries: a key and a self-signed certificate that live in memory only.
 * Trust:  the handshake is hostile; OpenSSL parses it, inside the lock. Used in: confined/sink. Source: RFC 3207, RFC 8446. */
#pragma once
#include <gio/gio.h>
#include <openssl/ssl.h>

typedef struct Tls Tls;

/* Before the lock: makes an EC P-256 key and a certificate for "localhost", 127.0.0.1 and ::1, good for a year.
 * Returns: (transfer full), or NULL with FAULT_SOFTWARE. */
Tls        *tls_new  (GError **error);
void        tls_free (Tls *self);                  /* NULL is a no-op */
const char *tls_get_fingerprint (const Tls *self); /* SHA-256 of the certificate, 64 hex digits; borrowed */
SSL        *tls_start (Tls *self, int fd);         /* (transfer full) in accept state on `fd` (borrowed), or NULL */
