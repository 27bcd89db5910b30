#include "vault.h"

#include "fault.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CANARY "correct horse battery staple"

typedef struct {
  char *root, *home, *state, *file, *key;
} Folders;

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
  g_assert_null (vault_new (f->home, f->home, &error)); /* the key beside what it protects */
  g_assert_error (error, FAULT, FAULT_CONFIG);
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
  ADD ("/vault/create-and-reopen", test_create_and_reopen);
  ADD ("/vault/every-flip-is-refused", test_every_flip_is_refused);
  ADD ("/vault/every-cut-is-refused", test_every_cut_is_refused);
  ADD ("/vault/foreign-file", test_foreign_file_is_left_alone);
  ADD ("/vault/key-file", test_key_file);
  ADD ("/vault/passphrase", test_passphrase);
  ADD ("/vault/old-key-after-protect", test_old_key_is_useless_after_protect);
  ADD ("/vault/exchanged-file", test_exchanged_file_is_not_overwritten);
  ADD ("/vault/unwritable-home", test_unwritable_home);
  ADD ("/vault/hash", test_hash);
  ADD ("/vault/memory-only", test_memory_only);
  return g_test_run ();
}
