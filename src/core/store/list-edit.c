#include "list-edit.h"

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
close_edit (Store *store, gboolean is_done, const char *what, const char *detail, GError **error)
{
  if (is_done && store_audit (store, what, detail, error))
    return store_commit (store, error);
  store_rollback (store);
  return FALSE;
}

static gboolean
open_edit (Store *store, GError **error)
{
  return import_watermark_check_none (store, error) && store_begin (store, error);
}

static gboolean
check_free (Store *store, const char *name, gint64 but, GError **error)
{
  gint64 other = 0;
  int result = store_get_int (store, &other, error, "SELECT id FROM list WHERE name=? AND id<>?", "si", name, but);

  if (result == 1)
    g_set_error (error, FAULT, FAULT_DATA, "there is a list “%s” already: choose another name", name);
  return result == 0;
}

/* The name as it is stored, whatever case was asked for. Returns: (transfer full) */
static char *
list_edit_find (Store *store, const char *name, gint64 *out_id, GError **error)
{
  sqlite3_stmt *row;
  char *stored = NULL;

  if (!list_find (store, name, out_id, error))
    return NULL;
  row = store_query (store, "SELECT name FROM list WHERE id=?", "i", *out_id);
  if (store_step (store, row, error) == 1)
    stored = g_strdup (store_text (row, 0));
  sqlite3_reset (row);
  return stored;
}

gboolean
list_create (Store *store, const char *name, GError **error)
{
  g_autofree char *detail = g_strdup_printf ("list %s", name);

  if (!check_name (name, error) || !check_free (store, name, 0, error) || !open_edit (store, error))
    return FALSE;
  return close_edit (store,
                     store_run (store, error, "INSERT INTO list(id,name,created_utc) VALUES("
                                "1+max(coalesce((SELECT seq FROM sqlite_sequence WHERE name='list'),0),coalesce((SELECT max(list) FROM membership),0)),?,?)", "si", name, store_now_utc ()),
                     "list.create", detail, error);
}

/* --- another name --- */

static gboolean
rename_everywhere (Store *store, gint64 id, const char *old, const char *new, GError **error)
{
  static const char open_rows[] = "UPDATE snapshot SET list=?2 WHERE list=?1 COLLATE NOCASE AND campaign IN (SELECT id FROM campaign WHERE NOT " SQL_CAMPAIGN_HAS_ENDED ("") ")";
  /* of campaigns that have ended only these can be sent to again */
  static const char unknown_rows[] =
    "UPDATE snapshot SET list=?2 WHERE list=?1 COLLATE NOCASE AND (campaign,id) IN"
    " (SELECT r.campaign,r.id FROM campaign c JOIN recipient r INDEXED BY recipient_unknown ON r.campaign=c.id AND r.state=" SQL_STATE (UNKNOWN) " WHERE c.state=" SQL_CAMPAIGN_STATE (DONE) ")";
  static const char campaigns[] =
    "UPDATE campaign SET lists=substr(replace(', '||lists||', ',', '||?1||', ',', '||?2||', '),3,length(replace(', '||lists||', ',', '||?1||', ',', '||?2||', '))-4),"
    " list_key=substr(replace(', '||list_key||', ',', '||?1||', ',', '||?2||', '),3,length(replace(', '||list_key||', ',', '||?1||', ',', '||?2||', '))-4)";

  return store_run (store, error, "UPDATE list SET name=? WHERE id=?", "si", new, id) &&
         store_run (store, error, open_rows, "ss", old, new) && store_run (store, error, unknown_rows, "ss", old, new) &&
         store_run (store, error, campaigns, "ss", old, new);
}

gboolean
list_rename (Store *store, const char *name, const char *new_name, GError **error)
{
  g_autofree char *detail = NULL;
  gint64 id = 0;
  g_autofree char *stored = list_edit_find (store, name, &id, error);

  if (stored == NULL || !check_name (new_name, error) || !check_free (store, new_name, id, error) || !open_edit (store, error))
    return FALSE;
  detail = g_strdup_printf ("list %s is now %s", stored, new_name);
  return close_edit (store, rename_everywhere (store, id, stored, new_name, error), "list.rename", detail, error);
}

/* --- people --- */

