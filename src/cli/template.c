/* template … - messages that are kept under a name. */
#include "commands.h"
#include "content.h"
#include "contract-keys.h"
#include "dict.h"
#include "fault.h"
#include "json-out.h"
#include "send-files.h"
#include "table.h"
#include "words.h"
#include <stdio.h>

typedef struct {
  char *subject, *html, *text;
} SaveOptions;

static const Option save_options[] = {
  { "subject", 's', OPTION_TEXT, G_STRUCT_OFFSET (SaveOptions, subject), "TPL", "the subject, with {{fields}}" },
  { "html", 0, OPTION_TEXT, G_STRUCT_OFFSET (SaveOptions, html), "FILE", "the HTML part" },
  { "text", 0, OPTION_TEXT, G_STRUCT_OFFSET (SaveOptions, text), "FILE", "the text part" },
  { 0 },
};

static void
template_put (GVariantBuilder *parts, const char *name, const char *text)
{
  if (text != NULL)
    g_variant_builder_add (parts, "{ss}", name, text);
}

/* Its pictures lie beside the HTML file, and are kept with it. */
static gboolean
add_pictures (SendFiles *files, const SaveOptions *options, char **images, GError **error)
{
  for (gsize i = 0; images != NULL && images[i] != NULL; i++)
    if (!send_files_add_image (files, options->html, images[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
template_keep (Session *session, const char *name, GVariant *parts, const SaveOptions *options, char **images, GError **error)
{
  SendFiles files;
  gboolean is_kept;

  send_files_init (&files);
  g_variant_ref_sink (parts);
  is_kept = add_pictures (&files, options, images, error) &&
            pr_app1_call_template_save_sync (session->core, name, parts, send_files_end (&files), files.list, NULL, NULL, error);
  g_variant_unref (parts);
  send_files_clear (&files);
  return is_kept;
}

static int
run_save (Session *session, const void *values, char **words, GError **error)
{
  const SaveOptions *options = values;
  g_auto (GVariantBuilder) parts = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  g_autofree char *html = NULL, *text = NULL;
  g_auto (GStrv) fields = NULL, required = NULL, images = NULL;

  if (options->subject == NULL && options->html == NULL && options->text == NULL) {
    g_set_error (error, FAULT, FAULT_USAGE, "what is to be kept? --subject TPL, --html FILE, --text FILE, or all of them");
    return -1;
  }
  if ((options->html != NULL && (html = content_read (options->html, error)) == NULL) ||
      (options->text != NULL && (text = content_read (options->text, error)) == NULL) || session_core (session, error) == NULL)
    return -1;
  template_put (&parts, KEY_MESSAGE_SUBJECT, options->subject);
  template_put (&parts, KEY_MESSAGE_HTML, html);
  template_put (&parts, KEY_MESSAGE_TEXT, text);
  if ((html != NULL || text != NULL) && /* a template with a mistake is not kept */
      !pr_app1_call_template_inspect_sync (session->core, options->subject != NULL ? options->subject : "",
                                           html != NULL ? html : "", text != NULL ? text : "", &fields, &required,
                                           &images, NULL, error))
    return session_end (FALSE, error);
  if (!template_keep (session, words[0], g_variant_builder_end (&parts), options, images, error))
    return session_end (FALSE, error);
  session_say (session, "Kept as “%s”: postrider send --template '%s' …", words[0], words[0]);
  return 0;
}

static int
run_show (Session *session, const void *values, char **words, GError **error)
{
  static const char *const order[] = { KEY_MESSAGE_SUBJECT, KEY_MESSAGE_TEXT, KEY_MESSAGE_HTML };
  g_autoptr (GVariant) parts = NULL;

  if (session_core (session, error) == NULL || !pr_app1_call_template_show_sync (session->core, words[0], &parts, NULL, error))
    return session_end (FALSE, error);
  if (session_is_for_programs (session)) {
    json_out_document (parts);
    return 0;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (order); i++) {
    const char *part;

    if (g_variant_lookup (parts, order[i], "&s", &part) && *part != '\0')
      printf ("── %s\n%s\n", order[i], part);
  }
  return 0;
}

static int
run_list (Session *session, const void *values, char **words, GError **error)
{
  g_autoptr (Table) table = table_new ("NAME", "SUBJECT", "CHANGED", NULL);
  g_autoptr (GVariant) templates = NULL;

  if (session_core (session, error) == NULL || !pr_app1_call_template_list_sync (session->core, &templates, NULL, error))
    return session_end (FALSE, error);
  if (session_is_for_programs (session)) {
    json_out_rows ("templates", templates, session->is_jsonl);
    return 0;
  }
  for (gsize i = 0; i < g_variant_n_children (templates); i++) {
    g_autoptr (GVariant) row = g_variant_get_child_value (templates, i);
    g_autofree char *changed = words_time ((gint64) dict_number (row, KEY_TEMPLATE_CHANGED));

    table_row (table, dict_text (row, KEY_TEMPLATE_NAME), dict_text (row, KEY_TEMPLATE_SUBJECT), changed, NULL);
  }
  if (g_variant_n_children (templates) == 0)
    session_say (session, "There is no template yet: postrider template save NAME --subject TPL --html FILE");
  else
    table_print (table, stdout);
  return 0;
}

static int
run_remove (Session *session, const void *values, char **words, GError **error)
{
  if (session_core (session, error) == NULL)
    return -1;
  return session_end (pr_app1_call_template_remove_sync (session->core, words[0], NULL, error), error);
}

const Command template_commands[] = {
  { "template save", "NAME", "Keeps a message under a name (a mistake in it is told now)", 1, 1, save_options,
    sizeof (SaveOptions), run_save,
    "Example:\n  postrider template save welcome --subject 'Welcome, {{name|friend}}' --html welcome.html\n" },
  { "template show", "NAME", "Shows a kept message", 1, 1, NULL, 0, run_show, NULL },
  { "template list", "", "Lists the kept messages", 0, 0, NULL, 0, run_list, NULL },
  { "template remove", "NAME", "Removes a kept message", 1, 1, NULL, 0, run_remove, NULL },
  { 0 },
};
