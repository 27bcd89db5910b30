#include "database-private.h"

#include "clock.h"
#include "fault.h"
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

struct Database {
  sqlite3    *db;
  gboolean    is_importing;
  GHashTable *statements; /* SQL text (owned) -> sqlite3_stmt */
  GHashTable *literals;   /* where an SQL text stood when it was asked for -> the same: most are literals, and always stand there */
  Log        *log;
  GDestroyNotify free_log;
  guint8      hash_key[DATABASE_HASH_KEY_LEN];
  gboolean    has_hash_key, is_lazy, was_left_open;
};

/* The system's own word tells a broken disk from a want of descriptors. Returns: (transfer full) a sentence's end. */
static char *
describe_world (Database *self, int code)
{
  int number = sqlite3_system_errno (self->db);
  const char *system = number != 0 ? g_strerror (number) : sqlite3_errmsg (self->db);

  switch (code) {
  case SQLITE_FULL: return g_strdup ("the disk is full: make room and try again");
  case SQLITE_READONLY: /* SQLite tries to read where it cannot open for writing: both mean the same, and errno is of its last try */
  case SQLITE_CANTOPEN: return g_strdup ("the data folder cannot be written: look at its rights, and whether too many files are open");
  case SQLITE_IOERR: return g_strdup_printf ("the disk could not be read or written (%s): look at it, then try again", system);
  case SQLITE_NOMEM: return g_strdup ("there is no memory left: end other programs and try again");
  default: return g_strdup (sqlite3_errmsg (self->db));
  }
}

static gboolean
database_fail (Database *self, const char *doing, GError **error)
{
  int code = sqlite3_errcode (self->db);
  g_autofree char *advice = describe_world (self, code);

  if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT || code == SQLITE_CONSTRAINT) { /* rows that may be there already are asked for before: the store's pages contradict each other */
    g_set_error (error, FAULT, FAULT_DATA, "the store %s is damaged (%s): put back a copy of it, or move it away to begin anew",
                 sqlite3_db_filename (self->db, "main"), advice);
    return FALSE;
  }
  if (code == SQLITE_AUTH) { /* is_suppressed(): the vault is locked */
    g_set_error_literal (error, FAULT, FAULT_NO_PERM, advice);
    return FALSE;
  }
  g_set_error (error, FAULT, code == SQLITE_READONLY || code == SQLITE_CANTOPEN ? FAULT_CANT_CREATE : FAULT_IO, "%s: %s", doing, advice);
  return FALSE;
}

gboolean
database_run_script (Database *self, const char *sql, GError **error)
{
  return sqlite3_exec (self->db, sql, NULL, NULL, NULL) == SQLITE_OK || database_fail (self, "the store could not be set up", error);
}

Database *
database_connect (const char *path, GError **error)
{
  g_autoptr (Database) self = g_new0 (Database, 1);
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  mode_t mask = umask (077);
  struct stat status;
  int result;

  self->was_left_open = stat (wal, &status) == 0 && status.st_size > 0;
  sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0); /* a lock for each allocation; refused, without harm, once SQLite is in use */
  result = sqlite3_open_v2 (path, &self->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);

  umask (mask);
  self->statements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->literals = g_hash_table_new (NULL, NULL);
  if (result != SQLITE_OK) {
    g_set_error (error, FAULT, FAULT_CANT_CREATE, "the store %s cannot be opened: %s", path, sqlite3_errmsg (self->db));
    return NULL;
  }
  sqlite3_busy_timeout (self->db, 5000);
  return g_steal_pointer (&self);
}

void
database_close (Database *self)
{
  GHashTableIter iter;
  gpointer statement;

  if (self == NULL)
    return;
  if (self->log != NULL)
    self->free_log (self->log);
  g_hash_table_iter_init (&iter, self->statements);
  while (g_hash_table_iter_next (&iter, NULL, &statement))
    sqlite3_finalize (statement);
  g_hash_table_unref (self->literals);
  g_hash_table_unref (self->statements);
  sqlite3_close (self->db);
  g_free (self);
}

sqlite3 *
database_get_sqlite (Database *self)
{
  return self->db;
}

void
database_set_importing (Database *self, gboolean is_importing)
{
  self->is_importing = is_importing;
}

gboolean
database_is_importing (Database *self)
{
  return self->is_importing;
}

void
database_take_log (Database *self, Log *log, GDestroyNotify free_log)
{
  self->log = log;
  self->free_log = free_log;
}

Log *
database_get_log (Database *self)
{
  return self->log;
}

gboolean
database_was_left_open (Database *self)
{
  return self->was_left_open;
}

guint64
database_get_room (Database *self)
{
  const char *path = sqlite3_db_filename (self->db, "main");
  struct statvfs space;

  if (path == NULL || path[0] == '\0' || statvfs (path, &space) != 0)
    return G_MAXUINT64;
  return (guint64) space.f_bavail * space.f_frsize;
}

/* Made by a migration, never changed. */
const guint8 *
database_get_hash_key (Database *self)
{
  if (!self->has_hash_key) {
    g_autofree char *hex = database_get_meta (self, "hash_key");

    for (gsize i = 0; i < DATABASE_HASH_KEY_LEN && hex != NULL && strlen (hex) == 2 * DATABASE_HASH_KEY_LEN; i++)
      self->hash_key[i] = (guint8) (g_ascii_xdigit_value (hex[2 * i]) << 4 | g_ascii_xdigit_value (hex[2 * i + 1]));
    self->has_hash_key = hex != NULL;
  }
  return self->hash_key;
}

