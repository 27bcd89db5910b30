/* What opens the vault: slots made, changed, taken away; and what a copy from before a change is worth then. */
#include "vault.h"

#include "fault.h"
#include "leftover.h"
#include "vault-file.h"
#include "vault-key.h"
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CANARY "correct horse battery staple"
#define NAME "00112233445566778899aabbccddeeff"
#define OTHER_NAME "ff112233445566778899aabbccddeeff"

typedef struct {
  char *root, *home, *state, *file, *key, *next, *credentials, *credential;
} Folders;

static uid_t own_uid_shift;

/* In place of the C library's. */
uid_t
geteuid (void)
{
  return getuid () + own_uid_shift;
}

static void
set_up (Folders *f, gconstpointer unused)
{
  f->root = g_dir_make_tmp ("slots-XXXXXX", NULL);
  f->home = g_build_filename (f->root, "home", NULL);
  f->state = g_build_filename (f->root, "state", NULL);
  f->credentials = g_build_filename (f->root, "credentials", NULL);
  f->file = g_build_filename (f->home, "vault", NULL);
  f->key = g_build_filename (f->state, "vault.key", NULL);
  f->next = g_build_filename (f->state, "vault.key.next", NULL);
  f->credential = g_build_filename (f->credentials, "postrider-vault", NULL);
  g_assert_cmpint (g_mkdir (f->home, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (f->state, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (f->credentials, 0700), ==, 0);
  g_unsetenv ("CREDENTIALS_DIRECTORY");
}

static void
tear_down (Folders *f, gconstpointer unused)
{
  char **const paths[] = { &f->file, &f->key, &f->next, &f->credential, &f->home, &f->state, &f->credentials, &f->root };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    if (g_remove (*paths[i]) != 0)
      g_assert_cmpuint (i, <, 4); /* a folder holds nothing else */
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    g_clear_pointer (paths[i], g_free);
}

static Vault *
open_vault (Folders *f)
{
  g_autoptr (GError) error = NULL;
  Vault *vault = vault_new (f->home, f->state, &error);

  g_assert_no_error (error);
  return vault;
}

/* A vault that is open, and has a secret. */
static Vault *
make_vault (Folders *f)
{
  Vault *vault = open_vault (f);
  g_autoptr (SecretBytes) secret = secret_bytes_new (CANARY, strlen (CANARY));

  g_assert_true (vault_set (vault, "account/1", secret, NULL));
  return vault;
}

static void
assert_open (Vault *vault, VaultSlotKind by)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SecretBytes) secret = vault_get (vault, "account/1", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (secret_bytes_peek (secret), ==, CANARY);
  g_assert_cmpint (vault_get_opener (vault), ==, by);
}

static void
assert_locked (Vault *vault, const char *words)
{
  g_autofree char *tier = vault_describe_tier (vault);

  g_assert_cmpint (vault_get_state (vault), ==, VAULT_LOCKED);
  g_assert_cmpint (vault_get_opener (vault), ==, VAULT_SLOT_NONE);
  g_assert_nonnull (strstr (tier, words));
}

static void
assert_slots (Vault *vault, const char *joined)
{
  g_auto (GStrv) slots = vault_list_slots (vault);
  g_autofree char *found = g_strjoinv (" ", slots);

  g_assert_cmpstr (found, ==, joined);
}

static void
assert_tier (Vault *vault, VaultSlotKind kind, const char *words)
{
  g_autofree char *tier = vault_describe_tier (vault);

  g_assert_cmpint (vault_get_tier (vault), ==, kind);
  g_assert_nonnull (strstr (tier, words));
}

static void
add_words (Vault *vault, const char *words)
{
  g_autoptr (SecretBytes) passphrase = secret_bytes_new (words, strlen (words));
  g_autoptr (GError) error = NULL;

  g_assert_true (vault_add_slot (vault, VAULT_SLOT_PASSPHRASE, passphrase, &error));
  g_assert_no_error (error);
}

static gboolean
unlock (Vault *vault, const char *words)
{
  g_autoptr (SecretBytes) passphrase = secret_bytes_new (words, strlen (words));

  return vault_unlock (vault, passphrase, NULL);
}

static SecretBytes *
make_key (guint8 octet)
{
  guint8 octets[VAULT_KEY_LEN];

  memset (octets, octet, sizeof octets);
  return secret_bytes_new (octets, sizeof octets);
}

static void
put_keyring (Vault *vault, const char *name, guint8 octet)
{
  g_autoptr (SecretBytes) key = make_key (octet);
  g_autoptr (GError) error = NULL;

  g_assert_true (vault_put_keyring_slot (vault, name, key, &error));
  g_assert_no_error (error);
}

static gboolean
unlock_by_keyring (Vault *vault, guint8 octet, GError **error)
{
  g_autoptr (SecretBytes) key = make_key (octet);

  return vault_unlock_by_keyring (vault, key, error);
}

static void
remove_slot (Vault *vault, VaultSlotKind kind, gboolean keyring_opens)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (vault_remove_slot (vault, kind, keyring_opens, &error));
  g_assert_no_error (error);
}

