#include "vault.h"

#include "fault.h"
#include "kill-point.h"
#include "vault-entries.h"
#include "vault-file.h"
#include "vault-key.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME "vault"
#define KEY_FILE_NAME "vault.key"
#define HASH_KEY_NAME "suppression-key"
#define HASH_KEY_LEN 32

/* Only the data key stays in memory: secrets are opened for the time of one call, then wiped. */
struct Vault {
  char       *home, *state, *path, *key_path;
  VaultFile  *file;       /* as it is on disk */
  GBytes     *raw;        /* its octets: what we replace must still be what we read */
  VaultKey   *data_key;   /* NULL: locked */
  char       *locked_why; /* a sentence's end */
  GHashTable *remembered; /* name -> SecretBytes */
};

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

/* Seals `entries` into `file` (taken), writes it, and holds it from then on. On failure nothing has changed. */
static gboolean
store_file (Vault *self, VaultFile *file, const VaultKey *data_key, const VaultEntries *entries, GError **error)
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

static VaultEntries *
open_entries (Vault *self, const VaultKey *data_key, GError **error)
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

/* Takes the data key when it opens the payload too. */
static gboolean
accept_key (Vault *self, VaultKey *data_key, GError **error)
{
  g_autoptr (VaultKey) taken = data_key;
  g_autoptr (VaultEntries) entries = open_entries (self, taken, error);

  if (entries == NULL)
    return FALSE;
  vault_key_free (self->data_key);
  self->data_key = g_steal_pointer (&taken);
  g_clear_pointer (&self->locked_why, g_free);
  return TRUE;
}

static const VaultSlot *
find_slot (Vault *self, VaultSlotKind kind)
{
  for (guint i = 0; i < self->file->slot_count; i++)
    if (self->file->slots[i].kind == kind)
      return &self->file->slots[i];
  return NULL;
}

static void
set_locked_why (Vault *self, char *why)
{
  g_free (self->locked_why);
  self->locked_why = why;
}

/* Opens with the key file, or notes why not. FALSE only when the file itself is bad. */
static gboolean
try_key_file (Vault *self, GError **error)
{
  const VaultSlot *slot = find_slot (self, VAULT_SLOT_KEY_FILE);
  g_autoptr (GError) problem = NULL;
  g_autoptr (VaultKey) key = NULL;
  g_autoptr (VaultKey) data_key = NULL;

  if (slot == NULL) {
    set_locked_why (self, g_strdup ("it needs its passphrase: postrider vault unlock"));
    return TRUE;
  }
  key = vault_key_read_file (self->key_path, &problem);
  if (key == NULL) {
    set_locked_why (self, g_strdup (problem->message));
    return TRUE;
  }
  data_key = vault_key_open_slot (key, slot);
  if (data_key == NULL) {
    set_locked_why (self, g_strdup_printf ("the key file %s does not belong to the vault %s: put the right one back", self->key_path, self->path));
    return TRUE;
  }
  return accept_key (self, g_steal_pointer (&data_key), error);
}

/* A key file that is put back opens it at the next use, without a restart. */
static gboolean
ensure_open (Vault *self, GError **error)
{
  if (self->data_key == NULL && !try_key_file (self, error))
    return FALSE;
  if (self->data_key == NULL) {
    g_set_error (error, FAULT, FAULT_NO_PERM, "the vault is locked: %s", self->locked_why);
    return FALSE;
  }
  return TRUE;
}

/* --- making --- */

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

/* One slot around a new data key: copies of the file from before the change don't help to open what comes after it. */
static gboolean
vault_reseal (Vault *self, const VaultKey *key, const VaultSlot *slot, const VaultEntries *entries, GError **error)
{
  g_autoptr (VaultKey) data_key = vault_key_new_random ();
  g_autoptr (VaultFile) file = g_new0 (VaultFile, 1);

  file->slot_count = 1;
  file->slots[0] = *slot;
  vault_key_seal_slot (key, data_key, &file->slots[0]);
  if (!store_file (self, g_steal_pointer (&file), data_key, entries, error))
    return FALSE;
  vault_key_free (self->data_key);
  self->data_key = g_steal_pointer (&data_key);
  g_clear_pointer (&self->locked_why, g_free);
  return TRUE;
}

static gboolean
make_vault (Vault *self, GError **error)
{
  VaultSlot slot = { .kind = VAULT_SLOT_KEY_FILE };
  g_autoptr (VaultEntries) entries = vault_entries_new (256);
  g_autoptr (VaultKey) key = obtain_file_key (self, error);

  return key != NULL && vault_reseal (self, key, &slot, entries, error);
}

static gboolean
vault_load (Vault *self, GError **error)
{
  int found = read_file (self->path, &self->raw, error);

  if (found < 0)
    return FALSE;
  if (found == 0)
    return make_vault (self, error);
  self->file = parse_file (self->path, self->raw, error);
  return self->file != NULL && try_key_file (self, error);
}

Vault *
vault_new (const char *home, const char *state, GError **error)
{
  g_autoptr (Vault) self = g_new0 (Vault, 1);

  self->home = g_canonicalize_filename (home, NULL);
  self->state = g_canonicalize_filename (state, NULL);
  self->path = g_build_filename (self->home, FILE_NAME, NULL);
  self->key_path = g_build_filename (self->state, KEY_FILE_NAME, NULL);
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
  g_free (self->locked_why);
  vault_file_free (self->file);
  g_clear_pointer (&self->raw, g_bytes_unref);
  vault_key_free (self->data_key);
  g_hash_table_unref (self->remembered);
  g_free (self);
}

