#include "vault-private.h"

#include "fault.h"
#include "kill-point.h"
#include "vault-credential.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME "vault"
#define KEY_FILE_NAME "vault.key"
#define NEXT_KEY_FILE_NAME "vault.key.next"
#define HASH_KEY_NAME "suppression-key"
#define HASH_KEY_LEN 32

/* --- reading and writing the file --- */

/* Returns: 1 read, 0 there is none, -1 with `error` set. */
static int
read_file (const char *path, GBytes **out_raw, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autofree char *data = NULL;
  gsize len = 0;
  GStatBuf status;

  if (g_lstat (path, &status) == 0 && (!S_ISREG (status.st_mode) || status.st_size > VAULT_FILE_MAX_BYTES)) {
    g_set_error (error, FAULT, FAULT_CONFIG, "%s is not a vault of Postrider; it was left as it is", path);
    return -1;
  }
  if (g_file_get_contents (path, &data, &len, &problem)) {
    *out_raw = g_bytes_new_take (g_steal_pointer (&data), len);
    return 1;
  }
  if (g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return 0;
  g_set_error (error, FAULT, FAULT_NO_PERM, "the vault cannot be read: %s", problem->message);
  return -1;
}

static VaultFile *
parse_file (const char *path, GBytes *raw, GError **error)
{
  g_autoptr (GError) problem = NULL;
  VaultFile *file = vault_file_parse (g_bytes_get_data (raw, NULL), g_bytes_get_size (raw), &problem);

  if (file == NULL)
    g_set_error (error, FAULT, FAULT_CONFIG,
                 "the vault %s %s; it was left as it is: put back a copy of it, or move it away and enter the passwords again", path,
                 problem->message);
  return file;
}

static gboolean
write_all (int fd, GBytes *raw)
{
  gsize len = 0, done = 0;
  const char *data = g_bytes_get_data (raw, &len);

  while (done < len) {
    gssize n = write (fd, data + done, len - done);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return FALSE;
    done += (gsize) n;
  }
  return fsync (fd) == 0;
}

static gboolean
replace_file (const char *folder, const char *path, GBytes *raw)
{
  g_autofree char *part = g_strconcat (path, ".part", NULL);
  int folder_fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int fd = -1;
  gboolean is_done = FALSE;

  if (folder_fd >= 0) { /* errno says why not, if it is not */
    (void) unlink (part);
    fd = open (part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  }
  if (fd >= 0) {
    int saved_errno;

    is_done = write_all (fd, raw);
    KILL_POINT ("core-vault-written");
    is_done = is_done && rename (part, path) == 0;
    KILL_POINT ("core-vault-renamed");
    is_done = is_done && fsync (folder_fd) == 0;
    saved_errno = errno;

    close (fd);
    if (!is_done)
      (void) unlink (part);
    errno = saved_errno;
  }
  if (folder_fd >= 0)
    close (folder_fd);
  return is_done;
}

/* A copy may have been put back while we ran: then the vault in memory is not the file that would be replaced. */
static gboolean
is_still_ours (Vault *self, GError **error)
{
  g_autoptr (GBytes) raw = NULL;
  int found = read_file (self->path, &raw, error);

  if (found < 0)
    return FALSE;
  if (found == 1 && (self->raw == NULL || !g_bytes_equal (raw, self->raw))) {
    g_set_error (error, FAULT, FAULT_CONFIG, "the vault %s was changed by something else: stop Postrider and start it again", self->path);
    return FALSE;
  }
  return TRUE;
}

gboolean
vault_store_file (Vault *self, VaultFile *file, const VaultKey *data_key, const VaultEntries *entries, GError **error)
{
  g_autoptr (VaultFile) taken = file;
  gsize sealed_len = entries->len + VAULT_TAG_LEN;
  g_autoptr (GBytes) head = vault_file_build_head (taken, sealed_len);
  g_autoptr (GBytes) raw = NULL;
  guint8 *sealed = g_malloc (sealed_len);

  randombytes_buf (taken->nonce, sizeof taken->nonce);
  crypto_aead_xchacha20poly1305_ietf_encrypt (sealed, NULL, entries->data, entries->len, g_bytes_get_data (head, NULL),
                                              g_bytes_get_size (head), NULL, taken->nonce, vault_key_peek (data_key));
  g_clear_pointer (&taken->sealed, g_bytes_unref);
  taken->sealed = g_bytes_new_take (sealed, sealed_len);
  raw = vault_file_build (taken);
  if (g_bytes_get_size (raw) > VAULT_FILE_MAX_BYTES) {
    g_set_error_literal (error, FAULT, FAULT_CANT_CREATE, "the vault is full");
    return FALSE;
  }
  if (!is_still_ours (self, error))
    return FALSE;
  if (!replace_file (self->home, self->path, raw)) {
    g_set_error (error, FAULT, errno == ENOSPC || errno == EIO ? FAULT_IO : FAULT_CANT_CREATE, "the vault %s cannot be written: %s",
                 self->path, g_strerror (errno));
    return FALSE;
  }
  g_clear_pointer (&self->file, vault_file_free);
  self->file = g_steal_pointer (&taken);
  g_clear_pointer (&self->raw, g_bytes_unref);
  self->raw = g_steal_pointer (&raw);
  return TRUE;
}

/* --- opening --- */

VaultEntries *
vault_open_entries (Vault *self, const VaultKey *data_key, GError **error)
{
  gsize sealed_len = 0;
  const guint8 *sealed = g_bytes_get_data (self->file->sealed, &sealed_len);
  g_autoptr (GBytes) head = vault_file_build_head (self->file, sealed_len);
  g_autoptr (VaultEntries) entries = vault_entries_new (sealed_len - VAULT_TAG_LEN);

  if (crypto_aead_xchacha20poly1305_ietf_decrypt (entries->data, NULL, NULL, sealed, sealed_len, g_bytes_get_data (head, NULL),
                                                  g_bytes_get_size (head), self->file->nonce, vault_key_peek (data_key)) != 0 ||
      !vault_entries_is_valid (entries)) {
    g_set_error (error, FAULT, FAULT_CONFIG, "the vault %s was tampered with or is damaged; it was left as it is: put back a copy of it",
                 self->path);
    return NULL;
  }
  return g_steal_pointer (&entries);
}

const VaultSlot *
vault_find_slot (Vault *self, VaultSlotKind kind)
{
  for (guint i = 0; self->file != NULL && i < self->file->slot_count; i++)
    if (self->file->slots[i].kind == kind)
      return &self->file->slots[i];
  return NULL;
}

void
vault_set_why (Vault *self, VaultSlotKind kind, char *why)
{
  g_free (self->why[kind]);
  self->why[kind] = why;
}

void
vault_hold_keys (Vault *self, VaultKey *data_key, VaultKey *slot_key, VaultSlotKind opened_by)
{
  vault_key_free (self->data_key);
  vault_key_free (self->slot_key);
  self->data_key = data_key;
  self->slot_key = slot_key;
  self->opened_by = opened_by;
}

/* The data key is taken when it opens the payload too. */
gboolean
vault_try_key (Vault *self, const VaultSlot *slot, const VaultKey *key, GError **error)
{
  g_autoptr (VaultKey) data_key = vault_key_open_slot (key, slot);
  g_autoptr (VaultEntries) entries = data_key != NULL ? vault_open_entries (self, data_key, error) : NULL;

  if (entries == NULL)
    return FALSE;
  vault_hold_keys (self, g_steal_pointer (&data_key), vault_key_copy (key), slot->kind);
  vault_set_why (self, slot->kind, NULL);
  return TRUE;
}

static VaultKey *
read_credential (Vault *self, const VaultSlot *slot, GError **error)
{
  g_autoptr (SecretBytes) secret = vault_credential_read (error);

  return secret != NULL ? vault_key_new_from_passphrase (secret, slot, error) : NULL;
}

/* Opens with what lies in a file, or notes why not. FALSE only when the vault itself is bad. */
static gboolean
try_slot (Vault *self, VaultSlotKind kind, VaultKey *(*read_key) (Vault *self, const VaultSlot *slot, GError **error), GError **error)
{
  const VaultSlot *slot = self->data_key == NULL ? vault_find_slot (self, kind) : NULL;
  g_autoptr (GError) problem = NULL;
  g_autoptr (VaultKey) key = slot != NULL ? read_key (self, slot, &problem) : NULL;

  if (slot == NULL)
    return TRUE;
  if (key == NULL) {
    vault_set_why (self, kind, g_strdup (problem->message));
    return TRUE;
  }
  if (vault_try_key (self, slot, key, &problem))
    return TRUE;
  if (problem == NULL) {
    vault_set_why (self, kind, g_strdup_printf ("the %s does not belong to the vault %s: put the right one back", kind == VAULT_SLOT_KEY_FILE ? "key file" : "credential", self->path));
    return TRUE;
  }
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/* A key file may be put back at any time. A service's credentials stay what they are, and each try costs an Argon2id. */
static gboolean
try_files (Vault *self, GError **error)
{
  return try_slot (self, VAULT_SLOT_KEY_FILE, vault_read_key_file, error) &&
         (self->why[VAULT_SLOT_CREDENTIALS] != NULL || try_slot (self, VAULT_SLOT_CREDENTIALS, read_credential, error));
}

gboolean
vault_ensure_open (Vault *self, GError **error)
{
  g_autofree char *why = NULL;

  if (self->data_key == NULL && !try_files (self, error))
    return FALSE;
  if (self->data_key != NULL)
    return TRUE;
  why = vault_describe_why (self);
  g_set_error (error, FAULT, FAULT_NO_PERM, "the vault is locked: %s", why);
  return FALSE;
}

static gboolean
vault_load (Vault *self, GError **error)
{
  int found = read_file (self->path, &self->raw, error);

  if (found < 0)
    return FALSE;
  if (found == 0)
    return vault_make (self, error);
  self->file = parse_file (self->path, self->raw, error);
  return self->file != NULL && try_files (self, error);
}

Vault *
vault_new (const char *home, const char *state, GError **error)
{
  g_autoptr (Vault) self = g_new0 (Vault, 1);

  self->home = g_canonicalize_filename (home, NULL);
  self->state = g_canonicalize_filename (state, NULL);
  self->path = g_build_filename (self->home, FILE_NAME, NULL);
  self->key_path = g_build_filename (self->state, KEY_FILE_NAME, NULL);
  self->next_key_path = g_build_filename (self->state, NEXT_KEY_FILE_NAME, NULL);
  self->remembered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) secret_bytes_free);
  if (sodium_init () < 0) {
    g_set_error_literal (error, FAULT, FAULT_OS, "the system gives no random numbers");
    return NULL;
  }
  if (strcmp (self->home, self->state) == 0) {
    g_set_error (error, FAULT, FAULT_CONFIG, "the vault and its key file must not lie in one folder (%s)", self->home);
    return NULL;
  }
  return vault_load (self, error) ? g_steal_pointer (&self) : NULL;
}

void
vault_free (Vault *self)
{
  if (self == NULL)
    return;
  g_free (self->home);
  g_free (self->state);
  g_free (self->path);
  g_free (self->key_path);
  g_free (self->next_key_path);
  for (guint kind = 0; kind <= VAULT_SLOT_KINDS; kind++)
    g_free (self->why[kind]);
  vault_file_free (self->file);
  g_clear_pointer (&self->raw, g_bytes_unref);
  vault_key_free (self->slot_key);
  vault_key_free (self->data_key);
  g_hash_table_unref (self->remembered);
  g_free (self);
}

/* --- what people ask --- */

VaultState
vault_get_state (Vault *self)
{
  return vault_ensure_open (self, NULL) ? VAULT_OPEN : VAULT_LOCKED;
}

gboolean
vault_unlock (Vault *self, const SecretBytes *passphrase, GError **error)
{
  const VaultSlot *slot = vault_find_slot (self, VAULT_SLOT_PASSPHRASE);
  g_autoptr (GError) problem = NULL;
  g_autoptr (VaultKey) key = NULL;

  if (slot == NULL)
    return vault_ensure_open (self, error); /* no passphrase is set: what else opens it does, or the text says what is wrong with that */
  key = vault_key_new_from_passphrase (passphrase, slot, error);
  if (key == NULL)
    return FALSE;
  if (vault_try_key (self, slot, key, &problem))
    return TRUE;
  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  g_set_error_literal (error, FAULT, FAULT_NO_PERM, "that is not the passphrase of the vault");
  return FALSE;
}

/* --- secrets --- */

SecretBytes *
vault_get (Vault *self, const char *name, GError **error)
{
  g_autoptr (VaultEntries) entries = vault_ensure_open (self, error) ? vault_open_entries (self, self->data_key, error) : NULL;

  return entries != NULL ? vault_entries_get (entries, name) : NULL;
}

/* Slots and data key stay; the payload is sealed anew under a new nonce. */
static gboolean
replace_entry (Vault *self, const char *name, const SecretBytes *secret, GError **error)
{
  g_autoptr (VaultEntries) entries = vault_ensure_open (self, error) ? vault_open_entries (self, self->data_key, error) : NULL;
  g_autoptr (VaultEntries) replaced = NULL;
  g_autoptr (VaultFile) file = NULL;

  if (entries == NULL)
    return FALSE;
  file = g_new0 (VaultFile, 1);
  file->slot_count = self->file->slot_count;
  memcpy (file->slots, self->file->slots, sizeof file->slots);
  replaced = vault_entries_replace (entries, name, secret);
  return vault_store_file (self, g_steal_pointer (&file), self->data_key, replaced, error);
}

gboolean
vault_set (Vault *self, const char *name, const SecretBytes *secret, GError **error)
{
  g_return_val_if_fail (*name != '\0' && strlen (name) <= VAULT_NAME_MAX && secret != NULL, FALSE);
  if (secret_bytes_get_length (secret) > SECRET_BYTES_MAX) {
    g_set_error (error, FAULT, FAULT_DATA, "a secret is longer than %d octets", SECRET_BYTES_MAX);
    return FALSE;
  }
  return replace_entry (self, name, secret, error);
}

gboolean
vault_remove (Vault *self, const char *name, GError **error)
{
  return replace_entry (self, name, NULL, error);
}

void
vault_remember (Vault *self, const char *name, const SecretBytes *secret)
{
  if (secret == NULL)
    g_hash_table_remove (self->remembered, name);
  else
    g_hash_table_replace (self->remembered, g_strdup (name),
                          secret_bytes_new (secret_bytes_peek (secret), secret_bytes_get_length (secret)));
}

SecretBytes *
vault_recall (Vault *self, const char *name)
{
  const SecretBytes *secret = g_hash_table_lookup (self->remembered, name);

  return secret != NULL ? secret_bytes_new (secret_bytes_peek (secret), secret_bytes_get_length (secret)) : NULL;
}

static SecretBytes *
obtain_hash_key (Vault *self, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (SecretBytes) key = vault_get (self, HASH_KEY_NAME, &problem);
  guint8 raw[HASH_KEY_LEN];

  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return NULL;
  }
  if (key != NULL)
    return g_steal_pointer (&key);
  randombytes_buf (raw, sizeof raw);
  key = secret_bytes_new (raw, sizeof raw);
  sodium_memzero (raw, sizeof raw);
  return vault_set (self, HASH_KEY_NAME, key, error) ? g_steal_pointer (&key) : NULL;
}

gboolean
vault_hash_address (Vault *self, const char *address_key, guint8 out[32], GError **error)
{
  g_autoptr (SecretBytes) key = obtain_hash_key (self, error);

  if (key == NULL)
    return FALSE;
  crypto_generichash (out, 32, (const guint8 *) address_key, strlen (address_key), (const guint8 *) secret_bytes_peek (key),
                      secret_bytes_get_length (key));
  return TRUE;
}
