#include "from-variant.h"

#include "fault.h"
#include "frame.h"
#include <math.h>
#include <string.h>

/* Octets as a string of JSON; what is no UTF-8 becomes U+FFFD. */
static void
append_text (GString *json, const char *data, gsize len)
{
  g_autofree char *text = g_utf8_make_valid (data, (gssize) len);

  g_string_append_c (json, '"');
  for (const char *p = text; *p != '\0'; p++) {
    if (*p == '"' || *p == '\\')
      g_string_append_c (json, '\\');
    if ((guchar) *p < 0x20)
      g_string_append_printf (json, "\\u%04x", (guint) (guchar) *p);
    else
      g_string_append_c (json, *p);
  }
  g_string_append_c (json, '"');
}

static gboolean
append_frame (GString *json, GVariant *value, GError **error)
{
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  const guint8 *bytes = g_variant_get_data (value);
  gsize len = g_variant_get_size (value);
  g_autoptr (GError) local = NULL;
  FrameReader reader;

  g_string_append_c (json, '[');
  if (len < 4) /* no rows at all: an empty ay */
    len = 0;
  if (len > 0 && frame_open (&reader, (FrameKind) bytes[3], bytes, len, &local))
    for (gboolean is_first = TRUE; frame_next (&reader, row, &local); is_first = FALSE) {
      g_string_append_printf (json, "%s{\"key\":\"%" G_GUINT64_FORMAT "\",\"aux\":%u,\"fields\":[", is_first ? "" : ",", row->key, row->aux);
      for (guint i = 0; i < row->n_fields; i++) {
        if (i > 0)
          g_string_append_c (json, ',');
        append_text (json, row->fields[i].data, row->fields[i].len);
      }
      g_string_append (json, "]}");
    }
  g_string_append_c (json, ']');
  if (local == NULL)
    return TRUE;
  g_set_error (error, FAULT, FAULT_PROTOCOL, "core's rows cannot be read: %s", local->message);
  return FALSE;
}

static gboolean
append_members (GString *json, GVariant *value, gboolean is_object, GError **error)
{
  g_string_append_c (json, is_object ? '{' : '[');
  for (gsize i = 0, n = g_variant_n_children (value); i < n; i++) {
    g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

    if (i > 0)
      g_string_append_c (json, ',');
    if (!from_variant_append (json, child, FALSE, error))
      return FALSE;
  }
  g_string_append_c (json, is_object ? '}' : ']');
  return TRUE;
}

static gboolean
append_entry (GString *json, GVariant *entry, GError **error)
{
  g_autoptr (GVariant) key = g_variant_get_child_value (entry, 0);
  g_autoptr (GVariant) value = g_variant_get_child_value (entry, 1);

  if (!from_variant_append (json, key, FALSE, error))
    return FALSE;
  g_string_append_c (json, ':');
  return from_variant_append (json, value, FALSE, error);
}

static void
append_double (GString *json, double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (json, isfinite (number) ? g_ascii_dtostr (text, sizeof text, number) : "null");
}

gboolean
from_variant_append (GString *json, GVariant *value, gboolean is_frame, GError **error)
{
  g_autoptr (GVariant) inner = NULL;
  const char *text;
  gsize len;

  switch (g_variant_classify (value)) {
  case G_VARIANT_CLASS_STRING:
    text = g_variant_get_string (value, &len);
    append_text (json, text, len);
    return TRUE;
  case G_VARIANT_CLASS_BOOLEAN:
    g_string_append (json, g_variant_get_boolean (value) ? "true" : "false");
    return TRUE;
  case G_VARIANT_CLASS_UINT32:
    g_string_append_printf (json, "%u", g_variant_get_uint32 (value));
    return TRUE;
  case G_VARIANT_CLASS_UINT16:
    g_string_append_printf (json, "%u", g_variant_get_uint16 (value));
    return TRUE;
  case G_VARIANT_CLASS_INT32:
    g_string_append_printf (json, "%d", g_variant_get_int32 (value));
    return TRUE;
  case G_VARIANT_CLASS_UINT64:
    g_string_append_printf (json, "\"%" G_GUINT64_FORMAT "\"", g_variant_get_uint64 (value));
    return TRUE;
  case G_VARIANT_CLASS_INT64:
    g_string_append_printf (json, "\"%" G_GINT64_FORMAT "\"", g_variant_get_int64 (value));
    return TRUE;
  case G_VARIANT_CLASS_DOUBLE:
    append_double (json, g_variant_get_double (value));
    return TRUE;
  case G_VARIANT_CLASS_VARIANT:
    inner = g_variant_get_variant (value);
    return from_variant_append (json, inner, FALSE, error);
  case G_VARIANT_CLASS_DICT_ENTRY:
    return append_entry (json, value, error);
  case G_VARIANT_CLASS_ARRAY:
    if (is_frame)
      return append_frame (json, value, error);
    return append_members (json, value, g_variant_type_is_dict_entry (g_variant_type_element (g_variant_get_type (value))), error);
  case G_VARIANT_CLASS_TUPLE:
    return append_members (json, value, FALSE, error);
  default:
    g_set_error (error, FAULT, FAULT_PROTOCOL, "an answer holds a type that the page cannot be given");
    return FALSE;
  }
}

static JSCValue *
make_octets (JSCContext *context, GVariant *value)
{
  gsize len = g_variant_get_size (value);
  JSCValue *array = jsc_value_new_typed_array (context, JSC_TYPED_ARRAY_UINT8, len);
  gpointer place = jsc_value_typed_array_get_data (array, NULL);

  if (len > 0 && place != NULL)
    memcpy (place, g_variant_get_data (value), len);
  return array;
}

JSCValue *
from_variant_argument (JSCContext *context, const ContractRow *row, GVariant *tuple, guint index, GError **error)
{
  g_autoptr (GVariant) value = g_variant_get_child_value (tuple, index);
  gboolean is_frame = row->args[index].form == CONTRACT_FRAME;
  g_autoptr (GString) json = NULL;

  if (!is_frame && g_variant_is_of_type (value, G_VARIANT_TYPE_BYTESTRING))
    return make_octets (context, value);
  json = g_string_new (NULL);
  return from_variant_append (json, value, is_frame, error) ? jsc_value_new_from_json (context, json->str) : NULL;
}

char *
from_variant_camel (const char *name)
{
  GString *out = g_string_new (NULL);

  for (const char *p = name; *p != '\0'; p++)
    g_string_append_c (out, *p == '_' && p[1] != '\0' ? g_ascii_toupper (*++p) : *p);
  return g_string_free (out, FALSE);
}

JSCValue *
from_variant_result (JSCContext *context, const ContractRow *row, GVariant *tuple, GError **error)
{
  g_autoptr (JSCValue) result = NULL;
  guint n = (guint) g_variant_n_children (tuple);

  if (n == 0)
    return jsc_value_new_undefined (context);
  if (n == 1)
    return from_variant_argument (context, row, tuple, 0, error);
  result = jsc_value_new_object (context, NULL, NULL);
  for (guint i = 0; i < n; i++) {
    g_autofree char *name = from_variant_camel (row->args[i].name);
    g_autoptr (JSCValue) value = from_variant_argument (context, row, tuple, i, error);

    if (value == NULL)
      return NULL;
    jsc_value_object_define_property_data (
        result, name, JSC_VALUE_PROPERTY_ENUMERABLE | JSC_VALUE_PROPERTY_CONFIGURABLE | JSC_VALUE_PROPERTY_WRITABLE, value);
  }
  return g_steal_pointer (&result);
}
