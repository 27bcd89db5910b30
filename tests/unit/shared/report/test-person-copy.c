/* What a person is handed: all that is kept about them, no number of a row, nobody else. */
#include "person-copy.h"

#include <string.h>

static void
test_copy (void)
{
  g_autoptr (GVariant) person = g_variant_ref_sink (g_variant_new_parsed (
    "{'id': <@t 17>, 'name': <'Ann'>, 'fields': <{'Town': 'Bonn'}>, 'alike': <[{'id': <@t 23>, 'name': <'Anna'>}]>,"
    " 'history': <[{'campaign': <@t 7>, 'recipient': <@t 29>, 'subject': <'Hello'>, 'message_id': <'<ab@example.org>'>}, {'campaign': <@t 5>, 'subject': <'Before'>}]>}"));
  g_autoptr (GVariant) expected = g_variant_ref_sink (g_variant_new_parsed (
    "{'name': <'Ann'>, 'fields': <{'Town': 'Bonn'}>, 'history': <[{'subject': <'Hello'>, 'message_id': <'<ab@example.org>'>}, {'subject': <'Before'>}]>}"));
  g_autoptr (GVariant) copy = person_copy_new (person);
  GVariantDict dict;
  const char *const keys[] = { "name", "fields", "history" };

  g_assert_cmpuint (g_variant_n_children (copy), ==, G_N_ELEMENTS (keys));
  g_variant_dict_init (&dict, copy);
  for (gsize i = 0; i < G_N_ELEMENTS (keys) - 1; i++) {
    g_autoptr (GVariant) got = g_variant_dict_lookup_value (&dict, keys[i], NULL), wanted = g_variant_lookup_value (expected, keys[i], NULL);

    g_assert_true (g_variant_equal (got, wanted));
  }
  g_variant_dict_clear (&dict);
  {
    g_autofree char *text = g_variant_print (copy, FALSE);

    g_assert_nonnull (strstr (text, "<ab@example.org>"));
    g_assert_nonnull (strstr (text, "Before"));
    for (const char *const *number = (const char *const[]){ "17", "23", "29", "campaign", "recipient", "Anna", NULL }; *number != NULL; number++)
      g_assert_null (strstr (text, *number));
  }
}

/* Nobody has written to them yet. */
static void
test_no_history (void)
{
  g_autoptr (GVariant) person = g_variant_ref_sink (g_variant_new_parsed ("{'id': <@t 17>, 'name': <'Ann'>, 'history': <@aa{sv} []>}"));
  g_autoptr (GVariant) copy = person_copy_new (person);

  g_assert_cmpuint (g_variant_n_children (copy), ==, 2);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/report/person-copy/copy", test_copy);
  g_test_add_func ("/shared/report/person-copy/no-history", test_no_history);
  return g_test_run ();
}
