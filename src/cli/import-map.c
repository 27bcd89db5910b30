#include "import-map.h"

#include "contract-keys.h"
#include "fault.h"
#include "options.h"

gboolean
import_parse_map (const char *text, GVariantDict *out, GError **error)
{
  static const char *const roles[] = { "email", "name", "phone", "first", "last", NULL }, *const words[] = { "field", "unused", NULL };
  g_auto (GVariantBuilder) map = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}")), others = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  g_auto (GStrv) pairs = g_strsplit (text, ",", -1);

  for (gsize i = 0; pairs[i] != NULL; i++) {
    g_autofree char *name = NULL, *column = NULL;

    if (!options_split_pair (pairs[i], "--map", &name, &column, error))
      return FALSE;
    if (g_strv_contains (roles, name))
      g_variant_builder_add (&map, "{ss}", name, column);
    else if (g_strv_contains (words, name))
      g_variant_builder_add (&others, "{ss}", column, name);
    else {
      g_set_error (error, FAULT, FAULT_USAGE,
                   "--map knows email, name, phone, first, last, field and unused, not “%s”; other columns become fields by themselves",
                   name);
      return FALSE;
    }
  }
  g_variant_dict_insert_value (out, KEY_IMPORT_MAP, g_variant_builder_end (&map));
  g_variant_dict_insert_value (out, KEY_IMPORT_OTHERS, g_variant_builder_end (&others));
  return TRUE;
}