static void
refuse_removal (Vault *vault, VaultSlotKind kind, gboolean keyring_opens, int code, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) before = vault_list_slots (vault), after = NULL;

  g_assert_false (vault_remove_slot (vault, kind, keyring_opens, &error));
  g_assert_error (error, FAULT, code);
  g_assert_nonnull (strstr (error->message, words));
  after = vault_list_slots (vault);
  g_assert_true (g_strv_equal ((const char *const *) before, (const char *const *) after));
}

static void
put_credential (Folders *f, const char *data, gssize len, int mode)
{
  g_unlink (f->credential);
  g_assert_true (g_file_set_contents (f->credential, data, len, NULL));
  g_assert_cmpint (g_chmod (f->credential, mode), ==, 0);
  g_setenv ("CREDENTIALS_DIRECTORY", f->credentials, TRUE);
}

/* --- one after the other --- */

static void
test_every_kind_opens (Folders *f, gconstpointer unused)
{
  g_autoptr (Vault) vault = make_vault (f);

  put_credential (f, "0123456789abcdef0123456789abcdef", 32, 0400);
  assert_slots (vault, "key-file");
  assert_tier (vault, VAULT_SLOT_KEY_FILE, "alone");
  add_words (vault, "sesame");
  put_keyring (vault, NAME, 1);
  g_assert_true (vault_add_slot (vault, VAULT_SLOT_CREDENTIALS, NULL, NULL));
  assert_slots (vault, "key-file passphrase keyring credentials");
  assert_open (vault, VAULT_SLOT_KEY_FILE);
  assert_tier (vault, VAULT_SLOT_KEY_FILE, "whatever else does");
  remove_slot (vault, VAULT_SLOT_KEY_FILE, FALSE);
  g_assert_false (g_file_test (f->key, G_FILE_TEST_EXISTS));
  assert_tier (vault, VAULT_SLOT_CREDENTIALS, "a passphrase opens it too");
  g_clear_pointer (&vault, vault_free);

  vault = open_vault (f);
  assert_open (vault, VAULT_SLOT_CREDENTIALS);
  g_clear_pointer (&vault, vault_free);
  g_unsetenv ("CREDENTIALS_DIRECTORY");
  vault = open_vault (f);
  assert_locked (vault, "LoadCredential=postrider-vault");
  assert_locked (vault, "your keyring has not answered yet");
  assert_locked (vault, "its passphrase opens it");
  g_assert_false (unlock (vault, "Sesame"));
  g_assert_true (unlock (vault, "sesame"));
  assert_open (vault, VAULT_SLOT_PASSPHRASE);
  g_clear_pointer (&vault, vault_free);

  vault = open_vault (f);
  g_assert_true (unlock_by_keyring (vault, 1, NULL));
  assert_open (vault, VAULT_SLOT_KEYRING);
}

