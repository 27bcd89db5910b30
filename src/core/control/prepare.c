#include "clock.h"
#include "contract-keys.h"
#include "prepare-private.h"

#include "database.h"
#include "fault.h"
#include "files.h"
#include "list.h"
#include "mailbox.h"
#include "part.h"
#include "sql-words.h"
#include "text.h"
#include <gio/gunixfdlist.h>
#include <sodium.h>
#include <string.h>

#define LIFETIME_DEFAULT_S 86400      /* chosen: news of yesterday */
#define LIFETIME_MAX_S (30 * 86400)   /* chosen */

static void
prepare_free (Prepare *self)
{
  snapshot_free (self->snapshot);
  account_free (self->account);
  campaign_free (self->campaign);
  composed_free (self->composed);
  g_clear_pointer (&self->lists, g_array_unref);
  g_clear_pointer (&self->places, g_array_unref);
  g_clear_pointer (&self->exclude, g_array_unref);
  g_clear_pointer (&self->where_fields, g_ptr_array_unref);
  g_clear_pointer (&self->where_values, g_ptr_array_unref);
  g_free (self->list_names);
  g_free (self->once);
  g_free (self->test_to);
  g_free (self);
}

static gboolean
prepare_set_usage (GError **error, const char *what)
{
  g_set_error_literal (error, FAULT, FAULT_USAGE, what);
  return FALSE;
}

/* --- the wish --- */

static char *
get_text (GVariantDict *spec, const char *key)
{
  char *text = NULL;

  return g_variant_dict_lookup (spec, key, "s", &text) ? text : g_strdup ("");
}

static guint
get_number (GVariantDict *spec, const char *key)
{
  guint32 number = 0;

  g_variant_dict_lookup (spec, key, "u", &number);
  return number;
}

static gboolean
resolve_lists (Prepare *self, GVariantDict *spec, const char *key, GArray *ids, GError **error)
{
  g_auto (GStrv) names = NULL;

  g_variant_dict_lookup (spec, key, "^as", &names);
  for (gsize i = 0; names != NULL && names[i] != NULL; i++) {
    gint64 id = 0;

    if (!list_find (self->core->database, names[i], &id, error))
      return FALSE;
    g_array_append_val (ids, id);
  }
  if (ids == self->lists)
    self->list_names = names != NULL ? g_strjoinv (", ", names) : g_strdup ("");
  return TRUE;
}

static gboolean
read_spec (Prepare *self, GVariant *raw_wish, GError **error)
{
  GVariantDict dict;
  g_autoptr (GVariant) wish = NULL;
  g_autofree char *account = NULL, *per = NULL;
  gboolean is_fine;

  g_variant_dict_init (&dict, raw_wish);
  wish = g_variant_ref_sink (g_variant_dict_end (&dict)); /* of two with one key the last one alone */
  g_variant_dict_init (&dict, wish);
  account = get_text (&dict, KEY_SPEC_ACCOUNT);
  per = get_text (&dict, KEY_SPEC_PER);
  self->account = account_load (self->core, account, error);
  self->campaign = g_new0 (Campaign, 1);
  self->campaign->per_hour = get_number (&dict, KEY_SPEC_PER_HOUR);
  self->campaign->connections = get_number (&dict, KEY_SPEC_CONNECTIONS);
  self->campaign->lifetime_s = get_number (&dict, KEY_SPEC_LIFETIME_S) > 0 ? get_number (&dict, KEY_SPEC_LIFETIME_S) : LIFETIME_DEFAULT_S;
  self->campaign->version = 1;
  self->once = get_text (&dict, KEY_SPEC_ONCE);
  self->test_to = get_text (&dict, KEY_SPEC_TEST_TO);
  g_variant_dict_lookup (&dict, KEY_SPEC_TEST_WHO, "t", &self->spec.only);
  g_variant_dict_lookup (&dict, KEY_SPEC_AGAIN, "b", &self->is_again);
  g_variant_dict_lookup (&dict, KEY_SPEC_EXCEPT, "t", &self->spec.copies.except);
  g_variant_dict_lookup (&dict, KEY_SPEC_REFUSED_OF, "t", &self->spec.copies.refused_of);
  self->spec.has_limit = g_variant_dict_lookup (&dict, KEY_SPEC_LIMIT, "t", &self->spec.limit);
  g_variant_dict_lookup (&dict, KEY_SPEC_PAUSE_AFTER, "t", &self->campaign->pause_after);
  self->spec.copies.is_per_address = g_str_equal (per, "address");
  self->campaign->is_test = self->test_to[0] != '\0';
  prepare_read_where (self, &dict);
  is_fine = self->account != NULL && prepare_read_message (self, wish, error) && resolve_lists (self, &dict, KEY_SPEC_LISTS, self->lists, error) &&
            resolve_lists (self, &dict, KEY_SPEC_EXCLUDE_LISTS, self->exclude, error);
  g_variant_dict_clear (&dict);
  if (is_fine && per[0] != '\0' && !self->spec.copies.is_per_address && !g_str_equal (per, "person"))
    return prepare_set_usage (error, "--per is person or address");
  return is_fine;
}

