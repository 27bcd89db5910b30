#include "database-open.h"

#include "alike.h"
#include "contact-hash-index.h"
#include "database-private.h"
#include "fault.h"
#include "fields.h"
#include "import-watermark.h"
#include "list.h"
#include "log.h"
#include "migrations.h"

#define CLEAR_ROWS 20000 /* chosen */

/* field(blob, name): the value of a contact's field, or NULL */
static void
field_cb (sqlite3_context *context, int n, sqlite3_value **values)
{
  const void *blob = sqlite3_value_blob (values[0]);
  const char *name = (const char *) sqlite3_value_text (values[1]);
  Slice value;

  if (name != NULL && fields_lookup (blob, (gsize) sqlite3_value_bytes (values[0]), name, &value))
    sqlite3_result_text (context, value.data, (int) value.len, SQLITE_TRANSIENT);
}

/* fields(name, value, …): the blob with these; what is NULL or empty is left out */
static void
fields_cb (sqlite3_context *context, int n, sqlite3_value **values)
{
  g_autoptr (GByteArray) blob = g_byte_array_new ();

  for (int i = 0; i + 1 < n; i += 2) {
    const char *name = (const char *) sqlite3_value_text (values[i]), *value = (const char *) sqlite3_value_text (values[i + 1]);

    if (name != NULL && value != NULL && *value != '\0')
      fields_append (blob, (Slice){ name, strlen (name) }, (Slice){ value, strlen (value) });
  }
  sqlite3_result_blob (context, blob->len > 0 ? (const char *) blob->data : "", (int) blob->len, SQLITE_TRANSIENT);
}

static gboolean
database_open_migrate (Database *self, GError **error)
{
  gint64 version = 0;

  if (database_get_int (self, &version, error, "PRAGMA user_version", "") < 0)
    return FALSE;
  if (version > (gint64) migrations_count) {
    g_set_error (error, FAULT, FAULT_CONFIG, "the data folder was written by a newer Postrider (store version %" G_GINT64_FORMAT "); use that one", version);
    return FALSE;
  }
  for (gsize i = (gsize) version; i < migrations_count; i++) {
    g_autofree char *stamp = g_strdup_printf ("PRAGMA user_version=%" G_GSIZE_FORMAT, i + 1);

    if (!database_begin (self, error))
      return FALSE;
    if (!database_run_script (self, migrations[i], error) || !database_run_script (self, stamp, error)) {
      database_rollback (self);
      return FALSE;
    }
    if (!database_commit (self, error))
      return FALSE;
  }
  return TRUE;
}

/* An import was cut off: what it had written was seen by nobody, and goes. */
static gboolean
clear_watermark (Database *self, GError **error)
{
  int result;

  while ((result = import_watermark_clear (self, CLEAR_ROWS, error)) == 1)
    ;
  return result == 0;
}

static void
register_functions (Database *self)
{
  sqlite3_create_function (database_get_sqlite (self), "field", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, field_cb, NULL, NULL);
  sqlite3_create_function (database_get_sqlite (self), "fields", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, fields_cb, NULL, NULL);
  contact_hash_index_register_function (self);
  list_register_functions (self);
  alike_register_function (self);
}

Database *
database_open (const char *path, GError **error)
{
  g_autoptr (Database) self = database_connect (path, error);

  if (self == NULL)
    return NULL;
  register_functions (self);
  if (!database_run_script (self, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=FILE;"
                            "PRAGMA secure_delete=ON; PRAGMA trusted_schema=OFF; PRAGMA cache_size=-2048;", error) ||
      !database_open_migrate (self, error) || !clear_watermark (self, error))
    return NULL;
  database_take_log (self, log_new (self), (GDestroyNotify) log_free);
  return g_steal_pointer (&self);
}
