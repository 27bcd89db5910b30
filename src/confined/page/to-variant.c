#include "to-variant.h"

#include "fault.h"
#include "weaken.h"
#include <math.h>
#include <string.h>

#define DEPTH_MAX 32                      /* contract: deeper is refused; GDBus drops a connection at 64 */
#define STRING_MAX_BYTES (16 * 1024 * 1024) /* chosen: above each limit of the contract; those are checked behind it */
#define CHILDREN_MAX 100000               /* contract: the longest array of a call */

typedef struct {
  const Intrinsics *intrinsics;
  const char       *why; /* the part that did not fit; static */
} Conversion;

static GVariant *convert_value (Conversion *self, JSCValue *value, const GVariantType *type, const ContractKey *keys, guint depth);

static GVariant *
conversion_refuse (Conversion *self, const char *why)
{
  if (self->why == NULL)
    self->why = why;
  return NULL;
}

/* Exceptions of a getter or a trap end here. */
static gboolean
has_thrown (Conversion *self)
{
  if (jsc_context_get_exception (self->intrinsics->context) == NULL)
    return FALSE;
  jsc_context_clear_exception (self->intrinsics->context);
  conversion_refuse (self, "could not be read");
  return TRUE;
}

/* Returns: (transfer full), or NULL: refused. A lone surrogate would end the string early in JavaScriptCore's own conversion (measured). */
static char *
dup_string (Conversion *self, JSCValue *value)
{
  g_autoptr (JSCValue) is_fine = NULL;
  g_autoptr (GBytes) bytes = NULL;
  const char *data;
  gsize len;

  if (!jsc_value_is_string (value)) {
    conversion_refuse (self, "is no string");
    return NULL;
  }
  is_fine = jsc_value_function_call (self->intrinsics->is_well_formed, JSC_TYPE_VALUE, value, G_TYPE_NONE);
  if (has_thrown (self) || !jsc_value_to_boolean (is_fine)) {
    conversion_refuse (self, "holds half a character");
    return NULL;
  }
  bytes = jsc_value_to_string_as_bytes (value);
  data = bytes != NULL ? g_bytes_get_data (bytes, &len) : NULL;
  if (data == NULL)
    return bytes != NULL ? g_strdup ("") : NULL;
  if (len > STRING_MAX_BYTES || memchr (data, '\0', len) != NULL || !g_utf8_validate (data, (gssize) len, NULL)) {
    conversion_refuse (self, "is too long or holds a character of no text");
    return NULL;
  }
  return g_strndup (data, len);
}

static GVariant *
convert_string (Conversion *self, JSCValue *value)
{
  char *text = dup_string (self, value);

  return text != NULL ? g_variant_new_take_string (text) : NULL;
}

/* A whole number from 0 or `min` to `max`. */
static gboolean
read_whole (Conversion *self, JSCValue *value, double min, double max, double *out_number)
{
  double number = jsc_value_is_number (value) ? jsc_value_to_double (value) : NAN;

  if (!(number >= min && number <= max) || number != floor (number)) {
    conversion_refuse (self, "is no whole number in range");
    return FALSE;
  }
  *out_number = number;
  return TRUE;
}

/* Digits as they would be written: no sign before 0, no leading zero, no space. */
static gboolean
is_canonical (const char *digits)
{
  gsize len = strspn (digits, "0123456789");

  return len > 0 && digits[len] == '\0' && (digits[0] != '0' || len == 1);
}

static GVariant *
convert_decimal (Conversion *self, JSCValue *value, gboolean is_signed)
{
  g_autofree char *text = dup_string (self, value);
  gboolean is_negative = text != NULL && is_signed && text[0] == '-';
  gint64 number = 0;
  guint64 natural = 0;

  if (text == NULL)
    return NULL;
  if (!is_canonical (text + is_negative) || (is_negative && text[1] == '0') ||
      (is_signed ? !g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &number, NULL)
                 : !g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, &natural, NULL)))
    return conversion_refuse (self, "is no 64-bit number in decimal digits");
  return is_signed ? g_variant_new_int64 (number) : g_variant_new_uint64 (natural);
}

