#include "vault-key.h"

#include "fault.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_HEAD "postrider-vault-key-1 "
#define FILE_LEN (sizeof FILE_HEAD - 1 + 2 * VAULT_KEY_LEN + 1) /* and a line break */

struct VaultKey {
  guint8 data[VAULT_KEY_LEN];
};

static VaultKey *
vault_key_allocate (void)
{
  VaultKey *self = sodium_malloc (sizeof *self);

  if (self == NULL)
    g_error ("no memory for a key");
  return self;
}

VaultKey *
vault_key_new_random (void)
{
  VaultKey *self = vault_key_allocate ();

  randombytes_buf (self->data, sizeof self->data);
  return self;
}

VaultKey *
vault_key_copy (const VaultKey *self)
{
  VaultKey *other = vault_key_allocate ();

  memcpy (other->data, self->data, sizeof other->data);
  return other;
}

VaultKey *
vault_key_new_from_secret (const SecretBytes *secret)
{
  VaultKey *self;

  if (secret_bytes_get_length (secret) != VAULT_KEY_LEN)
    return NULL;
  self = vault_key_allocate ();
  memcpy (self->data, secret_bytes_peek (secret), sizeof self->data);
  return self;
}

SecretBytes *
vault_key_to_secret (const VaultKey *self)
{
  return secret_bytes_new (self->data, sizeof self->data);
}

void
vault_key_free (VaultKey *self)
{
  sodium_free (self);
}

const guint8 *
vault_key_peek (const VaultKey *self)
{
  return self->data;
}

