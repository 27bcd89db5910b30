#include "template.h"

#include "clock.h"
#include "fault.h"

static gboolean
not_there (const char *name, GError **error)
{
  g_set_error (error, FAULT, FAULT_NO_INPUT, "there is no template “%s”; `postrider template list` shows those that are there", name);
  return FALSE;
}

gboolean
template_save (Database *database, const char *name, const char *subject, const char *html, const char *text, GError **error)
{
  return database_run (database, error,
                       "INSERT INTO template(name,subject,html,text,changed_utc) VALUES(?1,?2,?3,?4,?5)"
                       " ON CONFLICT(name) DO UPDATE SET subject=?2,html=?3,text=?4,changed_utc=?5", "ssssi", name, subject, html, text, clock_now_utc ());
}

gboolean
template_load (Database *database, const char *name, char **out_subject, char **out_html, char **out_text, GError **error)
{
  sqlite3_stmt *row = database_query (database, "SELECT subject,html,text FROM template WHERE name=?", "s", name);
  int result = database_step (database, row, error);

  if (result == 0)
    return not_there (name, error);
  if (result < 0)
    return FALSE;
  *out_subject = g_strdup (database_text (row, 0));
  *out_html = g_strdup (database_text (row, 1));
  *out_text = g_strdup (database_text (row, 2));
  sqlite3_reset (row);
  return TRUE;
}

static gboolean
remove_both (Database *database, const char *name, GError **error)
{
  if (!database_run (database, error, "DELETE FROM template WHERE name=?", "s", name))
    return FALSE;
  if (sqlite3_changes (database_get_sqlite (database)) == 0)
    return not_there (name, error);
  return database_run (database, error, "DELETE FROM template_file WHERE template=?", "s", name);
}

gboolean
template_remove (Database *database, const char *name, GError **error)
{
  if (!database_begin (database, error))
    return FALSE;
  if (remove_both (database, name, error))
    return database_commit (database, error);
  database_rollback (database);
  return FALSE;
}

/* Another case of its own name is no other template. */
static gboolean
is_free (Database *database, const char *name, const char *new_name, GError **error)
{
  gint64 found = 0;
  int result = database_get_int (database, &found, error, "SELECT 1 FROM template WHERE name=?2 AND NOT (?1=?2 COLLATE NOCASE)", "ss", name, new_name);

  if (result == 1)
    g_set_error (error, FAULT, FAULT_DATA, "there is a template “%s” already; choose another name", new_name);
  return result == 0;
}

static gboolean
rename_both (Database *database, const char *name, const char *new_name, GError **error)
{
  if (!is_free (database, name, new_name, error) || !database_run (database, error, "UPDATE template SET name=?2 WHERE name=?1", "ss", name, new_name))
    return FALSE;
  if (sqlite3_changes (database_get_sqlite (database)) == 0)
    return not_there (name, error);
  return database_run (database, error, "UPDATE template_file SET template=?2 WHERE template=?1", "ss", name, new_name);
}

gboolean
template_rename (Database *database, const char *name, const char *new_name, GError **error)
{
  if (!database_begin (database, error))
    return FALSE;
  if (rename_both (database, name, new_name, error))
    return database_commit (database, error);
  database_rollback (database);
  return FALSE;
}
