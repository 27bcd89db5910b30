#include "app-people.h"

#include "fault.h"
#include "template.h"
#include <string.h>

static const char *const part_names[] = { "subject", "html", "text" };

/* out: three texts, borrowed from `parts`; "" where one is missing. */
static gboolean
read_parts (GVariant *parts, const char *out[3], GError **error)
{
  GVariantIter iter;
  const char *name, *text;

  out[0] = out[1] = out[2] = "";
  g_variant_iter_init (&iter, parts);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &text)) {
    int i = 0;

    while (i < 3 && strcmp (part_names[i], name) != 0)
      i++;
    if (i == 3) {
      g_set_error (error, FAULT, FAULT_USAGE, "a template has a subject, html and text, but no “%s”", name);
      return FALSE;
    }
    if (strlen (text) > (i == 0 ? TEMPLATE_SUBJECT_MAX : TEMPLATE_PART_MAX)) {
      g_set_error (error, FAULT, FAULT_DATA, "the template's %s is larger than %d octets", name, i == 0 ? TEMPLATE_SUBJECT_MAX : TEMPLATE_PART_MAX);
      return FALSE;
    }
    out[i] = text;
  }
  if (out[0][0] != '\0' || out[1][0] != '\0' || out[2][0] != '\0')
    return TRUE;
  g_set_error (error, FAULT, FAULT_USAGE, "the template is empty: give a subject, html or text");
  return FALSE;
}

static gboolean
handle_template_save (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *name, GVariant *raw_parts, AppClient *client)
{
  const char *parts[3];
  GError *error = NULL;

  if (name[0] == '\0')
    return app_return_error (invocation, g_error_new (FAULT, FAULT_USAGE, "a template needs a name"));
  if (!read_parts (raw_parts, parts, &error) || !template_save (client->core->store, name, parts[0], parts[1], parts[2], &error))
    return app_return_error (invocation, error);
  pr_app1_complete_template_save (skeleton, invocation);
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

  if (!template_load (client->core->store, name, &subject, &html, &text, &error))
    return app_return_error (invocation, error);
  g_variant_builder_init (&parts, G_VARIANT_TYPE ("a{ss}"));
  g_variant_builder_add (&parts, "{ss}", "subject", subject);
  g_variant_builder_add (&parts, "{ss}", "html", html);
  g_variant_builder_add (&parts, "{ss}", "text", text);
  pr_app1_complete_template_show (skeleton, invocation, g_variant_builder_end (&parts));
  return TRUE;
}

static gboolean
handle_template_list (PrApp1 *skeleton, GDBusMethodInvocation *invocation, AppClient *client)
{
  sqlite3_stmt *rows = store_query (client->core->store, "SELECT name,subject,changed_utc FROM template ORDER BY name LIMIT 10000", "");
  GVariantBuilder templates;
  GError *error = NULL;
  int result;

  g_variant_builder_init (&templates, G_VARIANT_TYPE ("aa{sv}"));
  while ((result = store_step (client->core->store, rows, &error)) == 1) {
    GVariantDict dict;

    g_variant_dict_init (&dict, NULL);
    g_variant_dict_insert (&dict, "name", "s", store_text (rows, 0));
    g_variant_dict_insert (&dict, "subject", "s", store_text (rows, 1));
    g_variant_dict_insert (&dict, "changed", "x", store_int (rows, 2));
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

  if (!template_remove (client->core->store, name, &error))
    return app_return_error (invocation, error);
  pr_app1_complete_template_remove (skeleton, invocation);
  return TRUE;
}

void
app_template_connect (AppClient *client)
{
  g_signal_connect (client->skeleton, "handle-template-save", G_CALLBACK (handle_template_save), client);
  g_signal_connect (client->skeleton, "handle-template-show", G_CALLBACK (handle_template_show), client);
  g_signal_connect (client->skeleton, "handle-template-list", G_CALLBACK (handle_template_list), client);
  g_signal_connect (client->skeleton, "handle-template-remove", G_CALLBACK (handle_template_remove), client);
}