/* What cannot be prepared because the file is damaged or cannot be read is NULL, which binds nothing, and whose step fails with the file's own fault. */
sqlite3_stmt *
database_prepare (Database *self, const char *sql)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v3 (self->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) == SQLITE_ERROR)
    g_error ("bad SQL: %s: %s", sqlite3_errmsg (self->db), sql);
  return statement;
}

static sqlite3_stmt *
find_statement (Database *self, const char *sql)
{
  sqlite3_stmt *statement = g_hash_table_lookup (self->literals, sql);

  if (statement == NULL || strcmp (sqlite3_sql (statement), sql) != 0) { /* another text may stand there by now */
    statement = g_hash_table_lookup (self->statements, sql);
    if (statement != NULL)
      g_hash_table_insert (self->literals, (gpointer) sql, statement);
  }
  if (statement != NULL) {
    sqlite3_reset (statement);
    return statement;
  }
  statement = database_prepare (self, sql);
  if (statement != NULL)
    g_hash_table_insert (self->statements, g_strdup (sql), statement);
  return statement;
}

static sqlite3_stmt *
query_valist (Database *self, const char *sql, const char *types, va_list values)
{
  sqlite3_stmt *statement = find_statement (self, sql);

  for (int i = 1; *types != '\0' && statement != NULL; types++, i++) {
    if (*types == 'i') {
      sqlite3_bind_int64 (statement, i, va_arg (values, gint64));
    } else if (*types == 'd') {
      sqlite3_bind_double (statement, i, va_arg (values, double));
    } else if (*types == 's') {
      sqlite3_bind_text (statement, i, va_arg (values, const char *), -1, SQLITE_STATIC);
    } else {
      const void *blob = va_arg (values, const void *);
      gsize len = va_arg (values, gsize);

      sqlite3_bind_blob64 (statement, i, blob != NULL ? blob : "", len, SQLITE_STATIC);
    }
  }
  return statement;
}

sqlite3_stmt *
database_query (Database *self, const char *sql, const char *types, ...)
{
  va_list values;
  sqlite3_stmt *statement;

  va_start (values, types);
  statement = query_valist (self, sql, types, values);
  va_end (values);
  return statement;
}

int
database_step (Database *self, sqlite3_stmt *statement, GError **error)
{
  int result = sqlite3_step (statement);

  if (result == SQLITE_ROW)
    return 1;
  if (result != SQLITE_DONE)
    database_fail (self, "the store could not be read or written", error);
  sqlite3_reset (statement);
  return result == SQLITE_DONE ? 0 : -1;
}

static gboolean
step_to_end (Database *self, sqlite3_stmt *statement, GError **error)
{
  int result;

  while ((result = database_step (self, statement, error)) == 1)
    ;
  return result == 0;
}

gboolean
database_run (Database *self, GError **error, const char *sql, const char *types, ...)
{
  va_list values;
  sqlite3_stmt *statement;

  va_start (values, types);
  statement = query_valist (self, sql, types, values);
  va_end (values);
  return step_to_end (self, statement, error);
}

int
database_get_int (Database *self, gint64 *out_value, GError **error, const char *sql, const char *types, ...)
{
  va_list values;
  sqlite3_stmt *statement;
  int result;

  va_start (values, types);
  statement = query_valist (self, sql, types, values);
  va_end (values);
  result = database_step (self, statement, error);
  if (result == 1) {
    *out_value = sqlite3_column_int64 (statement, 0);
    sqlite3_reset (statement);
  }
  return result;
}

static void
end_lazy (Database *self)
{
  if (self->is_lazy)
    sqlite3_exec (self->db, "PRAGMA synchronous=FULL", NULL, NULL, NULL);
  self->is_lazy = FALSE;
}

gboolean
database_begin (Database *self, GError **error)
{
  return database_run (self, error, "BEGIN IMMEDIATE", "");
}

gboolean
database_begin_lazily (Database *self, GError **error)
{
  if (!database_run_script (self, "PRAGMA synchronous=NORMAL", error))
    return FALSE;
  self->is_lazy = TRUE;
  if (database_begin (self, error))
    return TRUE;
  end_lazy (self);
  return FALSE;
}

gboolean
database_commit (Database *self, GError **error)
{
  if (!database_run (self, error, "COMMIT", "")) {
    database_rollback (self);
    return FALSE;
  }
  end_lazy (self);
  return TRUE;
}

void
database_rollback (Database *self)
{
  if (!sqlite3_get_autocommit (self->db))
    database_run (self, NULL, "ROLLBACK", "");
  end_lazy (self);
}

const char *
database_text (sqlite3_stmt *statement, int column)
{
  const char *text = (const char *) sqlite3_column_text (statement, column);

  return text != NULL ? text : "";
}

gint64
database_int (sqlite3_stmt *statement, int column)
{
  return sqlite3_column_int64 (statement, column);
}

char *
database_get_meta (Database *self, const char *key)
{
  sqlite3_stmt *row = database_query (self, "SELECT value FROM meta WHERE key=?", "s", key);
  char *value = NULL;

  if (database_step (self, row, NULL) == 1) {
    value = g_strdup (database_text (row, 0));
    sqlite3_reset (row);
  }
  return value;
}

gboolean
database_set_meta (Database *self, const char *key, const char *value, GError **error)
{
  return database_run (self, error, "INSERT INTO meta(key,value) VALUES(?,?) ON CONFLICT(key) DO UPDATE SET value=excluded.value", "ss", key, value);
}

gboolean
database_audit (Database *self, const char *what, const char *detail, GError **error)
{
  return database_run (self, error, "INSERT INTO audit(time_utc,what,detail) VALUES(?,?,?)", "iss", clock_now_utc (), what, detail);
}
