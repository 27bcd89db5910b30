#include "list-edit.h"

#include "clock.h"
#include "contact.h"
#include "fault.h"
#include "fields.h"
#include "import-watermark.h"
#include "list.h"
#include "sql-words.h"
#include "text.h"
#include <string.h>

static gboolean
check_name (const char *name, GError **error)
{
  g_autofree char *shown = text_printable (name, -1, LIST_NAME_MAX + 8);

  if (name[0] != '\0' && !g_ascii_isspace (name[0]) && !g_ascii_isspace (name[strlen (name) - 1]) && strlen (name) <= LIST_NAME_MAX && strcmp (shown, name) == 0)
    return TRUE;
  g_set_error (error, FAULT, FAULT_USAGE, "a list's name is one line of at most %d octets, with no space at its ends", LIST_NAME_MAX);
  return FALSE;
}

/* The end of each of these: what was done is in the log, or nothing is. */
static gboolean
close_edit (Database *database, gboolean is_done, const char *what, const char *detail, GError **error)
{
  if (is_done && database_audit (database, what, detail, error))
    return database_commit (database, error);
  database_rollback (database);
  return FALSE;
}

static gboolean
open_edit (Database *database, GError **error)
{
  return import_watermark_check_none (database, error) && database_begin (database, error);
}

static gboolean
check_free (Database *database, const char *name, gint64 but, GError **error)
{
  gint64 other = 0;
  int result = database_get_int (database, &other, error, "SELECT id FROM list WHERE name=? AND id<>?", "si", name, but);

  if (result == 1)
    g_set_error (error, FAULT, FAULT_DATA, "there is a list “%s” already: choose another name", name);
  return result == 0;
}

/* The name as it is stored, whatever case was asked for. Returns: (transfer full) */
static char *
list_edit_find (Database *database, const char *name, gint64 *out_id, GError **error)
{
  sqlite3_stmt *row;
  char *stored = NULL;

  if (!list_find (database, name, out_id, error))
    return NULL;
  row = database_query (database, "SELECT name FROM list WHERE id=?", "i", *out_id);
  if (database_step (database, row, error) == 1)
    stored = g_strdup (database_text (row, 0));
  sqlite3_reset (row);
  return stored;
}

gboolean
list_create (Database *database, const char *name, GError **error)
{
  g_autofree char *detail = g_strdup_printf ("list %s", name);

  if (!check_name (name, error) || !check_free (database, name, 0, error) || !open_edit (database, error))
    return FALSE;
  return close_edit (database,
                     database_run (database, error, "INSERT INTO list(id,name,created_utc) VALUES("
                                   "1+max(coalesce((SELECT seq FROM sqlite_sequence WHERE name='list'),0),coalesce((SELECT max(list) FROM membership),0)),?,?)", "si", name, clock_now_utc ()),
                     "list.create", detail, error);
}

/* --- another name --- */

static gboolean
rename_everywhere (Database *database, gint64 id, const char *old, const char *new, GError **error)
{
  static const char open_rows[] = "UPDATE snapshot SET list=?2 WHERE list=?1 COLLATE NOCASE AND campaign IN (SELECT id FROM campaign WHERE NOT " SQL_CAMPAIGN_HAS_ENDED ("") ")";
  /* of campaigns that have ended only these can be sent to again */
  static const char unknown_rows[] =
    "UPDATE snapshot SET list=?2 WHERE list=?1 COLLATE NOCASE AND (campaign,id) IN"
    " (SELECT r.campaign,r.id FROM campaign c JOIN recipient r INDEXED BY recipient_unknown ON r.campaign=c.id AND r.state=" SQL_STATE (UNKNOWN) " WHERE c.state=" SQL_CAMPAIGN_STATE (DONE) ")";
  static const char campaigns[] =
    "UPDATE campaign SET lists=substr(replace(', '||lists||', ',', '||?1||', ',', '||?2||', '),3,length(replace(', '||lists||', ',', '||?1||', ',', '||?2||', '))-4),"
    " list_key=substr(replace(', '||list_key||', ',', '||?1||', ',', '||?2||', '),3,length(replace(', '||list_key||', ',', '||?1||', ',', '||?2||', '))-4)";

  return database_run (database, error, "UPDATE list SET name=? WHERE id=?", "si", new, id) &&
         database_run (database, error, open_rows, "ss", old, new) && database_run (database, error, unknown_rows, "ss", old, new) &&
         database_run (database, error, campaigns, "ss", old, new);
}

