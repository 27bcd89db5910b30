#include "doubles.h"

#include "alike.h"
#include "contract-keys.h"
#include "little-endian.h"
#include "name-key.h"
#include <sodium.h>
#include <string.h>

#define NEIGHBOURS_MAX 50   /* chosen: of one address or number that a new one is compared with; a switchboard's is that of thousands */
#define CHUNK_BYTES 65536   /* of texts; chosen */

typedef enum { BY_ADDRESS, BY_OTHER, BY_NAME, KEYS } DoublesKey;

typedef struct {
  gint64      contact;
  const char *name, *address; /* of self->texts */
  const char *keys[KEYS];     /* "": none */
  guint       next[KEYS];     /* the one before with the same key: its place + 1; 0: none */
} Entry;

typedef struct {
  guint first, second; /* places */
} Pair;

struct Doubles {
  GStringChunk *texts;
  GByteArray   *name_key;   /* scratch */
  GArray       *entries, *pairs;
  GHashTable   *last[KEYS]; /* key (of texts) -> place + 1 of the last one with it */
  guint64       count;
};

static guint8 hash_key[crypto_shorthash_KEYBYTES];

/* Keys are strangers' words: nobody can make many fall on one hash. */
static guint
hash_text (gconstpointer text)
{
  guint8 hash[crypto_shorthash_BYTES];

  crypto_shorthash (hash, text, strlen (text), hash_key);
  return (guint) le_get (hash, 4);
}

Doubles *
doubles_new (void)
{
  Doubles *self = g_new0 (Doubles, 1);
  static gsize is_keyed;

  if (g_once_init_enter (&is_keyed)) {
    randombytes_buf (hash_key, sizeof hash_key);
    g_once_init_leave (&is_keyed, 1);
  }
  self->texts = g_string_chunk_new (CHUNK_BYTES);
  self->name_key = g_byte_array_new ();
  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  self->pairs = g_array_new (FALSE, FALSE, sizeof (Pair));
  for (int key = 0; key < KEYS; key++)
    self->last[key] = g_hash_table_new (hash_text, g_str_equal);
  return self;
}

void
doubles_free (Doubles *self)
{
  if (self == NULL)
    return;
  for (int key = 0; key < KEYS; key++)
    g_hash_table_unref (self->last[key]);
  g_array_unref (self->pairs);
  g_array_unref (self->entries);
  g_byte_array_unref (self->name_key);
  g_string_chunk_free (self->texts);
  g_free (self);
}

static const Entry *
doubles_get_text (const Doubles *self, guint place)
{
  return &g_array_index (self->entries, Entry, place);
}

/* Place + 1 of the one before with the same key; 0: none. */
static guint
find_last (const Doubles *self, DoublesKey key, const char *text)
{
  return text[0] != '\0' ? GPOINTER_TO_UINT (g_hash_table_lookup (self->last[key], text)) : 0;
}

static guint
find_alike (const Doubles *self, DoublesKey key, const Entry *entry)
{
  const char *name = (const char *) self->name_key->data;
  guint n = 0;

  for (guint at = entry->next[key]; at != 0 && n++ < NEIGHBOURS_MAX; at = doubles_get_text (self, at - 1)->next[key]) {
    g_autofree char *other = name_key_build (doubles_get_text (self, at - 1)->name);
    gboolean is_unnamed = name[0] == '\0' || other[0] == '\0';

    if (is_unnamed ? key == BY_ADDRESS : alike_names (name, other))
      return at;
  }
  return 0;
}

/* At most one of them is told of each new one: of three rows of one person two pairs. */
static guint
find_double (const Doubles *self, const Entry *entry)
{
  guint found = find_alike (self, BY_ADDRESS, entry);

  if (found == 0)
    found = find_alike (self, BY_OTHER, entry);
  return found != 0 ? found : entry->next[BY_NAME];
}

static const char *
doubles_keep_text (Doubles *self, const char *text)
{
  return text[0] != '\0' ? g_string_chunk_insert (self->texts, text) : "";
}

