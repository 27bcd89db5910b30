/* vault-entries.h - what the payload holds once it is opened: names and secrets. Pure; every buffer is wiped when it is freed.
 * Trust:  who could make the payload had the data key, but a torn one must not lead us astray: refused as a whole.
 * Used in: core/vault.
 * Form:   count u32; each: name length u8, secret length u16, name, secret; zeros to a multiple of 256, so that the
 *         file's size doesn't say how long a password is. */
#pragma once
#include "secret-bytes.h"

#define VAULT_NAME_MAX 64 /* octets; chosen: "account/9223372036854775807" and the like */

typedef struct {
  gsize   len;
  guint8 *data; /* from sodium_malloc: guarded, locked into RAM, wiped */
} VaultEntries;

VaultEntries *vault_entries_new  (gsize len); /* zeroed: of 256 octets it is a payload without entries */
void          vault_entries_free (VaultEntries *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VaultEntries, vault_entries_free)

gboolean      vault_entries_is_valid (const VaultEntries *self);

/* self is valid. Returns: (transfer full), or NULL: no such name. */
SecretBytes  *vault_entries_get (const VaultEntries *self, const char *name);

/* self is valid, name 1..VAULT_NAME_MAX octets, secret (NULL: take it away) at most SECRET_BYTES_MAX.
 * Returns: (transfer full) a new payload, never NULL. */
VaultEntries *vault_entries_replace (const VaultEntries *self, const char *name, const SecretBytes *secret);