/* Slots of which the vault was not opened are sealed anew all the same: their keys stand in it. */
static void
test_change_by_another_way (Folders *f, gconstpointer unused)
{
  g_autoptr (Vault) vault = make_vault (f);

  add_words (vault, "sesame");
  put_keyring (vault, NAME, 1);
  remove_slot (vault, VAULT_SLOT_KEY_FILE, FALSE);
  g_clear_pointer (&vault, vault_free);
  vault = open_vault (f);
  g_assert_true (unlock (vault, "sesame"));
  put_keyring (vault, OTHER_NAME, 2);
  assert_slots (vault, "passphrase keyring");
  g_assert_true (vault_add_slot (vault, VAULT_SLOT_KEY_FILE, NULL, NULL));
  g_clear_pointer (&vault, vault_free);
  vault = open_vault (f);
  assert_open (vault, VAULT_SLOT_KEY_FILE);
  remove_slot (vault, VAULT_SLOT_KEY_FILE, FALSE);
  g_clear_pointer (&vault, vault_free);
  vault = open_vault (f);
  g_assert_false (unlock_by_keyring (vault, 1, NULL));
  g_assert_true (unlock_by_keyring (vault, 2, NULL));
  g_clear_pointer (&vault, vault_free);
  vault = open_vault (f);
  g_assert_true (unlock (vault, "sesame"));
  assert_open (vault, VAULT_SLOT_PASSPHRASE);
}

static void
test_keyring (Folders *f, gconstpointer unused)
{
  g_autoptr (Vault) vault = make_vault (f);
  g_autoptr (SecretBytes) right = make_key (1), wrong = make_key (2), short_one = secret_bytes_new ("short", 5);
  g_autoptr (GError) error = NULL;
  g_autofree char *name = vault_dup_keyring_name (vault);

  g_assert_null (name);
  g_assert_false (vault_fits_keyring (vault, right));
  put_keyring (vault, NAME, 1);
  name = vault_dup_keyring_name (vault);
  g_assert_cmpstr (name, ==, NAME);
  g_assert_true (vault_fits_keyring (vault, right));
  g_assert_false (vault_fits_keyring (vault, wrong));
  g_assert_false (vault_fits_keyring (vault, short_one));
  refuse_removal (vault, VAULT_SLOT_PASSPHRASE, FALSE, FAULT_NO_INPUT, "no slot passphrase");
  refuse_removal (vault, VAULT_SLOT_KEY_FILE, FALSE, FAULT_USAGE, "nothing else opens"); /* nobody has asked the keyring */
  remove_slot (vault, VAULT_SLOT_KEY_FILE, TRUE);
  assert_tier (vault, VAULT_SLOT_KEYRING, "vault add passphrase");
  refuse_removal (vault, VAULT_SLOT_KEYRING, TRUE, FAULT_USAGE, "all that opens the vault");
  g_clear_pointer (&vault, vault_free);

  vault = open_vault (f);
  vault_note_keyring (vault, "your keyring is locked");
  assert_locked (vault, "your keyring is locked");
  g_assert_false (unlock_by_keyring (vault, 2, &error));
  g_assert_error (error, FAULT, FAULT_NO_PERM);
  g_assert_true (unlock_by_keyring (vault, 1, NULL));
  assert_open (vault, VAULT_SLOT_KEYRING);
  add_words (vault, "sesame");
  assert_tier (vault, VAULT_SLOT_KEYRING, "a passphrase opens it too");
}

static void
test_refused (Folders *f, gconstpointer unused)
{
  g_autoptr (Vault) vault = make_vault (f);
  g_autoptr (SecretBytes) empty = secret_bytes_new ("", 0);
  static const struct { VaultSlotKind kind; gboolean is_change; int code; } rows[] = {
    { VAULT_SLOT_KEY_FILE, FALSE, FAULT_USAGE },     /* there is one */
    { VAULT_SLOT_PASSPHRASE, TRUE, FAULT_NO_INPUT }, /* there is none */
    { VAULT_SLOT_CREDENTIALS, TRUE, FAULT_NO_INPUT },
    { VAULT_SLOT_CREDENTIALS, FALSE, FAULT_NO_INPUT }, /* systemd gives nothing */
    { VAULT_SLOT_PASSPHRASE, FALSE, FAULT_USAGE },     /* empty */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false ((rows[i].is_change ? vault_change_slot : vault_add_slot) (vault, rows[i].kind, empty, &error));
    g_assert_error (error, FAULT, rows[i].code);
    assert_slots (vault, "key-file");
  }
  refuse_removal (vault, VAULT_SLOT_KEY_FILE, FALSE, FAULT_USAGE, "all that opens the vault");
  refuse_removal (vault, VAULT_SLOT_KEYRING, FALSE, FAULT_NO_INPUT, "no slot keyring");
}

