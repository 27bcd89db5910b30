#include "app-people.h"

#include "campaigns.h"
#include "contract-keys.h"
#include "fault.h"
#include "suppression.h"
#include "text.h"

/* All addresses are looked at before the first one is stored: a list with a slip in it changes nothing.
 * Returns: (transfer full) keys, NULL-terminated. */
static GStrv
parse_all (const char *const *addresses, GError **error)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; addresses[i] != NULL; i++) {
    char *key = suppression_parse_address (addresses[i], error);

    if (key == NULL)
      return NULL;
    g_ptr_array_add (keys, key);
  }
  g_ptr_array_add (keys, NULL);
  g_ptr_array_set_free_func (keys, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&keys), FALSE);
}

static gboolean
change_all (Core *core, GStrv keys, const char *scope, const char *reason, gboolean is_added, guint *out_count, GError **error)
{
  for (gsize i = 0; keys[i] != NULL; i++)
    if (!(is_added ? suppression_add (core->database, &(Suppression){ keys[i], scope, SUPPRESSION_REASON_PERSON, reason, SUPPRESSION_SOURCE_COMMAND, 0 }, out_count, error)
                   : suppression_remove (core->database, core->vault, keys[i], scope, out_count, error)))
      return FALSE;
  return TRUE;
}

static gboolean
app_suppress_change (Core *core, const char *const *addresses, const char *raw_scope, const char *reason, gboolean is_added, guint *out_count, GError **error)
{
  g_autofree char *scope = suppression_parse_scope (core->database, raw_scope, error);
  g_auto (GStrv) keys = scope != NULL ? parse_all (addresses, error) : NULL;
  g_autofree char *detail = NULL;
  guint count = 0;

  if (keys == NULL || !database_begin (core->database, error))
    return FALSE;
  if (!change_all (core, keys, scope, reason, is_added, &count, error)) {
    database_rollback (core->database);
    return FALSE;
  }
  detail = text_count (count, "address", "addresses"); /* which ones is not for the log: they may be forgotten later */
  if (!database_audit (core->database, is_added ? "suppress.add" : "suppress.remove", detail, error)) {
    database_rollback (core->database);
    return FALSE;
  }
  if (!database_commit (core->database, error))
    return FALSE;
  *out_count = count;
  return TRUE;
}

static gboolean
handle_suppress_add (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *const *addresses, const char *scope, const char *reason,
                     AppClient *client)
{
  GError *error = NULL;
  guint added = 0;

  if (!app_suppress_change (client->core, addresses, scope, reason, TRUE, &added, &error))
    return app_return_error (invocation, error);
  campaigns_suppressed (client->core);
  pr_app1_complete_suppress_add (skeleton, invocation, added);
  return TRUE;
}

static gboolean
handle_suppress_remove (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *const *addresses, const char *scope, AppClient *client)
{
  GError *error = NULL;
  guint removed = 0;

  if (!app_suppress_change (client->core, addresses, scope, "", FALSE, &removed, &error))
    return app_return_error (invocation, error);
  pr_app1_complete_suppress_remove (skeleton, invocation, removed);
  return TRUE;
}

static gboolean
handle_suppress_list (PrApp1 *skeleton, GDBusMethodInvocation *invocation, guint64 after, guint max_rows, AppClient *client)
{
  Database *database = client->core->database;
  sqlite3_stmt *rows = database_query (database, "SELECT id,address," SUPPRESSION_SCOPE_SQL ",words," SUPPRESSION_SOURCE_SQL ",created_utc,kind,reason FROM suppression"
                                       " WHERE id>? ORDER BY id LIMIT ?", "ii",
                                       (gint64) MIN (after, G_MAXINT64), (gint64) MIN (max_rows, APP_PAGE_ROWS_MAX));
  GVariantBuilder list;
  GError *error = NULL;
  int result;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  while ((result = database_step (database, rows, &error)) == 1) {
    GVariantDict dict;

    g_variant_dict_init (&dict, NULL);
    g_variant_dict_insert (&dict, KEY_SUPPRESSION_ID, "t", (guint64) database_int (rows, 0));
    g_variant_dict_insert (&dict, KEY_SUPPRESSION_ADDRESS, "s", database_text (rows, 1));
    g_variant_dict_insert (&dict, KEY_SUPPRESSION_SCOPE, "s", database_text (rows, 2));
    g_variant_dict_insert (&dict, KEY_SUPPRESSION_REASON, "s", database_text (rows, 3));
    g_variant_dict_insert (&dict, KEY_SUPPRESSION_SOURCE, "s", database_text (rows, 4));
    g_variant_dict_insert (&dict, KEY_SUPPRESSION_TIME, "x", database_int (rows, 5));
    g_variant_dict_insert (&dict, KEY_SUPPRESSION_KIND, "s", database_text (rows, 6));
    g_variant_dict_insert (&dict, KEY_SUPPRESSION_CAUSE, "s", database_text (rows, 7));
    g_variant_builder_add_value (&list, g_variant_dict_end (&dict));
  }
  if (result < 0) {
    g_variant_builder_clear (&list);
    return app_return_error (invocation, error);
  }
  pr_app1_complete_suppress_list (skeleton, invocation, g_variant_builder_end (&list));
  return TRUE;
}

void
app_suppress_connect (AppClient *client)
{
  g_signal_connect (client->skeleton, "handle-suppress-add", G_CALLBACK (handle_suppress_add), client);
  g_signal_connect (client->skeleton, "handle-suppress-remove", G_CALLBACK (handle_suppress_remove), client);
  g_signal_connect (client->skeleton, "handle-suppress-list", G_CALLBACK (handle_suppress_list), client);
}
