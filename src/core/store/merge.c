#include "clock.h"
#include "merge-private.h"

#include "address.h"
#include "contact-hash-index.h"
#include "fault.h"
#include "import-undo.h"
#include "import-watermark.h"
#include "kill-point.h"
#include "list.h"
#include "log.h"
#include "name-key.h"
#include "text.h"
#include <string.h>

#define PASS_ROWS 1000   /* chosen: that are looked at in one transaction: some milliseconds */
#define LAY_ENTRIES 4000 /* chosen: of `known` in one transaction: some milliseconds */
#define CLEAR_PEOPLE 500 /* chosen: the same */
#define FLUSH_ROWS 50000 /* chosen: some 20 MB of log */

static const char tables[] =
  "CREATE TEMP TABLE staged (row INTEGER PRIMARY KEY, kind INTEGER NOT NULL, hash INTEGER NOT NULL, name_key TEXT NOT NULL, email_key TEXT,"
  "  phone TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL, fields BLOB NOT NULL, consent TEXT NOT NULL, consent_utc INTEGER NOT NULL);"
  /* target: person; one above `base` is made by this import. is_multi: its address comes more than once in the file */
  "CREATE TEMP TABLE decision (row INTEGER PRIMARY KEY, target INTEGER NOT NULL, kind INTEGER NOT NULL, is_multi INTEGER NOT NULL);"
  "CREATE TEMP TABLE met (contact INTEGER PRIMARY KEY);"
  "CREATE TEMP TABLE claimed (contact INTEGER PRIMARY KEY);"
  "CREATE TEMP TABLE firsts (id INTEGER PRIMARY KEY, hash INTEGER NOT NULL);"
  "CREATE TEMP TABLE passed (row INTEGER PRIMARY KEY, contact INTEGER NOT NULL);"
  "PRAGMA temp.secure_delete=OFF; PRAGMA main.cache_size=-8192; PRAGMA temp.cache_size=-8192"; /* KiB; chosen: what an import may hold in memory, whatever the file's size */

static const char drops[] =
  "DROP TABLE IF EXISTS temp.staged; DROP TABLE IF EXISTS temp.decision; DROP TABLE IF EXISTS temp.met; DROP TABLE IF EXISTS temp.claimed;"
  "DROP TABLE IF EXISTS temp.firsts; DROP TABLE IF EXISTS temp.passed; PRAGMA main.cache_size=-2048; PRAGMA shrink_memory"; /* database.c's own settings again */

