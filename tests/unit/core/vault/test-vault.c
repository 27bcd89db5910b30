#include "vault.h"

#include "fault.h"
#include "leftover.h"
#include "vault-file.h"
#include "vault-key.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CANARY "correct horse battery staple"

typedef struct {
  char *root, *home, *state, *file, *key;
} Folders;

/* --- in place of the C library's --- */

static struct {
  const char *watched;       /* a file; NULL: none */
  gboolean    fails;         /* fsync() of a folder */
  guint       files, folders; /* synced so far: folders while `watched` had its name there already */
} sync_log;
static uid_t own_uid_shift;

int
fsync (int fd)
{
  struct stat status;

  if (fstat (fd, &status) == 0 && S_ISDIR (status.st_mode)) {
    if (sync_log.fails) {
      errno = EIO;
      return -1;
    }
    sync_log.folders += sync_log.watched != NULL && access (sync_log.watched, F_OK) == 0;
  } else {
    sync_log.files++;
  }
  return (int) syscall (SYS_fsync, fd);
}

uid_t
geteuid (void)
{
  return (uid_t) syscall (SYS_geteuid) + own_uid_shift;
}

/* --- folders --- */

static void
set_up (Folders *f, gconstpointer unused)
{
  f->root = g_dir_make_tmp ("vault-XXXXXX", NULL);
  f->home = g_build_filename (f->root, "home", NULL);
  f->state = g_build_filename (f->root, "state", NULL);
  f->file = g_build_filename (f->home, "vault", NULL);
  f->key = g_build_filename (f->state, "vault.key", NULL);
  g_assert_cmpint (g_mkdir (f->home, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (f->state, 0700), ==, 0);
}

static void
tear_down (Folders *f, gconstpointer unused)
{
  g_unlink (f->file);
  g_unlink (f->key);
  g_rmdir (f->home);
  g_rmdir (f->state);
  g_assert_cmpint (g_rmdir (f->root), ==, 0); /* nothing else may have been left behind */
  g_free (f->root);
  g_free (f->home);
  g_free (f->state);
  g_free (f->file);
  g_free (f->key);
}

static Vault *
open_vault (Folders *f)
{
  g_autoptr (GError) error = NULL;
  Vault *vault = vault_new (f->home, f->state, &error);

  g_assert_no_error (error);
  return vault;
}

static void
set_secret (Vault *vault, const char *name, const char *text)
{
  g_autoptr (SecretBytes) secret = secret_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;

  g_assert_true (vault_set (vault, name, secret, &error));
  g_assert_no_error (error);
}

static void
assert_secret (Vault *vault, const char *name, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SecretBytes) secret = vault_get (vault, name, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (secret != NULL ? secret_bytes_peek (secret) : NULL, ==, text);
}

static void
assert_locked (Vault *vault, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *tier = vault_describe_tier (vault);

  g_assert_cmpint (vault_get_state (vault), ==, VAULT_LOCKED);
  g_assert_null (vault_get (vault, "account/1", &error));
  g_assert_error (error, FAULT, FAULT_NO_PERM);
  g_assert_nonnull (strstr (error->message, words));
  g_assert_nonnull (strstr (tier, words));
}

static void
protect (Vault *vault, const char *passphrase)
{
  g_autoptr (SecretBytes) secret = secret_bytes_new (passphrase, strlen (passphrase));
  g_autoptr (GError) error = NULL;

  g_assert_true (vault_protect (vault, secret, &error));
  g_assert_no_error (error);
}

static gboolean
unlock (Vault *vault, const char *passphrase, GError **error)
{
  g_autoptr (SecretBytes) secret = secret_bytes_new (passphrase, strlen (passphrase));

  return vault_unlock (vault, secret, error);
}

static guint
get_mode (const char *path)
{
  GStatBuf status;

  g_assert_cmpint (g_stat (path, &status), ==, 0);
  return status.st_mode & 07777;
}

/* Anew each time: g_file_set_contents_full() leaves an existing file alone when there is nothing to write. */
static void
put_file (const char *path, const char *data, gssize len)
{
  g_unlink (path);
  g_assert_true (g_file_set_contents_full (path, data, len, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

static void
test_create_and_reopen (Folders *f, gconstpointer unused)
{
  g_autofree char *raw = NULL;
  gsize len = 0;
  char longest[SECRET_BYTES_MAX + 1];

  memset (longest, 'x', SECRET_BYTES_MAX);
  longest[SECRET_BYTES_MAX] = '\0';
  {
    g_autoptr (Vault) vault = open_vault (f);
    g_auto (GStrv) slots = vault_list_slots (vault);

    g_assert_cmpint (vault_get_state (vault), ==, VAULT_OPEN);
    g_assert_cmpstr (slots[0], ==, "key-file");
    g_assert_null (slots[1]);
    set_secret (vault, "account/1", "first");
    set_secret (vault, "account/2", "");       /* an empty one is not none */
    set_secret (vault, "account/3", longest);  /* the longest that is taken */
    set_secret (vault, "account/1", CANARY);   /* replaces */
    set_secret (vault, "account/4", "goes away");
    g_assert_true (vault_remove (vault, "account/4", NULL));
    g_assert_true (vault_remove (vault, "account/9", NULL)); /* none there: nothing to complain of */
  }
  g_assert_cmpuint (get_mode (f->file), ==, 0600);
  g_assert_cmpuint (get_mode (f->key), ==, 0600);
  {
    g_autoptr (Vault) vault = open_vault (f);

    assert_secret (vault, "account/1", CANARY);
    assert_secret (vault, "account/2", "");
    assert_secret (vault, "account/3", longest);
    assert_secret (vault, "account/4", NULL);
    assert_secret (vault, "account/11", NULL); /* "account/1" is a beginning of it */
  }
  g_assert_true (g_file_get_contents (f->file, &raw, &len, NULL));
  g_assert_null (memmem (raw, len, "account/", 8)); /* names are sealed too */
  g_assert_null (memmem (raw, len, CANARY, 10));
}

static void
test_every_flip_is_refused (Folders *f, gconstpointer unused)
{
  g_autofree char *raw = NULL, *flipped = NULL, *left = NULL;
  gsize len = 0, left_len = 0;

  {
    g_autoptr (Vault) vault = open_vault (f);

    set_secret (vault, "account/1", CANARY);
  }
  g_assert_true (g_file_get_contents (f->file, &raw, &len, NULL));
  flipped = g_memdup2 (raw, len);
  for (gsize i = 0; i < len; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (Vault) vault = NULL;

    flipped[i] = (char) (raw[i] ^ (1 << (i % 8)));
    put_file (f->file, flipped, (gssize) len);
    vault = vault_new (f->home, f->state, &error);
    g_assert_null (vault);
    g_assert_error (error, FAULT, FAULT_CONFIG);
    flipped[i] = raw[i];
  }
  g_assert_true (g_file_get_contents (f->file, &left, &left_len, NULL)); /* the last bad one was not overwritten */
  g_assert_cmpuint (left_len, ==, len);
  g_assert_cmpint (memcmp (left, raw, len), !=, 0);
}

static void
test_every_cut_is_refused (Folders *f, gconstpointer unused)
{
  g_autofree char *raw = NULL, *longer = NULL;
  gsize len = 0;

  {
    g_autoptr (Vault) vault = open_vault (f);

    set_secret (vault, "account/1", CANARY);
  }
  g_assert_true (g_file_get_contents (f->file, &raw, &len, NULL));
  longer = g_malloc0 (len + 1); /* and one octet too many */
  memcpy (longer, raw, len);
  for (gsize i = 0; i <= len + 1; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (Vault) vault = NULL;

    if (i == len)
      continue;
    put_file (f->file, longer, (gssize) i);
    vault = vault_new (f->home, f->state, &error);
    g_assert_null (vault);
    g_assert_error (error, FAULT, FAULT_CONFIG);
  }
}

static void
test_foreign_file_is_left_alone (Folders *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *left = NULL;

  g_assert_true (g_file_set_contents (f->file, "my shopping list\n", -1, NULL));
  g_assert_null (vault_new (f->home, f->state, &error));
  g_assert_error (error, FAULT, FAULT_CONFIG);
  g_assert_true (g_file_get_contents (f->file, &left, NULL, NULL));
  g_assert_cmpstr (left, ==, "my shopping list\n");
  g_clear_error (&error);
}

/* The key beside what it protects: a copy of the folder would open itself. */
static void
test_one_folder (Folders *f, gconstpointer unused)
{
  g_autofree char *key = g_build_filename (f->home, "vault.key", NULL);
  const char *const spelled[] = { "", "/", "/.", "/../home" };

  for (gsize i = 0; i < G_N_ELEMENTS (spelled); i++) {
    g_autofree char *state = g_strconcat (f->home, spelled[i], NULL);
    g_autoptr (GError) error = NULL;

    g_assert_null (vault_new (f->home, state, &error));
    g_assert_error (error, FAULT, FAULT_CONFIG);
    g_assert_false (g_file_test (f->file, G_FILE_TEST_EXISTS)); /* nothing was made */
    g_assert_false (g_file_test (key, G_FILE_TEST_EXISTS));
  }
}

static void
test_key_file (Folders *f, gconstpointer unused)
{
  g_autofree char *away = g_strconcat (f->key, ".away", NULL);
  g_autoptr (Vault) vault = open_vault (f);

  set_secret (vault, "account/1", CANARY);
  g_clear_pointer (&vault, vault_free);

  g_assert_cmpint (g_rename (f->key, away), ==, 0); /* gone: locked, with its name; no new key is made */
  vault = open_vault (f);
  assert_locked (vault, f->key);
  g_assert_false (g_file_test (f->key, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_rename (away, f->key), ==, 0); /* back: open without a restart */
  assert_secret (vault, "account/1", CANARY);
  g_clear_pointer (&vault, vault_free);

  g_assert_cmpint (g_chmod (f->key, 0640), ==, 0); /* the group can read it */
  vault = open_vault (f);
  assert_locked (vault, "can be read by others");
  g_assert_cmpint (g_chmod (f->key, 0600), ==, 0);
  g_clear_pointer (&vault, vault_free);

  g_assert_cmpint (g_rename (f->key, away), ==, 0); /* a link may point anywhere */
  g_assert_cmpint (symlink (away, f->key), ==, 0);
  vault = open_vault (f);
  assert_locked (vault, "symbolic link");
  g_clear_pointer (&vault, vault_free);
  g_unlink (f->key);

  put_file (f->key, "postrider-vault-key-1 00\n", -1); /* cut */
  vault = open_vault (f);
  assert_locked (vault, "damaged");
  g_clear_pointer (&vault, vault_free);

  {
    g_autofree char *zeros = g_strnfill (64, '0');
    g_autofree char *other = g_strdup_printf ("postrider-vault-key-1 %s\n", zeros); /* well-formed, of another vault */

    put_file (f->key, other, -1);
  }
  vault = open_vault (f);
  assert_locked (vault, "does not belong");
  g_unlink (away);
}

static void
test_passphrase (Folders *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Vault) vault = open_vault (f);
  g_auto (GStrv) slots = NULL;

  set_secret (vault, "account/1", CANARY);
  protect (vault, "sesame");
  slots = vault_list_slots (vault);
  g_assert_cmpstr (slots[0], ==, "passphrase");
  g_assert_null (slots[1]);
  g_assert_false (g_file_test (f->key, G_FILE_TEST_EXISTS)); /* its way in is gone */
  assert_secret (vault, "account/1", CANARY);                /* still open */
  g_clear_pointer (&vault, vault_free);

  vault = open_vault (f);
  assert_locked (vault, "passphrase");
  g_assert_false (unlock (vault, "Sesame", &error));
  g_assert_error (error, FAULT, FAULT_NO_PERM);
  g_clear_error (&error);
  g_assert_false (unlock (vault, "", &error));
  g_assert_error (error, FAULT, FAULT_NO_PERM);
  g_clear_error (&error);
  assert_locked (vault, "passphrase");
  g_assert_true (unlock (vault, "sesame", &error));
  g_assert_no_error (error);
  assert_secret (vault, "account/1", CANARY);
  protect (vault, ""); /* back to the key file */
  g_assert_cmpuint (get_mode (f->key), ==, 0600);
  g_clear_pointer (&vault, vault_free);

  vault = open_vault (f);
  assert_secret (vault, "account/1", CANARY);
  g_assert_true (unlock (vault, "whatever", &error)); /* open already by its key file */
}

/* One who can write into the state folder, but is not us. */
static void
test_key_of_another_user (Folders *f, gconstpointer unused)
{
  g_autoptr (Vault) vault = open_vault (f);

  set_secret (vault, "account/1", CANARY);
  g_clear_pointer (&vault, vault_free);
  own_uid_shift = 1;
  vault = open_vault (f);
  assert_locked (vault, "belongs to another user");
  own_uid_shift = 0;
  assert_secret (vault, "account/1", CANARY);
}

/* --- what stands in the file --- */

static VaultFile *
read_vault_file (Folders *f)
{
  g_autofree char *raw = NULL;
  g_autoptr (GError) error = NULL;
  gsize len = 0;
  VaultFile *file;

  g_assert_true (g_file_get_contents (f->file, &raw, &len, NULL));
  file = vault_file_parse ((const guint8 *) raw, len, &error);
  g_assert_no_error (error);
  return file;
}

static VaultKey *
open_slot_by_passphrase (const VaultFile *file, const char *passphrase)
{
  g_autoptr (SecretBytes) secret = secret_bytes_new (passphrase, strlen (passphrase));
  g_autoptr (VaultKey) key = vault_key_new_from_passphrase (secret, &file->slots[0], NULL);

  g_assert_nonnull (key);
  return vault_key_open_slot (key, &file->slots[0]);
}

static VaultKey *
open_slot_by_key_file (Folders *f, const VaultFile *file)
{
  g_autoptr (VaultKey) key = vault_key_read_file (f->key, NULL);

  g_assert_nonnull (key);
  return vault_key_open_slot (key, &file->slots[0]);
}

/* XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha): a nonce must never come twice under one key. */
static void
test_nonces (Folders *f, gconstpointer unused)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (Vault) vault = open_vault (f);

  for (guint i = 0; i < 4; i++) {
    g_autoptr (VaultFile) file = NULL;

    set_secret (vault, "account/1", CANARY);
    file = read_vault_file (f);
    g_assert_false (sodium_is_zero (file->nonce, sizeof file->nonce));
    g_assert_true (g_hash_table_add (seen, g_base64_encode (file->nonce, sizeof file->nonce)));
  }
  for (guint i = 0; i < 2; i++) { /* the key file's key stays: its slot's nonce may not */
    g_autoptr (VaultFile) file = read_vault_file (f);

    g_assert_false (sodium_is_zero (file->slots[0].nonce, VAULT_NONCE_LEN));
    g_assert_true (g_hash_table_add (seen, g_base64_encode (file->slots[0].nonce, VAULT_NONCE_LEN)));
    protect (vault, "");
  }
}

/* Who knew the old passphrase and kept the old file has the old data key: what is sealed after the change is not sealed with that one. */
static void
test_new_passphrase_new_key (Folders *f, gconstpointer unused)
{
  g_autoptr (Vault) vault = open_vault (f);
  g_autoptr (VaultFile) old = NULL, new = NULL;
  g_autoptr (VaultKey) old_key = NULL, new_key = NULL;

  protect (vault, "sesame");
  old = read_vault_file (f);
  old_key = open_slot_by_passphrase (old, "sesame");
  protect (vault, "open sesame");
  new = read_vault_file (f);
  g_assert_null (open_slot_by_passphrase (new, "sesame"));
  new_key = open_slot_by_passphrase (new, "open sesame");
  g_assert_nonnull (new_key);
  g_assert_cmpint (memcmp (vault_key_peek (old_key), vault_key_peek (new_key), VAULT_KEY_LEN), !=, 0);
  g_assert_cmpint (memcmp (old->slots[0].salt, new->slots[0].salt, VAULT_SALT_LEN), !=, 0);
  g_assert_false (sodium_is_zero (new->slots[0].salt, VAULT_SALT_LEN));
}

/* OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB and 2 passes at least. */
static void
test_passphrase_is_slow_to_try (Folders *f, gconstpointer unused)
{
  g_autoptr (Vault) vault = open_vault (f);
  g_autoptr (VaultFile) file = NULL;

  protect (vault, "sesame");
  file = read_vault_file (f);
  g_assert_cmpuint (file->slot_count, ==, 1);
  g_assert_cmpuint (file->slots[0].passes, >=, 2);
  g_assert_cmpuint (file->slots[0].memory_kib, >=, 19 * 1024);
}

/* Head and slots are associated data of the payload: one who cannot open it cannot put another slot before it either. */
static void
test_exchanged_slot_is_refused (Folders *f, gconstpointer unused)
{
  g_autoptr (Vault) vault = open_vault (f);
  g_autoptr (VaultFile) file = read_vault_file (f);
  g_autoptr (VaultKey) key = vault_key_read_file (f->key, NULL), data_key = open_slot_by_key_file (f, file);
  g_autoptr (GBytes) raw = NULL;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&vault, vault_free);
  vault_key_seal_slot (key, data_key, &file->slots[0]); /* the same keys, another nonce */
  raw = vault_file_build (file);
  put_file (f->file, g_bytes_get_data (raw, NULL), (gssize) g_bytes_get_size (raw));
  g_assert_null (vault_new (f->home, f->state, &error));
  g_assert_error (error, FAULT, FAULT_CONFIG);
}

/* A file that costs minutes or all memory to try is no vault of ours: refused before a passphrase is tried. */
static void
test_limits_of_a_slot (Folders *f, gconstpointer unused)
{
  static const struct { guint32 passes, memory_kib; gboolean is_good; } rows[] = {
    { 1, VAULT_MEMORY_MIN_KIB, TRUE },
    { VAULT_PASSES_MAX, VAULT_MEMORY_MAX_KIB, TRUE },
    { 0, VAULT_MEMORY_MIN_KIB, FALSE },
    { VAULT_PASSES_MAX + 1, VAULT_MEMORY_MIN_KIB, FALSE },
    { 1, VAULT_MEMORY_MIN_KIB - 1, FALSE },
    { 1, VAULT_MEMORY_MAX_KIB + 1, FALSE },
  };
  g_autoptr (Vault) vault = open_vault (f);
  g_autoptr (VaultFile) file = read_vault_file (f);

  g_assert_nonnull (vault); /* it made the file */
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) raw = NULL;
    g_autoptr (GError) error = NULL;
    g_autoptr (VaultFile) parsed = NULL;

    file->slots[0] = (VaultSlot){ .kind = VAULT_SLOT_PASSPHRASE, .passes = rows[i].passes, .memory_kib = rows[i].memory_kib };
    raw = vault_file_build (file);
    parsed = vault_file_parse (g_bytes_get_data (raw, NULL), g_bytes_get_size (raw), &error);
    g_assert_cmpint (parsed != NULL, ==, rows[i].is_good);
    if (!rows[i].is_good)
      g_assert_error (error, FAULT, FAULT_CONFIG);
  }
}