/* A passphrase is taken off only where the key file is where it should be. */
static void
test_nothing_left (Folders *f, gconstpointer unused)
{
  g_autofree char *away = g_strconcat (f->key, ".away", NULL);
  g_autoptr (Vault) vault = make_vault (f);

  add_words (vault, "sesame");
  g_assert_cmpint (g_rename (f->key, away), ==, 0);
  refuse_removal (vault, VAULT_SLOT_PASSPHRASE, FALSE, FAULT_USAGE, "nothing else opens");
  g_assert_cmpint (g_rename (away, f->key), ==, 0);
  remove_slot (vault, VAULT_SLOT_PASSPHRASE, FALSE);
  assert_slots (vault, "key-file");
  g_clear_pointer (&vault, vault_free);
  vault = open_vault (f);
  assert_open (vault, VAULT_SLOT_KEY_FILE);
}

/* --- copies from before --- */

/* The data key of a file, by the keyring's slot. */
static VaultKey *
find_data_key (Folders *f, guint8 octet)
{
  g_autofree char *raw = NULL;
  gsize len = 0;
  g_autoptr (VaultFile) file = NULL;
  g_autoptr (SecretBytes) secret = make_key (octet);
  g_autoptr (VaultKey) key = vault_key_new_from_secret (secret);

  g_assert_true (g_file_get_contents (f->file, &raw, &len, NULL));
  file = vault_file_parse ((const guint8 *) raw, len, NULL);
  for (guint i = 0; i < file->slot_count; i++)
    if (file->slots[i].kind == VAULT_SLOT_KEYRING)
      return vault_key_open_slot (key, &file->slots[i]);
  return NULL;
}

static void
test_every_change_makes_a_new_key (Folders *f, gconstpointer unused)
{
  g_autoptr (Vault) vault = make_vault (f);
  g_autoptr (SecretBytes) words = secret_bytes_new ("another", 7);
  VaultKey *keys[5] = { NULL };

  put_keyring (vault, NAME, 1);
  keys[0] = find_data_key (f, 1);
  add_words (vault, "sesame");
  keys[1] = find_data_key (f, 1);
  g_assert_true (vault_change_slot (vault, VAULT_SLOT_PASSPHRASE, words, NULL));
  keys[2] = find_data_key (f, 1);
  g_assert_true (vault_change_slot (vault, VAULT_SLOT_KEY_FILE, NULL, NULL));
  keys[3] = find_data_key (f, 1);
  remove_slot (vault, VAULT_SLOT_PASSPHRASE, FALSE);
  keys[4] = find_data_key (f, 1);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    for (guint j = 0; j < i; j++)
      g_assert_cmpint (memcmp (vault_key_peek (keys[i]), vault_key_peek (keys[j]), VAULT_KEY_LEN), !=, 0);
  assert_open (vault, VAULT_SLOT_KEY_FILE);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    g_clear_pointer (&keys[i], vault_key_free);
}

/* Files of the kinds before had one slot, and nothing of its key in them. */
static void
test_file_of_before (Folders *f, gconstpointer unused)
{
  g_autoptr (Vault) vault = make_vault (f);
  g_autoptr (SecretBytes) words = secret_bytes_new ("sesame", 6);
  g_autofree char *raw = NULL;
  gsize len = 0;

  g_assert_true (g_file_get_contents (f->file, &raw, &len, NULL));
  g_assert_cmpint (raw[16], ==, 1); /* the version of the form */
  g_assert_cmpint (raw[32], ==, 1); /* the kind of the slot */
  g_assert_cmpuint (len, ==, 32 + 104 + 24 + 256 + 16 + 32); /* one slot, and a payload that says no more than its secret */
  g_assert_true (vault_protect (vault, words, NULL));
  g_clear_pointer (&vault, vault_free);
  vault = open_vault (f);
  assert_locked (vault, "it needs its passphrase: postrider vault unlock");
  g_assert_true (unlock (vault, "sesame"));
  put_keyring (vault, NAME, 1);
  assert_slots (vault, "passphrase keyring");
  g_clear_pointer (&vault, vault_free);
  vault = open_vault (f);
  g_assert_true (unlock_by_keyring (vault, 1, NULL));
  assert_open (vault, VAULT_SLOT_KEYRING);
  g_assert_true (vault_protect (vault, NULL, NULL)); /* back to the key file; the keyring's stays */
  assert_slots (vault, "keyring key-file");
}

