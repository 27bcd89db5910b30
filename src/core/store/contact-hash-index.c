#include "contact-hash-index.h"

#include "little-endian.h"
#include <sodium.h>

gint64
contact_key_hash (Database *database, const char *key, gsize len)
{
  guint8 hash[crypto_shorthash_BYTES];

  G_STATIC_ASSERT (crypto_shorthash_KEYBYTES == DATABASE_HASH_KEY_LEN);
  crypto_shorthash (hash, (const guint8 *) key, len, database_get_hash_key (database));
  return (gint64) le_get (hash, 8);
}

static void
key_hash_cb (sqlite3_context *context, int n, sqlite3_value **values)
{
  const char *key = (const char *) sqlite3_value_text (values[0]);
  gsize len = (gsize) sqlite3_value_bytes (values[0]);

  if (key != NULL && len > 0)
    sqlite3_result_int64 (context, contact_key_hash (sqlite3_user_data (context), key, len));
}

void
contact_hash_index_register_function (Database *database)
{
  sqlite3_create_function (database_get_sqlite (database), "key_hash", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, database, key_hash_cb, NULL, NULL);
}
