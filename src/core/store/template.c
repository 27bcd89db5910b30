#include "template.h"

#include "fault.h"

static gboolean
not_there (const char *name, GError **error)
{
  g_set_error (error, FAULT, FAULT_NO_INPUT, "there is no template “%s”; `postrider template list` shows those that are there", name);
  return FALSE;
}

gboolean
template_save (Store *store, const char *name, const char *subject, const char *html, const char *text, GError **error)
{
  return store_run (store, error,
                    "INSERT INTO template(name,subject,html,text,changed_utc) VALUES(?1,?2,?3,?4,?5)"
                    " ON CONFLICT(name) DO UPDATE SET subject=?2,html=?3,text=?4,changed_utc=?5", "ssssi", name, subject, html, text, store_now_utc ());
}

gboolean
template_load (Store *store, const char *name, char **out_subject, char **out_html, char **out_text, GError **error)
{
  sqlite3_stmt *row = store_query (store, "SELECT subject,html,text FROM template WHERE name=?", "s", name);
  int result = store_step (store, row, error);

  if (result == 0)
    return not_there (name, error);
  if (result < 0)
    return FALSE;
  *out_subject = g_strdup (store_text (row, 0));
  *out_html = g_strdup (store_text (row, 1));
  *out_text = g_strdup (store_text (row, 2));
  sqlite3_reset (row);
  return TRUE;
}

static gboolean
remove_both (Store *store, const char *name, GError **error)
{
  if (!store_run (store, error, "DELETE FROM template WHERE name=?", "s", name))
    return FALSE;
  if (sqlite3_changes (store_get_db (store)) == 0)
    return not_there (name, error);
  return store_run (store, error, "DELETE FROM template_file WHERE template=?", "s", name);
}

gboolean
template_remove (Store *store, const char *name, GError **error)
{
  if (!store_begin (store, error))
    return FALSE;
  if (remove_both (store, name, error))
    return store_commit (store, error);
  store_rollback (store);
  return FALSE;
}

/* Another case of its own name is no other template. */
static gboolean
is_free (Store *store, const char *name, const char *new_name, GError **error)
{
  gint64 found = 0;
  int result = store_get_int (store, &found, error, "SELECT 1 FROM template WHERE name=?2 AND NOT (?1=?2 COLLATE NOCASE)", "ss", name, new_name);

  if (result == 1)
    g_set_error (error, FAULT, FAULT_DATA, "there is a template “%s” already; choose another name", new_name);
  return result == 0;
}

static gboolean
rename_both (Store *store, const char *name, const char *new_name, GError **error)
{
  if (!is_free (store, name, new_name, error) || !store_run (store, error, "UPDATE template SET name=?2 WHERE name=?1", "ss", name, new_name))
    return FALSE;
  if (sqlite3_changes (store_get_db (store)) == 0)
    return not_there (name, error);
  return store_run (store, error, "UPDATE template_file SET template=?2 WHERE template=?1", "ss", name, new_name);
}

gboolean
template_rename (Store *store, const char *name, const char *new_name, GError **error)
{
  if (!store_begin (store, error))
    return FALSE;
  if (rename_both (store, name, new_name, error))
    return store_commit (store, error);
  store_rollback (store);
  return FALSE;
}
