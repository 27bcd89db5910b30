#include "app-people.h"

#include "contract-keys.h"
#include "fault.h"
#include "files.h"
#include "message-kind.h"
#include "template.h"
#include <gio/gunixfdlist.h>

static gboolean
is_empty (const MessageParts *parts)
{
  for (const MessagePart *part = message_parts_get_kind (parts)->parts; part->name != NULL; part++)
    if (message_parts_get (parts, part->name)[0] != '\0')
      return FALSE;
  return TRUE;
}

/* Of a mail: it has the parts of all kinds. Returns: (transfer full), or NULL. */
static MessageParts *
read_parts (GVariant *raw_parts, GError **error)
{
  g_autoptr (MessageParts) parts = message_parts_new (message_kind_get (KIND_MESSAGE_MAIL));

  if (!message_parts_take_all (parts, raw_parts, PART_WRITTEN, error))
    return NULL;
  if (!is_empty (parts))
    return g_steal_pointer (&parts);
  g_set_error (error, FAULT, FAULT_USAGE, "the template is empty: give a subject, html or text");
  return NULL;
}

static gboolean
needs_name (const char *name, GError **error)
{
  if (name[0] == '\0')
    g_set_error_literal (error, FAULT, FAULT_USAGE, "a template needs a name");
  return name[0] != '\0';
}

/* The letter and its files, or neither. */
static gboolean
app_template_save (Core *core, const char *name, const MessageParts *parts, GVariant *files, GUnixFDList *fds, GError **error)
{
  if (!database_begin (core->database, error))
    return FALSE;
  if (!template_save (core->database, name, message_parts_get (parts, KEY_MESSAGE_SUBJECT), message_parts_get (parts, KEY_MESSAGE_HTML),
                      message_parts_get (parts, KEY_MESSAGE_TEXT), error) ||
      !files_keep_template (core, name, files, fds, error)) {
    database_rollback (core->database);
    return FALSE;
  }
  if (!database_commit (core->database, error))
    return FALSE;
  files_sweep (core); /* files that it had before */
  return TRUE;
}

static gboolean
handle_template_save (PrApp1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *name, GVariant *raw_parts, GVariant *files, AppClient *client)
{
  GError *error = NULL;
  g_autoptr (MessageParts) parts = needs_name (name, &error) ? read_parts (raw_parts, &error) : NULL;

  if (parts == NULL || !app_template_save (client->core, name, parts, files, fds, &error))
    return app_return_error (invocation, error);
  pr_app1_complete_template_save (skeleton, invocation, NULL);
  return TRUE;
}

static gboolean
handle_template_rename (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *name, const char *new_name, AppClient *client)
{
  GError *error = NULL;

  if (!needs_name (new_name, &error) || !template_rename (client->core->database, name, new_name, &error))
    return app_return_error (invocation, error);
  pr_app1_complete_template_rename (skeleton, invocation);
  return TRUE;
}

static gboolean
is_there (Core *core, const char *of, const char *which, guint64 *out_campaign, GError **error)
{
  gint64 found = 0;

  if (g_str_equal (of, "template"))
    return database_get_int (core->database, &found, error, "SELECT 1 FROM template WHERE name=?", "s", which) >= 0;
  if (!g_str_equal (of, "campaign") || !g_ascii_string_to_unsigned (which, 10, 1, G_MAXINT64, out_campaign, NULL)) {
    g_set_error_literal (error, FAULT, FAULT_USAGE, "files are kept of a template, by its name, and of a campaign, by its number");
    return FALSE;
  }
  return TRUE;
}

static gboolean
handle_letter_files (PrApp1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *none, const char *of, const char *which, AppClient *client)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  GError *error = NULL;
  guint64 campaign = 0;
  GVariant *files = is_there (client->core, of, which, &campaign, &error) ? files_list (client->core, campaign, campaign == 0 ? which : NULL, fds, &error) : NULL;

  if (files == NULL)
    return app_return_error (invocation, error);
  pr_app1_complete_letter_files (skeleton, invocation, fds, files);
  return TRUE;
}

static gboolean
handle_template_show (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *name, AppClient *client)
{
  g_autofree char *subject = NULL;
  g_autofree char *html = NULL;
  g_autofree char *text = NULL;
  GVariantBuilder parts;
  GError *error = NULL;

  if (!template_load (client->core->database, name, &subject, &html, &text, &error))
    return app_return_error (invocation, error);
  g_variant_builder_init (&parts, G_VARIANT_TYPE ("a{ss}"));
  g_variant_builder_add (&parts, "{ss}", KEY_MESSAGE_SUBJECT, subject);
  g_variant_builder_add (&parts, "{ss}", KEY_MESSAGE_HTML, html);
  g_variant_builder_add (&parts, "{ss}", KEY_MESSAGE_TEXT, text);
  pr_app1_complete_template_show (skeleton, invocation, g_variant_builder_end (&parts));
  return TRUE;
}

static gboolean
handle_template_list (PrApp1 *skeleton, GDBusMethodInvocation *invocation, AppClient *client)
{
  sqlite3_stmt *rows = database_query (client->core->database, "SELECT name,subject,changed_utc FROM template ORDER BY name LIMIT 10000", "");
  GVariantBuilder templates;
  GError *error = NULL;
  int result;

  g_variant_builder_init (&templates, G_VARIANT_TYPE ("aa{sv}"));
  while ((result = database_step (client->core->database, rows, &error)) == 1) {
    GVariantDict dict;

    g_variant_dict_init (&dict, NULL);
    g_variant_dict_insert (&dict, KEY_TEMPLATE_NAME, "s", database_text (rows, 0));
    g_variant_dict_insert (&dict, KEY_TEMPLATE_SUBJECT, "s", database_text (rows, 1));
    g_variant_dict_insert (&dict, KEY_TEMPLATE_CHANGED, "x", database_int (rows, 2));
    g_variant_builder_add_value (&templates, g_variant_dict_end (&dict));
  }
  if (result < 0) {
    g_variant_builder_clear (&templates);
    return app_return_error (invocation, error);
  }
  pr_app1_complete_template_list (skeleton, invocation, g_variant_builder_end (&templates));
  return TRUE;
}

static gboolean
handle_template_remove (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *name, AppClient *client)
{
  GError *error = NULL;

  if (!template_remove (client->core->database, name, &error))
    return app_return_error (invocation, error);
  files_sweep (client->core);
  pr_app1_complete_template_remove (skeleton, invocation);
  return TRUE;
}

void
app_template_connect (AppClient *client)
{
  g_signal_connect (client->skeleton, "handle-template-save", G_CALLBACK (handle_template_save), client);
  g_signal_connect (client->skeleton, "handle-template-rename", G_CALLBACK (handle_template_rename), client);
  g_signal_connect (client->skeleton, "handle-letter-files", G_CALLBACK (handle_letter_files), client);
  g_signal_connect (client->skeleton, "handle-template-show", G_CALLBACK (handle_template_show), client);
  g_signal_connect (client->skeleton, "handle-template-list", G_CALLBACK (handle_template_list), client);
  g_signal_connect (client->skeleton, "handle-template-remove", G_CALLBACK (handle_template_remove), client);
}
