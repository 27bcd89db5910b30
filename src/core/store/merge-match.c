#include "merge-private.h"

#include "fault.h"
#include "import-undo.h"
#include <string.h>

#define PEOPLE_PER_ADDRESS_MAX 20000 /* chosen: more different names at one address are no people but a wrong column */

/* --- the same file again: most rows say what is known --- */

static void
is_twice_cb (sqlite3_context *context, int n, sqlite3_value **values)
{
  const Merge *self = sqlite3_user_data (context);

  sqlite3_result_int (context, bloom_filter_has (self->twice, sqlite3_value_int64 (values[0])));
}

void
merge_register_functions (Merge *self)
{
  sqlite3_create_function (database_get_sqlite (self->database), "is_twice", 1, SQLITE_UTF8, self, is_twice_cb, NULL, NULL);
}

void
merge_unregister_functions (Merge *self)
{
  sqlite3_create_function (database_get_sqlite (self->database), "is_twice", 1, SQLITE_UTF8, NULL, NULL, NULL, NULL);
}

gboolean
merge_pass (Merge *self, gint64 last, GError **error)
{
  static const char find[] =
    "INSERT INTO temp.passed(row,contact) SELECT s.row,c.id FROM temp.staged s CROSS JOIN person c"
    " ON c.id=(SELECT p.id FROM known k CROSS JOIN person p ON p.id=k.contact WHERE k.hash=s.hash AND p.email_key=s.email_key AND p.name_key=s.name_key)"
    " WHERE s.row>?1 AND s.row<=?2 AND s.kind=1 AND NOT is_twice(s.hash) AND c.id<=?3 AND c.fields IS s.fields AND (s.phone='' OR c.phone<>'')"
    " AND EXISTS (SELECT 1 FROM membership m WHERE m.list=?4 AND m.contact=c.id)"
    " AND (s.consent_utc<0 OR coalesce(nullif(s.consent,''),?5)='' OR EXISTS (SELECT 1 FROM consent o WHERE o.contact=c.id AND o.source=coalesce(nullif(s.consent,''),?5)"
    "      AND (coalesce(nullif(s.consent_utc,0),?6)=0 OR o.time_utc=coalesce(nullif(s.consent_utc,0),?6))))";
  gint64 n;

  if (!database_run (self->database, error, "DELETE FROM temp.passed", "") ||
      !database_run (self->database, error, find, "iiiisi", self->passed, last, self->base, self->list, self->consent, self->consent_utc))
    return FALSE;
  n = sqlite3_changes64 (database_get_sqlite (self->database));
  self->counts.unchanged += (guint64) n;
  self->kind_rows[MERGE_BY_EMAIL] -= n;
  return (self->kind_rows[MERGE_BY_PHONE] == 0 || database_run (self->database, error, "INSERT OR IGNORE INTO temp.met SELECT contact FROM temp.passed", "")) &&
         database_run (self->database, error, "DELETE FROM temp.staged WHERE row IN (SELECT row FROM temp.passed)", "");
}

/* --- rows that went straight into person, and share their address with one that came later --- */

static gboolean
collect_firsts (Merge *self, GError **error)
{
  return database_run (self->database, error,
                       "INSERT OR IGNORE INTO temp.firsts(id,hash) SELECT k.contact,k.hash FROM (SELECT DISTINCT hash FROM temp.staged WHERE kind=1) s"
                       " CROSS JOIN known k ON k.hash=s.hash AND k.contact>?1", "i", self->base);
}

/* From person to staged: they are no people yet. */
static gboolean
take_back (Merge *self, GError **error)
{
  if (!database_run (self->database, error,
                     "INSERT INTO temp.staged(row,kind,hash,name_key,email_key,phone,name,email,fields,consent,consent_utc)"
                     " SELECT p.id-?1,1,key_hash(p.email_key),p.name_key,p.email_key,p.phone,p.name,p.email,p.fields,coalesce(o.source,''),"
                     "  CASE WHEN o.source IS NULL THEN ?2 WHEN o.time_utc=?3 THEN 0 ELSE o.time_utc END"
                     " FROM temp.firsts f CROSS JOIN person p ON p.id=f.id LEFT JOIN consent o ON o.contact=p.id",
                     "iii", self->base, (gint64) MERGE_NO_CONSENT, self->now_utc) ||
      !database_run (self->database, error, "DELETE FROM person WHERE id IN (SELECT id FROM temp.firsts)", ""))
    return FALSE;
  self->kind_rows[MERGE_BY_EMAIL] += sqlite3_changes64 (database_get_sqlite (self->database));
  self->fresh -= sqlite3_changes64 (database_get_sqlite (self->database));
  return TRUE;
}

