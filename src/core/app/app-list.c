#include "app-people.h"

#include "contract-keys.h"
#include "list.h"

static GVariant *
aliases_to_variant (Database *database, gint64 list)
{
  g_auto (GStrv) aliases = list_get_aliases (database, list, NULL);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  for (gsize i = 0; aliases != NULL && aliases[i] != NULL; i += 2)
    g_variant_builder_add (&builder, "{ss}", aliases[i], aliases[i + 1]);
  return g_variant_builder_end (&builder);
}

static gboolean
handle_lists (PrApp1 *skeleton, GDBusMethodInvocation *invocation, AppClient *client)
{
  Database *database = client->core->database;
  sqlite3_stmt *rows = database_query (database,
                                       "SELECT l.name,l.created_utc,coalesce(t.people,0),coalesce(t.emails,0),coalesce(t.phones,0),l.id FROM list l LEFT JOIN"
                                       " (SELECT m.list,count(*) AS people,count(c.email_key) AS emails,sum(c.phone<>'') AS phones FROM member m"
                                       "  JOIN contact c ON c.id=m.contact GROUP BY m.list) t ON t.list=l.id ORDER BY l.name LIMIT 10000", "");
  GVariantBuilder lists;
  GError *error = NULL;
  int result;

  g_variant_builder_init (&lists, G_VARIANT_TYPE ("aa{sv}"));
  while ((result = database_step (database, rows, &error)) == 1) {
    GVariantDict dict;

    g_variant_dict_init (&dict, NULL);
    g_variant_dict_insert (&dict, KEY_LIST_NAME, "s", database_text (rows, 0));
    g_variant_dict_insert (&dict, KEY_LIST_CREATED, "x", database_int (rows, 1));
    g_variant_dict_insert (&dict, KEY_LIST_PEOPLE, "t", (guint64) database_int (rows, 2));
    g_variant_dict_insert (&dict, KEY_LIST_WITH_EMAIL, "t", (guint64) database_int (rows, 3));
    g_variant_dict_insert (&dict, KEY_LIST_WITH_PHONE, "t", (guint64) database_int (rows, 4));
    g_variant_dict_insert_value (&dict, KEY_LIST_ALIASES, aliases_to_variant (database, database_int (rows, 5)));
    g_variant_builder_add_value (&lists, g_variant_dict_end (&dict));
  }
  if (result < 0) {
    g_variant_builder_clear (&lists);
    return app_return_error (invocation, error);
  }
  pr_app1_complete_lists (skeleton, invocation, g_variant_builder_end (&lists));
  return TRUE;
}

const char **
app_list_columns (const char *const *fields)
{
  GPtrArray *columns = g_ptr_array_new ();

  g_ptr_array_add (columns, (gpointer) "name");
  g_ptr_array_add (columns, (gpointer) "email");
  g_ptr_array_add (columns, (gpointer) "phone");
  for (gsize i = 0; fields[i] != NULL; i++)
    g_ptr_array_add (columns, (gpointer) fields[i]);
  g_ptr_array_add (columns, NULL);
  return (const char **) g_ptr_array_free (columns, FALSE);
}

static gboolean
handle_list_rows (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *name, guint64 after, guint max_rows, AppClient *client)
{
  Database *database = client->core->database;
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_PEOPLE);
  g_auto (GStrv) fields = NULL;
  g_autofree const char **columns = NULL;
  GError *error = NULL;
  gint64 list = 0;

  if (!list_find (database, name, &list, &error))
    return app_return_error (invocation, error);
  fields = list_get_fields (database, list, &error);
  if (fields == NULL || !list_page (database, list, (const char *const *) fields, MIN (after, G_MAXINT64), MIN (max_rows, APP_PAGE_ROWS_MAX), frame, &error))
    return app_return_error (invocation, error);
  columns = app_list_columns ((const char *const *) fields);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(^as@ay)", columns, frame_writer_finish (frame)));
  return TRUE;
}

static gboolean
handle_list_remove (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *name, AppClient *client)
{
  GError *error = NULL;
  gint64 list = 0;
  guint64 people = 0;

  if (!list_find (client->core->database, name, &list, &error) || !list_remove (client->core->database, list, name, &people, &error))
    return app_return_error (invocation, error);
  pr_app1_complete_list_remove (skeleton, invocation, people);
  return TRUE;
}

void
app_list_connect (AppClient *client)
{
  g_signal_connect (client->skeleton, "handle-lists", G_CALLBACK (handle_lists), client);
  g_signal_connect (client->skeleton, "handle-list-rows", G_CALLBACK (handle_list_rows), client);
  g_signal_connect (client->skeleton, "handle-list-remove", G_CALLBACK (handle_list_remove), client);
}
