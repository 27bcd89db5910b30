#include "campaign.h"

#include "address.h"
#include "clock.h"
#include "contract-keys.h"
#include "database.h"
#include "fault.h"
#include "sql-words.h"
#include "text.h"
#include <string.h>

#define TITLE_CUT_BYTES 80 /* chosen: a line of a list */

GBytes *
campaign_columns_to_blob (const char *const *columns)
{
  g_autoptr (GString) joined = g_string_new (NULL);

  for (gsize i = 0; columns[i] != NULL; i++) {
    if (i > 0)
      g_string_append_c (joined, '\n'); /* a column's name is a line: contract */
    g_string_append (joined, columns[i]);
  }
  return g_string_free_to_bytes (g_steal_pointer (&joined));
}

static GStrv
columns_from_blob (const void *blob, gsize len)
{
  g_autofree char *text = g_strndup (len > 0 ? blob : "", len);

  return len > 0 ? g_strsplit (text, "\n", -1) : g_new0 (char *, 1);
}

static void
take_texts (Campaign *self, sqlite3_stmt *row, int at)
{
  message_parts_set (self->parts, KEY_MESSAGE_SUBJECT, database_text (row, at));
  message_parts_set (self->parts, KEY_MESSAGE_HTML, database_text (row, at + 1));
  message_parts_set (self->parts, KEY_MESSAGE_TEXT, database_text (row, at + 2));
}

static void
take_sender (Campaign *self, const char *sender)
{
  g_autofree char *name = NULL;

  message_parts_set (self->parts, KEY_MESSAGE_FROM, sender);
  if (!address_parse_mailbox (sender, &name, &self->sender_address, NULL))
    self->sender_address = g_strdup (sender);
}

static Campaign *
from_row (sqlite3_stmt *row)
{
  Campaign *self = g_new0 (Campaign, 1);
  const void *identity = sqlite3_column_blob (row, 1);

  self->id = (guint64) database_int (row, 0);
  if (identity != NULL && sqlite3_column_bytes (row, 1) == 16)
    memcpy (self->identity, identity, 16);
  self->account = database_int (row, 2);
  self->state = (CampaignState) database_int (row, 3);
  self->reason = g_strdup (database_text (row, 4));
  self->text = g_strdup (database_text (row, 5));
  self->kind = kind_find (database_text (row, 26));
  self->kind = self->kind != NULL ? self->kind : kinds[0];
  self->parts = message_parts_new (message_kind_get (self->kind->message));
  take_sender (self, database_text (row, 6));
  message_parts_set (self->parts, KEY_MESSAGE_REPLY_TO, database_text (row, 7));
  message_parts_set (self->parts, KEY_MESSAGE_UNSUBSCRIBE, database_text (row, 8));
  self->lists = g_strdup (database_text (row, 9));
  self->columns = columns_from_blob (sqlite3_column_blob (row, 10), (gsize) sqlite3_column_bytes (row, 10));
  self->per_hour = (guint) database_int (row, 11);
  self->connections = (guint) database_int (row, 12);
  self->lifetime_s = database_int (row, 13);
  self->version = database_int (row, 14);
  self->created_utc = database_int (row, 15);
  self->started_utc = database_int (row, 16);
  self->ended_utc = database_int (row, 17);
  take_texts (self, row, 18);
  self->pause_after = database_int (row, 21);
  self->aliases = columns_from_blob (sqlite3_column_blob (row, 22), (gsize) sqlite3_column_bytes (row, 22));
  self->archived_utc = database_int (row, 23);
  self->is_test = database_int (row, 24) != 0;
  self->title = g_strdup (database_text (row, 25));
  return self;
}

Campaign *
campaign_load (Core *core, guint64 id, GError **error)
{
  sqlite3_stmt *row = database_query (core->database,
                                      "SELECT c.id,c.identity,c.account,c.state,c.reason,c.text,c.sender,c.reply_to,c.unsubscribe,c.lists,c.columns,c.per_hour,"
                                      "c.connections,c.lifetime_s,c.version,c.created_utc,c.started_utc,c.ended_utc,v.subject,v.html,v.text,c.pause_after,c.aliases,"
                                      "c.archived_utc,c.is_test,c.title,a.kind"
                                      " FROM campaign c LEFT JOIN campaign_version v ON v.campaign=c.id AND v.version=c.version LEFT JOIN account a ON a.id=c.account"
                                      " WHERE c.id=?",
                                      "i", (gint64) id);
  int result = database_step (core->database, row, error);
  g_autoptr (Campaign) self = NULL;

  if (result == 0)
    g_set_error (error, FAULT, FAULT_NO_INPUT, "there is no campaign %" G_GUINT64_FORMAT "; `postrider campaign list` shows those there are", id);
  if (result != 1)
    return NULL;
  self = from_row (row);
  sqlite3_reset (row);
  return g_steal_pointer (&self);
}