/* Only a full name is a key: of those with one name alone there are many. */
static const char *
read_name_key (Doubles *self, const char *name)
{
  const char *key;

  g_byte_array_set_size (self->name_key, 0);
  name_key_append (self->name_key, name, strlen (name));
  key = (const char *) self->name_key->data;
  return strchr (key, ' ') != NULL ? key : "";
}

void
doubles_add (Doubles *self, gint64 contact, const char *name, const char *address, const char *address_key, const char *other_key)
{
  const char *keys[KEYS] = { address_key, other_key, read_name_key (self, name) };
  Entry entry = { .contact = contact };
  guint place = self->entries->len, found;

  if (place >= DOUBLES_PEOPLE_MAX)
    return;
  entry.name = doubles_keep_text (self, name);
  entry.address = doubles_keep_text (self, address);
  for (int key = 0; key < KEYS; key++) {
    entry.next[key] = find_last (self, (DoublesKey) key, keys[key]);
    entry.keys[key] = entry.next[key] != 0 ? doubles_get_text (self, entry.next[key] - 1)->keys[key] : doubles_keep_text (self, keys[key]);
    if (keys[key][0] != '\0')
      g_hash_table_insert (self->last[key], (gpointer) entry.keys[key], GUINT_TO_POINTER (place + 1));
  }
  found = find_double (self, &entry);
  g_array_append_val (self->entries, entry);
  self->count += found != 0;
  if (found != 0 && self->pairs->len < DOUBLES_SHOWN_MAX) {
    Pair pair = { found - 1, place };

    g_array_append_val (self->pairs, pair);
  }
}

GVariant *
doubles_describe (const Doubles *self)
{
  GVariantBuilder rows;

  g_variant_builder_init (&rows, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < self->pairs->len; i++) {
    const Pair *pair = &g_array_index (self->pairs, Pair, i);
    const Entry *first = doubles_get_text (self, pair->first), *second = doubles_get_text (self, pair->second);
    GVariantDict row;

    g_variant_dict_init (&row, NULL);
    g_variant_dict_insert (&row, KEY_SUMMARY_ALIKE_ID, "t", (guint64) first->contact);
    g_variant_dict_insert (&row, KEY_SUMMARY_ALIKE_NAME, "s", first->name);
    g_variant_dict_insert (&row, KEY_SUMMARY_ALIKE_ADDRESS, "s", first->address);
    g_variant_dict_insert (&row, KEY_SUMMARY_ALIKE_OTHER_ID, "t", (guint64) second->contact);
    g_variant_dict_insert (&row, KEY_SUMMARY_ALIKE_OTHER_NAME, "s", second->name);
    g_variant_dict_insert (&row, KEY_SUMMARY_ALIKE_OTHER_ADDRESS, "s", second->address);
    g_variant_builder_add_value (&rows, g_variant_dict_end (&row));
  }
  return g_variant_builder_end (&rows);
}

static char *
describe_entry (const Entry *entry)
{
  return g_strdup_printf ("%s <%s> (#%" G_GINT64_FORMAT ")", entry->name, entry->address, entry->contact);
}

char *
doubles_to_sentence (const Doubles *self, const char *noun)
{
  const Pair *pair = self->pairs->len > 0 ? &g_array_index (self->pairs, Pair, 0) : NULL;
  g_autofree char *first = pair != NULL ? describe_entry (doubles_get_text (self, pair->first)) : NULL, *second = pair != NULL ? describe_entry (doubles_get_text (self, pair->second)) : NULL;
  g_autofree char *more = self->count > 1 ? g_strdup_printf (self->count == 2 ? ", and so does %" G_GUINT64_FORMAT " more pair" : ", and so do %" G_GUINT64_FORMAT " more pairs", self->count - 1)
                                           : g_strdup ("");

  return pair != NULL ? g_strdup_printf ("%s and %s look like one person%s: each gets a %s of their own", first, second, more, noun) : NULL;
}
