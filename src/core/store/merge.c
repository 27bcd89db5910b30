#include "merge-private.h"

#include "fault.h"
#include "fold.h"
#include "kill-point.h"
#include "list.h"
#include <string.h>

#define BULK_ROWS 50000      /* chosen: from here on, building an index anew beats inserting into it in random order */
#define STORE_CACHE_KIB 8192  /* what store.c sets */
#define MERGE_CACHE_KIB 65536 /* chosen: what the merge may hold in memory; no more for a larger file */

static const char tables[] =
  "CREATE TEMP TABLE staged (row INTEGER PRIMARY KEY, kind INTEGER NOT NULL, hash INTEGER NOT NULL, name_key TEXT NOT NULL, email_key TEXT,"
  "  phone TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL, fields BLOB NOT NULL);"
  /* target: contact; one above `base` is made by this import. is_multi: its address comes more than once in the file */
  "CREATE TEMP TABLE decision (row INTEGER PRIMARY KEY, target INTEGER NOT NULL, kind INTEGER NOT NULL, is_multi INTEGER NOT NULL);"
  "CREATE TEMP TABLE met (contact INTEGER PRIMARY KEY);"
  "CREATE TEMP TABLE claimed (contact INTEGER PRIMARY KEY);"
  "PRAGMA temp.cache_size=-16384;";