gboolean
campaign_take_version (Core *core, Campaign *self, gint64 version, GError **error)
{
  sqlite3_stmt *row = database_query (core->database, "SELECT subject,html,text FROM campaign_version WHERE campaign=? AND version=?", "ii", (gint64) self->id, version);
  int found = database_step (core->database, row, error);

  if (found == 0)
    g_set_error (error, FAULT, FAULT_NO_INPUT, "campaign %" G_GUINT64_FORMAT " has no version %" G_GINT64_FORMAT, self->id, version);
  if (found != 1)
    return FALSE;
  take_texts (self, row, 0);
  self->version = version;
  sqlite3_reset (row);
  return TRUE;
}

gboolean
campaign_store_version (Core *core, const Campaign *self, GError **error)
{
  return database_run (core->database, error, "INSERT INTO campaign_version(campaign,version,subject,html,text,created_utc) VALUES(?,?,?,?,?,?)", "iisssi", (gint64) self->id,
                       self->version, message_parts_get (self->parts, KEY_MESSAGE_SUBJECT), message_parts_get (self->parts, KEY_MESSAGE_HTML),
                       message_parts_get (self->parts, KEY_MESSAGE_TEXT), clock_now_utc ());
}

const char *
campaign_get_sender (const Campaign *self)
{
  const char *from = message_parts_get (self->parts, KEY_MESSAGE_FROM);

  return from[0] != '\0' ? from : self->sender_address;
}

char *
campaign_make_title (const MessageParts *parts)
{
  const char *first = message_parts_get_first (parts);
  g_autofree char *line = NULL;

  if (message_kind_find (message_parts_get_kind (parts), KEY_MESSAGE_SUBJECT) != NULL)
    return g_strdup (first);
  first += strspn (first, " \t\r\n");
  line = g_strchomp (g_strndup (first, strcspn (first, "\r\n")));
  return text_printable (line, -1, TITLE_CUT_BYTES);
}

gboolean
campaign_correct (Campaign *self, GVariant *correction, gboolean *out_any, GError **error)
{
  g_autofree char *before = campaign_make_title (self->parts);

  if (!message_parts_take (self->parts, correction, PART_WRITTEN, out_any, error) || (*out_any && !message_parts_check (self->parts, error)))
    return FALSE;
  if (*out_any && strcmp (before, self->title) == 0) {
    g_free (self->title);
    self->title = campaign_make_title (self->parts);
  }
  return TRUE;
}

Campaign *
campaign_new_loose (void)
{
  Campaign *self = g_new0 (Campaign, 1);

  self->kind = kinds[0];
  self->title = g_strdup ("");
  self->parts = message_parts_new (message_kind_get (self->kind->message));
  message_parts_set (self->parts, KEY_MESSAGE_FROM, CAMPAIGN_NOBODY);
  self->columns = g_new0 (char *, 1);
  self->aliases = g_new0 (char *, 1);
  return self;
}

void
campaign_free (Campaign *self)
{
  if (self == NULL)
    return;
  g_free (self->reason);
  g_free (self->text);
  g_free (self->sender_address);
  g_free (self->title);
  message_parts_free (self->parts);
  g_free (self->lists);
  g_strfreev (self->columns);
  g_strfreev (self->aliases);
  g_free (self);
}

gboolean
campaign_set_state (Core *core, guint64 id, CampaignState state, const char *reason, const char *text, GError **error)
{
  gboolean is_own = sqlite3_get_autocommit (database_get_sqlite (core->database)) != 0, is_ended = state == CAMPAIGN_DONE || state == CAMPAIGN_CANCELLED;
  g_autofree char *detail = g_strdup_printf ("campaign %" G_GUINT64_FORMAT "%s%s", id, text[0] != '\0' ? ": " : "", text);
  g_autofree char *what = g_strconcat ("campaign.", campaign_state_to_word (state), NULL);
  gint64 now_utc = clock_now_utc ();

  if (is_own && !database_begin (core->database, error))
    return FALSE;
  if (!database_run (core->database, error,
                     "UPDATE campaign SET state=?1, reason=?2, text=?3, started_utc=CASE WHEN ?1=" SQL_CAMPAIGN_STATE (SENDING) " AND started_utc=0 THEN ?4 ELSE started_utc END,"
                     " ended_utc=CASE WHEN ?5 THEN ?4 ELSE 0 END WHERE id=?6",
                     "issiii", (gint64) state, reason, text, now_utc, (gint64) is_ended, (gint64) id) ||
      !database_audit (core->database, what, detail, error)) {
    if (is_own)
      database_rollback (core->database);
    return FALSE;
  }
  return !is_own || database_commit (core->database, error);
}

HiddenValues
campaign_get_hidden (const Campaign *self)
{
  const char *at = self->sender_address != NULL ? strrchr (self->sender_address, '@') : NULL;
  HiddenValues hidden = { .domain = !message_parts_get_kind (self->parts)->has_message_id ? NULL : at != NULL ? at + 1 : "localhost" };

  memcpy (hidden.identity, self->identity, sizeof hidden.identity);
  return hidden;
}

GStrv
campaign_get_all_columns (const Campaign *self)
{
  HiddenValues hidden = campaign_get_hidden (self);

  return hidden_values_append_columns (&hidden, (const char *const *) self->columns);
}