/* What tears a file keeps no checksum right; who makes one that contradicts itself does. No number in it is believed. */
static void
test_contradictions (Folders *f, gconstpointer unused)
{
  static const struct { const char *about; gsize at; guint8 value; gboolean is_good; } rows[] = { /* vault-file.h: head 32, then the slot */
    { "the control", 16, 1, TRUE },      { "a newer version", 16, 2, FALSE },  { "no slot", 20, 0, FALSE },          { "two slots", 20, 2, FALSE },
    { "shorter payload", 24, 15, FALSE }, { "longer payload", 24, 17, FALSE }, { "no payload", 25, 0, FALSE },       { "reserved", 28, 1, FALSE },
    { "unknown slot", 32, 5, FALSE },    { "reserved in a slot", 33, 1, FALSE }, { "passes of a key file", 36, 1, FALSE }, { "memory of one", 40, 8, FALSE },
    { "reserved behind it", 44, 1, FALSE }, { "salt of a key file", 48, 1, FALSE },
  };
  g_autoptr (Vault) vault = open_vault (f);
  g_autoptr (VaultFile) file = read_vault_file (f);
  g_autoptr (GBytes) built = vault_file_build (file);
  gsize len = g_bytes_get_size (built);

  g_assert_nonnull (vault); /* it made the file */
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree guint8 *raw = g_memdup2 (g_bytes_get_data (built, NULL), len);
    g_autoptr (VaultFile) parsed = NULL;

    raw[rows[i].at] = rows[i].value; /* the payload of a new vault: 256 octets and a tag of 16 */
    crypto_generichash (raw + len - VAULT_CHECKSUM_LEN, VAULT_CHECKSUM_LEN, raw, len - VAULT_CHECKSUM_LEN, NULL, 0);
    parsed = vault_file_parse (raw, len, NULL);
    if ((parsed != NULL) != rows[i].is_good)
      g_test_message ("%s", rows[i].about);
    g_assert_cmpint (parsed != NULL, ==, rows[i].is_good);
  }
}

