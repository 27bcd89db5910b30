/* App1.DraftKeep, DraftShow, DraftDrop: the one letter that is being written. The window asks for it every few seconds while somebody types. */
#include "app-people.h"

#include "clock.h"
#include "contract-keys.h"
#include "fault.h"
#include "message-kind.h"
#include <string.h>

#define FILES_MAX 40 /* contract: CampaignPrepare */
#define FILE_NAME_MAX 255

static gboolean
too_large (const char *what, gsize max, GError **error)
{
  g_set_error (error, FAULT, FAULT_DATA, "the letter is not kept: its %s is larger than %" G_GSIZE_FORMAT " octets", what, max);
  return FALSE;
}

/* "" where it is missing. */
static gboolean
read_text (GVariant *draft, const char *key, gsize max, const char **out_text, GError **error)
{
  *out_text = "";
  g_variant_lookup (draft, key, "&s", out_text);
  return strlen (*out_text) <= max || too_large (key, max, error);
}

/* Returns: (transfer full) a line each, or NULL. */
static char *
read_files (GVariant *draft, GError **error)
{
  g_autofree const char **names = NULL;
  gsize n = 0;

  if (!g_variant_lookup (draft, KEY_DRAFT_FILES, "^a&s", &names))
    return g_strdup ("");
  for (; names[n] != NULL; n++)
    if (strlen (names[n]) > FILE_NAME_MAX || strpbrk (names[n], "\r\n") != NULL) {
      g_set_error (error, FAULT, FAULT_DATA, "the letter is not kept: the name of a file is one line of at most %d octets", FILE_NAME_MAX);
      return NULL;
    }
  if (n > FILES_MAX) {
    g_set_error (error, FAULT, FAULT_DATA, "the letter is not kept: it has more than %d files", FILES_MAX);
    return NULL;
  }
  return g_strjoinv ("\n", (char **) names);
}

/* One part of the letter. */
static gboolean
read_part (GVariant *draft, const char *key, const char **out_text, GError **error)
{
  return read_text (draft, key, message_kind_find (message_kind_get (KIND_MESSAGE_MAIL), key)->max_bytes, out_text, error);
}

static gboolean
app_draft_keep (Database *database, GVariant *draft, GError **error)
{
  const char *subject, *html, *text, *template;
  gboolean is_html = FALSE, has_own_text = FALSE;
  g_autofree char *files = read_files (draft, error);

  g_variant_lookup (draft, KEY_DRAFT_IS_HTML, "b", &is_html);
  g_variant_lookup (draft, KEY_DRAFT_OWN_TEXT, "b", &has_own_text);
  return files != NULL && read_part (draft, KEY_DRAFT_SUBJECT, &subject, error) && read_part (draft, KEY_DRAFT_HTML, &html, error) &&
         read_part (draft, KEY_DRAFT_TEXT, &text, error) && read_text (draft, KEY_DRAFT_TEMPLATE, 128, &template, error) &&
         database_run (database, error, "INSERT OR REPLACE INTO draft(id,subject,html,text,is_html,own_text,template,files,changed_utc) VALUES(1,?,?,?,?,?,?,?,?)",
                       "sssiissi", subject, html, text, (gint64) is_html, (gint64) has_own_text, template, files, clock_now_utc ());
}

static gboolean
handle_keep (PrApp1 *skeleton, GDBusMethodInvocation *invocation, GVariant *draft, AppClient *client)
{
  GError *error = NULL;

  if (!app_draft_keep (client->core->database, draft, &error))
    return app_return_error (invocation, error);
  pr_app1_complete_draft_keep (skeleton, invocation);
  return TRUE;
}

static void
write_row (sqlite3_stmt *row, GVariantDict *out)
{
  const char *files = database_text (row, 6);
  g_auto (GStrv) names = g_strsplit (files, "\n", -1); /* of "": none */

  g_variant_dict_insert (out, KEY_DRAFT_SUBJECT, "s", database_text (row, 0));
  g_variant_dict_insert (out, KEY_DRAFT_HTML, "s", database_text (row, 1));
  g_variant_dict_insert (out, KEY_DRAFT_TEXT, "s", database_text (row, 2));
  g_variant_dict_insert (out, KEY_DRAFT_IS_HTML, "b", database_int (row, 3) != 0);
  g_variant_dict_insert (out, KEY_DRAFT_OWN_TEXT, "b", database_int (row, 4) != 0);
  g_variant_dict_insert (out, KEY_DRAFT_TEMPLATE, "s", database_text (row, 5));
  g_variant_dict_insert (out, KEY_DRAFT_FILES, "^as", names);
  g_variant_dict_insert (out, KEY_DRAFT_CHANGED, "x", database_int (row, 7));
}

static gboolean
handle_show (PrApp1 *skeleton, GDBusMethodInvocation *invocation, AppClient *client)
{
  sqlite3_stmt *row = database_query (client->core->database, "SELECT subject,html,text,is_html,own_text,template,files,changed_utc FROM draft", "");
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  GError *error = NULL;
  int result = database_step (client->core->database, row, &error);

  if (result < 0)
    return app_return_error (invocation, error);
  if (result == 1) {
    write_row (row, &dict);
    sqlite3_reset (row);
  }
  pr_app1_complete_draft_show (skeleton, invocation, g_variant_dict_end (&dict));
  return TRUE;
}

static gboolean
handle_drop (PrApp1 *skeleton, GDBusMethodInvocation *invocation, AppClient *client)
{
  GError *error = NULL;

  if (!database_run (client->core->database, &error, "DELETE FROM draft", ""))
    return app_return_error (invocation, error);
  pr_app1_complete_draft_drop (skeleton, invocation);
  return TRUE;
}

void
app_draft_connect (AppClient *client)
{
  g_signal_connect (client->skeleton, "handle-draft-keep", G_CALLBACK (handle_keep), client);
  g_signal_connect (client->skeleton, "handle-draft-show", G_CALLBACK (handle_show), client);
  g_signal_connect (client->skeleton, "handle-draft-drop", G_CALLBACK (handle_drop), client);
}