/* campaign 0: none was named. One whose names were taken away cannot say who got it: to go on would be a second copy for all. */
static gboolean
can_be_asked (Core *core, guint64 campaign, GError **error)
{
  g_autoptr (Campaign) loaded = campaign != 0 ? campaign_load (core, campaign, error) : NULL;
  gint64 cleared_utc = 0;

  if (campaign == 0)
    return TRUE;
  if (loaded == NULL || database_get_int (core->database, &cleared_utc, error, "SELECT cleared_utc FROM campaign WHERE id=?", "i", (gint64) campaign) < 0)
    return FALSE;
  if (cleared_utc != 0)
    g_set_error (error, FAULT, FAULT_DATA, "the names of campaign %" G_GUINT64_FORMAT " were taken away for their age: who got it is not known any more", campaign);
  return cleared_utc == 0;
}

static gboolean
settle_test_to (Prepare *self, GError **error)
{
  const AddressKind *kind = address_kind_get (self->account->kind->address);
  char *parsed = self->test_to[0] != '\0' ? kind->parse (self->test_to) : g_strdup ("");

  if (parsed == NULL) {
    g_set_error (error, FAULT, FAULT_USAGE, "--test-to: this is not %s %s", kind->article, kind->long_noun);
    return FALSE;
  }
  g_free (self->test_to);
  self->test_to = parsed;
  return TRUE;
}

static gboolean
is_sound (Prepare *self, GError **error)
{
  if (self->lists->len == 0)
    return prepare_set_usage (error, "no list is named: say --list NAME (`postrider lists` shows them)");
  if (!message_parts_check (self->campaign->parts, error))
    return FALSE;
  if (!settle_test_to (self, error))
    return FALSE;
  if (self->spec.only != 0 && self->test_to[0] == '\0')
    return prepare_set_usage (error, "one person alone is named, but no address for a trial");
  if (self->campaign->lifetime_s > LIFETIME_MAX_S)
    return prepare_set_usage (error, "--give-up: 30 days at most");
  if (self->campaign->pause_after < 0)
    return prepare_set_usage (error, "so many messages cannot be sent before a pause");
  return can_be_asked (self->core, self->spec.copies.except, error) && can_be_asked (self->core, self->spec.copies.refused_of, error);
}

/* --- the rows --- */

/* One that stands for something else in another list is a column of its own: each person's value is what their list says. */
static void
add_alias (GPtrArray *aliases, GPtrArray *columns, const char *alias, const char *column)
{
  g_autofree char *key = text_fold (alias, -1);

  for (guint i = 0; i < aliases->len; i += 2) {
    g_autofree char *other = text_fold (g_ptr_array_index (aliases, i), -1);

    if (strcmp (key, other) != 0)
      continue;
    if (strcmp (column, g_ptr_array_index (aliases, i + 1)) != 0 && !g_ptr_array_find_with_equal_func (columns, alias, g_str_equal, NULL))
      g_ptr_array_add (columns, g_strdup (alias));
    return;
  }
  g_ptr_array_add (aliases, g_strdup (alias));
  g_ptr_array_add (aliases, g_strdup (column));
}

static gboolean
load_aliases (Prepare *self, GPtrArray *columns, GError **error)
{
  GPtrArray *all = g_ptr_array_new ();
  gboolean is_read = TRUE;

  for (guint i = 0; i < self->lists->len && is_read; i++) {
    g_auto (GStrv) aliases = list_get_aliases (self->core->database, g_array_index (self->lists, gint64, i), error);

    is_read = aliases != NULL;
    for (gsize j = 0; is_read && aliases[j] != NULL; j += 2)
      add_alias (all, columns, aliases[j], aliases[j + 1]);
  }
  g_ptr_array_add (all, NULL);
  self->campaign->aliases = (GStrv) g_ptr_array_free (all, FALSE);
  return is_read;
}

static GStrv
load_columns (Prepare *self, GError **error)
{
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (columns, g_strdup (address_kind_get (self->account->kind->address)->other));
  for (guint i = 0; i < self->lists->len; i++) {
    sqlite3_stmt *row = database_query (self->core->database, "SELECT name FROM list_field WHERE list=? ORDER BY position", "i", g_array_index (self->lists, gint64, i));
    int result;

    while ((result = database_step (self->core->database, row, error)) == 1)
      if (!g_ptr_array_find_with_equal_func (columns, database_text (row, 0), g_str_equal, NULL))
        g_ptr_array_add (columns, g_strdup (database_text (row, 0)));
    if (result < 0)
      return NULL;
  }
  if (!load_aliases (self, columns, error))
    return NULL;
  g_ptr_array_add (columns, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&columns), FALSE);
}