static GVariant *
convert_basic (Conversion *self, JSCValue *value, char type)
{
  double number;

  switch (type) {
  case 's':
    return convert_string (self, value);
  case 'b':
    return jsc_value_is_boolean (value) ? g_variant_new_boolean (jsc_value_to_boolean (value)) : conversion_refuse (self, "is neither true nor false");
  case 'u':
    return read_whole (self, value, 0, G_MAXUINT32, &number) ? g_variant_new_uint32 ((guint32) number) : NULL;
  case 'q':
    return read_whole (self, value, 0, G_MAXUINT16, &number) ? g_variant_new_uint16 ((guint16) number) : NULL;
  case 'i':
    return read_whole (self, value, G_MININT32, G_MAXINT32, &number) ? g_variant_new_int32 ((gint32) number) : NULL;
  case 't':
    return convert_decimal (self, value, FALSE);
  case 'x':
    return convert_decimal (self, value, TRUE);
  case 'd':
    number = jsc_value_is_number (value) ? jsc_value_to_double (value) : NAN;
    return isfinite (number) ? g_variant_new_double (number) : conversion_refuse (self, "is no number");
  default:
    return conversion_refuse (self, "is of a type that the page cannot give");
  }
}

/* A real array (not a proxy of one): its length is read once, each element once. */
static gboolean
read_length (Conversion *self, JSCValue *value, guint *out_length)
{
  g_autoptr (JSCValue) length = NULL;
  double number;

  if (!jsc_value_is_array (value)) {
    conversion_refuse (self, "is no array");
    return FALSE;
  }
  length = jsc_value_object_get_property (value, "length");
  if (has_thrown (self) || !read_whole (self, length, 0, CHILDREN_MAX, &number)) {
    conversion_refuse (self, "has too many elements");
    return FALSE;
  }
  *out_length = (guint) number;
  return TRUE;
}

static GVariant *
convert_element (Conversion *self, JSCValue *array, guint index, const GVariantType *type, const ContractKey *keys, guint depth)
{
  g_autoptr (JSCValue) element = jsc_value_object_get_property_at_index (array, index);

  return has_thrown (self) ? NULL : convert_value (self, element, type, keys, depth + 1);
}

static GVariant *
convert_array (Conversion *self, JSCValue *value, const GVariantType *type, const ContractKey *keys, guint depth)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (type);
  guint length;

  if (!read_length (self, value, &length))
    return NULL;
  for (guint i = 0; i < length; i++) {
    GVariant *child = convert_element (self, value, i, g_variant_type_element (type), keys, depth);

    if (child == NULL)
      return NULL;
    g_variant_builder_add_value (&builder, child);
  }
  return g_variant_builder_end (&builder);
}

static GVariant *
convert_tuple (Conversion *self, JSCValue *value, const GVariantType *type, guint depth)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (type);
  const GVariantType *item = g_variant_type_first (type);
  guint length;

  if (!read_length (self, value, &length) || length != g_variant_type_n_items (type))
    return conversion_refuse (self, "has another number of elements");
  for (guint i = 0; i < length; i++, item = g_variant_type_next (item)) {
    GVariant *child = convert_element (self, value, i, item, NULL, depth);

    if (child == NULL)
      return NULL;
    g_variant_builder_add_value (&builder, child);
  }
  return g_variant_builder_end (&builder);
}

/* The value of an own property that is no getter. Returns: (transfer full), or NULL: refused. */
static JSCValue *
read_own (Conversion *self, JSCValue *object, JSCValue *name)
{
  const Intrinsics *js = self->intrinsics;
  g_autoptr (JSCValue) descriptor = jsc_value_function_call (js->descriptor, JSC_TYPE_VALUE, object, JSC_TYPE_VALUE, name, G_TYPE_NONE);
  g_autoptr (JSCValue) has_value = NULL;

  if (has_thrown (self) || !jsc_value_is_object (descriptor)) {
    conversion_refuse (self, "has a property that cannot be read");
    return NULL;
  }
  has_value = jsc_value_function_call (js->has_own, JSC_TYPE_VALUE, descriptor, G_TYPE_STRING, "value", G_TYPE_NONE);
  if (has_thrown (self) || !jsc_value_to_boolean (has_value)) {
    conversion_refuse (self, "has a getter");
    return NULL;
  }
  return jsc_value_object_get_property (descriptor, "value");
}

/* The type that the contract wants; of a key that it does not name the value's own, where that is one of those. NULL: none. */
static const GVariantType *
find_type (const ContractKey *key, JSCValue *value)
{
  const GVariantType *own = jsc_value_is_boolean (value) ? G_VARIANT_TYPE_BOOLEAN : jsc_value_is_number (value) ? G_VARIANT_TYPE_UINT32 : G_VARIANT_TYPE_STRING;

  if (strcmp (key->name, CONTRACT_FURTHER) != 0)
    return G_VARIANT_TYPE (key->type);
  return strchr (key->type, *g_variant_type_peek_string (own)) != NULL ? own : NULL;
}

