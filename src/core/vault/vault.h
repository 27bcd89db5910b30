/* vault.h - secrets at rest: one sealed file, a random data key in slots (key file, passphrase, keyring, systemd's credential).
 * Trust:  the file may be poisoned or torn: then it is refused as a whole, never rewritten. Locked is an honest state, never wiped.
 * Used in: core. Source: libsodium (XChaCha20-Poly1305 secretstream/AEAD, Argon2id); docs/design.md §6. */
#pragma once
#include "secret-bytes.h"
#include "vault-file.h"
#include <gio/gio.h>

typedef struct Vault Vault;

typedef enum { VAULT_OPEN, VAULT_LOCKED } VaultState;

/* Opens `home`/vault; makes it, with a 0600 key file in `state` as its slot, when there is none. Opens itself by its key file, or by systemd's credential.
 * Returns: (transfer full), possibly locked; NULL with FAULT_CONFIG (the file is damaged: says where a copy may be), FAULT_CANT_CREATE, FAULT_NO_PERM. */
Vault     *vault_new  (const char *home, const char *state, GError **error);
void       vault_free (Vault *self);
VaultState vault_get_state (Vault *self);
char      *vault_describe_tier (Vault *self); /* (transfer full) a sentence for people: what protects it, honestly; or why it is locked */
GStrv      vault_list_slots (Vault *self);    /* (transfer full) words of the kinds, in the file's order */
VaultSlotKind vault_get_tier   (Vault *self); /* the weakest way in */
VaultSlotKind vault_get_opener (Vault *self); /* VAULT_SLOT_NONE: locked */

gboolean   vault_unlock  (Vault *self, const SecretBytes *passphrase, GError **error); /* FAULT_NO_PERM: wrong */
/* The passphrase in place of the key file; empty: back to the key file. Other slots stay. */
gboolean   vault_protect (Vault *self, const SecretBytes *passphrase, GError **error);

/* Slots; what was there opens the vault until the new file is on the disk. passphrase: of that kind alone, else NULL. Not for the keyring's, but vault_remove_slot().
 * Errors: FAULT_NO_PERM (locked), FAULT_USAGE (add: there is one; remove: it is the last; an empty passphrase), FAULT_NO_INPUT (there is none; no credential). */
gboolean   vault_has_slot    (Vault *self, VaultSlotKind kind);
gboolean   vault_check_slot  (Vault *self, VaultSlotKind kind, gboolean is_there, GError **error); /* that it is there, or is not, and the vault open */
gboolean   vault_add_slot    (Vault *self, VaultSlotKind kind, const SecretBytes *passphrase, GError **error);
gboolean   vault_change_slot (Vault *self, VaultSlotKind kind, const SecretBytes *passphrase, GError **error);
/* keyring_opens: the keyring was asked just now, and has the key. FAULT_USAGE too where nothing is left that opens the vault now. */
gboolean   vault_remove_slot (Vault *self, VaultSlotKind kind, gboolean keyring_opens, GError **error);
/* Whether a passphrase, or what lies in a file now, opens it without the slot `kind`. Blocks for an Argon2id at most. */
gboolean   vault_opens_without (Vault *self, VaultSlotKind kind);

/* The keyring's slot: 32 octets that core/keyring gets and keeps, under a name of 32 hex digits. */
char      *vault_dup_keyring_name  (Vault *self); /* (transfer full), or NULL: no such slot */
gboolean   vault_fits_keyring      (Vault *self, const SecretBytes *secret);
gboolean   vault_unlock_by_keyring (Vault *self, const SecretBytes *secret, GError **error); /* FAULT_NO_PERM: it is not its key */
gboolean   vault_put_keyring_slot  (Vault *self, const char *name, const SecretBytes *secret, GError **error); /* a new one, or in place of the one there */
void       vault_note_keyring      (Vault *self, const char *why); /* why it did not open it, for people; NULL: nothing is wrong */

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
