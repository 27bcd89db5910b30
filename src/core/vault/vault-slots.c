/* vault-slots.c - what opens the vault: slots made, changed and taken away. Each change makes a new data key, so that a copy of the file from before, and
 * who could open it, opens nothing that came after. For that the keys of the slots that stay are needed: where there are several, they stand in the payload. */
#include "vault-private.h"

#include "fault.h"
#include "kill-point.h"
#include "vault-credential.h"
#include <sodium.h>
#include <string.h>
#include <unistd.h>

typedef struct { /* a slot and what opens it */
  VaultSlot slot;
  VaultKey *key; /* owned */
} NewSlot;

static void
new_slot_clear (NewSlot *self)
{
  g_clear_pointer (&self->key, vault_key_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NewSlot, new_slot_clear)

/* --- the keys of the slots that stay --- */

static char *
format_key_name (VaultSlotKind kind)
{
  return g_strconcat ("slot/", vault_slot_to_word (kind), NULL);
}

/* Returns: (transfer full), or NULL with FAULT_SOFTWARE. */
static VaultKey *
find_slot_key (Vault *self, VaultSlotKind kind, const VaultEntries *entries, GError **error)
{
  g_autofree char *name = format_key_name (kind);
  g_autoptr (SecretBytes) secret = kind != self->opened_by ? vault_entries_get (entries, name) : NULL;
  VaultKey *key = secret != NULL ? vault_key_new_from_secret (secret) : kind == self->opened_by ? vault_key_copy (self->slot_key) : NULL;

  if (key == NULL)
    g_set_error (error, FAULT, FAULT_SOFTWARE, "the key of the vault's slot %s is not in it; nothing was changed", vault_slot_to_word (kind));
  return key;
}

static VaultEntries *
replace_key (const VaultEntries *entries, VaultSlotKind kind, const VaultKey *key)
{
  g_autofree char *name = format_key_name (kind);
  g_autoptr (SecretBytes) secret = key != NULL ? vault_key_to_secret (key) : NULL;

  return vault_entries_replace (entries, name, secret);
}

/* A single slot is the one that opens the vault, so its key need not stand there. */
static VaultEntries *
keep_keys (const VaultEntries *entries, const NewSlot *slots, guint n)
{
  g_autoptr (VaultEntries) kept = replace_key (entries, VAULT_SLOT_KEY_FILE, NULL);

  for (guint kind = VAULT_SLOT_KEY_FILE + 1; kind <= VAULT_SLOT_KINDS; kind++) {
    VaultEntries *less = replace_key (kept, (VaultSlotKind) kind, NULL);

    vault_entries_free (kept);
    kept = less;
  }
  for (guint i = 0; n > 1 && i < n; i++) {
    VaultEntries *more = replace_key (kept, slots[i].slot.kind, slots[i].key);

    vault_entries_free (kept);
    kept = more;
  }
  return g_steal_pointer (&kept);
}

/* --- sealing anew --- */

/* The key that is held from then on: that of the slot that opened the vault, if it stays. */
static const NewSlot *
pick_held (Vault *self, const NewSlot *slots, guint n)
{
  for (guint i = 0; i < n; i++)
    if (slots[i].slot.kind == self->opened_by)
      return &slots[i];
  return slots;
}

static gboolean
seal_slots (Vault *self, const NewSlot *slots, guint n, const VaultEntries *entries, GError **error)
{
  g_autoptr (VaultKey) data_key = vault_key_new_random ();
  g_autoptr (VaultFile) file = g_new0 (VaultFile, 1);
  g_autoptr (VaultEntries) kept = keep_keys (entries, slots, n);
  const NewSlot *held;

  for (guint i = 0; i < n; i++) {
    file->slots[i] = slots[i].slot;
    vault_key_seal_slot (slots[i].key, data_key, &file->slots[i]);
  }
  file->slot_count = n;
  if (!vault_store_file (self, g_steal_pointer (&file), data_key, kept, error))
    return FALSE;
  held = pick_held (self, slots, n);
  vault_hold_keys (self, g_steal_pointer (&data_key), vault_key_copy (held->key), held->slot.kind);
  for (guint i = 0; i < n; i++)
    vault_set_why (self, slots[i].slot.kind, NULL);
  return TRUE;
}

/* The slots of the file without `removed`, and `added` (NULL: none) as another or in place of one of its kind. On failure nothing has changed. */
static gboolean
change_slots (Vault *self, const NewSlot *added, VaultSlotKind removed, GError **error)
{
  g_autoptr (VaultEntries) entries = vault_ensure_open (self, error) ? vault_open_entries (self, self->data_key, error) : NULL;
  NewSlot slots[VAULT_SLOTS_MAX + 1] = { 0 };
  gboolean is_fine = entries != NULL;
  guint n = 0, owned;

  for (guint i = 0; is_fine && i < self->file->slot_count; i++) {
    const VaultSlot *slot = &self->file->slots[i];

    if (slot->kind == removed || (added != NULL && slot->kind == added->slot.kind))
      continue;
    slots[n].slot = *slot;
    slots[n].key = find_slot_key (self, slot->kind, entries, error);
    is_fine = slots[n++].key != NULL;
  }
  owned = n;
  if (added != NULL)
    slots[n++] = *added;
  is_fine = is_fine && seal_slots (self, slots, n, entries, error);
  for (guint i = 0; i < owned; i++)
    new_slot_clear (&slots[i]);
  return is_fine;
}

/* --- the key file --- */

VaultKey *
vault_read_key_file (Vault *self, const VaultSlot *slot, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (VaultKey) key = vault_key_read_file (self->key_path, &problem);
  g_autoptr (VaultKey) data_key = key != NULL ? vault_key_open_slot (key, slot) : NULL;
  g_autoptr (VaultKey) next = data_key == NULL ? vault_key_read_file (self->next_key_path, NULL) : NULL;
  g_autoptr (VaultKey) next_data_key = next != NULL ? vault_key_open_slot (next, slot) : NULL;

  if (next_data_key != NULL && vault_key_replace_file (self->next_key_path, self->key_path, NULL))
    return g_steal_pointer (&next);
  if (key == NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  return g_steal_pointer (&key);
}

/* The key of the key file; made when there is none yet. */
static VaultKey *
obtain_file_key (Vault *self, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (VaultKey) key = vault_key_read_file (self->key_path, &problem);

  if (key != NULL)
    return g_steal_pointer (&key);
  if (!g_error_matches (problem, FAULT, FAULT_NO_INPUT)) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return NULL;
  }
  key = vault_key_new_random ();
  return vault_key_write_file (key, self->key_path, error) ? g_steal_pointer (&key) : NULL;
}

gboolean
vault_make (Vault *self, GError **error)
{
  g_auto (NewSlot) added = { .slot.kind = VAULT_SLOT_KEY_FILE, .key = obtain_file_key (self, error) };
  g_autoptr (VaultEntries) entries = vault_entries_new (256);

  return added.key != NULL && seal_slots (self, &added, 1, entries, error);
}

/* The new key lies beside the old one until the vault that it opens is on the disk; vault_read_key_file() ends what was cut short. */
static gboolean
change_key_file (Vault *self, GError **error)
{
  g_auto (NewSlot) added = { .slot.kind = VAULT_SLOT_KEY_FILE, .key = vault_key_new_random () };
  const VaultSlot *slot = vault_find_slot (self, VAULT_SLOT_KEY_FILE);

  vault_key_free (vault_read_key_file (self, slot, NULL)); /* one that is cut short now is ended first */
  (void) unlink (self->next_key_path);
  if (!vault_key_write_file (added.key, self->next_key_path, error))
    return FALSE;
  KILL_POINT ("core-vault-key-made");
  if (!change_slots (self, &added, VAULT_SLOT_NONE, error)) {
    (void) unlink (self->next_key_path);
    return FALSE;
  }
  KILL_POINT ("core-vault-key-sealed");
  return vault_key_replace_file (self->next_key_path, self->key_path, error);
}

/* A key that opens nothing any more: if it stays, it does no harm. */
static void
remove_key_file (Vault *self)
{
  (void) unlink (self->key_path);
  (void) unlink (self->next_key_path);
}

/* --- what people change --- */

/* A slot that is opened by words or a credential. */
static gboolean
derive_slot (NewSlot *self, VaultSlotKind kind, const SecretBytes *secret, GError **error)
{
  VaultSlot slot = { .kind = kind, .passes = VAULT_PASSES, .memory_kib = VAULT_MEMORY_KIB };

  randombytes_buf (slot.salt, sizeof slot.salt);
  self->slot = slot;
  self->key = vault_key_new_from_passphrase (secret, &slot, error);
  return self->key != NULL;
}

/* kind: not the keyring's. passphrase: of that kind alone. */
static gboolean
make_slot (Vault *self, NewSlot *out, VaultSlotKind kind, const SecretBytes *passphrase, GError **error)
{
  g_autoptr (SecretBytes) credential = kind == VAULT_SLOT_CREDENTIALS ? vault_credential_read (error) : NULL;

  if (kind == VAULT_SLOT_KEY_FILE) {
    out->slot.kind = kind;
    out->key = obtain_file_key (self, error);
    return out->key != NULL;
  }
  if (kind == VAULT_SLOT_CREDENTIALS)
    return credential != NULL && derive_slot (out, kind, credential, error);
  g_return_val_if_fail (kind == VAULT_SLOT_PASSPHRASE, FALSE);
  if (passphrase != NULL && secret_bytes_get_length (passphrase) > 0)
    return derive_slot (out, kind, passphrase, error);
  g_set_error_literal (error, FAULT, FAULT_USAGE, "the passphrase is empty; nothing was changed");
  return FALSE;
}

gboolean
vault_has_slot (Vault *self, VaultSlotKind kind)
{
  return vault_find_slot (self, kind) != NULL;
}

gboolean
vault_check_slot (Vault *self, VaultSlotKind kind, gboolean is_there, GError **error)
{
  if (!vault_ensure_open (self, error))
    return FALSE;
  if (vault_has_slot (self, kind) == is_there)
    return TRUE;
  if (is_there)
    g_set_error (error, FAULT, FAULT_NO_INPUT, "the vault has no slot %s: postrider vault status shows those that it has", vault_slot_to_word (kind));
  else
    g_set_error (error, FAULT, FAULT_USAGE, "the vault has a slot %s already: postrider vault change %s gives it a new key", vault_slot_to_word (kind), vault_slot_to_word (kind));
  return FALSE;
}

static gboolean
put_slot (Vault *self, VaultSlotKind kind, const SecretBytes *passphrase, GError **error)
{
  g_auto (NewSlot) added = { 0 };

  return make_slot (self, &added, kind, passphrase, error) && change_slots (self, &added, VAULT_SLOT_NONE, error);
}

gboolean
vault_add_slot (Vault *self, VaultSlotKind kind, const SecretBytes *passphrase, GError **error)
{
  return vault_check_slot (self, kind, FALSE, error) && put_slot (self, kind, passphrase, error);
}

gboolean
vault_change_slot (Vault *self, VaultSlotKind kind, const SecretBytes *passphrase, GError **error)
{
  if (!vault_check_slot (self, kind, TRUE, error))
    return FALSE;
  return kind == VAULT_SLOT_KEY_FILE ? change_key_file (self, error) : put_slot (self, kind, passphrase, error);
}

gboolean
vault_protect (Vault *self, const SecretBytes *passphrase, GError **error)
{
  gboolean is_taken_off = secret_bytes_get_length (passphrase) == 0;
  gboolean had_key_file = vault_has_slot (self, VAULT_SLOT_KEY_FILE);
  g_auto (NewSlot) added = { 0 };

  if (!vault_ensure_open (self, error) || !make_slot (self, &added, is_taken_off ? VAULT_SLOT_KEY_FILE : VAULT_SLOT_PASSPHRASE, passphrase, error) ||
      !change_slots (self, &added, is_taken_off ? VAULT_SLOT_PASSPHRASE : VAULT_SLOT_KEY_FILE, error))
    return FALSE;
  if (had_key_file && !is_taken_off)
    remove_key_file (self);
  return TRUE;
}

/* --- taken away, where another way is left --- */

static gboolean
does_file_open (Vault *self, VaultSlotKind kind)
{
  const VaultSlot *slot = vault_find_slot (self, kind);
  g_autoptr (SecretBytes) credential = slot != NULL && kind == VAULT_SLOT_CREDENTIALS ? vault_credential_read (NULL) : NULL;
  g_autoptr (VaultKey) key = NULL, data_key = NULL;

  if (slot != NULL && kind == VAULT_SLOT_KEY_FILE)
    key = vault_read_key_file (self, slot, NULL);
  else if (credential != NULL)
    key = vault_key_new_from_passphrase (credential, slot, NULL);
  data_key = key != NULL ? vault_key_open_slot (key, slot) : NULL;
  return data_key != NULL;
}

gboolean
vault_opens_without (Vault *self, VaultSlotKind kind)
{
  return (kind != VAULT_SLOT_PASSPHRASE && vault_has_slot (self, VAULT_SLOT_PASSPHRASE)) ||
         (kind != VAULT_SLOT_KEY_FILE && does_file_open (self, VAULT_SLOT_KEY_FILE)) ||
         (kind != VAULT_SLOT_CREDENTIALS && does_file_open (self, VAULT_SLOT_CREDENTIALS));
}

/* Never the last one, and never one behind which nothing is left that opens the vault now. */
static gboolean
check_removal (Vault *self, VaultSlotKind kind, gboolean keyring_opens, GError **error)
{
  if (self->file->slot_count == 1) {
    g_set_error (error, FAULT, FAULT_USAGE, "the slot %s is all that opens the vault: add another one first (postrider vault add)", vault_slot_to_word (kind));
    return FALSE;
  }
  if ((keyring_opens && kind != VAULT_SLOT_KEYRING) || vault_opens_without (self, kind))
    return TRUE;
  g_set_error (error, FAULT, FAULT_USAGE, "nothing else opens the vault now (its key file or credential is not where it should be): put that right first, or add a passphrase; "
               "nothing was changed");
  return FALSE;
}

gboolean
vault_remove_slot (Vault *self, VaultSlotKind kind, gboolean keyring_opens, GError **error)
{
  if (!vault_check_slot (self, kind, TRUE, error) || !check_removal (self, kind, keyring_opens, error) || !change_slots (self, NULL, kind, error))
    return FALSE;
  if (kind == VAULT_SLOT_KEY_FILE)
    remove_key_file (self);
  return TRUE;
}

/* --- the keyring's slot: its key comes and goes by core/keyring --- */

char *
vault_dup_keyring_name (Vault *self)
{
  const VaultSlot *slot = vault_find_slot (self, VAULT_SLOT_KEYRING);
  char hex[2 * VAULT_SALT_LEN + 1];

  return slot != NULL ? g_strdup (sodium_bin2hex (hex, sizeof hex, slot->salt, sizeof slot->salt)) : NULL;
}

/* The key in `secret`, if it opens the keyring's slot. */
static VaultKey *
fit_keyring_key (Vault *self, const SecretBytes *secret)
{
  const VaultSlot *slot = vault_find_slot (self, VAULT_SLOT_KEYRING);
  g_autoptr (VaultKey) key = slot != NULL ? vault_key_new_from_secret (secret) : NULL;
  g_autoptr (VaultKey) data_key = key != NULL ? vault_key_open_slot (key, slot) : NULL;

  return data_key != NULL ? g_steal_pointer (&key) : NULL;
}

gboolean
vault_fits_keyring (Vault *self, const SecretBytes *secret)
{
  g_autoptr (VaultKey) key = fit_keyring_key (self, secret);

  return key != NULL;
}

gboolean
vault_unlock_by_keyring (Vault *self, const SecretBytes *secret, GError **error)
{
  g_autoptr (VaultKey) key = fit_keyring_key (self, secret);

  if (key != NULL)
    return vault_try_key (self, vault_find_slot (self, VAULT_SLOT_KEYRING), key, error);
  g_set_error_literal (error, FAULT, FAULT_NO_PERM, "what the keyring has for the vault is not the key of this one");
  return FALSE;
}

gboolean
vault_put_keyring_slot (Vault *self, const char *name, const SecretBytes *secret, GError **error)
{
  g_auto (NewSlot) added = { .slot.kind = VAULT_SLOT_KEYRING, .key = vault_key_new_from_secret (secret) };

  g_return_val_if_fail (added.key != NULL && strlen (name) == 2 * VAULT_SALT_LEN, FALSE);
  sodium_hex2bin (added.slot.salt, sizeof added.slot.salt, name, strlen (name), NULL, NULL, NULL);
  return change_slots (self, &added, VAULT_SLOT_NONE, error);
}

void
vault_note_keyring (Vault *self, const char *why)
{
  vault_set_why (self, VAULT_SLOT_KEYRING, g_strdup (why));
}
