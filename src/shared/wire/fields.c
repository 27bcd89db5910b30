#include "fields.h"

#include "little-endian.h"
#include <string.h>

void
fields_open (FieldsReader *self, const void *blob, gsize len)
{
  self->at = blob;
  self->end = len > 0 ? self->at + len : self->at; /* an empty blob may be NULL */
}

gboolean
fields_next (FieldsReader *self, Slice *out_name, Slice *out_value)
{
  gsize left = (gsize) (self->end - self->at), name_len, value_len;
  const guint8 *at = self->at;

  if (left < 6)
    return FALSE;
  name_len = (gsize) le_get (at, 2);
  if (left - 6 < name_len)
    return FALSE;
  at += 2;
  *out_name = (Slice){ (const char *) at, name_len };
  at += name_len;
  value_len = (gsize) le_get (at, 4);
  if (left - 6 - name_len < value_len)
    return FALSE;
  at += 4;
  *out_value = (Slice){ (const char *) at, value_len };
  self->at = at + value_len;
  return TRUE;
}

void
fields_append (GByteArray *blob, Slice name, Slice value)
{
  gsize name_len = MIN (name.len, G_MAXUINT16);
  guint8 *at;

  g_byte_array_set_size (blob, (guint) (blob->len + 6 + name_len + value.len)); /* once: it divides each time */
  at = blob->data + blob->len - (6 + name_len + value.len);
  le_put (at, name_len, 2);
  memcpy (at + 2, name.data, name_len);
  le_put (at + 2 + name_len, value.len, 4);
  if (value.len > 0)
    memcpy (at + 6 + name_len, value.data, value.len);
}

static gboolean
is_ascii (Slice name)
{
  for (gsize i = 0; i < name.len; i++)
    if ((guint8) name.data[i] >= 0x80)
      return FALSE;
  return TRUE;
}

gboolean
fields_name_equal (Slice a, Slice b)
{
  g_autofree char *folded_a = NULL, *folded_b = NULL;

  if (a.len == b.len && g_ascii_strncasecmp (a.data, b.data, a.len) == 0)
    return TRUE;
  if (is_ascii (a) && is_ascii (b))
    return FALSE; /* the usual case, without the cost of folding */
  folded_a = g_utf8_casefold (a.data, (gssize) a.len);
  folded_b = g_utf8_casefold (b.data, (gssize) b.len);
  return strcmp (folded_a, folded_b) == 0;
}

gboolean
fields_lookup (const void *blob, gsize len, const char *name, Slice *out_value)
{
  FieldsReader reader;
  Slice found, value;

  fields_open (&reader, blob, len);
  while (fields_next (&reader, &found, &value))
    if (fields_name_equal (found, (Slice){ name, strlen (name) })) {
      *out_value = value;
      return TRUE;
    }
  return FALSE;
}