gboolean
merge_fetch_firsts (Merge *self, GError **error)
{
  return self->fresh == 0 || self->kind_rows[MERGE_BY_EMAIL] == 0 || (collect_firsts (self, error) && take_back (self, error));
}

/* --- who is who --- */

typedef struct { /* how a kind of rows looks for people */
  const char *all;        /* key -> id, name_key */
  const char *any_two;    /* key -> id, name_key, "has it an address" of up to two */
} MatchQueries;

/* With those whom this import has made already. */
#define BY_KEY " FROM known k CROSS JOIN person p ON p.id=k.contact WHERE k.hash=key_hash(?1)"

static const MatchQueries queries[] = {
  [MERGE_BY_EMAIL] = { "SELECT p.id,p.name_key" BY_KEY " AND p.email_key=?1 ORDER BY p.id",
                       "SELECT p.id,p.name_key,0" BY_KEY " AND p.email_key=?1 LIMIT 2" },
  [MERGE_BY_PHONE] = { "SELECT p.id,p.name_key" BY_KEY " AND p.phone=?1 ORDER BY p.id",
                       "SELECT p.id,p.name_key,p.email_key IS NOT NULL" BY_KEY " AND p.phone=?1 LIMIT 2" },
};

/* People who have a number and no address yet. */
static const char claimable_sql[] = "SELECT p.id,p.name_key" BY_KEY " AND p.phone=?1 AND p.email_key IS NULL ORDER BY p.id";

static void
open_shared (Merge *self)
{
  self->by_shared[MERGE_BY_EMAIL] = shared_address_cache_new (self->database, queries[MERGE_BY_EMAIL].all);
  self->by_shared[MERGE_BY_PHONE] = shared_address_cache_new (self->database, queries[MERGE_BY_PHONE].all);
  self->claimable = shared_address_cache_new (self->database, claimable_sql);
}

static void
close_shared (Merge *self)
{
  g_clear_pointer (&self->by_shared[MERGE_BY_EMAIL], shared_address_cache_free);
  g_clear_pointer (&self->by_shared[MERGE_BY_PHONE], shared_address_cache_free);
  g_clear_pointer (&self->claimable, shared_address_cache_free);
}

typedef struct {
  gint64 row;
  char  *key; /* address key or number: by what it is known */
  char  *name_key, *phone;
} Staged;