static gboolean
adopt_fields (Store *store, gint64 list, gint64 id, GError **error)
{
  g_autoptr (Contact) contact = contact_load (store, id, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  FieldsReader reader;
  Slice name, value;

  if (contact == NULL)
    return FALSE;
  fields_open (&reader, contact->fields->data, contact->fields->len);
  while (fields_next (&reader, &name, &value))
    g_ptr_array_add (names, g_strndup (name.data, name.len));
  g_ptr_array_add (names, NULL);
  return list_add_fields (store, list, (const char *const *) names->pdata, error);
}

static gboolean
join_one (Store *store, gint64 list, gint64 id, guint *out_count, GError **error)
{
  if (!store_run (store, error, "INSERT OR IGNORE INTO membership(list,contact) VALUES(?,?)", "ii", list, id))
    return FALSE;
  *out_count += (guint) sqlite3_changes (store_get_db (store));
  return adopt_fields (store, list, id, error);
}

static gboolean
leave_one (Store *store, gint64 list, gint64 id, guint *out_count, GError **error)
{
  if (!store_run (store, error, "DELETE FROM membership WHERE list=? AND contact=?", "ii", list, id))
    return FALSE;
  *out_count += (guint) sqlite3_changes (store_get_db (store));
  return TRUE;
}

typedef gboolean (*MoveFunc) (Store *store, gint64 list, gint64 id, guint *out_count, GError **error);

static gboolean
move_all (Store *store, const char *name, const GArray *ids, MoveFunc move, const char *what, guint *out_count, GError **error)
{
  g_autofree char *detail = NULL, *people = NULL;
  gboolean is_done = TRUE;
  gint64 id = 0;
  g_autofree char *stored = list_edit_find (store, name, &id, error);

  *out_count = 0;
  if (stored == NULL || !open_edit (store, error))
    return FALSE;
  for (guint i = 0; is_done && i < ids->len; i++)
    is_done = move (store, id, g_array_index (ids, gint64, i), out_count, error);
  people = text_count (*out_count, "person", "people");
  detail = g_strdup_printf ("list %s: %s", stored, people);
  return close_edit (store, is_done, what, detail, error);
}

gboolean
list_join (Store *store, const char *name, const GArray *ids, guint *out_count, GError **error)
{
  return move_all (store, name, ids, join_one, "list.add", out_count, error);
}

gboolean
list_leave (Store *store, const char *name, const GArray *ids, guint *out_count, GError **error)
{
  return move_all (store, name, ids, leave_one, "list.drop", out_count, error);
}

/* --- a field --- */

static gboolean
check_field (Store *store, gint64 list, const char *stored, const char *field, GError **error)
{
  g_auto (GStrv) names = list_get_fields (store, list, error);
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
has_elsewhere (Store *store, gint64 list, gint64 id, const char *field, gboolean *out_has, GError **error)
{
  sqlite3_stmt *row = store_query (store, "SELECT f.name FROM membership m JOIN list_field f ON f.list=m.list WHERE m.contact=? AND m.list<>?", "ii", id, list);
  int result = 0;

  *out_has = FALSE;
  while (!*out_has && (result = store_step (store, row, error)) == 1)
    *out_has = fields_name_equal ((Slice){ store_text (row, 0), strlen (store_text (row, 0)) }, (Slice){ field, strlen (field) });
  if (*out_has)
    sqlite3_reset (row);
  return *out_has || result == 0;
}

/* People whose value of the field belongs to this list alone: an array of gint64 (transfer full). */
static GArray *
collect_owners (Store *store, gint64 list, const char *field, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  sqlite3_stmt *row = store_query (store, "SELECT c.id,c.fields FROM member m JOIN contact c ON c.id=m.contact WHERE m.list=? ORDER BY c.id", "i", list);
  int result;

  while ((result = store_step (store, row, error)) == 1) {
    gint64 id = store_int (row, 0);
    gboolean has = FALSE;
    Slice value;

    if (!fields_lookup (sqlite3_column_blob (row, 1), (gsize) sqlite3_column_bytes (row, 1), field, &value))
      continue;
    if (!has_elsewhere (store, list, id, field, &has, error)) {
      sqlite3_reset (row);
      return NULL;
    }
    if (!has)
      g_array_append_val (ids, id);
  }
  return result == 0 ? g_steal_pointer (&ids) : NULL;
}

static gboolean
empty_field (Store *store, gint64 id, const char *field, GError **error)
{
  g_autoptr (Contact) contact = contact_load (store, id, error);

  return contact != NULL && (!contact_set_field (contact, field, "") || contact_save (store, contact, error));
}

static gboolean
remove_field (Store *store, gint64 list, const char *field, GArray *ids, GError **error)
{
  g_auto (GStrv) names = list_get_fields (store, list, error);

  for (guint i = 0; i < ids->len; i++)
    if (!empty_field (store, g_array_index (ids, gint64, i), field, error))
      return FALSE;
  for (gsize i = 0; names != NULL && names[i] != NULL; i++)
    if (fields_name_equal ((Slice){ names[i], strlen (names[i]) }, (Slice){ field, strlen (field) }))
      return store_run (store, error, "DELETE FROM list_field WHERE list=? AND name=?", "is", list, names[i]);
  return names != NULL;
}

static GArray *
find_owners (Store *store, const char *name, const char *field, gint64 *out_list, char **out_stored, GError **error)
{
  *out_stored = list_edit_find (store, name, out_list, error);
  return *out_stored != NULL && check_field (store, *out_list, *out_stored, field, error) ? collect_owners (store, *out_list, field, error) : NULL;
}

gboolean
list_count_field (Store *store, const char *name, const char *field, guint64 *out_people, GError **error)
{
  g_autofree char *stored = NULL;
  gint64 list = 0;
  g_autoptr (GArray) ids = find_owners (store, name, field, &list, &stored, error);

  *out_people = ids != NULL ? ids->len : 0;
  return ids != NULL;
}

gboolean
list_remove_field (Store *store, const char *name, const char *field, guint64 *out_people, GError **error)
{
  g_autofree char *stored = NULL, *detail = NULL;
  gint64 list = 0;
  g_autoptr (GArray) ids = find_owners (store, name, field, &list, &stored, error);

  if (ids == NULL || !open_edit (store, error))
    return FALSE;
  *out_people = ids->len;
  detail = g_strdup_printf ("list %s: field %s", stored, field);
  return close_edit (store, remove_field (store, list, field, ids, error), "list.field", detail, error);
}
