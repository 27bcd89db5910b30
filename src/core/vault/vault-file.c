#include "vault-file.h"

#include "fault.h"
#include "little-endian.h"
#include <sodium.h>
#include <string.h>

#define MAGIC "Postrider vault\n" /* 16 octets, readable in a pager */
#define MAGIC_LEN 16
#define VERSION 1
#define HEAD_LEN 32
#define SLOT_HEAD_LEN (16 + VAULT_SALT_LEN)
#define SLOT_LEN (SLOT_HEAD_LEN + VAULT_NONCE_LEN + VAULT_SEALED_KEY_LEN)

static gboolean
vault_file_refuse (GError **error, const char *what)
{
  g_set_error_literal (error, FAULT, FAULT_CONFIG, what);
  return FALSE;
}

static const char *const slot_words[VAULT_SLOT_KINDS + 1] = { NULL, "key-file", "passphrase", "keyring", "credentials" };

const char *
vault_slot_to_word (VaultSlotKind kind)
{
  return slot_words[kind];
}

VaultSlotKind
vault_slot_parse_word (const char *word)
{
  for (guint kind = 1; kind <= VAULT_SLOT_KINDS; kind++)
    if (strcmp (slot_words[kind], word) == 0)
      return (VaultSlotKind) kind;
  return VAULT_SLOT_NONE;
}

static gboolean
is_slot_fine (const VaultSlot *slot)
{
  if (slot->kind == VAULT_SLOT_KEY_FILE || slot->kind == VAULT_SLOT_KEYRING)
    return slot->passes == 0 && slot->memory_kib == 0 && (slot->kind == VAULT_SLOT_KEYRING || sodium_is_zero (slot->salt, sizeof slot->salt));
  return (slot->kind == VAULT_SLOT_PASSPHRASE || slot->kind == VAULT_SLOT_CREDENTIALS) && slot->passes >= 1 && slot->passes <= VAULT_PASSES_MAX &&
         slot->memory_kib >= VAULT_MEMORY_MIN_KIB && slot->memory_kib <= VAULT_MEMORY_MAX_KIB;
}

/* Of the slot behind the last one. */
static gboolean
check_kind_is_new (const VaultFile *self, GError **error)
{
  for (guint i = 0; i < self->slot_count; i++)
    if (self->slots[i].kind == self->slots[self->slot_count].kind)
      return vault_file_refuse (error, "has two key slots of one kind");
  return TRUE;
}

static gboolean
parse_slot (const guint8 *raw, VaultSlot *out_slot, GError **error)
{
  out_slot->kind = raw[0];
  out_slot->passes = (guint32) le_get (raw + 4, 4);
  out_slot->memory_kib = (guint32) le_get (raw + 8, 4);
  memcpy (out_slot->salt, raw + 16, VAULT_SALT_LEN);
  memcpy (out_slot->nonce, raw + SLOT_HEAD_LEN, VAULT_NONCE_LEN);
  memcpy (out_slot->sealed_key, raw + SLOT_HEAD_LEN + VAULT_NONCE_LEN, VAULT_SEALED_KEY_LEN);
  if (raw[1] != 0 || raw[2] != 0 || raw[3] != 0 || le_get (raw + 12, 4) != 0 || !is_slot_fine (out_slot))
    return vault_file_refuse (error, "has a key slot that this Postrider does not make");
  return TRUE;
}

static gboolean
is_checksum_fine (const guint8 *raw, gsize len)
{
  guint8 sum[VAULT_CHECKSUM_LEN];

  crypto_generichash (sum, sizeof sum, raw, len - sizeof sum, NULL, 0);
  return memcmp (sum, raw + len - sizeof sum, sizeof sum) == 0;
}

/* Checks from outside, before any number in it is believed. */
static gboolean
check_outside (const guint8 *raw, gsize len, GError **error)
{
  if (len < MAGIC_LEN || memcmp (raw, MAGIC, MAGIC_LEN) != 0)
    return vault_file_refuse (error, len == 0 ? "is empty" : "is not a vault of Postrider");
  if (len < HEAD_LEN + SLOT_LEN + VAULT_NONCE_LEN + VAULT_TAG_LEN + VAULT_CHECKSUM_LEN)
    return vault_file_refuse (error, "is cut off");
  if (len > VAULT_FILE_MAX_BYTES)
    return vault_file_refuse (error, "is larger than any vault can be");
  if (!is_checksum_fine (raw, len))
    return vault_file_refuse (error, "is damaged or cut off");
  if (le_get (raw + MAGIC_LEN, 4) != VERSION)
    return vault_file_refuse (error, "was made by a newer Postrider: use that one");
  return TRUE;
}

