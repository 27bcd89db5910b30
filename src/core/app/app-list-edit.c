/* App1.ListFind, ListCreate, ListRename, ListAdd, ListDrop, ListFieldRemove: lists that people change by hand. */
#include "app-people.h"

#include "contact.h"
#include "fault.h"
#include "list-edit.h"
#include "list.h"
#include <string.h>

/* --- a page, sorted --- */

static gboolean
check_order (const char *order, const char *const *fields, GError **error)
{
  static const char *const own[] = { "", "name", "email", "phone", NULL };

  if (g_strv_contains (own, order) || g_strv_contains (fields, order))
    return TRUE;
  g_set_error (error, FAULT, FAULT_USAGE, "people cannot be sorted by “%s”: the list has no such field", order);
  return FALSE;
}

static gboolean
handle_list_find (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *name, const char *text, const char *order, gboolean is_down,
                  guint64 offset, guint max_rows, AppClient *client)
{
  Database *database = client->core->database;
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_PEOPLE);
  g_auto (GStrv) fields = NULL;
  g_autofree const char **columns = NULL;
  ListSearch what = { 0, (gint64) MIN (offset, G_MAXINT64), text, order, is_down, MIN (max_rows, APP_PAGE_ROWS_MAX) };
  GError *error = NULL;
  guint64 total = 0;

  if (!list_find (database, name, &what.list, &error))
    return app_return_error (invocation, error);
  fields = list_get_fields (database, what.list, &error);
  if (fields == NULL || !check_order (order, (const char *const *) fields, &error) ||
      !list_search (database, &what, (const char *const *) fields, &total, frame, &error))
    return app_return_error (invocation, error);
  columns = app_list_columns ((const char *const *) fields);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(t^as@ay)", total, columns, frame_writer_finish (frame)));
  return TRUE;
}

/* --- made, renamed --- */

static gboolean
handle_list_create (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *name, AppClient *client)
{
  GError *error = NULL;

  if (!list_create (client->core->database, name, &error))
    return app_return_error (invocation, error);
  pr_app1_complete_list_create (skeleton, invocation);
  return TRUE;
}

static gboolean
handle_list_rename (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *name, const char *new_name, AppClient *client)
{
  GError *error = NULL;

  if (!list_rename (client->core->database, name, new_name, &error))
    return app_return_error (invocation, error);
  pr_app1_complete_list_rename (skeleton, invocation);
  return TRUE;
}

/* --- people --- */

/* All of them are found before the first one moves. Returns: (transfer full) gint64, or NULL. */
static GArray *
find_all (Database *database, const char *const *who, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (gsize i = 0; who[i] != NULL; i++) {
    gint64 id = 0;

    if (!contact_find_one (database, who[i], &id, error))
      return NULL;
    g_array_append_val (ids, id);
  }
  if (ids->len > 0)
    return g_steal_pointer (&ids);
  g_set_error (error, FAULT, FAULT_USAGE, "nobody was named");
  return NULL;
}

static gboolean
handle_list_add (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *name, const char *const *who, AppClient *client)
{
  GError *error = NULL;
  g_autoptr (GArray) ids = find_all (client->core->database, who, &error);
  guint added = 0;

  if (ids == NULL || !list_join (client->core->database, name, ids, &added, &error))
    return app_return_error (invocation, error);
  pr_app1_complete_list_add (skeleton, invocation, added);
  return TRUE;
}

static gboolean
handle_list_drop (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *name, const char *const *who, AppClient *client)
{
  GError *error = NULL;
  g_autoptr (GArray) ids = find_all (client->core->database, who, &error);
  guint dropped = 0;

  if (ids == NULL || !list_leave (client->core->database, name, ids, &dropped, &error))
    return app_return_error (invocation, error);
  pr_app1_complete_list_drop (skeleton, invocation, dropped);
  return TRUE;
}

/* --- a field --- */

static gboolean
handle_list_field_remove (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *name, const char *field, AppClient *client)
{
  GError *error = NULL;
  guint64 people = 0;

  if (!list_remove_field (client->core->database, name, field, &people, &error))
    return app_return_error (invocation, error);
  pr_app1_complete_list_field_remove (skeleton, invocation, people);
  return TRUE;
}

void
app_list_edit_connect (AppClient *client)
{
  g_signal_connect (client->skeleton, "handle-list-find", G_CALLBACK (handle_list_find), client);
  g_signal_connect (client->skeleton, "handle-list-create", G_CALLBACK (handle_list_create), client);
  g_signal_connect (client->skeleton, "handle-list-rename", G_CALLBACK (handle_list_rename), client);
  g_signal_connect (client->skeleton, "handle-list-add", G_CALLBACK (handle_list_add), client);
  g_signal_connect (client->skeleton, "handle-list-drop", G_CALLBACK (handle_list_drop), client);
  g_signal_connect (client->skeleton, "handle-list-field-remove", G_CALLBACK (handle_list_field_remove), client);
}