static void
test_two_of_a_kind (Folders *f, gconstpointer unused)
{
  g_autoptr (Vault) vault = make_vault (f);
  g_autofree char *raw = NULL;
  gsize len = 0;
  g_autoptr (VaultFile) file = NULL, parsed = NULL;
  g_autoptr (GBytes) built = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (vault); /* it made the file */
  g_assert_true (g_file_get_contents (f->file, &raw, &len, NULL));
  file = vault_file_parse ((const guint8 *) raw, len, NULL);
  file->slots[1] = file->slots[0];
  file->slot_count = 2;
  built = vault_file_build (file);
  parsed = vault_file_parse (g_bytes_get_data (built, NULL), g_bytes_get_size (built), &error);
  g_assert_null (parsed);
  g_assert_error (error, FAULT, FAULT_CONFIG);
  file->slots[1] = (VaultSlot){ .kind = VAULT_SLOT_KEYRING, .passes = 1 }; /* its key is random: Argon2id has no place there */
  g_clear_pointer (&built, g_bytes_unref);
  built = vault_file_build (file);
  g_assert_null (vault_file_parse (g_bytes_get_data (built, NULL), g_bytes_get_size (built), NULL));
}

/* --- the key file --- */

static void
copy_file (const char *from, const char *to)
{
  g_autofree char *raw = NULL;
  gsize len = 0;

  g_assert_true (g_file_get_contents (from, &raw, &len, NULL));
  g_unlink (to);
  g_assert_true (g_file_set_contents_full (to, raw, (gssize) len, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

/* Cut short after the vault was written and before the new key took the old one's place, and before that. */
static void
test_key_file_cut_short (Folders *f, gconstpointer unused)
{
  g_autofree char *old_key = g_strconcat (f->root, "/old-key", NULL), *old_file = g_strconcat (f->root, "/old-file", NULL);
  g_autoptr (Vault) vault = make_vault (f);

  copy_file (f->key, old_key);
  copy_file (f->file, old_file);
  g_assert_true (vault_change_slot (vault, VAULT_SLOT_KEY_FILE, NULL, NULL));
  g_clear_pointer (&vault, vault_free);
  g_assert_false (g_file_test (f->next, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_rename (f->key, f->next), ==, 0);
  copy_file (old_key, f->key); /* behind the vault's writing */
  vault = open_vault (f);
  assert_open (vault, VAULT_SLOT_KEY_FILE);
  g_assert_false (g_file_test (f->next, G_FILE_TEST_EXISTS)); /* ended now */
  g_clear_pointer (&vault, vault_free);
  copy_file (f->key, f->next);
  copy_file (old_key, f->key);
  copy_file (old_file, f->file); /* before it */
  vault = open_vault (f);
  assert_open (vault, VAULT_SLOT_KEY_FILE);
  g_assert_true (vault_change_slot (vault, VAULT_SLOT_KEY_FILE, NULL, NULL)); /* over what was left */
  g_clear_pointer (&vault, vault_free);
  vault = open_vault (f);
  assert_open (vault, VAULT_SLOT_KEY_FILE);
  g_unlink (old_key);
  g_unlink (old_file);
}

/* --- systemd's credential --- */

static void
test_credentials (Folders *f, gconstpointer unused)
{
  static const struct { gssize len; int mode; int code; } rows[] = {
    { 15, 0400, FAULT_CONFIG },
    { 4097, 0400, FAULT_CONFIG },
    { 32, 0404, FAULT_NO_PERM },
    { 16, 0400, 0 },
  };
  g_autofree char *data = g_strnfill (5000, 'x');
  g_autoptr (Vault) vault = make_vault (f);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;

    put_credential (f, data, rows[i].len, rows[i].mode);
    g_assert_cmpint (vault_add_slot (vault, VAULT_SLOT_CREDENTIALS, NULL, &error), ==, rows[i].code == 0);
    if (rows[i].code != 0)
      g_assert_error (error, FAULT, rows[i].code);
  }
  remove_slot (vault, VAULT_SLOT_KEY_FILE, FALSE);
  assert_tier (vault, VAULT_SLOT_CREDENTIALS, "systemd");
  g_clear_pointer (&vault, vault_free);
  put_credential (f, "another credential", -1, 0400);
  vault = open_vault (f);
  assert_locked (vault, "the credential does not belong to the vault");
  g_clear_pointer (&vault, vault_free);
  put_credential (f, data, 16, 0400);
  vault = open_vault (f);
  assert_open (vault, VAULT_SLOT_CREDENTIALS);
  put_credential (f, "yet another one", 16, 0400);
  g_assert_true (vault_change_slot (vault, VAULT_SLOT_CREDENTIALS, NULL, NULL));
  g_clear_pointer (&vault, vault_free);
  vault = open_vault (f);
  assert_open (vault, VAULT_SLOT_CREDENTIALS);
  g_clear_pointer (&vault, vault_free);
  g_unlink (f->credential);
  g_assert_cmpint (symlink ("/etc/hostname", f->credential), ==, 0);
  vault = open_vault (f);
  assert_locked (vault, "cannot be read");
}

/* One that neither root nor we have put there. */
static void
test_credential_of_another_user (Folders *f, gconstpointer unused)
{
  g_autoptr (Vault) vault = make_vault (f);
  g_autoptr (GError) error = NULL;

  if (getuid () == 0) {
    g_assert_cmpint (chown (f->root, 0, 0), ==, 0);
    put_credential (f, "0123456789abcdef", 16, 0400);
    g_assert_cmpint (chown (f->credential, 12345, 0), ==, 0);
  } else {
    put_credential (f, "0123456789abcdef", 16, 0400);
    own_uid_shift = 1;
  }
  g_assert_false (vault_add_slot (vault, VAULT_SLOT_CREDENTIALS, NULL, &error));
  own_uid_shift = 0;
  g_assert_error (error, FAULT, FAULT_NO_PERM);
}

/* --- in memory --- */

/* The key of a slot, which would open each vault that comes after: gone with the vault. */
static void
test_wiped (Folders *f, gconstpointer unused)
{
  Leftover left;
  guint8 *octets = g_malloc (VAULT_KEY_LEN);
  Vault *vault = make_vault (f);

  leftover_check_control ();
  randombytes_buf (octets, VAULT_KEY_LEN);
  leftover_take (&left, octets);
  {
    g_autoptr (SecretBytes) key = secret_bytes_new (octets, VAULT_KEY_LEN);

    explicit_bzero (octets, VAULT_KEY_LEN);
    g_free (octets);
    g_assert_true (vault_put_keyring_slot (vault, NAME, key, NULL));
    g_assert_true (vault_unlock_by_keyring (vault, key, NULL));
  }
  g_assert_true (leftover_is_there (&left)); /* held: it opened the vault */
  vault_free (vault);
  g_assert_false (leftover_is_there (&left));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Folders, NULL, set_up, func, tear_down)
  ADD ("/core/vault/vault-slots/every-kind-opens", test_every_kind_opens);
  ADD ("/core/vault/vault-slots/change-by-another-way", test_change_by_another_way);
  ADD ("/core/vault/vault-slots/keyring", test_keyring);
  ADD ("/core/vault/vault-slots/refused", test_refused);
  ADD ("/core/vault/vault-slots/nothing-left", test_nothing_left);
  ADD ("/core/vault/vault-slots/every-change-makes-a-new-key", test_every_change_makes_a_new_key);
  ADD ("/core/vault/vault-slots/file-of-before", test_file_of_before);
  ADD ("/core/vault/vault-slots/two-of-a-kind", test_two_of_a_kind);
  ADD ("/core/vault/vault-slots/key-file-cut-short", test_key_file_cut_short);
  ADD ("/core/vault/vault-slots/credentials", test_credentials);
  ADD ("/core/vault/vault-slots/credential-of-another-user", test_credential_of_another_user);
  ADD ("/core/vault/vault-slots/wiped", test_wiped);
  return g_test_run ();
}