/* --- what people ask --- */

VaultState
vault_get_state (Vault *self)
{
  return ensure_open (self, NULL) ? VAULT_OPEN : VAULT_LOCKED;
}

/* A copy of the data folder should not bring the key along. */
static gboolean
is_key_inside_home (Vault *self)
{
  gsize len = strlen (self->home);

  return strncmp (self->state, self->home, len) == 0 && self->state[len] == '/';
}

char *
vault_describe_tier (Vault *self)
{
  if (vault_get_state (self) == VAULT_LOCKED)
    return g_strdup_printf ("locked: %s", self->locked_why != NULL ? self->locked_why : "the vault is damaged");
  if (find_slot (self, VAULT_SLOT_PASSPHRASE) != NULL)
    return g_strdup ("open, protected by a passphrase: a copy of this machine's files opens nothing without it");
  return g_strdup_printf ("open, protected by the key file %s alone: who can read all your files can read the passwords%s; "
                          "a passphrase is stronger: postrider vault protect",
                          self->key_path, is_key_inside_home (self) ? ", and a copy of the data folder has the key in it" : "");
}

GStrv
vault_list_slots (Vault *self)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < self->file->slot_count; i++)
    g_strv_builder_add (names, self->file->slots[i].kind == VAULT_SLOT_PASSPHRASE ? "passphrase" : "key-file");
  return g_strv_builder_end (names);
}

gboolean
vault_unlock (Vault *self, const SecretBytes *passphrase, GError **error)
{
  const VaultSlot *slot = find_slot (self, VAULT_SLOT_PASSPHRASE);
  g_autoptr (VaultKey) key = NULL;
  g_autoptr (VaultKey) data_key = NULL;

  if (slot == NULL)
    return ensure_open (self, error); /* no passphrase is set: the key file opens it, or the text says what is wrong with that */
  key = vault_key_new_from_passphrase (passphrase, slot, error);
  if (key == NULL)
    return FALSE;
  data_key = vault_key_open_slot (key, slot);
  if (data_key == NULL) {
    g_set_error_literal (error, FAULT, FAULT_NO_PERM, "that is not the passphrase of the vault");
    return FALSE;
  }
  return accept_key (self, g_steal_pointer (&data_key), error);
}

static gboolean
protect_with_passphrase (Vault *self, const SecretBytes *passphrase, const VaultEntries *entries, GError **error)
{
  VaultSlot slot = { .kind = VAULT_SLOT_PASSPHRASE, .passes = VAULT_PASSES, .memory_kib = VAULT_MEMORY_KIB };
  gboolean had_key_file = find_slot (self, VAULT_SLOT_KEY_FILE) != NULL;
  g_autoptr (VaultKey) key = NULL;

  randombytes_buf (slot.salt, sizeof slot.salt);
  key = vault_key_new_from_passphrase (passphrase, &slot, error);
  if (key == NULL || !vault_reseal (self, key, &slot, entries, error))
    return FALSE;
  if (had_key_file) /* a key that opens nothing any more: if it stays, it does no harm */
    (void) unlink (self->key_path);
  return TRUE;
}

static gboolean
protect_with_key_file (Vault *self, const VaultEntries *entries, GError **error)
{
  VaultSlot slot = { .kind = VAULT_SLOT_KEY_FILE };
  g_autoptr (VaultKey) key = obtain_file_key (self, error);

  return key != NULL && vault_reseal (self, key, &slot, entries, error);
}

gboolean
vault_protect (Vault *self, const SecretBytes *passphrase, GError **error)
{
  g_autoptr (VaultEntries) entries = NULL;

  if (!ensure_open (self, error))
    return FALSE;
  entries = open_entries (self, self->data_key, error);
  if (entries == NULL)
    return FALSE;
  return secret_bytes_get_length (passphrase) > 0 ? protect_with_passphrase (self, passphrase, entries, error)
                                                  : protect_with_key_file (self, entries, error);
}

/* --- secrets --- */

SecretBytes *
vault_get (Vault *self, const char *name, GError **error)
{
  g_autoptr (VaultEntries) entries = ensure_open (self, error) ? open_entries (self, self->data_key, error) : NULL;

  return entries != NULL ? vault_entries_get (entries, name) : NULL;
}

/* Slots and data key stay; the payload is sealed anew under a new nonce. */
static gboolean
replace_entry (Vault *self, const char *name, const SecretBytes *secret, GError **error)
{
  g_autoptr (VaultEntries) entries = ensure_open (self, error) ? open_entries (self, self->data_key, error) : NULL;
  g_autoptr (VaultEntries) replaced = NULL;
  g_autoptr (VaultFile) file = NULL;

  if (entries == NULL)
    return FALSE;
  file = g_new0 (VaultFile, 1);
  file->slot_count = self->file->slot_count;
  memcpy (file->slots, self->file->slots, sizeof file->slots);
  replaced = vault_entries_replace (entries, name, secret);
  return store_file (self, g_steal_pointer (&file), self->data_key, replaced, error);
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
