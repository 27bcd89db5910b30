#include "forgotten.h"

#include "address.h"
#include "clock.h"
#include "fault.h"
#include "name-key.h"
#include "suppression.h"
#include <string.h>

#define HASH_LEN 32
#define ANY_NAME "*" /* no word of a name: whatever the name is */

struct Forgotten {
  Database *database;
  Vault      *vault;
  gboolean    again;
  GHashTable *hashes;    /* GBytes: of an address, and of an address with a name */
  GPtrArray  *addresses; /* GBytes: hashes of addresses that are on record again */
  GHashTable *returning; /* GBytes: hashes of people who are on record again */
  guint       returned;
};

/* --- hashes --- */

/* words NULL: of the address alone, as the suppressions have it. Returns: (transfer full), or NULL. */
static GBytes *
forgotten_hash (Vault *vault, const char *key, const char *words, GError **error)
{
  g_autofree char *text = words != NULL ? g_strconcat (key, "\n", words, NULL) : g_strdup (key); /* no key holds a line break */
  guint8 out[HASH_LEN];

  return vault_hash_address (vault, text, out, error) ? g_bytes_new (out, sizeof out) : NULL;
}

/* --- one who goes --- */

static gboolean
forgotten_add (Database *database, Vault *vault, const char *key, const char *words, GError **error)
{
  g_autoptr (GBytes) made = forgotten_hash (vault, key, words, error);

  return made != NULL && database_run (database, error, "INSERT OR IGNORE INTO forgotten(hash,created_utc) VALUES(?,?)", "bi", g_bytes_get_data (made, NULL),
                                       g_bytes_get_size (made), clock_now_utc ());
}

/* A person without a name was the address, with any name that comes with it. */
static gboolean
add_pair (Database *database, Vault *vault, const char *key, const char *name_key, gboolean is_alone, GError **error)
{
  g_autofree char *words = name_key_sort_words (name_key);

  return key[0] == '\0' || (forgotten_add (database, vault, key, NULL, error) && forgotten_add (database, vault, key, words, error) &&
                            (!is_alone || (forgotten_add (database, vault, key, "", error) && (words[0] != '\0' || forgotten_add (database, vault, key, ANY_NAME, error)))));
}

/* Under the names and addresses that they had once. */
static gboolean
add_former (Database *database, Vault *vault, gint64 id, GError **error)
{
  sqlite3_stmt *row = database_query (database, "SELECT key,name_key FROM former WHERE contact=?", "i", id);
  gboolean is_fine = TRUE;
  int result = 0;

  while (is_fine && (result = database_step (database, row, error)) == 1)
    is_fine = add_pair (database, vault, database_text (row, 0), database_text (row, 1), FALSE, error);
  sqlite3_reset (row);
  return is_fine && result == 0;
}

gboolean
forgotten_remember (Database *database, Vault *vault, const Contact *contact, gboolean is_email_alone, gboolean is_phone_alone, GError **error)
{
  g_autofree char *name_key = name_key_build (contact->name);
  g_autofree char *email_key = contact->email[0] != '\0' ? address_key (contact->email) : g_strdup ("");

  return add_pair (database, vault, email_key, name_key, is_email_alone, error) && add_pair (database, vault, contact->phone, name_key, is_phone_alone, error) &&
         add_former (database, vault, contact->id, error);
}

/* --- those who come --- */

static GHashTable *
new_set (void)
{
  return g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
}

Forgotten *
forgotten_new (Database *database, Vault *vault, gboolean again, GError **error)
{
  g_autoptr (Forgotten) self = g_new0 (Forgotten, 1);
  sqlite3_stmt *row = database_query (database, "SELECT hash FROM forgotten", "");
  int result;

  self->database = database;
  self->vault = vault;
  self->again = again;
  self->hashes = new_set ();
  self->returning = new_set ();
  self->addresses = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  while ((result = database_step (database, row, error)) == 1)
    g_hash_table_add (self->hashes, g_bytes_new (sqlite3_column_blob (row, 0), (gsize) sqlite3_column_bytes (row, 0)));
  if (result == 0 && g_hash_table_size (self->hashes) > 0 && vault_get_state (vault) != VAULT_OPEN) {
    g_set_error (error, FAULT, FAULT_NO_PERM, "the vault is locked: unlock it first, for whom the file brings back of those who were forgotten says a hash with its key");
    return NULL;
  }
  return result == 0 ? g_steal_pointer (&self) : NULL;
}