/* One property into the dictionary; FALSE: refused. In an a{sv} the contract's key says the type. */
static gboolean
add_property (Conversion *self, GVariantBuilder *builder, JSCValue *object, JSCValue *raw_name, const GVariantType *value_type,
              const ContractKey *keys, guint depth)
{
  gboolean is_variant = g_variant_type_equal (value_type, G_VARIANT_TYPE_VARIANT);
  g_autofree char *name = dup_string (self, raw_name); /* a symbol is no string */
  g_autoptr (JSCValue) value = name != NULL ? read_own (self, object, raw_name) : NULL;
  const ContractKey *key = name != NULL ? contract_find_key (keys, name) : NULL;
  const GVariantType *type = value_type;
  GVariant *child;

  if (value == NULL)
    return FALSE;
  if (is_variant && jsc_value_is_undefined (value))
    return TRUE;
  if (is_variant)
    type = key != NULL ? find_type (key, value) : NULL;
  if (type == NULL) {
    conversion_refuse (self, "has a key that the contract does not have");
    return FALSE;
  }
  child = convert_value (self, value, type, is_variant ? key->keys : NULL, depth + 1);
  if (child != NULL)
    g_variant_builder_add (builder, is_variant ? "{sv}" : "{s@*}", name, child);
  return child != NULL;
}

static GVariant *
convert_dictionary (Conversion *self, JSCValue *value, const GVariantType *type, const ContractKey *keys, guint depth)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (type);
  const GVariantType *value_type = g_variant_type_value (g_variant_type_element (type));
  g_autoptr (JSCValue) names = NULL;
  guint length;

  if (!jsc_value_is_object (value) || jsc_value_is_array (value) || jsc_value_is_function (value))
    return conversion_refuse (self, "is no plain object");
  names = jsc_value_function_call (self->intrinsics->own_keys, JSC_TYPE_VALUE, value, G_TYPE_NONE);
  if (has_thrown (self) || !read_length (self, names, &length))
    return NULL;
  for (guint i = 0; i < length; i++) {
    g_autoptr (JSCValue) name = jsc_value_object_get_property_at_index (names, i);

    if (has_thrown (self) || !add_property (self, &builder, value, name, value_type, keys, depth))
      return NULL;
  }
  return g_variant_builder_end (&builder);
}

/* Returns: floating, or NULL: refused. */
static GVariant *
convert_value (Conversion *self, JSCValue *value, const GVariantType *type, const ContractKey *keys, guint depth)
{
  if (depth > DEPTH_MAX)
    return conversion_refuse (self, "is too deep");
  if (g_variant_type_is_basic (type))
    return convert_basic (self, value, *g_variant_type_peek_string (type));
  if (g_variant_type_is_array (type) && g_variant_type_is_dict_entry (g_variant_type_element (type)))
    return convert_dictionary (self, value, type, keys, depth);
  if (g_variant_type_is_array (type))
    return convert_array (self, value, type, keys, depth);
  return g_variant_type_is_tuple (type) ? convert_tuple (self, value, type, depth) : conversion_refuse (self, "is of a type that the page cannot give");
}

static GVariant *
convert_all (Conversion *self, const ContractRow *row, GPtrArray *arguments, guint *out_at)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_TUPLE);

  for (guint i = 0, given = 0; given < arguments->len; i++) {
    g_autofree char *type = bridge_call_argument_type (row, i);
    GVariant *value;

    if (type == NULL)
      continue;
    *out_at = given;
    value = convert_value (self, g_ptr_array_index (arguments, given++), G_VARIANT_TYPE (type), row->args[i].keys, 1);
    if (value == NULL)
      return NULL;
    g_variant_builder_add_value (&builder, value);
  }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

GVariant *
to_variant_call (const Intrinsics *intrinsics, const ContractRow *row, GPtrArray *arguments, GError **error)
{
  Conversion self = { intrinsics, NULL };
  g_autoptr (GVariant) tuple = NULL;
  g_autoptr (GVariant) call = NULL;
  guint at = 0;

  if (arguments->len != bridge_call_count (row)) {
    g_set_error (error, FAULT, FAULT_USAGE, "%s: takes %u arguments", row->member, bridge_call_count (row));
    return NULL;
  }
  tuple = convert_all (&self, row, arguments, &at);
  if (tuple == NULL) {
    g_set_error (error, FAULT, FAULT_USAGE, "%s: argument %u %s", row->member, at + 1, self.why != NULL ? self.why : "could not be read");
    return NULL;
  }
  call = WEAKENED ("bridge-limits") ? g_variant_ref (tuple) : bridge_call_resolve (row, tuple, NULL, NULL, 0, error);
  return call != NULL ? g_steal_pointer (&tuple) : NULL;
}
