#include "list.h"

#include "clock.h"
#include "fault.h"
#include "fields.h"
#include "import-watermark.h"
#include "name-key.h"
#include "text.h"
#include <string.h>

#define NEAR_MAX 3                       /* chosen: how many names an error offers */
#define PAGE_BYTES_MAX (1024 * 1024)     /* chosen: a page is full then; with one person of CONTACT_FIELDS_MAX it still fits 8 MiB */

static gboolean
is_near (const char *asked, const char *name)
{
  g_autofree char *a = name_key_build (asked);
  g_autofree char *b = name_key_build (name);

  return name_key_distance (a, b) <= 2 || (a[0] != '\0' && strstr (b, a) != NULL) || (b[0] != '\0' && strstr (a, b) != NULL);
}

static void
set_not_there (Database *database, const char *name, GError **error)
{
  sqlite3_stmt *rows = database_query (database, "SELECT name FROM list ORDER BY name", "");
  g_autoptr (GString) near = g_string_new (NULL);
  guint count = 0, lists = 0;

  while (database_step (database, rows, NULL) == 1) {
    lists++;
    if (count < NEAR_MAX && is_near (name, database_text (rows, 0)))
      g_string_append_printf (near, "%s“%s”", count++ > 0 ? " or " : "", database_text (rows, 0));
  }
  g_set_error (error, FAULT, FAULT_NO_INPUT, "there is no list “%s”; %s%s%s", name, count > 0 ? "did you mean " : "", near->str,
               count > 0 ? "?" : lists > 0 ? "`postrider lists` shows those that are there" : "`postrider import FILE --list NAME` makes one");
}

gboolean
list_find (Database *database, const char *name, gint64 *out_id, GError **error)
{
  int result = database_get_int (database, out_id, error, "SELECT id FROM list WHERE name=?", "s", name);

  if (result == 0)
    set_not_there (database, name, error);
  return result == 1;
}

gboolean
list_ensure (Database *database, const char *name, gint64 id, GError **error)
{
  return database_run (database, error, "INSERT OR IGNORE INTO list(id,name,created_utc) VALUES(?,?,?)", "isi", id, name, clock_now_utc ());
}

gboolean
list_add_fields (Database *database, gint64 list, const char *const *names, GError **error)
{
  g_auto (GStrv) old = list_get_fields (database, list, error);
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (old == NULL)
    return FALSE;
  for (gsize i = 0; old[i] != NULL; i++)
    g_hash_table_add (known, g_utf8_casefold (old[i], -1));
  for (gsize i = 0; names[i] != NULL; i++)
    if (g_hash_table_add (known, g_utf8_casefold (names[i], -1)) &&
        !database_run (database, error, "INSERT INTO list_field(list,position,name) VALUES(?,(SELECT coalesce(max(position),0)+1 FROM list_field WHERE list=?),?)",
                       "iis", list, list, names[i]))
      return FALSE;
  return TRUE;
}

