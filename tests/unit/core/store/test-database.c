/* The file itself: who may read it, what survives, what is said when it cannot be used. */
#include "database-open.h"
#include "database.h"

#include "fault.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
  char *folder, *path;
} Fixture;

static void
set_up (Fixture *self, gconstpointer unused)
{
  self->folder = g_dir_make_tmp ("store-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "store.db", NULL);
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);

  for (const char *name; (name = g_dir_read_name (dir)) != NULL;) {
    g_autofree char *file = g_build_filename (self->folder, name, NULL);

    g_unlink (file);
  }
  g_rmdir (self->folder);
  g_free (self->folder);
  g_free (self->path);
}

static Database *
open_store (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  Database *database = database_open (self->path, &error);

  g_assert_no_error (error);
  return database;
}

static gint64
get_int (Database *database, const char *sql)
{
  gint64 value = -1;

  g_assert_cmpint (database_get_int (database, &value, NULL, sql, ""), ==, 1);
  return value;
}

static void
assert_pragma (Database *database, const char *name, gint64 value)
{
  g_autofree char *sql = g_strdup_printf ("PRAGMA %s", name);

  g_assert_cmpint (get_int (database, sql), ==, value);
}

/* sqlite.org/pragma.html: synchronous 2 is FULL, 1 NORMAL; with WAL only FULL keeps what was committed when the power goes. */
static void
test_durable (Fixture *self, gconstpointer unused)
{
  g_autoptr (Database) database = open_store (self);

  assert_pragma (database, "synchronous", 2);
  assert_pragma (database, "foreign_keys", 1);
  assert_pragma (database, "secure_delete", 1);
  assert_pragma (database, "trusted_schema", 0);
  g_assert_cmpint (get_int (database, "SELECT journal_mode='wal' FROM pragma_journal_mode"), ==, 1);
  for (guint i = 0; i < 2; i++) {
    g_assert_true (database_begin_lazily (database, NULL));
    assert_pragma (database, "synchronous", 1);
    if (i == 0)
      g_assert_true (database_commit (database, NULL));
    else
      database_rollback (database);
    assert_pragma (database, "synchronous", 2); /* what comes next is a ledger's */
  }
}

