#include "store-private.h"

#include "fault.h"
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

struct Store {
  sqlite3    *db;
  gboolean    is_importing;
  GHashTable *statements; /* SQL text (owned) -> sqlite3_stmt */
  GHashTable *literals;   /* where an SQL text stood when it was asked for -> the same: most are literals, and always stand there */
  Log        *log;
  GDestroyNotify free_log;
  guint8      hash_key[STORE_HASH_KEY_LEN];
  gboolean    has_hash_key, is_lazy, was_left_open;
};

/* The system's own word tells a broken disk from a want of descriptors. Returns: (transfer full) a sentence's end. */
static char *
describe_world (Store *self, int code)
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
store_fail (Store *self, const char *doing, GError **error)
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
store_run_script (Store *self, const char *sql, GError **error)
{
  return sqlite3_exec (self->db, sql, NULL, NULL, NULL) == SQLITE_OK || store_fail (self, "the store could not be set up", error);
}

Store *
store_connect (const char *path, GError **error)
{
  g_autoptr (Store) self = g_new0 (Store, 1);
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
store_close (Store *self)
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
store_get_db (Store *self)
{
  return self->db;
}

void
store_set_importing (Store *self, gboolean is_importing)
{
  self->is_importing = is_importing;
}

gboolean
store_is_importing (Store *self)
{
  return self->is_importing;
}

void
store_take_log (Store *self, Log *log, GDestroyNotify free_log)
{
  self->log = log;
  self->free_log = free_log;
}

Log *
store_get_log (Store *self)
{
  return self->log;
}

gboolean
store_was_left_open (Store *self)
{
  return self->was_left_open;
}

guint64
store_get_room (Store *self)
{
  const char *path = sqlite3_db_filename (self->db, "main");
  struct statvfs space;

  if (path == NULL || path[0] == '\0' || statvfs (path, &space) != 0)
    return G_MAXUINT64;
  return (guint64) space.f_bavail * space.f_frsize;
}

/* Made by a migration, never changed. */
const guint8 *
store_get_hash_key (Store *self)
{
  if (!self->has_hash_key) {
    g_autofree char *hex = store_get_meta (self, "hash_key");

    for (gsize i = 0; i < STORE_HASH_KEY_LEN && hex != NULL && strlen (hex) == 2 * STORE_HASH_KEY_LEN; i++)
      self->hash_key[i] = (guint8) (g_ascii_xdigit_value (hex[2 * i]) << 4 | g_ascii_xdigit_value (hex[2 * i + 1]));
    self->has_hash_key = hex != NULL;
  }
  return self->hash_key;
}

static sqlite3_stmt *
find_statement (Store *self, const char *sql)
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
  if (sqlite3_prepare_v3 (self->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
    g_error ("bad SQL: %s: %s", sqlite3_errmsg (self->db), sql);
  g_hash_table_insert (self->statements, g_strdup (sql), statement);
  return statement;
}

static sqlite3_stmt *
query_valist (Store *self, const char *sql, const char *types, va_list values)
{
  sqlite3_stmt *statement = find_statement (self, sql);

  for (int i = 1; *types != '\0'; types++, i++) {
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
store_query (Store *self, const char *sql, const char *types, ...)
{
  va_list values;
  sqlite3_stmt *statement;

  va_start (values, types);
  statement = query_valist (self, sql, types, values);
  va_end (values);
  return statement;
}

int
store_step (Store *self, sqlite3_stmt *statement, GError **error)
{
  int result = sqlite3_step (statement);

  if (result == SQLITE_ROW)
    return 1;
  if (result != SQLITE_DONE)
    store_fail (self, "the store could not be read or written", error);
  sqlite3_reset (statement);
  return result == SQLITE_DONE ? 0 : -1;
}

static gboolean
step_to_end (Store *self, sqlite3_stmt *statement, GError **error)
{
  int result;

  while ((result = store_step (self, statement, error)) == 1)
    ;
  return result == 0;
}

gboolean
store_run (Store *self, GError **error, const char *sql, const char *types, ...)
{
  va_list values;
  sqlite3_stmt *statement;

  va_start (values, types);
  statement = query_valist (self, sql, types, values);
  va_end (values);
  return step_to_end (self, statement, error);
}

int
store_get_int (Store *self, gint64 *out_value, GError **error, const char *sql, const char *types, ...)
{
  va_list values;
  sqlite3_stmt *statement;
  int result;

  va_start (values, types);
  statement = query_valist (self, sql, types, values);
  va_end (values);
  result = store_step (self, statement, error);
  if (result == 1) {
    *out_value = sqlite3_column_int64 (statement, 0);
    sqlite3_reset (statement);
  }
  return result;
}

static void
end_lazy (Store *self)
{
  if (self->is_lazy)
    sqlite3_exec (self->db, "PRAGMA synchronous=FULL", NULL, NULL, NULL);
  self->is_lazy = FALSE;
}

gboolean
store_begin (Store *self, GError **error)
{
  return store_run (self, error, "BEGIN IMMEDIATE", "");
}

gboolean
store_begin_lazily (Store *self, GError **error)
{
  if (!store_run_script (self, "PRAGMA synchronous=NORMAL", error))
    return FALSE;
  self->is_lazy = TRUE;
  if (store_begin (self, error))
    return TRUE;
  end_lazy (self);
  return FALSE;
}

gboolean
store_commit (Store *self, GError **error)
{
  if (!store_run (self, error, "COMMIT", "")) {
    store_rollback (self);
    return FALSE;
  }
  end_lazy (self);
  return TRUE;
}

void
store_rollback (Store *self)
{
  if (!sqlite3_get_autocommit (self->db))
    store_run (self, NULL, "ROLLBACK", "");
  end_lazy (self);
}

const char *
store_text (sqlite3_stmt *statement, int column)
{
  const char *text = (const char *) sqlite3_column_text (statement, column);

  return text != NULL ? text : "";
}

gint64
store_int (sqlite3_stmt *statement, int column)
{
  return sqlite3_column_int64 (statement, column);
}

char *
store_get_meta (Store *self, const char *key)
{
  sqlite3_stmt *row = store_query (self, "SELECT value FROM meta WHERE key=?", "s", key);
  char *value = NULL;

  if (store_step (self, row, NULL) == 1) {
    value = g_strdup (store_text (row, 0));
    sqlite3_reset (row);
  }
  return value;
}

gboolean
store_set_meta (Store *self, const char *key, const char *value, GError **error)
{
  return store_run (self, error, "INSERT INTO meta(key,value) VALUES(?,?) ON CONFLICT(key) DO UPDATE SET value=excluded.value", "ss", key, value);
}

gboolean
store_audit (Store *self, const char *what, const char *detail, GError **error)
{
  return store_run (self, error, "INSERT INTO audit(time_utc,what,detail) VALUES(?,?,?)", "iss", store_now_utc (), what, detail);
}

/* tests/faults: a clock that is set, and a machine that slept, as core sees them: the wall clock jumps and the monotonic one does not. */
static gint64
get_clock_offset_s (void)
{
  gint64 offset_s = 0;
#ifdef POSTRIDER_KILL_POINTS
  g_autofree char *text = NULL;

  if (g_getenv ("POSTRIDER_CLOCK") != NULL && g_file_get_contents (g_getenv ("POSTRIDER_CLOCK"), &text, NULL, NULL))
    offset_s = g_ascii_strtoll (text, NULL, 10);
#endif
  return offset_s;
}

gint64
store_now_utc (void)
{
  return g_get_real_time () / G_USEC_PER_SEC + get_clock_offset_s ();
}
