/* App1.AuditList, SettingsShow, SettingsChange, DeleteAll: what is kept, for how long, and what was done. */
#include "app-people.h"
#include "contract-keys.h"
#include "database.h"
#include "erase.h"
#include "fault.h"
#include "retention.h"
#include "sql-words.h"
#include <signal.h>
#include <string.h>
#include <unistd.h>

static gboolean
handle_audit (PrApp1 *skeleton, GDBusMethodInvocation *invocation, guint64 before, guint max_rows, AppClient *client)
{
  gint64 limit = before == 0 ? G_MAXINT64 : (gint64) MIN (before, G_MAXINT64);
  sqlite3_stmt *rows = database_query (client->core->database, "SELECT id,time_utc,what,detail FROM audit WHERE id<? ORDER BY id DESC LIMIT ?", "ii", limit,
                                       (gint64) MIN (max_rows, APP_PAGE_ROWS_MAX));
  GVariantBuilder list;
  GError *error = NULL;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  while (database_step (client->core->database, rows, &error) == 1) {
    GVariantDict dict;

    g_variant_dict_init (&dict, NULL);
    g_variant_dict_insert (&dict, KEY_AUDIT_ID, "t", (guint64) database_int (rows, 0));
    g_variant_dict_insert (&dict, KEY_AUDIT_TIME, "x", database_int (rows, 1));
    g_variant_dict_insert (&dict, KEY_AUDIT_WHAT, "s", database_text (rows, 2));
    g_variant_dict_insert (&dict, KEY_AUDIT_DETAIL, "s", database_text (rows, 3));
    g_variant_builder_add_value (&list, g_variant_dict_end (&dict));
  }
  if (error != NULL) {
    g_variant_builder_clear (&list);
    return app_return_error (invocation, error);
  }
  pr_app1_complete_audit_list (skeleton, invocation, g_variant_builder_end (&list));
  return TRUE;
}

static gboolean
handle_show (PrApp1 *skeleton, GDBusMethodInvocation *invocation, AppClient *client)
{
  static const struct { const char *key, *sql; } counts[] = {
    { KEY_SETTINGS_PEOPLE, "SELECT count(*) FROM contact" },
    { KEY_SETTINGS_CAMPAIGNS, "SELECT count(*) FROM campaign WHERE NOT " SQL_CAMPAIGN_IS_NEW ("") },
    { KEY_SETTINGS_RECIPIENTS, "SELECT coalesce(sum(count),0) FROM tally" },
    { KEY_SETTINGS_BYTES, "SELECT page_count*page_size FROM pragma_page_count(), pragma_page_size()" },
  };
  GVariantDict dict;
  GError *error = NULL;

  g_variant_dict_init (&dict, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (counts) && error == NULL; i++) {
    gint64 count = 0;

    database_get_int (client->core->database, &count, &error, counts[i].sql, "");
    g_variant_dict_insert (&dict, counts[i].key, "t", (guint64) count);
  }
  g_variant_dict_insert (&dict, KEY_SETTINGS_KEEP_DAYS, "u", retention_get_days (client->core));
  g_variant_dict_insert (&dict, KEY_SETTINGS_HOME, "s", client->core->home);
  g_variant_dict_insert (&dict, KEY_SETTINGS_STATE, "s", client->core->state);
  if (error != NULL) {
    g_variant_dict_clear (&dict);
    return app_return_error (invocation, error);
  }
  pr_app1_complete_settings_show (skeleton, invocation, g_variant_dict_end (&dict));
  return TRUE;
}

static gboolean
handle_change (PrApp1 *skeleton, GDBusMethodInvocation *invocation, GVariant *settings, AppClient *client)
{
  GError *error = NULL;
  guint days = 0;

  if (g_variant_lookup (settings, KEY_SETTINGS_KEEP_DAYS, "u", &days) && !retention_set_days (client->core, days, &error))
    return app_return_error (invocation, error);
  pr_app1_complete_settings_change (skeleton, invocation);
  return TRUE;
}

static gboolean
may_delete (AppClient *client, const char *sure, GError **error)
{
  gint64 id = 0;
  int open = database_get_int (client->core->database, &id, error, "SELECT id FROM campaign WHERE " SQL_CAMPAIGN_IS_STARTED ("") " LIMIT 1", "");

  if (strcmp (sure, "delete") != 0)
    g_set_error (error, FAULT, FAULT_USAGE, "nothing was deleted: say the word delete to be sure");
  else if (open == 1)
    g_set_error (error, FAULT, FAULT_TEMP, "nothing was deleted: campaign %" G_GINT64_FORMAT " is still open; cancel it first", id);
  else
    return open == 0;
  return FALSE;
}

/* As when a person ends us: what is on the wire is finished. main.c deletes when all is closed. */
static gboolean
leave_cb (gpointer data)
{
  kill (getpid (), SIGTERM);
  return G_SOURCE_REMOVE;
}

static gboolean
handle_delete (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *sure, AppClient *client)
{
  GError *error = NULL;

  if (!may_delete (client, sure, &error) || !erase_request (client->core->home, &error))
    return app_return_error (invocation, error);
  client->core->is_leaving = TRUE; /* no work is started any more */
  pr_app1_complete_delete_all (skeleton, invocation);
  g_dbus_connection_flush (client->connection, NULL, NULL, NULL);
  g_timeout_add (0, leave_cb, NULL);
  return TRUE;
}

void
app_settings_connect (AppClient *client)
{
  g_signal_connect (client->skeleton, "handle-audit-list", G_CALLBACK (handle_audit), client);
  g_signal_connect (client->skeleton, "handle-settings-show", G_CALLBACK (handle_show), client);
  g_signal_connect (client->skeleton, "handle-settings-change", G_CALLBACK (handle_change), client);
  g_signal_connect (client->skeleton, "handle-delete-all", G_CALLBACK (handle_delete), client);
}
