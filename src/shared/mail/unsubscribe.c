#include "unsubscribe.h"

#include <string.h>

static gboolean
unsubscribe_refuse (GError **error, const char *what)
{
  g_set_error (error, TEMPLATE_ERROR, TEMPLATE_ERROR_FORM, "unsubscribe: line 1 column 1: %s", what);
  return FALSE;
}

gboolean
unsubscribe_is_https (const Template *template)
{
  return g_ascii_strncasecmp (template_get (template, 0)->text, "https://", 8) == 0;
}

/* The scheme is the template's, so no value can choose it; what would end the URL or the line is refused here. */
static gboolean
unsubscribe_check (const Template *template, GError **error)
{
  const TemplateOp *first = template->ops->len > 0 ? template_get (template, 0) : NULL;

  if (first == NULL || first->kind != TEMPLATE_LITERAL || (!unsubscribe_is_https (template) && g_ascii_strncasecmp (first->text, "mailto:", 7) != 0))
    return unsubscribe_refuse (error, "write an https: or mailto: address, or one of each with a comma between");
  for (guint i = 0; i < template->ops->len; i++) {
    const TemplateOp *op = template_get (template, i);

    for (gsize j = 0; op->kind == TEMPLATE_LITERAL && j < op->len; j++)
      if (!g_ascii_isgraph (op->text[j]) || strchr ("<>\"\\", op->text[j]) != NULL)
        return template_fail (template, op, j, error, "this character cannot stand in a URL: percent-encode it");
  }
  return TRUE;
}

/* A comma may stand in a URL: only one with another address behind it parts two. Returns: where the second begins, or NULL. */
static const char *
find_second_url (const char *text)
{
  for (const char *comma = strchr (text, ','); comma != NULL; comma = strchr (comma + 1, ',')) {
    const char *next = comma + 1 + strspn (comma + 1, " ");

    if (g_ascii_strncasecmp (next, "https:", 6) == 0 || g_ascii_strncasecmp (next, "mailto:", 7) == 0)
      return next;
  }
  return NULL;
}

static gboolean
unsubscribe_add (GPtrArray *all, const char *text, gsize len, GError **error)
{
  g_autofree char *source = g_strstrip (g_strndup (text, len));
  g_autoptr (Template) template = template_parse ("unsubscribe", source, error);
  int place;

  if (template == NULL)
    return FALSE;
  for (guint i = 0, is_query = g_ascii_strncasecmp (source, "mailto:", 7) != 0; i < template->ops->len; i++) { /* behind "?" it is one in both */
    TemplateOp *op = template_get (template, i);

    is_query = is_query || (op->kind == TEMPLATE_LITERAL && strchr (op->text, '?') != NULL);
    op->place = is_query ? PLACE_URL_QUERY : PLACE_URL_MAILTO;
  }
  if (!unsubscribe_check (template, error))
    return FALSE;
  if (all->len > 0 && unsubscribe_is_https (template) == unsubscribe_is_https (g_ptr_array_index (all, 0)))
    return unsubscribe_refuse (error, "two addresses of one kind: write one https: and one mailto: address");
  place = unsubscribe_is_https (template) ? 0 : -1;
  g_ptr_array_insert (all, place, g_steal_pointer (&template));
  return TRUE;
}

GPtrArray *
unsubscribe_parse (const char *text, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) template_free);
  const char *second = text != NULL ? find_second_url (text) : NULL, *comma = second;

  if (text == NULL || text[0] == '\0')
    return g_steal_pointer (&all);
  while (second != NULL && comma[-1] != ',')
    comma--;
  if (!unsubscribe_add (all, text, second != NULL ? (gsize) (comma - 1 - text) : strlen (text), error) ||
      (second != NULL && !unsubscribe_add (all, second, strlen (second), error)))
    return NULL;
  return g_steal_pointer (&all);
}
