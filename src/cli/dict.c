#include "dict.h"


GVariant *
dict_child (GVariant *dict, const char *key, const char *type)
{
  return g_variant_lookup_value (dict, key, G_VARIANT_TYPE (type));
}

guint64
dict_number (GVariant *dict, const char *key)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (dict, key, NULL);

  if (value == NULL)
    return 0;
  switch (g_variant_classify (value)) {
  case G_VARIANT_CLASS_BYTE:
    return g_variant_get_byte (value);
  case G_VARIANT_CLASS_UINT16:
    return g_variant_get_uint16 (value);
  case G_VARIANT_CLASS_UINT32:
    return g_variant_get_uint32 (value);
  case G_VARIANT_CLASS_UINT64:
    return g_variant_get_uint64 (value);
  case G_VARIANT_CLASS_INT32:
    return (guint64) MAX (g_variant_get_int32 (value), 0);
  case G_VARIANT_CLASS_INT64:
    return (guint64) MAX (g_variant_get_int64 (value), 0);
  default:
    return 0;
  }
}

double
dict_double (GVariant *dict, const char *key)
{
  double value = 0;

  (void) g_variant_lookup (dict, key, "d", &value);
  return value;
}

gboolean
dict_flag (GVariant *dict, const char *key)
{
  gboolean value = FALSE;

  (void) g_variant_lookup (dict, key, "b", &value);
  return value;
}

const char *
dict_text (GVariant *dict, const char *key)
{
  const char *value = "";

  (void) g_variant_lookup (dict, key, "&s", &value);
  return value;
}

gboolean
dict_has (GVariant *dict, const char *key, const char *text)
{
  g_autoptr (GVariant) child = dict_child (dict, key, "as");
  g_autofree const char **words = child != NULL ? g_variant_get_strv (child, NULL) : NULL;

  return words != NULL && g_strv_contains (words, text);
}

char *
dict_join (GVariant *dict, const char *key, const char *separator)
{
  g_autoptr (GVariant) value = dict_child (dict, key, "as");
  g_autofree const char **texts = value != NULL ? g_variant_get_strv (value, NULL) : NULL;

  return texts != NULL ? g_strjoinv (separator, (char **) texts) : g_strdup ("");
}

GVariant *
dict_find_row (GVariant *rows, const char *key, const char *value)
{
  for (gsize i = 0; rows != NULL && i < g_variant_n_children (rows); i++) {
    g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);

    if (g_ascii_strcasecmp (dict_text (row, key), value) == 0)
      return g_steal_pointer (&row);
  }
  return NULL;
}

void
dict_put_text (GVariantDict *out, const char *key, const char *text)
{
  if (text != NULL)
    g_variant_dict_insert (out, key, "s", text);
}

void
dict_put_texts (GVariantDict *out, const char *key, char **texts)
{
  if (texts != NULL)
    g_variant_dict_insert (out, key, "^as", texts);
}

void
dict_put_number (GVariantDict *out, const char *key, guint64 number, const char *type)
{
  if (number == 0)
    return;
  if (*type == 'q')
    g_variant_dict_insert (out, key, "q", (guint) number);
  else if (*type == 'u')
    g_variant_dict_insert (out, key, "u", (guint) number);
  else
    g_variant_dict_insert (out, key, "t", number);
}

void
dict_put_flag (GVariantDict *out, const char *key, gboolean flag)
{
  if (flag)
    g_variant_dict_insert (out, key, "b", TRUE);
}
