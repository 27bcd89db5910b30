/* vault.h - secrets at rest: one sealed file, a random data key in slots (key file, passphrase).
 * Trust:  the file may be poisoned or torn: then it is refused as a whole, never rewritten. Locked is an honest state, never wiped.
 * Used in: core. Source: libsodium (XChaCha20-Poly1305 secretstream/AEAD, Argon2id); docs/design.md §6. */
#pragma once
#include "secret-bytes.h"
#include <gio/gio.h>

typedef struct Vault Vault;

typedef enum { VAULT_OPEN, VAULT_LOCKED } VaultState;

/* Opens `home`/vault; makes it, with a 0600 key file in `state` as its slot, when there is none. Opens itself when the key file is there.
 * Returns: (transfer full), possibly locked; NULL with FAULT_CONFIG (the file is damaged: says where a copy may be), FAULT_CANT_CREATE, FAULT_NO_PERM. */
Vault     *vault_new  (const char *home, const char *state, GError **error);
void       vault_free (Vault *self);
VaultState vault_get_state (Vault *self);
char      *vault_describe_tier (Vault *self); /* (transfer full) a sentence for people: what protects it, honestly */
GStrv      vault_list_slots (Vault *self);    /* (transfer full) "key-file", "passphrase" */

gboolean   vault_unlock  (Vault *self, const SecretBytes *passphrase, GError **error); /* FAULT_NO_PERM: wrong */
gboolean   vault_protect (Vault *self, const SecretBytes *passphrase, GError **error); /* empty: back to the key file */

/* name: "account/7", "suppression-key". All: FAULT_NO_PERM when locked. get: (transfer full); NULL without error: there is none. */
SecretBytes *vault_get    (Vault *self, const char *name, GError **error);
gboolean     vault_set    (Vault *self, const char *name, const SecretBytes *secret, GError **error);
gboolean     vault_remove (Vault *self, const char *name, GError **error);

/* Secrets that live only as long as core does, under the same names; they work while it is locked too. NULL forgets.
 * recall: (transfer full), or NULL: none. */
void         vault_remember (Vault *self, const char *name, const SecretBytes *secret);
SecretBytes *vault_recall   (Vault *self, const char *name);

/* The keyed hash (32 octets) by which a forgotten person's address stays suppressed; the key is made on first use.
 * Returns: FALSE with FAULT_NO_PERM when locked. */
gboolean     vault_hash_address (Vault *self, const char *address_key, guint8 out[32], GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Vault, vault_free)
