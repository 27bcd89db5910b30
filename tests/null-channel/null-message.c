#include "null-message.h"

#include "mail-message.h"
#include "template.h"

typedef struct {
  gpointer   letter; /* of a mail; else NULL, and: */
  Template  *text;
  GPtrArray *fields, *required; /* char *, borrowed from text; NULL-terminated */
} NullMessage;

void
null_message_free (gpointer message)
{
  NullMessage *self = message;

  if (self->letter != NULL)
    mail_message_free (self->letter);
  template_free (self->text);
  g_ptr_array_unref (self->fields);
  g_ptr_array_unref (self->required);
  g_free (self);
}

static void
collect (NullMessage *self)
{
  for (guint i = 0; i < self->text->ops->len; i++) {
    const TemplateOp *op = template_get (self->text, i);
    char *name = op->kind != TEMPLATE_LITERAL ? (char *) template_get_name (self->text, op) : NULL;

    if (name != NULL && !g_ptr_array_find (self->fields, name, NULL))
      g_ptr_array_add (self->fields, name);
    if (name != NULL && op->is_required && !g_ptr_array_find (self->required, name, NULL))
      g_ptr_array_add (self->required, name);
  }
  g_ptr_array_add (self->fields, NULL);
  g_ptr_array_add (self->required, NULL);
}

static gboolean
compile_text (NullMessage *self, const MessageSpec *spec, MessageFacts *out_facts, GError **error)
{
  static const char *const none[] = { NULL };
  const char *text = "";

  (void) g_variant_lookup (spec->parts, "text", "&s", &text);
  self->text = template_parse ("text", text, error);
  if (self->text == NULL || (!spec->any_field && !template_bind (self->text, spec->columns, spec->aliases, error)))
    return FALSE;
  collect (self);
  *out_facts = (MessageFacts){ (const char *const *) self->fields->pdata, (const char *const *) self->required->pdata, none, none, 0 };
  return TRUE;
}

gpointer
null_message_compile (const MessageSpec *spec, MessageFacts *out_facts, GError **error)
{
  NullMessage *self = g_new0 (NullMessage, 1);
  const char *from;
  gboolean is_fine;

  self->fields = g_ptr_array_new ();
  self->required = g_ptr_array_new ();
  if (g_variant_lookup (spec->parts, "from", "&s", &from)) /* a text has none */
    is_fine = (self->letter = mail_message_compile (spec, out_facts, error)) != NULL;
  else
    is_fine = compile_text (self, spec, out_facts, error);
  if (is_fine)
    return self;
  null_message_free (self);
  return NULL;
}

static void
put_value (void *sink, const char *data, gsize len)
{
  g_byte_array_append (sink, (const guint8 *) data, (guint) len);
}

static void
put_literal (void *sink, const TemplateOp *op, guint index)
{
  put_value (sink, op->text, op->len);
}

gboolean
null_message_preview (gpointer message, const FrameRow *row, gint64 date_utc_s, GByteArray *out, GError **error)
{
  const NullMessage *self = message;
  TemplateOutput output = { put_literal, put_value, out, out, TEMPLATE_MAX };
  const char *missing;

  if (self->letter != NULL)
    return mail_message_preview (self->letter, row, date_utc_s, out, error);
  missing = template_run (self->text, row, &output);
  if (missing != NULL)
    g_set_error (error, TEMPLATE_ERROR, TEMPLATE_ERROR_VALUE, "this person has no value for “%s”", missing);
  return missing == NULL;
}