static gboolean
run (Merge *self, const char *sql, GError **error)
{
  if (sqlite3_exec (store_get_db (self->store), sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  g_set_error (error, FAULT, FAULT_IO, "the rows could not be set aside: %s", sqlite3_errmsg (store_get_db (self->store)));
  return FALSE;
}

Merge *
merge_new (Store *store, GError **error)
{
  g_autoptr (Merge) self = NULL;
  gint64 count = 0;

  if (store_get_int (store, &count, error, "SELECT count(*) FROM temp.sqlite_master WHERE name='staged'", "") < 0)
    return NULL;
  if (count > 0) {
    g_set_error (error, FAULT, FAULT_TEMP, "another file is being imported: wait until it is done");
    return NULL;
  }
  self = g_new0 (Merge, 1);
  self->store = store;
  self->keys = g_byte_array_new ();
  if (!run (self, tables, error))
    return NULL;
  self->insert = store_query (store, "INSERT INTO temp.staged(row,kind,hash,name_key,email_key,phone,name,email,fields) VALUES(?,?,?,?,?,?,?,?,?)", "");
  return g_steal_pointer (&self);
}

void
merge_free (Merge *self)
{
  if (self == NULL)
    return;
  store_rollback (self->store);
  run (self, "DROP TABLE IF EXISTS temp.staged; DROP TABLE IF EXISTS temp.decision; DROP TABLE IF EXISTS temp.met; DROP TABLE IF EXISTS temp.claimed;", NULL);
  g_byte_array_unref (self->keys);
  g_free (self);
}

gboolean
merge_open_batch (Merge *self, GError **error)
{
  return store_run (self->store, error, "BEGIN", ""); /* deferred: the main file is not touched */
}

gboolean
merge_close_batch (Merge *self, GError **error)
{
  return store_commit (self->store, error);
}

/* FNV-1a: only brings rows together; keys decide. */
static gint64
hash_key (const char *key)
{
  guint64 hash = 0xcbf29ce484222325u;

  for (; *key != '\0'; key++)
    hash = (hash ^ (guint8) *key) * 0x100000001b3u;
  return (gint64) hash;
}

static void
bind_slice (sqlite3_stmt *statement, int index, Slice text)
{
  sqlite3_bind_text (statement, index, text.len > 0 ? text.data : "", (int) text.len, SQLITE_STATIC);
}

gboolean
merge_add (Merge *self, const MergeRow *row, GError **error)
{
  MergeKind kind = row->email.len > 0 ? MERGE_BY_EMAIL : MERGE_BY_PHONE;
  sqlite3_stmt *insert = self->insert;
  const char *name_key, *key;
  guint key_at;

  g_byte_array_set_size (self->keys, 0);
  fold_name_append (self->keys, row->name.data, row->name.len);
  key_at = self->keys->len;
  if (kind == MERGE_BY_EMAIL) {
    fold_address_append (self->keys, row->email.data, row->email.len);
  } else {
    g_byte_array_append (self->keys, (const guint8 *) row->phone.data, (guint) row->phone.len);
    g_byte_array_append (self->keys, (const guint8 *) "", 1);
  }
  name_key = (const char *) self->keys->data;
  key = (const char *) self->keys->data + key_at;

  self->rows++;
  self->kind_rows[kind]++;
  sqlite3_bind_int64 (insert, 1, self->rows);
  sqlite3_bind_int64 (insert, 2, kind);
  sqlite3_bind_int64 (insert, 3, hash_key (key));
  sqlite3_bind_text (insert, 4, name_key, (int) key_at - 1, SQLITE_STATIC);
  if (kind == MERGE_BY_EMAIL)
    sqlite3_bind_text (insert, 5, key, (int) (self->keys->len - key_at) - 1, SQLITE_STATIC);
  else
    sqlite3_bind_null (insert, 5);
  bind_slice (insert, 6, row->phone);
  bind_slice (insert, 7, row->name);
  bind_slice (insert, 8, row->email);
  sqlite3_bind_blob64 (insert, 9, row->fields != NULL ? row->fields : "", row->fields_len, SQLITE_STATIC);
  return store_step (self->store, insert, error) == 0;
}

/* --- the transaction --- */

static gboolean
look_around (Merge *self, GError **error)
{
  gint64 is_there = 0;

  /* never an id that a snapshot of someone removed still names */
  if (store_get_int (self->store, &self->base, error,
                     "SELECT max(coalesce((SELECT max(id) FROM contact),0), coalesce((SELECT max(contact) FROM snapshot),0))", "") < 0 ||
      store_get_int (self->store, &is_there, error, "SELECT EXISTS (SELECT 1 FROM contact)", "") < 0)
    return FALSE;
  self->has_people = is_there != 0;
  if (store_get_int (self->store, &is_there, error, "SELECT EXISTS (SELECT 1 FROM contact WHERE name_key='')", "") < 0)
    return FALSE;
  self->has_nameless = is_there != 0;
  if (store_get_int (self->store, &is_there, error, "SELECT EXISTS (SELECT 1 FROM contact WHERE email_key IS NULL)", "") < 0)
    return FALSE;
  self->has_phone_only = is_there != 0;
  return TRUE;
}

/* The indexes of contact as the migrations made them: names and SQL. */
static GPtrArray *
list_indexes (Merge *self, GError **error)
{
  g_autoptr (GPtrArray) indexes = g_ptr_array_new_with_free_func (g_free);
  sqlite3_stmt *rows = store_query (self->store, "SELECT name,sql FROM main.sqlite_master WHERE type='index' AND tbl_name='contact' AND sql IS NOT NULL", "");
  int result;

  while ((result = store_step (self->store, rows, error)) == 1) {
    g_ptr_array_add (indexes, g_strdup (store_text (rows, 0)));
    g_ptr_array_add (indexes, g_strdup (store_text (rows, 1)));
  }
  return result == 0 ? g_steal_pointer (&indexes) : NULL;
}

static gboolean
drop_indexes (Merge *self, GPtrArray *indexes, GError **error)
{
  for (guint i = 0; i < indexes->len; i += 2) {
    g_autofree char *sql = g_strdup_printf ("DROP INDEX main.%s", (char *) g_ptr_array_index (indexes, i));

    if (!run (self, sql, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
make_indexes (Merge *self, GPtrArray *indexes, GError **error)
{
  for (guint i = 1; i < indexes->len; i += 2)
    if (!run (self, g_ptr_array_index (indexes, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
insert_created (Merge *self, MergeKind kind, GError **error)
{
  g_autoptr (GPtrArray) indexes = NULL;
  gint64 known = 0, now = store_now_utc (), created;

  if (store_get_int (self->store, &known, error, "SELECT count(*) FROM temp.decision WHERE kind=? AND target<>row+?", "ii", (gint64) kind, self->base) < 0)
    return FALSE;
  created = self->kind_rows[kind] - known;
  if (created > BULK_ROWS && created > self->base / 4) {
    indexes = list_indexes (self, error);
    if (indexes == NULL || !drop_indexes (self, indexes, error))
      return FALSE;
  }
  if (!store_run (self->store, error,
                  "INSERT INTO contact(id,name,name_key,email,email_key,phone,fields,created_utc,changed_utc)"
                  " SELECT ?1+s.row,s.name,s.name_key,s.email,s.email_key,s.phone,s.fields,?2,?2"
                  " FROM temp.staged s LEFT JOIN temp.decision d ON d.row=s.row WHERE s.kind=?3 AND (d.row IS NULL OR d.target=?1+s.row)",
                  "iii", self->base, now, (gint64) kind))
    return FALSE;
  self->counts.created += (guint64) created;
  return indexes == NULL || make_indexes (self, indexes, error);
}

static gboolean
add_members (Merge *self, gint64 list, const MergeTarget *target, GError **error)
{
  if (!store_run (self->store, error,
                  "INSERT OR IGNORE INTO member(list,contact) SELECT ?1,coalesce(d.target,?2+s.row)"
                  " FROM temp.staged s LEFT JOIN temp.decision d ON d.row=s.row ORDER BY s.row", "ii", list, self->base))
    return FALSE;
  if (!list_add_fields (self->store, list, target->fields, error))
    return FALSE;
  return target->consent[0] == '\0' ||
         store_run (self->store, error,
                    "INSERT OR IGNORE INTO consent(contact,source,time_utc) SELECT coalesce(d.target,?1+s.row),?2,?3"
                    " FROM temp.staged s LEFT JOIN temp.decision d ON d.row=s.row ORDER BY s.row", "isi", self->base, target->consent, store_now_utc ());
}

static gboolean
merge_kind (Merge *self, MergeKind kind, GError **error)
{
  return self->kind_rows[kind] == 0 ||
         (merge_match (self, kind, error) && insert_created (self, kind, error) && merge_apply_multi (self, kind, error));
}

/* Who was met by a row with an address: a row with a number alone, which follows, may fill that person's gaps only. */
static gboolean
remember_met (Merge *self, GError **error)
{
  return self->kind_rows[MERGE_BY_PHONE] == 0 ||
         store_run (self->store, error, "INSERT OR IGNORE INTO temp.met SELECT target FROM temp.decision WHERE kind=? AND target<=?", "ii",
                    (gint64) MERGE_BY_EMAIL, self->base);
}

static gboolean
merge_all (Merge *self, const MergeTarget *target, GError **error)
{
  gint64 list;
  g_autofree char *detail = NULL;

  if (!look_around (self, error) || !list_ensure (self->store, target->list, &list, error) || !merge_kind (self, MERGE_BY_EMAIL, error) ||
      !remember_met (self, error) || !merge_kind (self, MERGE_BY_PHONE, error) || !add_members (self, list, target, error))
    return FALSE;
  detail = g_strdup_printf ("list %s: %" G_GINT64_FORMAT " rows: %" G_GUINT64_FORMAT " new, %" G_GUINT64_FORMAT " updated, %" G_GUINT64_FORMAT
                            " merged, %" G_GUINT64_FORMAT " unchanged", target->list, self->rows, self->counts.created, self->counts.updated,
                            self->counts.merged, self->counts.unchanged);
  return store_audit (self->store, "import", detail, error);
}

static void
set_cache (Merge *self, int kib)
{
  g_autofree char *sql = g_strdup_printf ("PRAGMA main.cache_size=-%d; PRAGMA temp.cache_size=-%d; PRAGMA shrink_memory", kib, kib);

  run (self, sql, NULL);
}

gboolean
merge_commit (Merge *self, const MergeTarget *target, MergeCounts *out_counts, GError **error)
{
  gboolean is_stored = FALSE;

  set_cache (self, MERGE_CACHE_KIB);
  if (store_begin (self->store, error)) {
    if (!merge_all (self, target, error))
      store_rollback (self->store);
    else if (target->is_dry_run)
      store_rollback (self->store), is_stored = TRUE;
    else {
      KILL_POINT ("core-import-merged");
      is_stored = store_commit (self->store, error);
    }
  }
  set_cache (self, STORE_CACHE_KIB);
  if (self->rows > BULK_ROWS) /* the log would stay as large as the import */
    run (self, "PRAGMA wal_checkpoint(TRUNCATE)", NULL);
  if (is_stored)
    *out_counts = self->counts;
  return is_stored;
}