static gboolean
merge_run (Merge *self, const char *sql, GError **error)
{
  if (sqlite3_exec (database_get_sqlite (self->database), sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  g_set_error (error, FAULT, FAULT_IO, "the rows could not be set aside: %s", sqlite3_errmsg (database_get_sqlite (self->database)));
  return FALSE;
}

/* --- the beginning --- */

/* Older people may be those whom a row means. */
static gboolean
see_older (Merge *self, GError **error)
{
  sqlite3_stmt *rows = database_query (self->database, "SELECT hash FROM known UNION ALL SELECT key_hash(key) FROM former", "");
  int result;

  while ((result = database_step (self->database, rows, error)) == 1)
    bloom_filter_add (self->seen, database_int (rows, 0));
  return result == 0;
}

static gboolean
open_watermark (Merge *self, GError **error)
{
  int result;

  while ((result = import_watermark_clear (self->database, CLEAR_PEOPLE, error)) == 1) /* the disk did not let an earlier one go */
    ;
  if (result < 0 || !database_begin_lazily (self->database, error))
    return FALSE;
  if (!import_undo_next (self->database, &self->import, error) || !import_watermark_open (self->database, self->list_name, &self->base, &self->list, error)) {
    database_rollback (self->database);
    return FALSE;
  }
  self->is_open = database_commit (self->database, error);
  database_set_importing (self->database, self->is_open);
  return self->is_open;
}

static void
prepare_inserts (Merge *self)
{
  sqlite3 *db = database_get_sqlite (self->database);

  self->people = merge_batch_new ();
  self->staged = merge_batch_new ();
  self->entries = merge_batch_new ();
  merge_batch_register (self->people, db, "merge_people");
  merge_batch_register (self->staged, db, "merge_staged");
  merge_batch_register (self->entries, db, "merge_known");
  /* not statements of database_query(): they must not outlive the table in memory from which they read */
  self->insert_people = database_prepare (self->database, "INSERT INTO person(id,name,name_key,email,email_key,phone,fields,created_utc,changed_utc)"
                                          " SELECT ?1+\"row\",name,name_key,email,\"key\",phone,fields,?2,?2 FROM merge_people");
  self->insert_staged = database_prepare (self->database, "INSERT INTO temp.staged(row,kind,hash,name_key,email_key,phone,name,email,fields,consent,consent_utc)"
                                          " SELECT \"row\",kind,hash,name_key,CASE kind WHEN 1 THEN \"key\" END,phone,name,email,fields,consent,consent_utc FROM merge_staged");
  self->insert_known = database_prepare (self->database, "INSERT OR IGNORE INTO known(hash,contact) SELECT hash,\"row\" FROM merge_known");
  merge_register_functions (self);
  sqlite3_bind_int64 (self->insert_people, 1, self->base);
  sqlite3_bind_int64 (self->insert_people, 2, self->now_utc);
}

Merge *
merge_new (Database *database, const char *list, const char *consent, GError **error)
{
  g_autoptr (Merge) self = NULL;
  gint64 count = 0;

  if (database_get_int (database, &count, error, "SELECT count(*) FROM temp.sqlite_master WHERE name='staged'", "") < 0)
    return NULL;
  if (count > 0) {
    g_set_error (error, FAULT, FAULT_TEMP, "another file is being imported: wait until it is done");
    return NULL;
  }
  self = g_new0 (Merge, 1);
  self->database = database;
  self->list_name = g_strdup (list);
  self->consent = g_strdup (consent);
  self->keys = g_byte_array_new ();
  self->seen = bloom_filter_new ();
  self->in_file = bloom_filter_new ();
  self->twice = bloom_filter_new ();
  self->sorter = external_sort_new (database);
  self->now_utc = clock_now_utc ();
  if (!merge_run (self, tables, error) || !see_older (self, error) || !open_watermark (self, error))
    return NULL;
  log_hold (database_get_log (database));
  prepare_inserts (self);
  return g_steal_pointer (&self);
}

void
merge_set_consent (Merge *self, const char *source, gint64 utc)
{
  g_free (self->consent);
  self->consent = g_strdup (source);
  self->consent_utc = utc;
}

void
merge_free (Merge *self)
{
  if (self == NULL)
    return;
  database_rollback (self->database);
  while (merge_clear (self))
    ;
  log_fold (database_get_log (self->database));
  sqlite3_finalize (self->insert_people);
  sqlite3_finalize (self->insert_staged);
  sqlite3_finalize (self->insert_known);
  merge_batch_free (self->people);
  merge_batch_free (self->staged);
  merge_batch_free (self->entries);
  merge_unregister_functions (self);
  merge_run (self, drops, NULL);
  bloom_filter_free (self->seen);
  bloom_filter_free (self->in_file);
  bloom_filter_free (self->twice);
  external_sort_free (self->sorter);
  g_byte_array_unref (self->keys);
  g_free (self->list_name);
  g_free (self->consent);
  g_free (self);
}

gboolean
merge_clear (Merge *self)
{
  int result = 0;

  self->stage = MERGE_CLEARING;
  if (self->is_open)
    result = import_watermark_clear (self->database, CLEAR_PEOPLE, NULL);
  if (result <= 0) { /* people whom the disk does not let go now go when others are to be changed, or the store is opened again */
    self->is_open = FALSE;
    database_set_importing (self->database, FALSE);
  }
  return result > 0;
}

/* --- rows --- */

gboolean
merge_open_batch (Merge *self, GError **error)
{
  return database_begin_lazily (self->database, error);
}

typedef struct { /* by what a row is known */
  MergeKind kind;
  Slice     name_key, email_key; /* in Merge.keys */
  gint64    hash, phone_hash;
} RowKey;

static RowKey
make_key (Merge *self, const MergeRow *row)
{
  RowKey key = { row->email.len > 0 ? MERGE_BY_EMAIL : MERGE_BY_PHONE, { "", 0 }, { NULL, 0 }, 0, 0 };
  gsize email_at;

  g_byte_array_set_size (self->keys, 0);
  name_key_append (self->keys, row->name.data, row->name.len);
  email_at = self->keys->len;
  if (key.kind == MERGE_BY_EMAIL)
    address_key_append (self->keys, row->email.data, row->email.len);
  key.name_key = (Slice){ (const char *) self->keys->data, email_at - 1 };
  if (row->phone.len > 0)
    key.phone_hash = contact_key_hash (self->database, row->phone.data, row->phone.len);
  key.hash = key.phone_hash;
  if (key.kind == MERGE_BY_EMAIL) {
    key.email_key = (Slice){ (const char *) self->keys->data + email_at, self->keys->len - email_at - 1 };
    key.hash = contact_key_hash (self->database, key.email_key.data, key.email_key.len);
  }
  return key;
}

static void
add_to (Merge *self, MergeBatch *batch, const MergeRow *row, const RowKey *key)
{
  const Slice texts[MERGE_BATCH_TEXTS] = { row->name, row->email, row->phone, { row->fields, row->fields_len }, key->name_key, key->email_key,
                                        row->consent };

  self->has_consents |= row->consent.len > 0 || row->consent_utc != 0;
  merge_batch_add (batch, self->rows, key->kind, key->hash, row->consent_utc, texts);
}

static gboolean
add_fresh (Merge *self, const MergeRow *row, const RowKey *key, GError **error)
{
  gint64 id = self->base + self->rows;

  self->fresh++;
  add_to (self, self->people, row, key);
  return external_sort_add (self->sorter, (ExternalSortEntry){ key->hash, id }, error) &&
         (row->phone.len == 0 || external_sort_add (self->sorter, (ExternalSortEntry){ key->phone_hash, id }, error));
}

gboolean
merge_add (Merge *self, const MergeRow *row, GError **error)
{
  RowKey key = make_key (self, row);
  gboolean is_fresh = key.kind == MERGE_BY_EMAIL && !bloom_filter_has (self->seen, key.hash) && (row->phone.len == 0 || !bloom_filter_has (self->seen, key.phone_hash));

  self->rows++;
  if (key.kind == MERGE_BY_EMAIL) {
    bloom_filter_add (self->seen, key.hash);
    bloom_filter_add (bloom_filter_has (self->in_file, key.hash) ? self->twice : self->in_file, key.hash);
  }
  if (is_fresh)
    return add_fresh (self, row, &key, error);
  self->kind_rows[key.kind]++;
  add_to (self, self->staged, row, &key);
  return TRUE;
}

/* A row's own consent, or the import's: ?1 source, ?2 time; ?3: of the import. What names its day is believed, an older record of the same source or not. */
#define CONSENT_SOURCE "coalesce(nullif(consent,''),?1)"
#define CONSENT_TIME "coalesce(nullif(consent_utc,0),nullif(?2,0),?3)"
#define IS_DATED "(consent_utc>0 OR ?2>0)"
#define WITH_CONSENT "consent_utc>=0 AND " CONSENT_SOURCE "<>''"

static gboolean
write_consents (Merge *self, GError **error)
{
  return (self->consent[0] == '\0' && !self->has_consents) ||
         database_run (self->database, error,
                       "INSERT INTO consent(contact,source,time_utc,import) SELECT ?4+\"row\"," CONSENT_SOURCE "," CONSENT_TIME ",?5 FROM merge_people WHERE " WITH_CONSENT, "siiii",
                       self->consent, self->consent_utc, self->now_utc, self->base, self->import);
}

static gboolean
write_people (Merge *self, GError **error)
{
  gint64 before = self->base + self->written;

  return database_step (self->database, self->insert_people, error) == 0 &&
         database_run (self->database, error, "INSERT INTO membership(list,contact) SELECT ?,id FROM person WHERE id>?", "ii", self->list, before) &&
         write_consents (self, error);
}

gboolean
merge_close_batch (Merge *self, GError **error)
{
  guint64 size = merge_batch_get_size (self->people) + merge_batch_get_size (self->staged);
  gboolean is_written = import_watermark_check_room (self->database, self->bytes, size, error) && write_people (self, error) &&
                        database_step (self->database, self->insert_staged, error) == 0;

  self->bytes += size;
  self->written = self->rows;
  merge_batch_clear (self->people);
  merge_batch_clear (self->staged);
  if (is_written && self->rows - self->flushed >= FLUSH_ROWS) {
    self->flushed = self->rows;
    log_flush (database_get_log (self->database));
  }
  if (is_written)
    return database_commit (self->database, error);
  database_rollback (self->database);
  return FALSE;
}

/* --- what changes nothing --- */

/* Returns: 1 there is more, 0 all were looked at, -1 */
static int
pass_staged (Merge *self, GError **error)
{
  gint64 last = MIN (self->passed + PASS_ROWS, self->rows);

  if (self->kind_rows[MERGE_BY_EMAIL] == 0 || self->passed == self->rows)
    return 0;
  if (!database_begin_lazily (self->database, error))
    return -1;
  if (!merge_pass (self, last, error)) {
    database_rollback (self->database);
    return -1;
  }
  self->passed = last;
  return database_commit (self->database, error) ? 1 : -1;
}

/* --- laying what finds the new people into `known`, in its order --- */

/* Returns: 1 there is more, 0 all is laid, -1 */
static int
lay_some (Merge *self, GError **error)
{
  static const Slice none[MERGE_BATCH_TEXTS] = { { "", 0 } };
  g_autoptr (GError) wrong = NULL;
  ExternalSortEntry entry;
  guint n = 0;

  merge_batch_clear (self->entries);
  for (; n < LAY_ENTRIES && external_sort_next (self->sorter, &entry, &wrong); n++)
    merge_batch_add (self->entries, entry.id, 0, entry.hash, 0, none);
  if (wrong != NULL) {
    g_propagate_error (error, g_steal_pointer (&wrong));
    return -1;
  }
  if (database_step (self->database, self->insert_known, error) < 0)
    return -1;
  return n == LAY_ENTRIES;
}

static int
merge_lay (Merge *self, GError **error)
{
  int result;

  if (!database_begin_lazily (self->database, error))
    return -1;
  result = lay_some (self, error);
  KILL_POINT ("core-import-laid");
  if (result < 0)
    database_rollback (self->database);
  else if (!database_commit (self->database, error))
    result = -1;
  return result;
}

/* --- the last transaction --- */

/* Staged rows that are new people after all. */
static gboolean
insert_created (Merge *self, MergeKind kind, GError **error)
{
  static const char people[] = "INSERT INTO person(id,name,name_key,email,email_key,phone,fields,created_utc,changed_utc)"
                               " SELECT ?1+s.row,s.name,s.name_key,s.email,s.email_key,s.phone,s.fields,?2,?2"
                               " FROM temp.staged s LEFT JOIN temp.decision d ON d.row=s.row WHERE s.kind=?3 AND (d.row IS NULL OR d.target=?1+s.row)";
  static const char keys[] = "INSERT OR IGNORE INTO known SELECT s.hash,?1+s.row FROM temp.staged s LEFT JOIN temp.decision d ON d.row=s.row"
                             " WHERE s.kind=?2 AND (d.row IS NULL OR d.target=?1+s.row) ORDER BY s.hash";
  static const char phones[] = "INSERT OR IGNORE INTO known SELECT key_hash(s.phone) AS hash,?1+s.row FROM temp.staged s LEFT JOIN temp.decision d ON d.row=s.row"
                               " WHERE s.kind=1 AND s.phone<>'' AND (d.row IS NULL OR d.target=?1+s.row) ORDER BY hash";

  if (!database_run (self->database, error, people, "iii", self->base, self->now_utc, (gint64) kind))
    return FALSE;
  self->counts.created += (guint64) sqlite3_changes64 (database_get_sqlite (self->database));
  return database_run (self->database, error, keys, "ii", self->base, (gint64) kind) &&
         (kind == MERGE_BY_PHONE || database_run (self->database, error, phones, "i", self->base));
}

static gboolean
merge_kind (Merge *self, MergeKind kind, GError **error)
{
  return self->kind_rows[kind] == 0 ||
         (merge_match (self, kind, error) && insert_created (self, kind, error) && merge_apply_multi (self, kind, error));
}

/* People who were met by a row with an address: a row with a number alone, which follows, may fill their gaps only. */
static gboolean
remember_met (Merge *self, GError **error)
{
  return self->kind_rows[MERGE_BY_PHONE] == 0 ||
         database_run (self->database, error, "INSERT OR IGNORE INTO temp.met SELECT target FROM temp.decision WHERE kind=? AND target<=?", "ii",
                       (gint64) MERGE_BY_EMAIL, self->base);
}

/* Older people who come to the list, or agree, by this import. */
static gboolean
trace_staged_sets (Merge *self, GError **error)
{
  static const char joined[] =
    "INSERT INTO import_trace(contact,import,has_joined) SELECT DISTINCT d.target,?1,1 FROM temp.decision d WHERE d.target<=?2"
    " AND NOT EXISTS (SELECT 1 FROM membership m WHERE m.list=?3 AND m.contact=d.target) ON CONFLICT DO UPDATE SET has_joined=1";
  static const char agreed[] =
    "INSERT INTO import_trace(contact,import,has_agreed) SELECT DISTINCT d.target,?1,1 FROM temp.decision d JOIN temp.staged s ON s.row=d.row"
    " WHERE d.target<=?2 AND s.consent_utc>=0 AND coalesce(nullif(s.consent,''),?3)<>'' ON CONFLICT DO UPDATE SET has_agreed=1";

  return database_run (self->database, error, joined, "iii", self->import, self->base, self->list) &&
         ((self->consent[0] == '\0' && !self->has_consents) || database_run (self->database, error, agreed, "iis", self->import, self->base, self->consent));
}

static gboolean
add_staged_consents (Merge *self, GError **error)
{
  static const char undated[] =
    "INSERT OR IGNORE INTO consent(contact,source,time_utc,import) SELECT coalesce(d.target,?4+s.row)," CONSENT_SOURCE ",?3,?5"
    " FROM temp.staged s LEFT JOIN temp.decision d ON d.row=s.row WHERE " WITH_CONSENT " AND NOT " IS_DATED " ORDER BY s.row";
  static const char dated[] =
    "INSERT INTO consent(contact,source,time_utc,import) SELECT coalesce(d.target,?4+s.row)," CONSENT_SOURCE "," CONSENT_TIME ",?5"
    " FROM temp.staged s LEFT JOIN temp.decision d ON d.row=s.row WHERE " WITH_CONSENT " AND " IS_DATED " ORDER BY s.row"
    " ON CONFLICT DO UPDATE SET was_utc=iif(import=excluded.import,was_utc,time_utc), import=excluded.import, time_utc=excluded.time_utc";

  return (self->consent[0] == '\0' && !self->has_consents) ||
         (database_run (self->database, error, undated, "siiii", self->consent, self->consent_utc, self->now_utc, self->base, self->import) &&
          database_run (self->database, error, dated, "siiii", self->consent, self->consent_utc, self->now_utc, self->base, self->import));
}

static gboolean
add_staged_sets (Merge *self, GError **error)
{
  return trace_staged_sets (self, error) &&
         database_run (self->database, error,
                       "INSERT OR IGNORE INTO membership(list,contact) SELECT ?1,coalesce(d.target,?2+s.row)"
                       " FROM temp.staged s LEFT JOIN temp.decision d ON d.row=s.row ORDER BY s.row", "ii", self->list, self->base) &&
         add_staged_consents (self, error);
}

static gboolean
write_audit (Merge *self, const char *what, guint returned, GError **error)
{
  g_autofree char *rows = text_count ((guint64) self->rows, "row", "rows");
  g_autofree char *again = returned > 0 ? g_strdup_printf ("; %u were forgotten and have agreed again", returned) : g_strdup ("");
  g_autofree char *detail =
    g_strdup_printf ("list %s: %s: %" G_GUINT64_FORMAT " new, %" G_GUINT64_FORMAT " updated, %" G_GUINT64_FORMAT " merged, %"
                     G_GUINT64_FORMAT " unchanged%s", self->list_name, rows, self->counts.created, self->counts.updated, self->counts.merged,
                     self->counts.unchanged, again);

  return database_audit (self->database, what != NULL ? what : "import", detail, error);
}

/* How the list was before. */
static gboolean
begin_run (Merge *self, ImportRun *out, GError **error)
{
  gint64 is_there = 0;

  *out = (ImportRun){ self->import, "", self->consent, self->list, self->base, self->base + self->rows, FALSE, 0 };
  if (database_get_int (self->database, &is_there, error, "SELECT EXISTS (SELECT 1 FROM list WHERE id=?)", "i", self->list) < 0 ||
      database_get_int (self->database, &out->fields, error, "SELECT coalesce(max(position),0) FROM list_field WHERE list=?", "i", self->list) < 0)
    return FALSE;
  out->is_new_list = is_there == 0;
  return TRUE;
}

static gboolean
merge_all (Merge *self, const MergeTarget *target, GError **error)
{
  guint returned = 0;
  ImportRun run;

  if (self->rows == 0) /* without a row no list is made */
    return write_audit (self, target->what, returned, error) && import_watermark_lift (self->database, error);
  if (!begin_run (self, &run, error) || !list_ensure (self->database, self->list_name, self->list, error) ||
      !merge_fetch_firsts (self, error) || !merge_kind (self, MERGE_BY_EMAIL, error) ||
      !remember_met (self, error) || !merge_kind (self, MERGE_BY_PHONE, error) || !add_staged_sets (self, error) ||
      !list_add_fields (self->database, self->list, target->fields, error) || !list_set_aliases (self->database, self->list, target->aliases, error))
    return FALSE;
  self->counts.created += (guint64) self->fresh;
  run.name = target->name != NULL ? target->name : "";
  self->counts.import = target->is_dry_run ? 0 : run.id;
  return import_undo_close (self->database, &run, error) && (target->forgotten == NULL || forgotten_settle (target->forgotten, run.id, &returned, error)) &&
         write_audit (self, target->what, returned, error) && import_watermark_lift (self->database, error);
}

static gboolean
merge_decide (Merge *self, const MergeTarget *target, GError **error)
{
  if (!database_begin (self->database, error))
    return FALSE;
  if (!merge_all (self, target, error)) {
    database_rollback (self->database);
    return FALSE;
  }
  if (target->is_dry_run) {
    database_rollback (self->database);
    return TRUE;
  }
  KILL_POINT ("core-import-merged");
  if (!database_commit (self->database, error))
    return FALSE;
  self->is_open = FALSE;
  database_set_importing (self->database, FALSE);
  return TRUE;
}

int
merge_step (Merge *self, const MergeTarget *target, MergeCounts *out_counts, GError **error)
{
  int result = 1;

  switch (self->stage) {
  case MERGE_READING:
    self->stage = MERGE_PASSING;
    log_flush (database_get_log (self->database));
    break;
  case MERGE_PASSING:
    result = pass_staged (self, error);
    if (result == 0)
      self->stage = MERGE_LAYING;
    return result < 0 ? -1 : 1;
  case MERGE_LAYING:
    result = merge_lay (self, error);
    if (result == 0)
      self->stage = MERGE_DECIDING;
    return result < 0 ? -1 : 1;
  case MERGE_DECIDING:
    if (!merge_decide (self, target, error))
      return -1;
    self->stage = target->is_dry_run ? MERGE_CLEARING : MERGE_OVER;
    break;
  case MERGE_CLEARING:
    if (!merge_clear (self))
      self->stage = MERGE_OVER;
    break;
  case MERGE_OVER:
    break;
  }
  if (self->stage != MERGE_OVER)
    return result;
  *out_counts = self->counts;
  return 0;
}