/* To whom it goes, also when they have other names or are gone. */
static gboolean
insert_lists (Prepare *self, GError **error)
{
  for (guint i = 0; i < self->lists->len; i++)
    if (!database_run (self->core->database, error, "INSERT OR IGNORE INTO campaign_list(campaign,list) VALUES(?,?)", "ii", (gint64) self->campaign->id,
                       g_array_index (self->lists, gint64, i)))
      return FALSE;
  return TRUE;
}

static gboolean
insert_campaign (Prepare *self, GError **error)
{
  Campaign *campaign = self->campaign;
  g_autoptr (GBytes) columns = campaign_columns_to_blob ((const char *const *) campaign->columns);
  g_autoptr (GBytes) aliases = campaign_columns_to_blob ((const char *const *) campaign->aliases);
  gint64 now_utc = clock_now_utc ();

  randombytes_buf (campaign->identity, sizeof campaign->identity);
  campaign->account = self->account->id;
  if (!database_run (self->core->database, error,
                     "INSERT INTO campaign(identity,account,state,sender,reply_to,unsubscribe,subject,title,lists,columns,per_hour,connections,lifetime_s,once_key,list_key,"
                     "version,created_utc,pause_after,aliases,is_test,address_kind) VALUES(?,?," SQL_CAMPAIGN_STATE (PREPARING) ",?,?,?,?,?,?,?,?,?,?,nullif(?,''),?,1,?,?,?,?,?)",
                     "bissssssbiiissiibis", campaign->identity, sizeof campaign->identity, campaign->account, campaign_get_sender (campaign),
                     message_parts_get (campaign->parts, KEY_MESSAGE_REPLY_TO), message_parts_get (campaign->parts, KEY_MESSAGE_UNSUBSCRIBE),
                     message_parts_get (campaign->parts, KEY_MESSAGE_SUBJECT), campaign->title, self->list_names, g_bytes_get_data (columns, NULL),
                     g_bytes_get_size (columns), (gint64) campaign->per_hour, (gint64) campaign->connections, campaign->lifetime_s, self->earlier == 0 ? self->once : "",
                     self->list_names, now_utc, campaign->pause_after, g_bytes_get_data (aliases, NULL), g_bytes_get_size (aliases), (gint64) campaign->is_test,
                     address_kind_get (self->account->kind->address)->word))
    return FALSE;
  campaign->id = (guint64) sqlite3_last_insert_rowid (database_get_sqlite (self->core->database));
  return campaign_store_version (self->core, campaign, error);
}

static gboolean
store_campaign (Prepare *self, GVariant *files, GUnixFDList *fds, GError **error)
{
  gboolean is_fine;

  self->campaign->columns = load_columns (self, error);
  if (self->campaign->columns == NULL || !prepare_check_where (self, error) || !database_begin (self->core->database, error))
    return FALSE;
  is_fine = insert_campaign (self, error) && insert_lists (self, error) && files_keep (self->core, self->campaign->id, files, fds, error) &&
            (self->earlier == 0 || prepare_is_same (self, error));
  if (is_fine && self->earlier == 0)
    return database_commit (self->core->database, error);
  database_rollback (self->core->database); /* with an earlier one it was there to be compared, no more */
  files_sweep (self->core);
  self->campaign->id = 0;
  return is_fine;
}