/* --- on disk --- */

/* How long a password is, is nobody's business: up to two hundred octets the file is of one size. */
static void
test_size_says_nothing (Folders *f, gconstpointer unused)
{
  g_autoptr (Vault) vault = open_vault (f);
  off_t first = 0;

  for (guint len = 1; len <= 200; len += 33) {
    g_autofree char *text = g_strnfill (len, 'x');
    GStatBuf status;

    set_secret (vault, "account/1", text);
    g_assert_cmpint (g_stat (f->file, &status), ==, 0);
    first = first == 0 ? status.st_size : first;
    g_assert_cmpint (status.st_size, ==, first);
  }
}

/* A power cut right after "saved" must not take it: file and folder are synced, the folder when the new name stands in it. */
static void
test_synced (Folders *f, gconstpointer unused)
{
  g_autoptr (Vault) vault = NULL;
  g_autoptr (SecretBytes) secret = secret_bytes_new ("x", 1);
  g_autoptr (GError) error = NULL;

  memset (&sync_log, 0, sizeof sync_log);
  sync_log.watched = f->file;
  vault = open_vault (f);
  g_assert_cmpuint (sync_log.folders, ==, 1);
  g_clear_pointer (&vault, vault_free);
  g_unlink (f->file);
  g_unlink (f->key);
  memset (&sync_log, 0, sizeof sync_log);
  sync_log.watched = f->key;
  vault = open_vault (f);
  g_assert_cmpuint (sync_log.folders, ==, 2); /* the key file's, and then the vault's */
  g_assert_cmpuint (sync_log.files, ==, 2);
  memset (&sync_log, 0, sizeof sync_log);
  sync_log.watched = f->file;
  set_secret (vault, "account/1", CANARY);
  g_assert_cmpuint (sync_log.folders, ==, 1);
  g_assert_cmpuint (sync_log.files, ==, 1);
  sync_log.fails = TRUE;
  g_assert_false (vault_set (vault, "account/1", secret, &error)); /* not on disk: not saved */
  g_assert_error (error, FAULT, FAULT_IO);
  memset (&sync_log, 0, sizeof sync_log);
}

