/* Any template: a program or an error with line and column; its plain text is a program too; the program runs and ends. */
#include "html-template.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize len);

static void
ignore (void *sink, const char *data, gsize len)
{
  *(gsize *) sink += len;
}

static void
ignore_literal (void *sink, const TemplateOp *op, guint index)
{
  *(gsize *) sink += op->len;
}

static void
run (const Template *template)
{
  static FrameRow row = { .n_fields = 3, .fields = { { "a@example.org", 13 }, { "Ann", 3 }, { "x", 1 } } };
  gsize n = 0;
  TemplateOutput output = { ignore_literal, ignore, &n, NULL, 0 };

  for (guint i = 0; i < template->ops->len; i++)
    g_assert_true (template_get (template, i)->kind < TEMPLATE_SECTION ||
                   (template_get (template, i)->end > i && template_get (template, i)->end <= template->ops->len));
  template_run (template, &row, &output);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize len)
{
  static const char *const columns[] = { "city", NULL };
  g_autofree char *source = g_strndup ((const char *) data, len);
  g_autoptr (GError) error = NULL;
  g_autoptr (Template) template = template_parse ("html", source, &error), text = NULL;

  if (template != NULL && html_template_place (template, &error) && template_bind (template, columns, NULL, &error)) {
    run (template);
    text = html_template_to_text (template);
    run (text);
  } else
    g_assert_true (error->domain == TEMPLATE_ERROR && strstr (error->message, ": line ") != NULL);
  return 0;
}