static void
test_private (Fixture *self, gconstpointer unused)
{
  static const char *const ends[] = { "", "-wal", "-shm" };
  g_autoptr (Database) database = open_store (self);

  g_assert_true (database_set_meta (database, "a", "b", NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++) {
    g_autofree char *path = g_strconcat (self->path, ends[i], NULL);
    GStatBuf status;

    g_assert_cmpint (g_stat (path, &status), ==, 0);
    g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
  }
}

/* A newer program's: left as it is. */
static void
test_newer (Fixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  sqlite3 *db = NULL;
  Database *database = open_store (self);

  g_assert_true (database_run (database, NULL, "PRAGMA user_version=999", ""));
  database_close (database);
  g_assert_null (database_open (self->path, &error));
  g_assert_error (error, FAULT, FAULT_CONFIG);
  g_assert_nonnull (strstr (error->message, "newer"));
  g_assert_cmpint (sqlite3_open (self->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "UPDATE meta SET value=value", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

static void
test_damaged (Fixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *noise = g_strnfill (8192, 'x'), *left = NULL;

  g_assert_true (g_file_set_contents (self->path, noise, 8192, NULL));
  g_assert_null (database_open (self->path, &error));
  g_assert_error (error, FAULT, FAULT_DATA);
  g_assert_nonnull (strstr (error->message, self->path));
  g_assert_true (g_file_get_contents (self->path, &left, NULL, NULL));
  g_assert_cmpstr (left, ==, noise);
}

/* Nothing of a transaction stays that could not be ended, and the words say what to do. */
static void
test_full (Fixture *self, gconstpointer unused)
{
  g_autoptr (Database) database = open_store (self);
  g_autoptr (GError) error = NULL;
  g_autofree char *much = g_strnfill (1 << 20, 'x');

  g_assert_true (database_run (database, NULL, "PRAGMA max_page_count=1", "")); /* as many as there are: SQLite takes no fewer */
  g_assert_true (database_begin (database, NULL));
  g_assert_true (database_set_meta (database, "small", "1", NULL));
  g_assert_false (database_set_meta (database, "much", much, &error));
  g_assert_error (error, FAULT, FAULT_IO);
  g_assert_nonnull (strstr (error->message, "make room"));
  database_rollback (database);
  g_assert_cmpint (get_int (database, "SELECT count(*) FROM meta WHERE key IN ('small','much')"), ==, 0);
}

/* What cannot be committed is gone, and the next transaction is one of its own. */
static void
test_commit_fails (Fixture *self, gconstpointer unused)
{
  g_autoptr (Database) database = open_store (self);
  g_autoptr (GError) error = NULL;

  g_assert_true (database_begin_lazily (database, NULL));
  g_assert_true (database_run (database, NULL, "PRAGMA defer_foreign_keys=ON", ""));
  g_assert_true (database_run (database, NULL, "INSERT INTO list_field(list,name,position) VALUES(99,'x',1)", "")); /* of no list */
  g_assert_false (database_commit (database, &error));
  g_assert_nonnull (error);
  assert_pragma (database, "synchronous", 2);
  g_assert_cmpint (get_int (database, "SELECT count(*) FROM list_field"), ==, 0);
  g_assert_true (database_begin (database, NULL));
  g_assert_true (database_set_meta (database, "a", "b", NULL));
  g_assert_true (database_commit (database, NULL));
}

/* The log of a core that was killed is there at the next start; after a clean end it is not. */
static void
test_left_open (Fixture *self, gconstpointer unused)
{
  g_autofree char *wal = g_strconcat (self->path, "-wal", NULL), *bytes = NULL;
  gsize len = 0;
  Database *database = open_store (self);

  g_assert_false (database_was_left_open (database));
  g_assert_true (database_set_meta (database, "a", "kept", NULL));
  g_assert_true (g_file_get_contents (wal, &bytes, &len, NULL));
  g_assert_cmpuint (len, >, 0);
  database_close (database);
  database = open_store (self);
  g_assert_false (database_was_left_open (database));
  database_close (database);
  g_assert_true (g_file_set_contents (wal, bytes, (gssize) len, NULL)); /* as a kill leaves it */
  database = open_store (self);
  g_assert_true (database_was_left_open (database));
  database_close (database);
}

/* Hashes of addresses in the index say nothing to who has another store: each has a key of its own, and keeps it. */
static void
test_hash_key (Fixture *self, gconstpointer unused)
{
  guint8 first[DATABASE_HASH_KEY_LEN], zero[DATABASE_HASH_KEY_LEN] = { 0 };
  g_autoptr (Database) database = open_store (self), other = database_open (":memory:", NULL);

  memcpy (first, database_get_hash_key (database), sizeof first);
  g_assert_cmpint (memcmp (first, zero, sizeof zero), !=, 0);
  g_assert_cmpint (memcmp (first, database_get_hash_key (other), sizeof first), !=, 0);
  g_clear_pointer (&database, database_close);
  database = open_store (self);
  g_assert_cmpmem (database_get_hash_key (database), DATABASE_HASH_KEY_LEN, first, sizeof first);
}

/* One text in two places, and two texts in one place, one after the other: each is the statement that it says. */
static void
test_statements (Fixture *self, gconstpointer unused)
{
  g_autoptr (Database) database = open_store (self);
  char sql[] = "SELECT 1", same[] = "SELECT 1";

  for (guint i = 0; i < 2; i++) {
    g_assert_cmpint (get_int (database, sql), ==, 1);
    g_assert_cmpint (get_int (database, same), ==, 1);
  }
  sql[7] = '2';
  g_assert_cmpint (get_int (database, sql), ==, 2);
  sql[7] = '1';
  g_assert_cmpint (get_int (database, sql), ==, 1);
  g_assert_cmpint (get_int (database, same), ==, 1);
}

/* Another program leaves a schema that contradicts itself: what is asked next says that the store is damaged, and nothing aborts. */
static void
test_torn_schema (Fixture *self, gconstpointer unused)
{
  g_autoptr (Database) database = open_store (self);
  g_autoptr (GError) error = NULL;
  gint64 value = 0;
  sqlite3 *other = NULL;

  g_assert_cmpint (sqlite3_open (self->path, &other), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (other, "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql='CREATE TABLE' WHERE name='audit'; PRAGMA schema_version=999", NULL, NULL, NULL), ==,
                   SQLITE_OK);
  sqlite3_close (other);
  g_assert_cmpint (database_get_int (database, &value, &error, "SELECT 7 FROM meta", ""), ==, -1);
  g_assert_error (error, FAULT, FAULT_DATA);
  g_assert_nonnull (strstr (error->message, "is damaged"));
  g_clear_error (&error);
  g_assert_false (database_run (database, &error, "INSERT INTO meta(key,value) VALUES(?,?)", "ss", "a", "b"));
  g_assert_error (error, FAULT, FAULT_DATA);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/core/store/database/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("durable", test_durable);
  ADD ("private", test_private);
  ADD ("newer", test_newer);
  ADD ("damaged", test_damaged);
  ADD ("full", test_full);
  ADD ("commit-fails", test_commit_fails);
  ADD ("left-open", test_left_open);
  ADD ("hash-key", test_hash_key);
  ADD ("statements", test_statements);
  ADD ("torn-schema", test_torn_schema);
  return g_test_run ();
}
