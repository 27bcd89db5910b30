#include "bridge-call.h"

#include "fault.h"
#include <string.h>

typedef struct {
  BridgeFileFunc file;
  gpointer       data;
} Files;

const ContractRow *
bridge_call_find (const char *raw_member, ContractSide side)
{
  for (const ContractRow *row = contract_rows; row->interface != NULL; row++)
    if (row->side == side && row->exposure == CONTRACT_EXPOSED_PAGE && g_strcmp0 (row->member, raw_member) == 0)
      return row;
  return NULL;
}

/* The type of argument `index` inside the row's signature, which was made by contract/checks.py and so is well formed. */
static char *
dup_type (const ContractRow *row, guint index)
{
  const GVariantType *type = g_variant_type_first (G_VARIANT_TYPE (row->signature));

  for (guint i = 0; i < index && type != NULL; i++)
    type = g_variant_type_next (type);
  return type != NULL ? g_variant_type_dup_string (type) : NULL;
}

static guint
count_arguments (const ContractRow *row)
{
  return (guint) g_variant_type_n_items (G_VARIANT_TYPE (row->signature));
}

char *
bridge_call_argument_type (const ContractRow *row, guint index)
{
  char *type = row->args[index].handle == CONTRACT_HANDLE_SECRET ? NULL : dup_type (row, index);

  for (char *p = type; p != NULL && *p != '\0'; p++)
    if (*p == 'h')
      *p = 'u';
  return type;
}

guint
bridge_call_count (const ContractRow *row)
{
  guint n = 0;

  for (guint i = 0; i < count_arguments (row); i++)
    n += row->args[i].handle != CONTRACT_HANDLE_SECRET;
  return n;
}

char *
bridge_call_signature (const ContractRow *row)
{
  g_autoptr (GString) out = g_string_new ("(");

  for (guint i = 0; i < count_arguments (row); i++) {
    g_autofree char *type = bridge_call_argument_type (row, i);

    if (type != NULL)
      g_string_append (out, type);
  }
  g_string_append_c (out, ')');
  return g_string_free (g_steal_pointer (&out), FALSE);
}

gboolean
bridge_call_wants_secret (const ContractRow *row)
{
  for (guint i = 0; i < count_arguments (row); i++)
    if (row->args[i].handle == CONTRACT_HANDLE_SECRET)
      return TRUE;
  return FALSE;
}

/* Builds `value` again with each u where `type` has an h turned into a handle. Returns: floating, or NULL: a number of no file. */
static GVariant *
put_handles (GVariant *value, const GVariantType *type, const Files *files)
{
  GVariantBuilder builder;

  if (g_variant_type_equal (type, G_VARIANT_TYPE_HANDLE)) {
    gint32 handle = files->file != NULL ? files->file (g_variant_get_uint32 (value), files->data) : 0;

    return handle >= 0 ? g_variant_new_handle (handle) : NULL;
  }
  if (strchr (g_variant_type_peek_string (type), 'h') == NULL || !g_variant_type_is_container (type))
    return g_variant_ref (value);
  g_variant_builder_init (&builder, type);
  for (gsize i = 0, n = g_variant_n_children (value); i < n; i++) {
    g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
    const GVariantType *inner = g_variant_type_is_array (type) ? g_variant_type_element (type) : g_variant_type_first (type);
    GVariant *made;

    for (gsize skip = 0; !g_variant_type_is_array (type) && skip < i; skip++)
      inner = g_variant_type_next (inner);
    made = put_handles (child, inner, files);
    if (made == NULL) {
      g_variant_builder_clear (&builder);
      return NULL;
    }
    g_variant_builder_add_value (&builder, made);
    if (made == child)
      g_variant_unref (made); /* the builder took its own */
  }
  return g_variant_builder_end (&builder);
}

static gboolean
is_form_of (const ContractRow *row, GVariant *raw_arguments)
{
  g_autofree char *signature = bridge_call_signature (row);

  return g_strcmp0 (raw_arguments != NULL ? g_variant_get_type_string (raw_arguments) : "()", signature) == 0 &&
         (raw_arguments == NULL || g_variant_is_normal_form (raw_arguments));
}

static gboolean
add_argument (GVariantBuilder *builder, const ContractRow *row, guint index, GVariant *given, const Files *files)
{
  g_autofree char *type = dup_type (row, index);
  GVariant *made = put_handles (given, G_VARIANT_TYPE (type), files);

  if (made == NULL)
    return FALSE;
  g_variant_builder_add_value (builder, made);
  if (made == given)
    g_variant_unref (made);
  return TRUE;
}

GVariant *
bridge_call_resolve (const ContractRow *row, GVariant *raw_arguments, BridgeFileFunc file, gpointer data, gint32 secret, GError **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_TUPLE);
  const Files files = { file, data };
  g_autoptr (GVariant) call = NULL;
  g_autoptr (GError) local = NULL;

  if (!is_form_of (row, raw_arguments)) {
    g_set_error (error, FAULT, FAULT_USAGE, "%s: wrong types", row->member);
    return NULL;
  }
  for (guint i = 0, given = 0; i < count_arguments (row); i++) {
    g_autoptr (GVariant) value = NULL;

    if (row->args[i].handle == CONTRACT_HANDLE_SECRET) {
      g_variant_builder_add_value (&builder, g_variant_new_handle (secret));
      continue;
    }
    value = g_variant_get_child_value (raw_arguments, given++);
    if (!add_argument (&builder, row, i, value, &files)) {
      g_set_error (error, FAULT, FAULT_USAGE, "%s: argument %u is the number of no file; choose it again", row->member, i + 1);
      return NULL;
    }
  }
  call = g_variant_ref_sink (g_variant_builder_end (&builder));
  if (!contract_check (row->interface, row->member, row->side, call, &local)) {
    g_set_error_literal (error, FAULT, FAULT_USAGE, local->message);
    return NULL;
  }
  return g_steal_pointer (&call);
}