/* A key file in the way may be the only one that opens an older vault. */
static void
test_key_file_is_never_replaced (Folders *f, gconstpointer unused)
{
  g_autoptr (VaultKey) key = vault_key_new_random ();
  g_autoptr (GError) error = NULL;
  g_autofree char *left = NULL;

  put_file (f->key, "precious", -1);
  g_assert_false (vault_key_write_file (key, f->key, &error));
  g_assert_error (error, FAULT, FAULT_CANT_CREATE);
  g_assert_true (g_file_get_contents (f->key, &left, NULL, NULL));
  g_assert_cmpstr (left, ==, "precious");
}

/* --- in memory --- */

/* A secret that was set and read, and the key that opens all of them: gone when the vault is. */
static void
test_wiped (Folders *f, gconstpointer unused)
{
  Leftover secret, key;
  char *text = g_malloc (SECRET_BYTES_MAX);
  Vault *vault = open_vault (f);

  leftover_check_control ();
  leftover_make (&secret);
  leftover_put (&secret, text, SECRET_BYTES_MAX);
  {
    g_autoptr (SecretBytes) set = secret_bytes_new (text, SECRET_BYTES_MAX), got = NULL, recalled = NULL;
    g_autoptr (VaultFile) file = NULL;
    g_autoptr (VaultKey) data_key = NULL;

    explicit_bzero (text, SECRET_BYTES_MAX);
    g_free (text);
    g_assert_true (vault_set (vault, "account/1", set, NULL));
    got = vault_get (vault, "account/1", NULL);
    vault_remember (vault, "account/1", set);
    recalled = vault_recall (vault, "account/1");
    g_assert_nonnull (got);
    g_assert_nonnull (recalled);
    file = read_vault_file (f);
    data_key = open_slot_by_key_file (f, file);
    leftover_take (&key, vault_key_peek (data_key));
  }
  g_assert_true (leftover_is_there (&secret)); /* remembered */
  g_assert_true (leftover_is_there (&key));
  vault_remember (vault, "account/1", NULL);
  g_assert_false (leftover_is_there (&secret));
  vault_free (vault);
  g_assert_false (leftover_is_there (&key));
}

