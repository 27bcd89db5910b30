#include "fields.h"

#include <string.h>

#define S(literal) ((Slice){ literal, sizeof (literal) - 1 })

static void
test_round (void)
{
  g_autoptr (GByteArray) blob = g_byte_array_new ();
  Slice name, value;
  FieldsReader reader;

  fields_append (blob, S ("City"), S ("Köln"));
  fields_append (blob, S (""), S (""));
  fields_append (blob, S ("STRAẞE"), S ("a\0b"));
  fields_open (&reader, blob->data, blob->len);
  g_assert_true (fields_next (&reader, &name, &value));
  g_assert_cmpmem (name.data, name.len, "City", 4);
  g_assert_true (fields_next (&reader, &name, &value));
  g_assert_cmpuint (name.len + value.len, ==, 0);
  g_assert_true (fields_next (&reader, &name, &value));
  g_assert_cmpmem (value.data, value.len, "a\0b", 3);
  g_assert_false (fields_next (&reader, &name, &value));

  g_assert_true (fields_lookup (blob->data, blob->len, "cITY", &value)); /* names ignore case */
  g_assert_cmpmem (value.data, value.len, "Köln", 5);
  g_assert_true (fields_lookup (blob->data, blob->len, "strasse", &value)); /* in Unicode's way */
  g_assert_false (fields_lookup (blob->data, blob->len, "Town", &value));
}

/* A poisoned store: what is whole is read, nothing beyond the blob is. */
static void
test_cut (void)
{
  g_autoptr (GByteArray) blob = g_byte_array_new ();
  Slice name, value;

  fields_append (blob, S ("a"), S ("bc"));
  for (gsize cut = 0; cut < blob->len; cut++) {
    g_autofree guint8 *piece = g_memdup2 (blob->data, MAX (cut, 1));
    FieldsReader reader;

    fields_open (&reader, piece, cut);
    g_assert_false (fields_next (&reader, &name, &value));
  }
}

static void
test_long_name (void)
{
  g_autoptr (GByteArray) blob = g_byte_array_new ();
  g_autofree char *text = g_strnfill (70000, 'n'); /* longer than its length field can say: cut, not wrapped */
  FieldsReader reader;
  Slice name, value;

  fields_append (blob, (Slice){ text, 70000 }, S ("v"));
  fields_open (&reader, blob->data, blob->len);
  g_assert_true (fields_next (&reader, &name, &value));
  g_assert_cmpuint (name.len, ==, G_MAXUINT16);
  g_assert_cmpmem (value.data, value.len, "v", 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/wire/fields/round", test_round);
  g_test_add_func ("/shared/wire/fields/cut", test_cut);
  g_test_add_func ("/shared/wire/fields/long-name", test_long_name);
  return g_test_run ();
}
