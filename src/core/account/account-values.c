#include "account-values.h"

#include "fields.h"
#include <string.h>

struct AccountValues {
  GHashTable *texts; /* key (owned) -> text (owned), none of them empty */
};

AccountValues *
account_values_new (void)
{
  AccountValues *self = g_new0 (AccountValues, 1);

  self->texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
account_values_free (AccountValues *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->texts);
  g_free (self);
}

const char *
account_values_get (const AccountValues *self, const char *key)
{
  const char *text = g_hash_table_lookup (self->texts, key);

  return text != NULL ? text : "";
}

void
account_values_set (AccountValues *self, const char *key, const char *text)
{
  if (*text == '\0')
    g_hash_table_remove (self->texts, key);
  else
    g_hash_table_insert (self->texts, g_strdup (key), g_strdup (text));
}

AccountValues *
account_values_copy (const AccountValues *self)
{
  AccountValues *copy = account_values_new ();
  GHashTableIter iter;
  gpointer key, text;

  g_hash_table_iter_init (&iter, self->texts);
  while (g_hash_table_iter_next (&iter, &key, &text))
    account_values_set (copy, key, text);
  return copy;
}

GBytes *
account_values_to_blob (const AccountValues *self)
{
  g_autoptr (GByteArray) blob = g_byte_array_new ();
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (self->texts), (GCompareFunc) strcmp);

  for (const GList *at = keys; at != NULL; at = at->next) {
    const char *text = g_hash_table_lookup (self->texts, at->data);

    fields_append (blob, (Slice){ at->data, strlen (at->data) }, (Slice){ text, strlen (text) });
  }
  return g_byte_array_free_to_bytes (g_steal_pointer (&blob));
}

AccountValues *
account_values_from_blob (const void *blob, gsize len)
{
  AccountValues *self = account_values_new ();
  FieldsReader reader;
  Slice name, value;

  fields_open (&reader, blob, len);
  while (fields_next (&reader, &name, &value)) {
    g_autofree char *key = g_strndup (name.data, name.len), *text = g_strndup (value.data, value.len);

    account_values_set (self, key, text);
  }
  return self;
}