typedef struct {
  VaultKey   *key;
  const char *path;
} KeyFile;

static void
write_key_file (gpointer data)
{
  const KeyFile *file = data;

  g_assert_true (vault_key_write_file (file->key, file->path, NULL));
}

static void
read_key_file (gpointer data)
{
  g_autoptr (VaultKey) key = vault_key_read_file (((const KeyFile *) data)->path, NULL);

  g_assert_nonnull (key);
}

/* The key file's digits, on their way in and out. */
static void
test_key_file_is_wiped (Folders *f, gconstpointer unused)
{
  Leftover hex;
  char *digits = g_malloc (2 * VAULT_KEY_LEN + 1); /* not on the stack, where the vault's own would lie */
  g_autoptr (VaultKey) key = vault_key_new_random ();

  sodium_bin2hex (digits, 2 * VAULT_KEY_LEN + 1, vault_key_peek (key), VAULT_KEY_LEN);
  leftover_take (&hex, digits + VAULT_KEY_LEN);
  explicit_bzero (digits, 2 * VAULT_KEY_LEN);
  g_free (digits);
  leftover_call_deep (write_key_file, &(KeyFile){ key, f->key });
  g_assert_false (leftover_is_there (&hex));
  leftover_call_deep (read_key_file, &(KeyFile){ key, f->key });
  g_assert_false (leftover_is_there (&hex));
}

