/* vault-file.h - the sealed file: octets to slots and payload, and back. Holds no key, opens nothing.
 * Trust:  input may be poisoned, torn or foreign: refused as a whole. Does no I/O.
 * Used in: core/vault. Source: docs/design.md §6; LUKS for slots around one data key.
 * Form:   little-endian. head: "Postrider vault\n", version u32, slots u32, sealed length u32, 0 u32
 *         slot (each): kind u8, 0 u24, passes u32, memory KiB u32, 0 u32, salt 16, nonce 24, sealed data key 48
 *         nonce 24, sealed payload, BLAKE2b-256 of all before it (tells damage from a wrong key while locked; no proof by itself).
 *         The payload is sealed with head and slots as associated data, so none of them can be exchanged. */
#pragma once
#include <glib.h>

#define VAULT_FILE_MAX_BYTES (16 * 1024 * 1024) /* chosen: three thousand secrets of the longest kind */
#define VAULT_SLOTS_MAX 8                       /* chosen: as LUKS */
#define VAULT_PASSES_MAX 16                     /* chosen: some seconds; the file must not stop the main loop for minutes */
#define VAULT_MEMORY_MAX_KIB (256 * 1024)       /* chosen: four times what we write; a poisoned file must not eat the memory */
#define VAULT_MEMORY_MIN_KIB 8                  /* libsodium: crypto_pwhash_MEMLIMIT_MIN */

#define VAULT_KEY_LEN 32
#define VAULT_NONCE_LEN 24
#define VAULT_TAG_LEN 16
#define VAULT_SALT_LEN 16
#define VAULT_CHECKSUM_LEN 32
#define VAULT_SEALED_KEY_LEN (VAULT_KEY_LEN + VAULT_TAG_LEN)

/* What opens a slot. Stored: never reuse a number. A file has at most one slot of a kind. */
typedef enum { VAULT_SLOT_NONE = 0, VAULT_SLOT_KEY_FILE = 1, VAULT_SLOT_PASSPHRASE = 2, VAULT_SLOT_KEYRING = 3, VAULT_SLOT_CREDENTIALS = 4 } VaultSlotKind;
#define VAULT_SLOT_KINDS 4 /* the highest of them */

typedef struct {
  VaultSlotKind kind;
  guint32 passes, memory_kib;   /* Argon2id; 0 where the key is random: key file, keyring */
  guint8  salt[VAULT_SALT_LEN]; /* of Argon2id; the keyring's: random, by which its item is found there; zero for the key file */
  guint8  nonce[VAULT_NONCE_LEN];
  guint8  sealed_key[VAULT_SEALED_KEY_LEN];
} VaultSlot;

typedef struct {
  guint     slot_count; /* 1..VAULT_SLOTS_MAX */
  VaultSlot slots[VAULT_SLOTS_MAX];
  guint8    nonce[VAULT_NONCE_LEN];
  GBytes   *sealed; /* owned; VAULT_TAG_LEN octets at least */
} VaultFile;

void vault_file_free (VaultFile *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VaultFile, vault_file_free)

/* Returns: (transfer full), or NULL. Errors: FAULT_CONFIG; the text says what is wrong, as the end of "the vault FILE ...". */
VaultFile *vault_file_parse (const guint8 *raw, gsize len, GError **error);

const char   *vault_slot_to_word    (VaultSlotKind kind);  /* "key-file", "passphrase", "keyring", "credentials" */
VaultSlotKind vault_slot_parse_word (const char *word);    /* VAULT_SLOT_NONE: no such kind */

/* Returns: (transfer full) the file's octets: vault_file_parse() of them gives the same again. */
GBytes    *vault_file_build (const VaultFile *self);

/* Returns: (transfer full) head and slots for a payload of sealed_len octets: the associated data of the payload. */
GBytes    *vault_file_build_head (const VaultFile *self, gsize sealed_len);
/* Returns: (transfer full) what a slot's sealed key is bound to: its kind and parameters. */
GBytes    *vault_slot_build_head (const VaultSlot *slot);
