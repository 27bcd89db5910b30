/* secret-bytes.h - a secret in memory: locked into RAM, wiped on free, never copied, never printed.
 * Used in: core/vault, transports, cli's prompt. Source: libsodium sodium_malloc(3). */
#pragma once
#include <glib.h>

#define SECRET_BYTES_MAX 4096 /* chosen: the longest password or token that is taken */

typedef struct SecretBytes SecretBytes;

SecretBytes *secret_bytes_new  (const void *data, gsize len); /* copies; the caller wipes its own */
void         secret_bytes_free (SecretBytes *self);           /* wipes; NULL is a no-op */
gsize        secret_bytes_get_length (const SecretBytes *self);
const char  *secret_bytes_peek (const SecretBytes *self); /* borrowed; NUL behind the last octet */

/* Reads `fd` (borrowed) to its end. One line break at the end is dropped when `is_line`.
 * Returns: (transfer full), or NULL with FAULT_DATA (over SECRET_BYTES_MAX) or FAULT_IO. */
SecretBytes *secret_bytes_read_fd (int fd, gboolean is_line, GError **error);

/* Returns: a memfd that holds the secret, sealed against every change, rewound; or -1 with FAULT_OS.
 * NULL makes an empty one. The caller owns the fd. */
int secret_bytes_to_memfd (const SecretBytes *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SecretBytes, secret_bytes_free)