void
forgotten_free (Forgotten *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->hashes);
  g_hash_table_unref (self->returning);
  g_ptr_array_unref (self->addresses);
  g_free (self);
}

/* Looks a hash up: 1 it is one of them, 0, -1. One that comes back is not, from then on. */
static int
forgotten_look (Forgotten *self, const char *key, const char *words, GError **error)
{
  g_autoptr (GBytes) made = forgotten_hash (self->vault, key, words, error);

  if (made == NULL)
    return -1;
  if (!g_hash_table_contains (self->hashes, made) || g_hash_table_contains (self->returning, made))
    return 0;
  if (self->again && words != NULL)
    g_hash_table_add (self->returning, g_steal_pointer (&made));
  return 1;
}

static gboolean
note_address (Forgotten *self, const char *key, GError **error)
{
  GBytes *made = forgotten_hash (self->vault, key, NULL, error);

  if (made != NULL)
    g_ptr_array_add (self->addresses, made);
  return made != NULL;
}

/* All three are looked at: each goes when the person comes back. */
static int
check_key (Forgotten *self, const char *key, const char *words, GError **error)
{
  int known = key[0] != '\0' ? forgotten_look (self, key, NULL, error) : 0, by_name, by_any, by_none;

  if (known <= 0)
    return known;
  by_name = forgotten_look (self, key, words, error);
  by_any = by_name >= 0 ? forgotten_look (self, key, ANY_NAME, error) : -1;
  if (by_any < 0 || (by_name == 0 && by_any == 0))
    return by_any < 0 || !note_address (self, key, error) ? -1 : 0;
  by_none = self->again ? forgotten_look (self, key, "", error) : 0;
  return by_none < 0 || (self->again && !note_address (self, key, error)) ? -1 : 1;
}

static int
check_person (Forgotten *self, Slice name, Slice email, Slice phone, GError **error)
{
  g_autofree char *raw_name = g_strndup (name.data, name.len), *name_key = name_key_build (raw_name), *words = name_key_sort_words (name_key);
  g_autofree char *address = g_strndup (email.data, email.len), *email_key = address[0] != '\0' ? address_key (address) : g_strdup ("");
  g_autofree char *number = g_strndup (phone.data, phone.len);
  int by_email = check_key (self, email_key, words, error), by_phone = by_email >= 0 ? check_key (self, number, words, error) : -1;

  if (by_phone < 0)
    return -1;
  self->returned += self->again && (by_email == 1 || by_phone == 1);
  return !self->again && (by_email == 1 || by_phone == 1);
}

int
forgotten_check (Forgotten *self, Slice name, Slice email, Slice phone, GError **error)
{
  return g_hash_table_size (self->hashes) == 0 ? 0 : check_person (self, name, email, phone, error); /* the usual case costs nothing */
}

static gboolean
take_back (Database *database, gint64 import, GBytes *made, GError **error)
{
  gconstpointer hash = g_bytes_get_data (made, NULL);
  gsize len = g_bytes_get_size (made);

  return database_run (database, error, "INSERT INTO forgotten_back(import,hash,created_utc) SELECT ?,hash,created_utc FROM forgotten WHERE hash=?", "ib", import, hash,
                       len) &&
         database_run (database, error, "DELETE FROM forgotten WHERE hash=?", "b", hash, len);
}

gboolean
forgotten_settle (Forgotten *self, gint64 import, guint *out_returned, GError **error)
{
  GHashTableIter iter;
  gpointer made;

  *out_returned = self->returned;
  g_hash_table_iter_init (&iter, self->returning);
  while (g_hash_table_iter_next (&iter, &made, NULL))
    if (!take_back (self->database, import, made, error))
      return FALSE;
  for (guint i = 0; i < self->addresses->len; i++)
    if (!suppression_return (self->database, import, g_ptr_array_index (self->addresses, i), error))
      return FALSE;
  return TRUE;
}

gboolean
forgotten_undo (Database *database, gint64 import, GError **error)
{
  return database_run (database, error, "INSERT OR IGNORE INTO forgotten(hash,created_utc) SELECT hash,created_utc FROM forgotten_back WHERE import=? AND kind IS NULL",
                       "i", import) &&
         suppression_return_undo (database, import, error);
}