VaultFile *
vault_file_parse (const guint8 *raw, gsize len, GError **error)
{
  g_autoptr (VaultFile) self = g_new0 (VaultFile, 1);
  guint32 slot_count, sealed_len;
  const guint8 *p;

  if (!check_outside (raw, len, error))
    return NULL;
  p = raw + HEAD_LEN;
  slot_count = (guint32) le_get (raw + MAGIC_LEN + 4, 4);
  sealed_len = (guint32) le_get (raw + MAGIC_LEN + 8, 4);
  if (slot_count == 0 || slot_count > VAULT_SLOTS_MAX || le_get (raw + MAGIC_LEN + 12, 4) != 0 || sealed_len < VAULT_TAG_LEN ||
      len != HEAD_LEN + (gsize) slot_count * SLOT_LEN + VAULT_NONCE_LEN + (gsize) sealed_len + VAULT_CHECKSUM_LEN) {
    vault_file_refuse (error, "contradicts itself in its lengths");
    return NULL;
  }
  for (self->slot_count = 0; self->slot_count < slot_count; self->slot_count++, p += SLOT_LEN)
    if (!parse_slot (p, &self->slots[self->slot_count], error) || !check_kind_is_new (self, error))
      return NULL;
  memcpy (self->nonce, p, VAULT_NONCE_LEN);
  self->sealed = g_bytes_new (p + VAULT_NONCE_LEN, sealed_len);
  return g_steal_pointer (&self);
}

static void
append_slot_head (GByteArray *out, const VaultSlot *slot)
{
  guint8 kind[4] = { (guint8) slot->kind, 0, 0, 0 };

  g_byte_array_append (out, kind, sizeof kind);
  le_append (out, slot->passes, 4);
  le_append (out, slot->memory_kib, 4);
  le_append (out, 0, 4);
  g_byte_array_append (out, slot->salt, VAULT_SALT_LEN);
}

static GByteArray *
build_head (const VaultFile *self, gsize sealed_len)
{
  GByteArray *out = g_byte_array_new ();

  g_byte_array_append (out, (const guint8 *) MAGIC, MAGIC_LEN);
  le_append (out, VERSION, 4);
  le_append (out, self->slot_count, 4);
  le_append (out, sealed_len, 4);
  le_append (out, 0, 4);
  for (guint i = 0; i < self->slot_count; i++) {
    append_slot_head (out, &self->slots[i]);
    g_byte_array_append (out, self->slots[i].nonce, VAULT_NONCE_LEN);
    g_byte_array_append (out, self->slots[i].sealed_key, VAULT_SEALED_KEY_LEN);
  }
  return out;
}

GBytes *
vault_file_build_head (const VaultFile *self, gsize sealed_len)
{
  return g_byte_array_free_to_bytes (build_head (self, sealed_len));
}

GBytes *
vault_slot_build_head (const VaultSlot *slot)
{
  GByteArray *out = g_byte_array_new ();

  g_byte_array_append (out, (const guint8 *) MAGIC, MAGIC_LEN);
  le_append (out, VERSION, 4);
  append_slot_head (out, slot);
  return g_byte_array_free_to_bytes (out);
}

GBytes *
vault_file_build (const VaultFile *self)
{
  gsize sealed_len = 0;
  const guint8 *sealed = g_bytes_get_data (self->sealed, &sealed_len);
  GByteArray *out = build_head (self, sealed_len);
  guint8 sum[VAULT_CHECKSUM_LEN];

  g_byte_array_append (out, self->nonce, VAULT_NONCE_LEN);
  g_byte_array_append (out, sealed, (guint) sealed_len);
  crypto_generichash (sum, sizeof sum, out->data, out->len, NULL, 0);
  g_byte_array_append (out, sum, sizeof sum);
  return g_byte_array_free_to_bytes (out);
}

void
vault_file_free (VaultFile *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->sealed, g_bytes_unref);
  g_free (self);
}