/* A copy from before a change must not open what came after it: the data key is a new one. */
static void
test_old_key_is_useless_after_protect (Folders *f, gconstpointer unused)
{
  g_autofree char *key = NULL;
  g_autoptr (Vault) vault = open_vault (f);

  g_assert_true (g_file_get_contents (f->key, &key, NULL, NULL));
  protect (vault, "sesame");
  g_clear_pointer (&vault, vault_free);
  put_file (f->key, key, -1);
  vault = open_vault (f);
  assert_locked (vault, "passphrase");
}

static void
test_exchanged_file_is_not_overwritten (Folders *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL;
  gsize len = 0;
  g_autoptr (SecretBytes) secret = secret_bytes_new ("x", 1);
  g_autoptr (Vault) vault = open_vault (f);

  g_assert_true (g_file_get_contents (f->file, &before, &len, NULL));
  set_secret (vault, "account/1", CANARY);
  put_file (f->file, before, (gssize) len); /* a copy was put back */
  g_assert_false (vault_set (vault, "account/2", secret, &error));
  g_assert_error (error, FAULT, FAULT_CONFIG);
  assert_secret (vault, "account/1", CANARY); /* what is held is still held */
}

static void
test_unwritable_home (Folders *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SecretBytes) secret = secret_bytes_new ("x", 1);
  g_autofree char *moved = g_strconcat (f->home, "-moved", NULL);
  g_autoptr (Vault) vault = open_vault (f);

  g_assert_cmpint (g_rename (f->home, moved), ==, 0); /* root may write everywhere, but not where no folder is */
  g_assert_false (vault_set (vault, "account/1", secret, &error));
  g_assert_error (error, FAULT, FAULT_CANT_CREATE);
  g_assert_cmpint (g_rename (moved, f->home), ==, 0);
  assert_secret (vault, "account/1", NULL);
}