gboolean
list_rename (Database *database, const char *name, const char *new_name, GError **error)
{
  g_autofree char *detail = NULL;
  gint64 id = 0;
  g_autofree char *stored = list_edit_find (database, name, &id, error);

  if (stored == NULL || !check_name (new_name, error) || !check_free (database, new_name, id, error) || !open_edit (database, error))
    return FALSE;
  detail = g_strdup_printf ("list %s is now %s", stored, new_name);
  return close_edit (database, rename_everywhere (database, id, stored, new_name, error), "list.rename", detail, error);
}

/* --- people --- */

static gboolean
adopt_fields (Database *database, gint64 list, gint64 id, GError **error)
{
  g_autoptr (Contact) contact = contact_load (database, id, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  FieldsReader reader;
  Slice name, value;

  if (contact == NULL)
    return FALSE;
  fields_open (&reader, contact->fields->data, contact->fields->len);
  while (fields_next (&reader, &name, &value))
    g_ptr_array_add (names, g_strndup (name.data, name.len));
  g_ptr_array_add (names, NULL);
  return list_add_fields (database, list, (const char *const *) names->pdata, error);
}

static gboolean
join_one (Database *database, gint64 list, gint64 id, guint *out_count, GError **error)
{
  if (!database_run (database, error, "INSERT OR IGNORE INTO membership(list,contact) VALUES(?,?)", "ii", list, id))
    return FALSE;
  *out_count += (guint) sqlite3_changes (database_get_sqlite (database));
  return adopt_fields (database, list, id, error);
}

static gboolean
leave_one (Database *database, gint64 list, gint64 id, guint *out_count, GError **error)
{
  if (!database_run (database, error, "DELETE FROM membership WHERE list=? AND contact=?", "ii", list, id))
    return FALSE;
  *out_count += (guint) sqlite3_changes (database_get_sqlite (database));
  return TRUE;
}

typedef gboolean (*MoveFunc) (Database *database, gint64 list, gint64 id, guint *out_count, GError **error);

static gboolean
move_all (Database *database, const char *name, const GArray *ids, MoveFunc move, const char *what, guint *out_count, GError **error)
{
  g_autofree char *detail = NULL, *people = NULL;
  gboolean is_done = TRUE;
  gint64 id = 0;
  g_autofree char *stored = list_edit_find (database, name, &id, error);

  *out_count = 0;
  if (stored == NULL || !open_edit (database, error))
    return FALSE;
  for (guint i = 0; is_done && i < ids->len; i++)
    is_done = move (database, id, g_array_index (ids, gint64, i), out_count, error);
  people = text_count (*out_count, "person", "people");
  detail = g_strdup_printf ("list %s: %s", stored, people);
  return close_edit (database, is_done, what, detail, error);
}

gboolean
list_join (Database *database, const char *name, const GArray *ids, guint *out_count, GError **error)
{
  return move_all (database, name, ids, join_one, "list.add", out_count, error);
}

gboolean
list_leave (Database *database, const char *name, const GArray *ids, guint *out_count, GError **error)
{
  return move_all (database, name, ids, leave_one, "list.drop", out_count, error);
}

/* --- a field --- */

static gboolean
check_field (Database *database, gint64 list, const char *stored, const char *field, GError **error)
{
  g_auto (GStrv) names = list_get_fields (database, list, error);
  g_autofree char *all = NULL;

  for (gsize i = 0; names != NULL && names[i] != NULL; i++)
    if (fields_name_equal ((Slice){ names[i], strlen (names[i]) }, (Slice){ field, strlen (field) }))
      return TRUE;
  if (names == NULL)
    return FALSE;
  all = g_strjoinv (", ", names);
  g_set_error (error, FAULT, FAULT_USAGE, "the list “%s” has no field “%s”; %s%s", stored, field, names[0] != NULL ? "it has " : "it has none", all);
  return FALSE;
}

static gboolean
has_elsewhere (Database *database, gint64 list, gint64 id, const char *field, gboolean *out_has, GError **error)
{
  sqlite3_stmt *row = database_query (database, "SELECT f.name FROM membership m JOIN list_field f ON f.list=m.list WHERE m.contact=? AND m.list<>?", "ii", id, list);
  int result = 0;

  *out_has = FALSE;
  while (!*out_has && (result = database_step (database, row, error)) == 1)
    *out_has = fields_name_equal ((Slice){ database_text (row, 0), strlen (database_text (row, 0)) }, (Slice){ field, strlen (field) });
  if (*out_has)
    sqlite3_reset (row);
  return *out_has || result == 0;
}

/* People whose value of the field belongs to this list alone: an array of gint64 (transfer full). */
static GArray *
collect_owners (Database *database, gint64 list, const char *field, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  sqlite3_stmt *row = database_query (database, "SELECT c.id,c.fields FROM member m JOIN contact c ON c.id=m.contact WHERE m.list=? ORDER BY c.id", "i", list);
  int result;

  while ((result = database_step (database, row, error)) == 1) {
    gint64 id = database_int (row, 0);
    gboolean has = FALSE;
    Slice value;

    if (!fields_lookup (sqlite3_column_blob (row, 1), (gsize) sqlite3_column_bytes (row, 1), field, &value))
      continue;
    if (!has_elsewhere (database, list, id, field, &has, error)) {
      sqlite3_reset (row);
      return NULL;
    }
    if (!has)
      g_array_append_val (ids, id);
  }
  return result == 0 ? g_steal_pointer (&ids) : NULL;
}

static gboolean
empty_field (Database *database, gint64 id, const char *field, GError **error)
{
  g_autoptr (Contact) contact = contact_load (database, id, error);

  return contact != NULL && (!contact_set_field (contact, field, "") || contact_save (database, contact, error));
}

static gboolean
remove_field (Database *database, gint64 list, const char *field, GArray *ids, GError **error)
{
  g_auto (GStrv) names = list_get_fields (database, list, error);

  for (guint i = 0; i < ids->len; i++)
    if (!empty_field (database, g_array_index (ids, gint64, i), field, error))
      return FALSE;
  for (gsize i = 0; names != NULL && names[i] != NULL; i++)
    if (fields_name_equal ((Slice){ names[i], strlen (names[i]) }, (Slice){ field, strlen (field) }))
      return database_run (database, error, "DELETE FROM list_field WHERE list=? AND name=?", "is", list, names[i]);
  return names != NULL;
}

static GArray *
find_owners (Database *database, const char *name, const char *field, gint64 *out_list, char **out_stored, GError **error)
{
  *out_stored = list_edit_find (database, name, out_list, error);
  return *out_stored != NULL && check_field (database, *out_list, *out_stored, field, error) ? collect_owners (database, *out_list, field, error) : NULL;
}

gboolean
list_count_field (Database *database, const char *name, const char *field, guint64 *out_people, GError **error)
{
  g_autofree char *stored = NULL;
  gint64 list = 0;
  g_autoptr (GArray) ids = find_owners (database, name, field, &list, &stored, error);

  *out_people = ids != NULL ? ids->len : 0;
  return ids != NULL;
}

gboolean
list_remove_field (Database *database, const char *name, const char *field, guint64 *out_people, GError **error)
{
  g_autofree char *stored = NULL, *detail = NULL;
  gint64 list = 0;
  g_autoptr (GArray) ids = find_owners (database, name, field, &list, &stored, error);

  if (ids == NULL || !open_edit (database, error))
    return FALSE;
  *out_people = ids->len;
  detail = g_strdup_printf ("list %s: field %s", stored, field);
  return close_edit (database, remove_field (database, list, field, ids, error), "list.field", detail, error);
}
