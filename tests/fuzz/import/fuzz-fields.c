/* What is read and appended again is the beginning of the same blob; each name that is there is found. */
#include "fields.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize len);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize len)
{
  g_autoptr (GByteArray) again = g_byte_array_new ();
  FieldsReader reader;
  Slice name, value;

  fields_open (&reader, data, len);
  while (fields_next (&reader, &name, &value)) {
    g_autofree char *text = slice_dup (name);
    Slice found;

    fields_append (again, name, value);
    if (g_utf8_validate (name.data, (gssize) name.len, NULL))
      g_assert_true (fields_lookup (data, len, text, &found));
  }
  g_assert_cmpuint (again->len, <=, len);
  g_assert_cmpmem (again->data, again->len, data, again->len);
  return 0;
}
