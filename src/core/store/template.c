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

gboolean
template_remove (Store *store, const char *name, GError **error)
{
  if (!store_run (store, error, "DELETE FROM template WHERE name=?", "s", name))
    return FALSE;
  return sqlite3_changes (store_get_db (store)) > 0 || not_there (name, error);
}