static void
test_hash (Folders *f, gconstpointer unused)
{
  guint8 a[32], b[32], c[32];

  {
    g_autoptr (Vault) vault = open_vault (f);

    g_assert_true (vault_hash_address (vault, "ann@example.org", a, NULL));
    g_assert_true (vault_hash_address (vault, "bob@example.org", b, NULL));
    g_assert_cmpint (memcmp (a, b, sizeof a), !=, 0);
  }
  {
    g_autoptr (Vault) vault = open_vault (f);
    g_autoptr (GError) error = NULL;

    g_assert_true (vault_hash_address (vault, "ann@example.org", c, NULL)); /* the key is kept */
    g_assert_cmpmem (a, sizeof a, c, sizeof c);
    protect (vault, "sesame");
    g_clear_pointer (&vault, vault_free);
    vault = open_vault (f);
    g_assert_false (vault_hash_address (vault, "ann@example.org", c, &error));
    g_assert_error (error, FAULT, FAULT_NO_PERM);
  }
}

static void
test_memory_only (Folders *f, gconstpointer unused)
{
  g_autoptr (SecretBytes) secret = secret_bytes_new (CANARY, strlen (CANARY));
  SecretBytes *got;
  g_autofree char *raw = NULL;
  gsize before, after;
  g_autoptr (Vault) vault = open_vault (f);

  g_assert_true (g_file_get_contents (f->file, &raw, &before, NULL));
  vault_remember (vault, "account/1", secret);
  got = vault_recall (vault, "account/1");
  g_assert_cmpstr (secret_bytes_peek (got), ==, CANARY);
  secret_bytes_free (got);
  assert_secret (vault, "account/1", NULL); /* not in the file */
  vault_remember (vault, "account/1", NULL);
  g_assert_null (vault_recall (vault, "account/1"));
  g_clear_pointer (&raw, g_free);
  g_assert_true (g_file_get_contents (f->file, &raw, &after, NULL));
  g_assert_cmpuint (before, ==, after);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Folders, NULL, set_up, func, tear_down)
  ADD ("/core/vault/vault/create-and-reopen", test_create_and_reopen);
  ADD ("/core/vault/vault/every-flip-is-refused", test_every_flip_is_refused);
  ADD ("/core/vault/vault/every-cut-is-refused", test_every_cut_is_refused);
  ADD ("/core/vault/vault/foreign-file", test_foreign_file_is_left_alone);
  ADD ("/core/vault/vault/key-file", test_key_file);
  ADD ("/core/vault/vault/passphrase", test_passphrase);
  ADD ("/core/vault/vault/one-folder", test_one_folder);
  ADD ("/core/vault/vault/key-of-another-user", test_key_of_another_user);
  ADD ("/core/vault/vault/nonces", test_nonces);
  ADD ("/core/vault/vault/new-passphrase-new-key", test_new_passphrase_new_key);
  ADD ("/core/vault/vault/passphrase-is-slow", test_passphrase_is_slow_to_try);
  ADD ("/core/vault/vault/exchanged-slot", test_exchanged_slot_is_refused);
  ADD ("/core/vault/vault/limits-of-a-slot", test_limits_of_a_slot);
  ADD ("/core/vault/vault/contradictions", test_contradictions);
  ADD ("/core/vault/vault/size-says-nothing", test_size_says_nothing);
  ADD ("/core/vault/vault/synced", test_synced);
  ADD ("/core/vault/vault/key-file-is-never-replaced", test_key_file_is_never_replaced);
  ADD ("/core/vault/vault/wiped", test_wiped);
  ADD ("/core/vault/vault/key-file-is-wiped", test_key_file_is_wiped);
  ADD ("/core/vault/vault/old-key-after-protect", test_old_key_is_useless_after_protect);
  ADD ("/core/vault/vault/exchanged-file", test_exchanged_file_is_not_overwritten);
  ADD ("/core/vault/vault/unwritable-home", test_unwritable_home);
  ADD ("/core/vault/vault/hash", test_hash);
  ADD ("/core/vault/vault/memory-only", test_memory_only);
  return g_test_run ();
}
