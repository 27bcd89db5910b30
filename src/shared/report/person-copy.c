#include "person-copy.h"

#include "contract-keys.h"

static GVariant *
history_row_copy (GVariant *row)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, row);
  g_variant_dict_remove (&dict, KEY_CONTACT_HISTORY_CAMPAIGN);
  g_variant_dict_remove (&dict, KEY_CONTACT_HISTORY_RECIPIENT);
  return g_variant_dict_end (&dict);
}

static GVariant *
history_copy (GVariant *history)
{
  GVariantBuilder rows;

  g_variant_builder_init (&rows, G_VARIANT_TYPE ("aa{sv}"));
  for (gsize i = 0; i < g_variant_n_children (history); i++) {
    g_autoptr (GVariant) row = g_variant_get_child_value (history, i);

    g_variant_builder_add_value (&rows, history_row_copy (row));
  }
  return g_variant_builder_end (&rows);
}

GVariant *
person_copy_new (GVariant *person)
{
  g_autoptr (GVariant) history = g_variant_lookup_value (person, KEY_CONTACT_HISTORY, G_VARIANT_TYPE ("aa{sv}"));
  GVariantDict dict;

  g_variant_dict_init (&dict, person);
  g_variant_dict_remove (&dict, KEY_CONTACT_ID);
  g_variant_dict_remove (&dict, KEY_CONTACT_ALIKE);
  if (history != NULL)
    g_variant_dict_insert_value (&dict, KEY_CONTACT_HISTORY, history_copy (history));
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}
