#include "shared-address-cache.h"

#include <string.h>

struct SharedAddressCache {
  Database *database;
  const char *sql;
  char       *key;     /* NULL: none is read */
  GHashTable *by_name; /* char * -> gint64 * */
};

SharedAddressCache *
shared_address_cache_new (Database *database, const char *sql)
{
  SharedAddressCache *self = g_new0 (SharedAddressCache, 1);

  self->database = database;
  self->sql = sql;
  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
shared_address_cache_forget (SharedAddressCache *self)
{
  g_clear_pointer (&self->key, g_free);
}

void
shared_address_cache_remove (SharedAddressCache *self, const char *name_key)
{
  g_hash_table_remove (self->by_name, name_key);
}

void
shared_address_cache_free (SharedAddressCache *self)
{
  if (self == NULL)
    return;
  shared_address_cache_forget (self);
  g_hash_table_unref (self->by_name);
  g_free (self);
}

static gboolean
read_all (SharedAddressCache *self, const char *key, GError **error)
{
  sqlite3_stmt *rows = database_query (self->database, self->sql, "s", key);
  int result;

  shared_address_cache_forget (self);
  g_hash_table_remove_all (self->by_name);
  while ((result = database_step (self->database, rows, error)) == 1)
    if (!g_hash_table_contains (self->by_name, database_text (rows, 1))) {
      gint64 *id = g_new (gint64, 1);

      *id = database_int (rows, 0);
      g_hash_table_insert (self->by_name, g_strdup (database_text (rows, 1)), id);
    }
  if (result == 0)
    self->key = g_strdup (key);
  return result == 0;
}

gboolean
shared_address_cache_find (SharedAddressCache *self, const char *key, const char *name_key, gint64 *out_id, GError **error)
{
  const gint64 *found;

  *out_id = 0;
  if (g_strcmp0 (self->key, key) != 0 && !read_all (self, key, error))
    return FALSE;
  found = g_hash_table_lookup (self->by_name, name_key);
  if (found != NULL)
    *out_id = *found;
  return TRUE;
}
