/* vault-private.h - what the files of the vault share: vault.c (file, opening, secrets), vault-slots.c (what opens it), vault-tier.c (words of it).
 * Used in: core/vault. */
#pragma once
#include "vault.h"
#include "vault-entries.h"
#include "vault-key.h"

/* Only keys stay in memory: secrets are opened for the time of one call, then wiped. */
struct Vault {
  char         *home, *state, *path;
  char         *key_path, *next_key_path; /* next: while the key file is changed */
  VaultFile    *file;      /* as it is on disk */
  GBytes       *raw;       /* its octets: what we replace must still be what we read */
  VaultKey     *data_key;  /* NULL: locked */
  VaultKey     *slot_key;  /* what opened it: the key of the slot `opened_by` */
  VaultSlotKind opened_by; /* VAULT_SLOT_NONE: locked */
  char         *why[VAULT_SLOT_KINDS + 1]; /* by kind: why it did not open it; NULL: nothing was tried */
  GHashTable   *remembered; /* name -> SecretBytes */
};

/* Opens with what needs no person. Returns: FALSE with FAULT_NO_PERM, or FAULT_CONFIG (the file is bad). A key file that is put back opens it at the next use. */
gboolean         vault_ensure_open   (Vault *self, GError **error);
const VaultSlot *vault_find_slot     (Vault *self, VaultSlotKind kind); /* borrowed; NULL: none */
/* The payload, by `data_key`. Returns: (transfer full), or NULL with FAULT_CONFIG. */
VaultEntries    *vault_open_entries  (Vault *self, const VaultKey *data_key, GError **error);
/* Opens the vault by the key of its slot. Returns: FALSE without `error`: the key does not fit; FALSE with FAULT_CONFIG. */
gboolean         vault_try_key       (Vault *self, const VaultSlot *slot, const VaultKey *key, GError **error);
/* Seals `entries` into `file` (taken), writes it, and holds it from then on. On failure nothing has changed. */
gboolean         vault_store_file    (Vault *self, VaultFile *file, const VaultKey *data_key, const VaultEntries *entries, GError **error);
/* Takes both keys in place of those that are held. */
void             vault_hold_keys     (Vault *self, VaultKey *data_key, VaultKey *slot_key, VaultSlotKind opened_by);
void             vault_set_why       (Vault *self, VaultSlotKind kind, char *why); /* takes why; NULL forgets it */

/* What stands in a key file and opens `slot`; one that was left by a change that was cut short takes its place. Errors: as vault_key_read_file(), FAULT_CONFIG (of another vault). */
VaultKey        *vault_read_key_file (Vault *self, const VaultSlot *slot, GError **error);
/* The first slot of a new vault: the key file, made when there is none yet. */
gboolean         vault_make          (Vault *self, GError **error);

char            *vault_describe_why  (Vault *self); /* (transfer full) why it is locked, as the end of "the vault is locked: …" */
