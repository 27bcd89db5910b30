/* vault-key.h - keys of the vault: the data key, and what opens its slots (a passphrase or credential, the key file, 32 octets that others keep).
 * Trust:  the key file lies in a folder that others may have touched: only a regular file of ours that nobody else can read counts.
 * Used in: core/vault. Source: libsodium crypto_pwhash (Argon2id), crypto_aead_xchacha20poly1305_ietf. */
#pragma once
#include "secret-bytes.h"
#include "vault-file.h"

/* Chosen: OWASP and libsodium's INTERACTIVE..MODERATE; measured 0.12-0.16 s. They stand in the slot, so they may rise later. */
#define VAULT_PASSES 3
#define VAULT_MEMORY_KIB (64 * 1024)

typedef struct VaultKey VaultKey; /* 32 octets in guarded memory */
VaultKey     *vault_key_new_random (void);
VaultKey     *vault_key_copy (const VaultKey *self);
/* NULL: it has not VAULT_KEY_LEN octets. */
VaultKey     *vault_key_new_from_secret (const SecretBytes *secret);
SecretBytes  *vault_key_to_secret (const VaultKey *self);
void          vault_key_free (VaultKey *self); /* wipes; NULL is a no-op */
const guint8 *vault_key_peek (const VaultKey *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VaultKey, vault_key_free)

/* passphrase: or a credential's contents. Blocks for the time of one Argon2id. Returns: (transfer full), or NULL with FAULT_OS (no memory for it). */
VaultKey *vault_key_new_from_passphrase (const SecretBytes *passphrase, const VaultSlot *slot, GError **error);

/* Returns: (transfer full), or NULL with FAULT_NO_INPUT (it is not there), FAULT_NO_PERM (others can read it; it is not ours),
 * FAULT_CONFIG (it is not a key file). The text names the file and is made for people. */
VaultKey *vault_key_read_file (const char *path, GError **error);
/* Makes the file, 0600, on disk when this returns. Never replaces one. FAULT_CANT_CREATE. */
gboolean  vault_key_write_file (const VaultKey *self, const char *path, GError **error);
/* The file at `next` in place of the one at `path`, on disk when this returns. FAULT_CANT_CREATE. */
gboolean  vault_key_replace_file (const char *next, const char *path, GError **error);

/* A slot that opens to `data_key` with `key`; passphrase slots have passes, memory and salt set already. */
void      vault_key_seal_slot (const VaultKey *key, const VaultKey *data_key, VaultSlot *slot);
/* Returns: (transfer full) the data key, or NULL: the key does not fit. */
VaultKey *vault_key_open_slot (const VaultKey *key, const VaultSlot *slot);