VaultKey *
vault_key_new_from_passphrase (const SecretBytes *passphrase, const VaultSlot *slot, GError **error)
{
  g_autoptr (VaultKey) self = vault_key_allocate ();

  if (crypto_pwhash (self->data, sizeof self->data, secret_bytes_peek (passphrase), secret_bytes_get_length (passphrase),
                     slot->salt, slot->passes, (gsize) slot->memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    g_set_error (error, FAULT, FAULT_OS, "there is not enough memory to check the passphrase (%u MiB are needed)",
                 slot->memory_kib / 1024);
    return NULL;
  }
  return g_steal_pointer (&self);
}

/* --- the key file --- */

static gboolean
is_private (int fd, const char *path, GError **error)
{
  struct stat status;

  if (fstat (fd, &status) != 0 || !S_ISREG (status.st_mode) || status.st_size > (off_t) FILE_LEN) {
    g_set_error (error, FAULT, FAULT_CONFIG, "%s is not a key file of the vault", path);
    return FALSE;
  }
  if (status.st_uid != geteuid ()) {
    g_set_error (error, FAULT, FAULT_NO_PERM, "the key file %s belongs to another user", path);
    return FALSE;
  }
  if ((status.st_mode & 077) != 0) {
    g_set_error (error, FAULT, FAULT_NO_PERM,
                 "the key file %s can be read by others (mode %04o): chmod 600 it, and change the passwords if others were there",
                 path, (guint) status.st_mode & 07777);
    return FALSE;
  }
  return TRUE;
}

static gboolean
parse_file (const char *raw, gsize len, VaultKey *out_key)
{
  gsize head_len = sizeof FILE_HEAD - 1, bin_len = 0;
  const char *end = NULL;

  return len == FILE_LEN && memcmp (raw, FILE_HEAD, head_len) == 0 && raw[len - 1] == '\n' &&
         sodium_hex2bin (out_key->data, sizeof out_key->data, raw + head_len, len - head_len - 1, NULL, &bin_len, &end) == 0 &&
         bin_len == sizeof out_key->data && end == raw + len - 1;
}

static VaultKey *
read_opened (int fd, const char *path, GError **error)
{
  g_autoptr (VaultKey) self = vault_key_allocate ();
  char raw[FILE_LEN];
  gssize len;
  gboolean is_fine;

  if (!is_private (fd, path, error))
    return NULL;
  len = read (fd, raw, sizeof raw);
  is_fine = len >= 0 && parse_file (raw, (gsize) len, self);
  sodium_memzero (raw, sizeof raw);
  if (!is_fine) {
    g_set_error (error, FAULT, FAULT_CONFIG, "%s is not a key file of the vault, or it is damaged", path);
    return NULL;
  }
  return g_steal_pointer (&self);
}

VaultKey *
vault_key_read_file (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  VaultKey *self;

  if (fd < 0 && errno == ENOENT) {
    g_set_error (error, FAULT, FAULT_NO_INPUT, "the key file %s is missing: put it back, with mode 600", path);
    return NULL;
  }
  if (fd < 0) {
    g_set_error (error, FAULT, FAULT_NO_PERM, "the key file %s cannot be read: %s", path,
                 errno == ELOOP ? "it is a symbolic link" : g_strerror (errno));
    return NULL;
  }
  self = read_opened (fd, path, error);
  close (fd);
  return self;
}

static gboolean
write_synced (int fd, const char *raw, gsize len)
{
  errno = EIO; /* a short write sets none */
  return write (fd, raw, len) == (gssize) len && fsync (fd) == 0;
}

static gboolean
sync_folder_of (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean is_synced = fd >= 0 && fsync (fd) == 0;

  if (fd >= 0)
    close (fd);
  return is_synced;
}

gboolean
vault_key_write_file (const VaultKey *self, const char *path, GError **error)
{
  g_autofree char *part = g_strconcat (path, ".part", NULL);
  char raw[FILE_LEN + 1] = FILE_HEAD;
  gboolean is_written = FALSE;
  int fd, saved_errno;

  sodium_bin2hex (raw + sizeof FILE_HEAD - 1, 2 * VAULT_KEY_LEN + 1, self->data, sizeof self->data);
  raw[FILE_LEN - 1] = '\n';
  (void) unlink (part); /* left by a crash: nothing was sealed with it */
  fd = open (part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0)
    is_written = fchmod (fd, 0600) == 0 && write_synced (fd, raw, FILE_LEN);
  /* link, not rename: a key file that is there already may be the only one that opens an older vault */
  is_written = is_written && link (part, path) == 0 && sync_folder_of (path);
  saved_errno = errno;
  sodium_memzero (raw, sizeof raw);
  if (fd >= 0) {
    close (fd);
    (void) unlink (part);
  }
  if (!is_written)
    g_set_error (error, FAULT, FAULT_CANT_CREATE, "the key file %s cannot be written: %s", path, g_strerror (saved_errno));
  return is_written;
}

gboolean
vault_key_replace_file (const char *next, const char *path, GError **error)
{
  if (rename (next, path) == 0 && sync_folder_of (path))
    return TRUE;
  g_set_error (error, FAULT, FAULT_CANT_CREATE, "the key file %s cannot be replaced: %s", path, g_strerror (errno));
  return FALSE;
}

/* --- slots --- */

void
vault_key_seal_slot (const VaultKey *key, const VaultKey *data_key, VaultSlot *slot)
{
  g_autoptr (GBytes) head = vault_slot_build_head (slot);

  randombytes_buf (slot->nonce, sizeof slot->nonce);
  crypto_aead_xchacha20poly1305_ietf_encrypt (slot->sealed_key, NULL, data_key->data, sizeof data_key->data,
                                              g_bytes_get_data (head, NULL), g_bytes_get_size (head), NULL, slot->nonce, key->data);
}

VaultKey *
vault_key_open_slot (const VaultKey *key, const VaultSlot *slot)
{
  g_autoptr (GBytes) head = vault_slot_build_head (slot);
  g_autoptr (VaultKey) data_key = vault_key_allocate ();

  if (crypto_aead_xchacha20poly1305_ietf_decrypt (data_key->data, NULL, NULL, slot->sealed_key, sizeof slot->sealed_key,
                                                  g_bytes_get_data (head, NULL), g_bytes_get_size (head), slot->nonce, key->data) != 0)
    return NULL;
  return g_steal_pointer (&data_key);
}