static void
staged_clear (Staged *self)
{
  g_clear_pointer (&self->key, g_free);
  g_clear_pointer (&self->name_key, g_free);
  g_clear_pointer (&self->phone, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Staged, staged_clear)

static gboolean
load_staged (Merge *self, gint64 row, Staged *out, GError **error)
{
  sqlite3_stmt *found = database_query (self->database, "SELECT coalesce(email_key,phone),name_key,phone FROM temp.staged WHERE row=?", "i", row);

  if (database_step (self->database, found, error) != 1)
    return FALSE;
  *out = (Staged){ row, g_strdup (database_text (found, 0)), g_strdup (database_text (found, 1)), g_strdup (database_text (found, 2)) };
  sqlite3_reset (found);
  return TRUE;
}

static gboolean
merge_match_decide (Merge *self, MergeKind kind, gint64 row, gint64 target, gboolean is_multi, GError **error)
{
  return database_run (self->database, error, "INSERT INTO temp.decision(row,target,kind,is_multi) VALUES(?,?,?,?)", "iiii", row, target, (gint64) kind,
                       (gint64) is_multi);
}

typedef struct {
  int    count; /* 0, 1, 2: two or more */
  gint64 id;    /* the first */
  gboolean is_nameless, has_address;
} Neighbours;

static gboolean
look_for_neighbours (Merge *self, MergeKind kind, const char *key, Neighbours *out, GError **error)
{
  sqlite3_stmt *rows = database_query (self->database, queries[kind].any_two, "s", key);
  int result;

  *out = (Neighbours){ 0 };
  while ((result = database_step (self->database, rows, error)) == 1)
    if (out->count++ == 0)
      *out = (Neighbours){ 1, database_int (rows, 0), database_text (rows, 1)[0] == '\0', database_int (rows, 2) != 0 };
  return result == 0;
}

/* An older person gets the name or the address by which the row is known, at once: the next row must not take the same person. */
static gboolean
merge_match_claim (Merge *self, gint64 row, gint64 id, GError **error)
{
  self->has_claims = TRUE;
  shared_address_cache_forget (self->by_shared[MERGE_BY_EMAIL]);
  shared_address_cache_forget (self->by_shared[MERGE_BY_PHONE]);
  return import_undo_keep (self->database, self->import, id, error) &&
         database_run (self->database, error,
                       "UPDATE person SET name=s.name,name_key=s.name_key,email=CASE WHEN s.email='' THEN person.email ELSE s.email END,"
                       " email_key=coalesce(s.email_key,person.email_key) FROM temp.staged s WHERE s.row=? AND person.id=?", "ii", row, id) &&
         database_run (self->database, error, "INSERT OR IGNORE INTO temp.claimed VALUES(?)", "i", id);
}

/* A row with a name that nobody at that address has: an older person without a name, alone there, or one with this number and
 * name and no address yet, is the one. */
static gboolean
match_claim (Merge *self, MergeKind kind, const Staged *row, gint64 *out_id, GError **error)
{
  Neighbours near;

  if (!look_for_neighbours (self, kind, row->key, &near, error))
    return FALSE;
  if (near.count == 1 && near.is_nameless && !near.has_address && near.id <= self->base)
    *out_id = near.id;
  if (*out_id == 0 && kind == MERGE_BY_EMAIL && row->phone[0] != '\0' && !shared_address_cache_find (self->claimable, row->phone, row->name_key, out_id, error))
    return FALSE;
  if (*out_id == 0)
    return TRUE;
  shared_address_cache_remove (self->claimable, row->name_key); /* read anew for each of a switchboard's thousands it would take as long as they are many, squared */
  return merge_match_claim (self, row->row, *out_id, error);
}

/* *out_id: who had this address or number and name before somebody corrected it. */
static gboolean
match_former (Merge *self, const Staged *row, gint64 *out_id, GError **error)
{
  return former_find (self->database, row->key, row->name_key, out_id, error);
}

/* *out_id: the older person whom a row means; 0: nobody yet. */
static gboolean
match_older (Merge *self, MergeKind kind, const Staged *row, gint64 *out_id, GError **error)
{
  Neighbours near;

  if (!shared_address_cache_find (self->by_shared[kind], row->key, row->name_key, out_id, error))
    return FALSE;
  if (*out_id != 0)
    return TRUE;
  if (row->name_key[0] != '\0')
    return match_former (self, row, out_id, error) && (*out_id != 0 || match_claim (self, kind, row, out_id, error));
  if (!look_for_neighbours (self, kind, row->key, &near, error))
    return FALSE;
  if (near.count != 1)
    return match_former (self, row, out_id, error);
  *out_id = near.id;
  return TRUE;
}

/* --- rows of this file that share an address (or a number) --- */

typedef struct {
  GHashTable *people;  /* "key\nname key" -> target */
  GHashTable *created; /* key -> Neighbours: people whom this file makes there */
} Group;

static gint64 *
merge_match_box (gint64 value)
{
  gint64 *boxed = g_new (gint64, 1);

  *boxed = value;
  return boxed;
}

static gboolean
merge_match_remember (Group *group, const Staged *row, char *identity, gint64 target, gboolean is_created, GError **error)
{
  Neighbours *near = g_hash_table_lookup (group->created, row->key);

  g_hash_table_insert (group->people, identity, merge_match_box (target));
  if (near == NULL) {
    near = g_new0 (Neighbours, 1);
    g_hash_table_insert (group->created, g_strdup (row->key), near);
  }
  if (is_created) {
    near->count++;
    near->id = target;
  }
  if (g_hash_table_size (group->people) <= PEOPLE_PER_ADDRESS_MAX)
    return TRUE;
  g_set_error (error, FAULT, FAULT_DATA, "more than %d people share one address or number: is the right column taken for it? (--map)",
               PEOPLE_PER_ADDRESS_MAX);
  return FALSE;
}

/* A row without a name: the nameless one there; else the only one there, older or of this file; else who was nameless there, or had that address;
 * else a nameless one of its own. */
static gboolean
match_nameless (Merge *self, MergeKind kind, Group *group, const Staged *row, gint64 *out_id, GError **error)
{
  const Neighbours *created = g_hash_table_lookup (group->created, row->key);
  Neighbours near;

  if (!shared_address_cache_find (self->by_shared[kind], row->key, "", out_id, error) || !look_for_neighbours (self, kind, row->key, &near, error))
    return FALSE;
  if (*out_id == 0 && near.count + (created != NULL ? created->count : 0) == 1)
    *out_id = near.count == 1 ? near.id : created->id;
  return *out_id != 0 || match_former (self, row, out_id, error);
}

static gboolean
match_in_group (Merge *self, MergeKind kind, Group *group, const Staged *row, GError **error)
{
  g_autofree char *identity = g_strconcat (row->key, "\n", row->name_key, NULL);
  gint64 *known = g_hash_table_lookup (group->people, identity);
  gint64 target = 0;
  gboolean is_created;

  if (known != NULL)
    return merge_match_decide (self, kind, row->row, *known, TRUE, error);
  if (!(row->name_key[0] != '\0' ? match_older (self, kind, row, &target, error) : match_nameless (self, kind, group, row, &target, error)))
    return FALSE;
  is_created = target == 0;
  if (is_created)
    target = self->base + row->row;
  return merge_match_remember (group, row, g_steal_pointer (&identity), target, is_created, error) && merge_match_decide (self, kind, row->row, target, TRUE, error);
}

static gboolean
match_group (Merge *self, MergeKind kind, GArray *rows, GError **error)
{
  g_autoptr (GHashTable) people = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) created = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  Group group = { people, created };

  for (int nameless = 0; nameless < 2; nameless++) /* rows with a name first: the order in the file must not matter */
    for (guint i = 0; i < rows->len; i++) {
      g_auto (Staged) row = { 0 };

      if (!load_staged (self, g_array_index (rows, gint64, i), &row, error))
        return FALSE;
      if ((row.name_key[0] == '\0') == (nameless == 1) && !match_in_group (self, kind, &group, &row, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
match_groups (Merge *self, MergeKind kind, GError **error)
{
  g_autoptr (GArray) group = g_array_new (FALSE, FALSE, sizeof (gint64));
  sqlite3_stmt *rows = database_query (self->database, "SELECT hash,row FROM temp.staged WHERE kind=? ORDER BY hash,row", "i", (gint64) kind);
  gint64 hash = 0;
  int result;

  while ((result = database_step (self->database, rows, error)) == 1) {
    gint64 row = database_int (rows, 1);

    if (database_int (rows, 0) != hash) {
      if (group->len > 1 && !match_group (self, kind, group, error))
        break;
      g_array_set_size (group, 0);
      hash = database_int (rows, 0);
    }
    g_array_append_val (group, row);
  }
  sqlite3_reset (rows);
  return result == 0 && (group->len < 2 || match_group (self, kind, group, error));
}

/* --- rows whose address comes once: the usual case, in the file's order --- */

static gboolean
match_single (Merge *self, MergeKind kind, sqlite3_stmt *found, GError **error)
{
  gint64 row = database_int (found, 0), id = database_int (found, 1);

  if (id != 0 && database_int (found, 2) != 0) {
    self->counts.unchanged++;
    return merge_match_decide (self, kind, row, id, FALSE, error);
  }
  if (id == 0) {
    g_auto (Staged) staged = { row, g_strdup (database_text (found, 3)), g_strdup (database_text (found, 4)), g_strdup (database_text (found, 5)) };

    if (!match_older (self, kind, &staged, &id, error))
      return FALSE;
  }
  return id == 0 || (merge_match_decide (self, kind, row, id, FALSE, error) && merge_apply_one (self, kind, row, id, error));
}

static gboolean
match_singles (Merge *self, MergeKind kind, GError **error)
{
  /* the join finds what is there already, and whether anything differs, without a look from C */
  static const char *const by_kind[] = {
    [MERGE_BY_EMAIL] = "SELECT s.row,c.id,c.fields IS s.fields AND (s.phone='' OR c.phone<>''),s.email_key,s.name_key,s.phone FROM temp.staged s LEFT JOIN person c"
                       " ON c.id=(SELECT p.id FROM known k CROSS JOIN person p ON p.id=k.contact WHERE k.hash=s.hash AND p.email_key=s.email_key AND p.name_key=s.name_key)"
                       " WHERE s.kind=1 AND NOT EXISTS (SELECT 1 FROM temp.decision d WHERE d.row=s.row)",
    [MERGE_BY_PHONE] = "SELECT s.row,0,0,s.phone,s.name_key,s.phone FROM temp.staged s"
                       " WHERE s.kind=2 AND NOT EXISTS (SELECT 1 FROM temp.decision d WHERE d.row=s.row)",
  };
  sqlite3_stmt *rows;
  int result;

  rows = database_query (self->database, by_kind[kind], "");
  while ((result = database_step (self->database, rows, error)) == 1)
    if (!match_single (self, kind, rows, error)) {
      sqlite3_reset (rows);
      return FALSE;
    }
  return result == 0;
}

gboolean
merge_match (Merge *self, MergeKind kind, GError **error)
{
  gboolean is_done;

  open_shared (self);
  is_done = match_groups (self, kind, error) && match_singles (self, kind, error);
  close_shared (self);
  return is_done;
}
