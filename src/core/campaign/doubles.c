#include "doubles.h"

#include "alike.h"
#include "fold.h"
#include <string.h>

#define NEIGHBOURS_MAX 50 /* chosen: of one address or number that a new one is compared with; a switchboard's is that of thousands */

typedef struct Entry Entry;
struct Entry {
  gint64 contact;
  char  *name, *name_key, *address, *address_key, *phone;
  Entry *next_address, *next_phone, *next_name; /* others with the same */
};

typedef struct {
  const Entry *first, *second;
} Pair;

struct Doubles {
  GPtrArray  *entries;
  GHashTable *by_address, *by_phone, *by_name; /* borrowed text -> Entry */
  GArray     *pairs;
  guint64     count;
};

static void
entry_free (gpointer data)
{
  Entry *self = data;

  g_free (self->name);
  g_free (self->name_key);
  g_free (self->address);
  g_free (self->address_key);
  g_free (self->phone);
  g_free (self);
}

Doubles *
doubles_new (void)
{
  Doubles *self = g_new0 (Doubles, 1);

  self->entries = g_ptr_array_new_with_free_func (entry_free);
  self->by_address = g_hash_table_new (g_str_hash, g_str_equal);
  self->by_phone = g_hash_table_new (g_str_hash, g_str_equal);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->pairs = g_array_new (FALSE, FALSE, sizeof (Pair));
  return self;
}

void
doubles_free (Doubles *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_address);
  g_hash_table_unref (self->by_phone);
  g_hash_table_unref (self->by_name);
  g_ptr_array_unref (self->entries);
  g_array_unref (self->pairs);
  g_free (self);
}

/* At most one of them is told of each new one: of three rows of one person two pairs. */
static const Entry *
find_double (Doubles *self, const Entry *entry)
{
  guint n = 0;

  for (const Entry *other = g_hash_table_lookup (self->by_address, entry->address_key); other != NULL && n++ < NEIGHBOURS_MAX; other = other->next_address)
    if (alike_names (entry->name_key, other->name_key))
      return other;
  n = 0;
  for (const Entry *other = entry->phone[0] != '\0' ? g_hash_table_lookup (self->by_phone, entry->phone) : NULL; other != NULL && n++ < NEIGHBOURS_MAX; other = other->next_phone)
    if (entry->name_key[0] != '\0' && other->name_key[0] != '\0' && alike_names (entry->name_key, other->name_key))
      return other;
  return strchr (entry->name_key, ' ') != NULL ? g_hash_table_lookup (self->by_name, entry->name_key) : NULL;
}

static void
chain (Doubles *self, Entry *entry)
{
  entry->next_address = g_hash_table_lookup (self->by_address, entry->address_key);
  entry->next_phone = g_hash_table_lookup (self->by_phone, entry->phone);
  entry->next_name = g_hash_table_lookup (self->by_name, entry->name_key);
  g_hash_table_replace (self->by_address, entry->address_key, entry);
  g_hash_table_replace (self->by_phone, entry->phone, entry);
  g_hash_table_replace (self->by_name, entry->name_key, entry);
}

void
doubles_add (Doubles *self, gint64 contact, const char *name, const char *address, const char *address_key, const char *phone)
{
  const Entry *other;
  Entry *entry;

  if (self->entries->len >= DOUBLES_PEOPLE_MAX)
    return;
  entry = g_new0 (Entry, 1);
  *entry = (Entry){ contact, g_strdup (name), fold_name (name), g_strdup (address), g_strdup (address_key), g_strdup (phone), NULL, NULL, NULL };
  g_ptr_array_add (self->entries, entry);
  other = find_double (self, entry);
  chain (self, entry);
  self->count += other != NULL;
  if (other != NULL && self->pairs->len < DOUBLES_SHOWN_MAX) {
    Pair pair = { other, entry };

    g_array_append_val (self->pairs, pair);
  }
}

guint64
doubles_get_count (const Doubles *self)
{
  return self->count;
}

GVariant *
doubles_describe (const Doubles *self)
{
  GVariantBuilder rows;

  g_variant_builder_init (&rows, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < self->pairs->len; i++) {
    const Pair *pair = &g_array_index (self->pairs, Pair, i);
    GVariantDict row;

    g_variant_dict_init (&row, NULL);
    g_variant_dict_insert (&row, "id", "t", (guint64) pair->first->contact);
    g_variant_dict_insert (&row, "name", "s", pair->first->name);
    g_variant_dict_insert (&row, "address", "s", pair->first->address);
    g_variant_dict_insert (&row, "other_id", "t", (guint64) pair->second->contact);
    g_variant_dict_insert (&row, "other_name", "s", pair->second->name);
    g_variant_dict_insert (&row, "other_address", "s", pair->second->address);
    g_variant_builder_add_value (&rows, g_variant_dict_end (&row));
  }
  return g_variant_builder_end (&rows);
}
