#include "json-out.h"

#include "contract-keys.h"
#include "words.h"
#include <stdio.h>
#include <string.h>

/* Dictionaries of D-Bus have no order: what one looks for first comes first, the rest by the alphabet. */
static const char *const first_names[] = {
  KEY_CAMPAIGN_ID, KEY_CONTACT_NAME, KEY_CAMPAIGN_STATE, KEY_CAMPAIGN_REASON, KEY_CAMPAIGN_TEXT, KEY_CAMPAIGN_SUBJECT,
  KEY_CAMPAIGN_TOTAL, KEY_CAMPAIGN_QUEUED, KEY_CAMPAIGN_HANDED, KEY_CAMPAIGN_ACCEPTED, KEY_CAMPAIGN_REFUSED, KEY_CAMPAIGN_LATER,
  KEY_CAMPAIGN_UNKNOWN, KEY_CAMPAIGN_SKIPPED, KEY_IMPORT_REPORT_READ, KEY_IMPORT_REPORT_NEW, KEY_IMPORT_REPORT_UPDATED, KEY_IMPORT_REPORT_MERGED,
  KEY_IMPORT_REPORT_UNCHANGED, KEY_IMPORT_REPORT_REJECTED, KEY_SUPPRESSION_ADDRESS, KEY_CONTACT_EMAIL, KEY_CONTACT_PHONE, NULL };

static guint
get_rank (const char *name)
{
  guint rank = 0;

  while (first_names[rank] != NULL && strcmp (first_names[rank], name) != 0)
    rank++;
  return rank;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  const char *left = *(const char *const *) a, *right = *(const char *const *) b;
  guint left_rank = get_rank (left), right_rank = get_rank (right);

  return left_rank != right_rank ? (left_rank < right_rank ? -1 : 1) : strcmp (left, right);
}

void
json_out_members (JsonBuilder *builder, GVariant *dict)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < g_variant_n_children (dict); i++) {
    g_autoptr (GVariant) pair = g_variant_get_child_value (dict, i);
    char *name;

    g_variant_get_child (pair, 0, "s", &name);
    g_ptr_array_add (names, name);
  }
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++) {
    g_autoptr (GVariant) value = g_variant_lookup_value (dict, names->pdata[i], NULL);

    json_builder_set_member_name (builder, names->pdata[i]);
    json_out_variant (builder, value);
  }
}

static void
add_array (JsonBuilder *builder, GVariant *value)
{
  json_builder_begin_array (builder);
  for (gsize i = 0; i < g_variant_n_children (value); i++) {
    g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

    json_out_variant (builder, child);
  }
  json_builder_end_array (builder);
}

static void
add_time (JsonBuilder *builder, gint64 utc_s)
{
  g_autofree char *iso = words_iso (utc_s);

  if (iso != NULL)
    json_builder_add_string_value (builder, iso);
  else
    json_builder_add_null_value (builder);
}

void
json_out_variant (JsonBuilder *builder, GVariant *value)
{
  g_autoptr (GVariant) inner = NULL;

  switch (g_variant_classify (value)) {
  case G_VARIANT_CLASS_VARIANT:
    inner = g_variant_get_variant (value);
    json_out_variant (builder, inner);
    break;
  case G_VARIANT_CLASS_BOOLEAN:
    json_builder_add_boolean_value (builder, g_variant_get_boolean (value));
    break;
  case G_VARIANT_CLASS_UINT16:
    json_builder_add_int_value (builder, g_variant_get_uint16 (value));
    break;
  case G_VARIANT_CLASS_UINT32:
    json_builder_add_int_value (builder, g_variant_get_uint32 (value));
    break;
  case G_VARIANT_CLASS_UINT64:
    json_builder_add_int_value (builder, (gint64) g_variant_get_uint64 (value));
    break;
  case G_VARIANT_CLASS_INT64: /* the contract has times only */
    add_time (builder, g_variant_get_int64 (value));
    break;
  case G_VARIANT_CLASS_DOUBLE:
    json_builder_add_double_value (builder, g_variant_get_double (value));
    break;
  case G_VARIANT_CLASS_STRING:
    json_builder_add_string_value (builder, g_variant_get_string (value, NULL));
    break;
  case G_VARIANT_CLASS_ARRAY:
    if (!g_variant_type_is_subtype_of (g_variant_get_type (value), G_VARIANT_TYPE_DICTIONARY)) {
      add_array (builder, value);
      break;
    }
    json_builder_begin_object (builder);
    json_out_members (builder, value);
    json_builder_end_object (builder);
    break;
  default: /* the contract has no other type */
    json_builder_add_null_value (builder);
  }
}

JsonBuilder *
json_out_begin (void)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "schema");
  json_builder_add_int_value (builder, JSON_OUT_SCHEMA);
  return builder;
}

void
json_out_end (JsonBuilder *builder)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  text = json_generator_to_data (generator, NULL);
  puts (text);
  fflush (stdout); /* a script may wait for this line */
  g_object_unref (builder);
}

void
json_out_document (GVariant *dict)
{
  JsonBuilder *builder = json_out_begin ();

  json_out_members (builder, dict);
  json_out_end (builder);
}

void
json_out_count (const char *name, guint64 count)
{
  JsonBuilder *builder = json_out_begin ();

  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64) count);
  json_out_end (builder);
}

void
json_out_rows (const char *name, GVariant *rows, gboolean is_stream)
{
  JsonBuilder *builder;

  if (is_stream) {
    for (gsize i = 0; i < g_variant_n_children (rows); i++) {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);

      json_out_document (row);
    }
    return;
  }
  builder = json_out_begin ();
  json_builder_set_member_name (builder, name);
  json_out_variant (builder, rows);
  json_out_end (builder);
}
