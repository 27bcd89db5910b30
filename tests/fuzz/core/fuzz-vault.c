/* fuzz-vault.c - any octets as a vault: refused, or built again octet by octet the same; any octets as its opened payload.
 * The checksum is mended, or nothing behind it would ever be reached. */
#include "vault-entries.h"
#include "vault-file.h"

#include <sodium.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  return sodium_init () < 0 ? 1 : 0;
}

static void
try_file (const uint8_t *data, size_t size)
{
  g_autoptr (VaultFile) file = vault_file_parse (data, size, NULL);
  g_autoptr (GBytes) again = file != NULL ? vault_file_build (file) : NULL;

  if (again == NULL)
    return;
  g_assert_cmpmem (g_bytes_get_data (again, NULL), g_bytes_get_size (again), data, size);
  for (guint i = 0; i < file->slot_count; i++) {
    g_assert_cmpuint (file->slots[i].memory_kib, <=, VAULT_MEMORY_MAX_KIB);
    g_assert_cmpuint (file->slots[i].passes, <=, VAULT_PASSES_MAX);
  }
}

static void
try_entries (const uint8_t *data, size_t size)
{
  g_autoptr (VaultEntries) entries = vault_entries_new (size);
  g_autoptr (SecretBytes) secret = secret_bytes_new ("hello", 5);

  memcpy (entries->data, data, size);
  if (!vault_entries_is_valid (entries))
    return;
  {
    g_autoptr (VaultEntries) more = vault_entries_replace (entries, "account/1", secret);
    g_autoptr (VaultEntries) less = vault_entries_replace (more, "account/1", NULL);
    g_autoptr (SecretBytes) got = vault_entries_get (more, "account/1");
    g_autoptr (SecretBytes) none = vault_entries_get (less, "account/1");

    g_assert_true (vault_entries_is_valid (more));
    g_assert_true (vault_entries_is_valid (less));
    g_assert_cmpstr (secret_bytes_peek (got), ==, "hello");
    g_assert_null (none);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree uint8_t *mended = g_memdup2 (data, size);

  if (size == 0) /* a NULL, then */
    return 0;
  try_file (data, size);
  if (size >= VAULT_CHECKSUM_LEN) {
    crypto_generichash (mended + size - VAULT_CHECKSUM_LEN, VAULT_CHECKSUM_LEN, mended, size - VAULT_CHECKSUM_LEN, NULL, 0);
    try_file (mended, size);
  }
  if (size < 65536)
    try_entries (data, size);
  return 0;
}