static gboolean
remove_rows (Core *core, guint64 campaign, GError **error)
{
  static const char *const statements[] = { "DELETE FROM recipient WHERE campaign=?", "DELETE FROM snapshot WHERE campaign=?", "DELETE FROM tally WHERE campaign=?",
                                            "DELETE FROM campaign WHERE id=?" };

  if (!database_begin (core->database, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (statements); i++)
    if (!database_run (core->database, error, statements[i], "i", (gint64) campaign)) {
      database_rollback (core->database);
      return FALSE;
    }
  if (!database_commit (core->database, error))
    return FALSE;
  files_sweep (core);
  return TRUE;
}

gboolean
prepare_discard (Core *core, guint64 campaign, GError **error)
{
  g_autoptr (Campaign) loaded = campaign_load (core, campaign, error);

  if (loaded == NULL)
    return FALSE;
  if (loaded->state == CAMPAIGN_PREPARING) { /* its people are being written down: they would be left without it */
    g_set_error_literal (error, FAULT, FAULT_TEMP, "this campaign is still being prepared; try again in a moment");
    return FALSE;
  }
  if (loaded->state > CAMPAIGN_PREPARED)
    return prepare_set_usage (error, "this campaign was started: it stays in the ledger");
  return remove_rows (core, campaign, error);
}

gboolean
prepare_discard_all (Core *core, GError **error)
{
  gint64 id = 0;
  int found;

  while ((found = database_get_int (core->database, &id, error, "SELECT id FROM campaign WHERE " SQL_CAMPAIGN_IS_NEW ("") " LIMIT 1", "")) == 1)
    if (!remove_rows (core, (guint64) id, error))
      return FALSE;
  return found == 0;
}

/* --- the course of it --- */

static void
prepare_fail (GTask *task, GError *error)
{
  Prepare *self = g_task_get_task_data (task);

  if (self->campaign != NULL && self->campaign->id != 0)
    remove_rows (self->core, self->campaign->id, NULL);
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
measured_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Prepare *self = g_task_get_task_data (task);

  prepare_measure_finish (self, result);
  g_task_return_pointer (task, prepare_summarize (self), (GDestroyNotify) g_variant_unref);
}

/* All people are written down: from now on they can be handed over. */
static gboolean
close_snapshot (Prepare *self, GError **error)
{
  Database *database = self->core->database;

  if (!database_begin (database, error))
    return FALSE;
  if (part_make (database, self->campaign->id, error) &&
      database_run (database, error, "UPDATE campaign SET state=" SQL_CAMPAIGN_STATE (PREPARED) " WHERE id=?", "i", (gint64) self->campaign->id))
    return database_commit (database, error);
  database_rollback (database);
  return FALSE;
}

static gboolean
step_cb (gpointer data)
{
  GTask *task = data;
  Prepare *self = g_task_get_task_data (task);
  GError *error = NULL;
  int result = snapshot_step (self->snapshot, &error);

  if (result > 0)
    return G_SOURCE_CONTINUE;
  if (result == 0 && !close_snapshot (self, &error))
    result = -1;
  if (result < 0) {
    prepare_fail (task, error);
    return G_SOURCE_REMOVE;
  }
  prepare_measure_async (self, measured_cb, task);
  return G_SOURCE_REMOVE;
}

static void
probed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Prepare *self = g_task_get_task_data (data);

  prepare_probe_finish (self, result);
  g_idle_add (step_cb, data);
}

static void
composed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Prepare *self = g_task_get_task_data (task);
  GError *error = NULL;

  self->composed = composer_begin_finish (self->core->composer, result, &error);
  if (self->composed == NULL) {
    prepare_fail (task, error);
    return;
  }
  self->spec.copies.campaign = self->campaign->id;
  self->spec.copies.address = self->account->kind->address;
  self->spec.copies.text = message_parts_get (self->campaign->parts, KEY_MESSAGE_TEXT);
  self->spec.copies.subject = message_parts_get (self->campaign->parts, KEY_MESSAGE_SUBJECT);
  self->spec.sender_address = self->campaign->sender_address;
  self->spec.columns = (const char *const *) self->campaign->columns;
  self->spec.where_fields = (const char *const *) self->where_fields->pdata;
  self->spec.where_values = (const char *const *) self->where_values->pdata;
  self->spec.test_to = self->test_to;
  self->snapshot = snapshot_new (self->core, &self->spec, self->lists, self->exclude, &error);
  if (self->snapshot == NULL) {
    prepare_fail (task, error);
    return;
  }
  snapshot_set_fields (self->snapshot, self->composed->bound, g_strv_length (self->composed->fields));
  prepare_probe_async (self, probed_cb, task);
}

static void
return_earlier (GTask *task)
{
  GError *error = NULL;
  GVariant *summary = prepare_describe_earlier (g_task_get_task_data (task), &error);

  if (summary == NULL) {
    prepare_fail (task, error);
    return;
  }
  g_task_return_pointer (task, summary, (GDestroyNotify) g_variant_unref);
  g_object_unref (task);
}

void
prepare_async (Core *core, GVariant *spec, GVariant *files, GUnixFDList *fds, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, NULL, callback, data);
  Prepare *self = g_new0 (Prepare, 1);
  GError *error = NULL;

  self->core = core;
  self->lists = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->exclude = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_task_set_task_data (task, self, (GDestroyNotify) prepare_free);
  if (!read_spec (self, spec, &error) || !is_sound (self, &error) || !prepare_find_earlier (self, &error) || !store_campaign (self, files, fds, &error)) {
    prepare_fail (task, error);
    return;
  }
  if (self->earlier != 0) {
    return_earlier (task);
    return;
  }
  composer_begin_async (core->composer, self->campaign, composed_cb, task);
}

guint64
prepare_finish (GAsyncResult *result, GVariant **out_summary, GError **error)
{
  Prepare *self = g_task_get_task_data (G_TASK (result));
  GVariant *summary = g_task_propagate_pointer (G_TASK (result), error);

  if (summary == NULL)
    return 0;
  *out_summary = summary;
  return self->earlier != 0 ? (guint64) self->earlier : self->campaign->id;
}
