/* fields.h - a contact's further fields as one blob: name, value, name, value… as the store keeps them.
 * Trust:  blobs come from our own store, yet are read as if hostile (a poisoned file). Pure.
 * Form:   each pair: name length(2) name, value length(4) value. Little-endian. Names compare without case (UTF-8 casefold). */
#pragma once
#include "frame.h"

typedef struct {
  const guint8 *at, *end;
} FieldsReader;

void     fields_open (FieldsReader *self, const void *blob, gsize len);
/* Returns: FALSE at the end, or where the blob is broken (the rest is then ignored). Slices borrow from the blob. */
gboolean fields_next (FieldsReader *self, Slice *out_name, Slice *out_value);
void     fields_append (GByteArray *blob, Slice name, Slice value);
gboolean fields_lookup (const void *blob, gsize len, const char *name, Slice *out_value);
gboolean fields_name_equal (Slice a, Slice b);
