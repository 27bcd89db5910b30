/* template-bind.c - which field of a row each name of a template means. */
#include "template.h"
#include "text.h"

#include <string.h>

static gboolean
is_builtin (const char *key)
{
  return strcmp (key, "name") == 0 || strcmp (key, "email") == 0 || strcmp (key, "phone") == 0;
}

gboolean
template_is_unsubscribe (const char *name)
{
  g_autofree char *key = text_fold (name, -1);

  return strcmp (key, "unsubscribe") == 0;
}

gboolean
template_bind (Template *self, const char *const *columns, const char *const *aliases, GError **error)
{
  g_autofree int *fields = g_new (int, self->names->len + 1);
  g_autofree gboolean *is_known = g_new (gboolean, self->names->len + 1);

  for (guint i = 0; i < self->names->len; i++) {
    const char *name = g_ptr_array_index (self->names, i);
    g_autofree char *key = text_fold (name, -1);

    fields[i] = self->unsubscribe != NULL && template_is_unsubscribe (name) ? TEMPLATE_UNSUBSCRIBE : field_name_find (name, columns, aliases);
    is_known[i] = fields[i] != FIELD_NAME_NONE || is_builtin (key);
  }
  for (guint i = 0; i < self->ops->len; i++) {
    TemplateOp *op = template_get (self, i);

    if (op->kind == TEMPLATE_LITERAL)
      continue;
    op->field = fields[op->name];
    if (op->is_required && !is_known[op->name]) {
      const char *name = template_get_name (self, op);
      g_autofree char *what = field_name_hint (name, columns, aliases);

      g_set_error (error, TEMPLATE_ERROR, TEMPLATE_ERROR_FIELD,
                   "%s: line %u column %u: there is no field “%s”: %s%s", self->label, op->line, op->column, name, what,
                   g_str_has_prefix (what, "there are") ? "; or give a fallback" : "");
      return FALSE;
    }
  }
  return TRUE;
}
