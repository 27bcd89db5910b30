/* prepare-where.c - people with certain values alone. */
#include "contract-keys.h"
#include "prepare-private.h"

#include "fault.h"
#include "field-name.h"

void
prepare_read_where (Prepare *self, GVariantDict *spec)
{
  g_autoptr (GVariant) where = g_variant_dict_lookup_value (spec, KEY_SPEC_WHERE, G_VARIANT_TYPE ("a{ss}"));
  GVariantIter iter;
  char *field, *value;

  self->where_fields = g_ptr_array_new_with_free_func (g_free);
  self->where_values = g_ptr_array_new_with_free_func (g_free);
  if (where != NULL) {
    g_variant_iter_init (&iter, where);
    while (g_variant_iter_next (&iter, "{ss}", &field, &value)) {
      g_ptr_array_add (self->where_fields, field);
      g_ptr_array_add (self->where_values, value);
    }
  }
  g_ptr_array_add (self->where_fields, NULL);
  g_ptr_array_add (self->where_values, NULL);
}

/* The columns' names are never the program's own here: a column called "unsubscribe" is one like others. */
static gboolean
is_there (Prepare *self, const char *field)
{
  g_autofree char *column = g_strconcat (FIELD_NAME_COLUMN, field, NULL);

  return field_name_find (column, (const char *const *) self->campaign->columns, (const char *const *) self->campaign->aliases) != FIELD_NAME_NONE;
}

gboolean
prepare_check_where (Prepare *self, GError **error)
{
  const char *const *columns = (const char *const *) self->campaign->columns, *const *aliases = (const char *const *) self->campaign->aliases;

  for (guint i = 0; self->where_fields->pdata[i] != NULL; i++) {
    const char *field = g_ptr_array_index (self->where_fields, i);
    g_autofree char *hint = is_there (self, field) ? NULL : field_name_hint (field, columns, aliases);

    if (hint == NULL)
      continue;
    g_set_error (error, FAULT, FAULT_DATA, "where: nobody on these lists has a field “%s”: %s", field, hint);
    return FALSE;
  }
  return TRUE;
}