GStrv
list_get_fields (Database *database, gint64 list, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  sqlite3_stmt *rows = database_query (database, "SELECT name FROM list_field WHERE list=? ORDER BY position", "i", list);
  int result;

  while ((result = database_step (database, rows, error)) == 1)
    g_ptr_array_add (names, g_strdup (database_text (rows, 0)));
  if (result < 0)
    return NULL;
  g_ptr_array_add (names, NULL);
  g_ptr_array_set_free_func (names, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

gboolean
list_set_aliases (Database *database, gint64 list, const char *const *aliases, GError **error)
{
  for (gsize i = 0; aliases != NULL && aliases[i] != NULL; i += 2) {
    g_autofree char *key = text_fold (aliases[i], -1);

    if (!database_run (database, error, "INSERT OR REPLACE INTO list_alias(list,key,alias,field) VALUES(?,?,?,?)", "isss", list, key, aliases[i], aliases[i + 1]))
      return FALSE;
  }
  return TRUE;
}

GStrv
list_get_aliases (Database *database, gint64 list, GError **error)
{
  g_autoptr (GPtrArray) aliases = g_ptr_array_new_with_free_func (g_free);
  sqlite3_stmt *rows = database_query (database, "SELECT alias,field FROM list_alias WHERE list=? ORDER BY key", "i", list);
  int result;

  while ((result = database_step (database, rows, error)) == 1)
    for (int i = 0; i < 2; i++)
      g_ptr_array_add (aliases, g_strdup (database_text (rows, i)));
  if (result < 0)
    return NULL;
  g_ptr_array_add (aliases, NULL);
  g_ptr_array_set_free_func (aliases, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&aliases), FALSE);
}

const char *
list_find_alias (const char *const *aliases, const char *name)
{
  g_autofree char *key = text_fold (name, -1);

  for (gsize i = 0; aliases[i] != NULL; i += 2) {
    g_autofree char *other = text_fold (aliases[i], -1);

    if (strcmp (key, other) == 0)
      return aliases[i + 1];
  }
  return NULL;
}

static void
write_person (FrameWriter *frame, sqlite3_stmt *row, const char *const *fields, guint n_fields)
{
  frame_writer_row (frame, (guint64) database_int (row, 0), 0, 3 + n_fields);
  for (int i = 1; i <= 3; i++)
    frame_writer_string (frame, database_text (row, i));
  for (guint i = 0; i < n_fields; i++) {
    Slice value = { "", 0 };

    fields_lookup (sqlite3_column_blob (row, 4), (gsize) sqlite3_column_bytes (row, 4), fields[i], &value);
    frame_writer_field (frame, value.data, value.len);
  }
}

gboolean
list_page (Database *database, gint64 list, const char *const *fields, guint64 after, guint max_rows, FrameWriter *frame, GError **error)
{
  sqlite3_stmt *rows = database_query (database,
                                       "SELECT c.id,c.name,c.email,c.phone,c.fields FROM member m JOIN contact c ON c.id=m.contact"
                                       " WHERE m.list=? AND m.contact>? ORDER BY m.contact LIMIT ?", "iii", list, (gint64) after, (gint64) max_rows);
  guint n_fields = g_strv_length ((GStrv) fields);
  int result;

  while ((result = database_step (database, rows, error)) == 1) {
    write_person (frame, rows, fields, n_fields);
    if (frame_writer_get_size (frame) > PAGE_BYTES_MAX)
      break;
  }
  sqlite3_reset (rows);
  return result >= 0;
}

/* --- sorted and searched --- */

/* What a column is sorted by: numbers as numbers, before words. */
static void
sort_value (sqlite3_context *sql, const char *text, gsize len)
{
  g_autofree char *raw = g_strndup (text, len);
  g_autofree char *key = g_strstrip (name_key_build (raw));
  char *end;
  double number = g_ascii_strtod (key, &end);

  if (key[0] != '\0' && *end == '\0')
    sqlite3_result_double (sql, number);
  else
    sqlite3_result_text (sql, key, -1, SQLITE_TRANSIENT);
}

/* list_sort_key(order, name_key, email_key, phone, fields): "" where there is nothing. */
static void
sort_key_cb (sqlite3_context *sql, int n, sqlite3_value **values)
{
  static const char *const own[] = { "name", "email", "phone" };
  const char *order = (const char *) sqlite3_value_text (values[0]);
  Slice value;

  for (int i = 0; i < 3; i++)
    if (strcmp (order, own[i]) == 0) {
      const char *text = (const char *) sqlite3_value_text (values[1 + i]);

      sqlite3_result_text (sql, text != NULL ? text : "", -1, SQLITE_TRANSIENT);
      return;
    }
  if (fields_lookup (sqlite3_value_blob (values[4]), (gsize) sqlite3_value_bytes (values[4]), order, &value) && value.len > 0)
    sort_value (sql, value.data, value.len);
  else
    sqlite3_result_text (sql, "", 0, SQLITE_STATIC);
}

void
list_register_functions (Database *database)
{
  sqlite3_create_function (database_get_sqlite (database), "list_sort_key", 5, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL, sort_key_cb, NULL, NULL);
}

#define FOUND " FROM member m JOIN contact c ON c.id=m.contact WHERE m.list=?1" \
              " AND (?2='' OR instr(c.name_key,?2) OR instr(c.email_key,?2) OR instr(c.phone,?2))"
#define SORTED(direction) \
  "SELECT id,name,email,phone,fields FROM (SELECT c.id,c.name,c.email,c.phone,c.fields,list_sort_key(?3,c.name_key,c.email_key,c.phone,c.fields) AS k" FOUND \
  ") ORDER BY k='',k " direction ",id " direction " LIMIT ?4 OFFSET ?5"

gboolean
list_search (Database *database, const ListSearch *what, const char *const *fields, guint64 *out_total, FrameWriter *frame, GError **error)
{
  static const char *const by_direction[] = { SORTED (""), SORTED ("DESC") };
  g_autofree char *key = name_key_build (what->text);
  guint n_fields = g_strv_length ((GStrv) fields);
  gint64 total = 0;
  sqlite3_stmt *rows;
  int result;

  if (database_get_int (database, &total, error, "SELECT count(*)" FOUND, "is", what->list, key) < 0)
    return FALSE;
  *out_total = (guint64) total;
  rows = database_query (database, by_direction[what->is_down ? 1 : 0], "issii", what->list, key, what->order, (gint64) what->max_rows, what->offset);
  while ((result = database_step (database, rows, error)) == 1) {
    write_person (frame, rows, fields, n_fields);
    if (frame_writer_get_size (frame) > PAGE_BYTES_MAX)
      break;
  }
  sqlite3_reset (rows);
  return result >= 0;
}

/* Of the list ?1: in no other, and in no campaign. */
#define LEAVING "id IN (SELECT contact FROM member WHERE list=?1)" \
                " AND NOT EXISTS (SELECT 1 FROM member m WHERE m.contact=person.id AND m.list<>?1)" \
                " AND NOT EXISTS (SELECT 1 FROM snapshot s WHERE s.contact=person.id)"

gboolean
list_count (Database *database, gint64 list, gint64 *out_people, gint64 *out_leaving, GError **error)
{
  return database_get_int (database, out_people, error, "SELECT count(*) FROM member WHERE list=?1", "i", list) >= 0 &&
         database_get_int (database, out_leaving, error, "SELECT count(*) FROM person WHERE " LEAVING, "i", list) >= 0;
}

static gboolean
remove_people (Database *database, gint64 list, guint64 *out_people, GError **error)
{
  if (!database_run (database, error, "DELETE FROM person WHERE " LEAVING, "i", list))
    return FALSE;
  *out_people = (guint64) sqlite3_changes64 (database_get_sqlite (database));
  return TRUE;
}

gboolean
list_remove (Database *database, gint64 list, const char *name, guint64 *out_people, GError **error)
{
  g_autofree char *detail = NULL, *gone = NULL;
  guint64 people = 0;

  if (!import_watermark_check_none (database, error) || !database_begin (database, error))
    return FALSE;
  if (!remove_people (database, list, &people, error) || !database_run (database, error, "DELETE FROM list WHERE id=?", "i", list)) {
    database_rollback (database);
    return FALSE;
  }
  gone = text_count (people, "person", "people");
  detail = g_strdup_printf ("list %s, %s with it", name, gone);
  if (!database_audit (database, "list.remove", detail, error)) {
    database_rollback (database);
    return FALSE;
  }
  if (!database_commit (database, error))
    return FALSE;
  *out_people = people;
  return TRUE;
}
