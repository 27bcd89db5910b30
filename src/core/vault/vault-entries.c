#include "vault-entries.h"

#include "little-endian.h"
#include <sodium.h>
#include <string.h>

#define COUNT_LEN 4
#define ENTRY_HEAD_LEN 3
#define PADDING 256

typedef struct { /* borrowed from the payload */
  const guint8 *name, *secret;
  gsize name_len, secret_len;
} VaultEntry;

VaultEntries *
vault_entries_new (gsize len)
{
  VaultEntries *self = g_new (VaultEntries, 1);

  self->len = len;
  self->data = sodium_malloc (MAX (len, 1));
  if (self->data == NULL)
    g_error ("no memory for the vault's payload");
  memset (self->data, 0, len);
  return self;
}

void
vault_entries_free (VaultEntries *self)
{
  if (self == NULL)
    return;
  sodium_free (self->data);
  g_free (self);
}

static guint32
get_count (const VaultEntries *self)
{
  return (guint32) le_get (self->data, COUNT_LEN);
}

static void
set_count (VaultEntries *self, guint32 count)
{
  le_put (self->data, count, COUNT_LEN);
}

/* Reads the entry at *offset and goes behind it. */
static gboolean
read_entry (const VaultEntries *self, gsize *offset, VaultEntry *out_entry)
{
  const guint8 *p = self->data + *offset;

  if (self->len - *offset < ENTRY_HEAD_LEN)
    return FALSE;
  out_entry->name_len = p[0];
  out_entry->secret_len = (gsize) le_get (p + 1, 2);
  out_entry->name = p + ENTRY_HEAD_LEN;
  out_entry->secret = out_entry->name + out_entry->name_len;
  if (out_entry->name_len == 0 || out_entry->name_len > VAULT_NAME_MAX || out_entry->secret_len > SECRET_BYTES_MAX ||
      self->len - *offset - ENTRY_HEAD_LEN < out_entry->name_len + out_entry->secret_len)
    return FALSE;
  *offset += ENTRY_HEAD_LEN + out_entry->name_len + out_entry->secret_len;
  return TRUE;
}

gboolean
vault_entries_is_valid (const VaultEntries *self)
{
  gsize offset = COUNT_LEN;
  guint32 count;
  VaultEntry entry;

  if (self->len == 0 || self->len % PADDING != 0)
    return FALSE;
  count = get_count (self);
  for (guint32 i = 0; i < count; i++)
    if (!read_entry (self, &offset, &entry))
      return FALSE;
  return sodium_is_zero (self->data + offset, self->len - offset) == 1;
}

static gboolean
is_named (const VaultEntry *entry, const char *name)
{
  return entry->name_len == strlen (name) && memcmp (entry->name, name, entry->name_len) == 0;
}

SecretBytes *
vault_entries_get (const VaultEntries *self, const char *name)
{
  gsize offset = COUNT_LEN;
  VaultEntry entry;

  for (guint32 i = get_count (self); i > 0 && read_entry (self, &offset, &entry); i--)
    if (is_named (&entry, name))
      return secret_bytes_new (entry.secret, entry.secret_len);
  return NULL;
}

static gsize
write_entry (VaultEntries *self, gsize offset, const VaultEntry *entry)
{
  guint8 *p = self->data + offset;

  p[0] = (guint8) entry->name_len;
  le_put (p + 1, entry->secret_len, 2);
  memcpy (p + ENTRY_HEAD_LEN, entry->name, entry->name_len);
  if (entry->secret_len > 0)
    memcpy (p + ENTRY_HEAD_LEN + entry->name_len, entry->secret, entry->secret_len);
  return offset + ENTRY_HEAD_LEN + entry->name_len + entry->secret_len;
}

/* Octets in use, without the padding and without `name`. */
static gsize
count_used (const VaultEntries *self, const char *name)
{
  gsize used = COUNT_LEN, offset = COUNT_LEN;
  VaultEntry entry;

  for (guint32 i = get_count (self); i > 0 && read_entry (self, &offset, &entry); i--)
    if (!is_named (&entry, name))
      used += ENTRY_HEAD_LEN + entry.name_len + entry.secret_len;
  return used;
}

VaultEntries *
vault_entries_replace (const VaultEntries *self, const char *name, const SecretBytes *secret)
{
  VaultEntry added = { .name = (const guint8 *) name, .name_len = strlen (name),
                  .secret = (const guint8 *) secret_bytes_peek (secret), .secret_len = secret_bytes_get_length (secret) };
  gsize used = count_used (self, name) + (secret != NULL ? ENTRY_HEAD_LEN + added.name_len + added.secret_len : 0);
  VaultEntries *other = vault_entries_new ((used + PADDING - 1) / PADDING * PADDING);
  gsize offset = COUNT_LEN, end = COUNT_LEN;
  guint32 count = 0;
  VaultEntry entry;

  for (guint32 i = get_count (self); i > 0 && read_entry (self, &offset, &entry); i--) {
    if (is_named (&entry, name))
      continue;
    end = write_entry (other, end, &entry);
    count++;
  }
  if (secret != NULL) {
    write_entry (other, end, &added);
    count++;
  }
  set_count (other, count);
  return other;
}
