#include "frame.h"

#include "little-endian.h"
#include <string.h>

G_DEFINE_QUARK (frame-error-quark, frame_error)

#define HEADER_LEN 8
#define ROW_LEN 14

struct FrameWriter {
  FrameKind   kind;
  guint32     count;
  GByteArray *bytes;
};

static gboolean
malformed (GError **error, const char *what)
{
  g_set_error (error, FRAME_ERROR, FRAME_ERROR_MALFORMED, "malformed frame: %s", what);
  return FALSE;
}

gboolean
frame_open (FrameReader *self, FrameKind kind, const void *data, gsize len, GError **error)
{
  const guint8 *at = data;

  if (len < HEADER_LEN || memcmp (at, "PRF", 3) != 0 || at[3] != kind)
    return malformed (error, "header");
  self->left = (guint) le_get (at + 4, 4);
  self->at = at + HEADER_LEN;
  self->end = at + len;
  if (self->left > (len - HEADER_LEN) / ROW_LEN)
    return malformed (error, "count");
  return TRUE;
}

gboolean
frame_next (FrameReader *self, FrameRow *out_row, GError **error)
{
  const guint8 *at = self->at;

  if (self->left == 0)
    return at == self->end ? FALSE : malformed (error, "trailing octets");
  if (self->end - at < ROW_LEN)
    return malformed (error, "row");
  out_row->key = le_get (at, 8);
  out_row->aux = (guint32) le_get (at + 8, 4);
  out_row->n_fields = (guint) le_get (at + 12, 2);
  if (out_row->n_fields > FRAME_FIELDS_MAX)
    return malformed (error, "too many fields");
  at += ROW_LEN;
  for (guint i = 0; i < out_row->n_fields; i++) {
    guint32 len;

    if (self->end - at < 4)
      return malformed (error, "field");
    len = (guint32) le_get (at, 4);
    at += 4;
    if ((gsize) (self->end - at) < len)
      return malformed (error, "field length");
    out_row->fields[i] = (Slice){ (const char *) at, len };
    at += len;
  }
  self->at = at;
  self->left--;
  return TRUE;
}

static void
start (FrameWriter *self)
{
  self->bytes = g_byte_array_sized_new (4096);
  self->count = 0;
  g_byte_array_append (self->bytes, (const guint8 *) "PRF", 3);
  le_append (self->bytes, (guint64) self->kind, 1);
  le_append (self->bytes, 0, 4);
}

FrameWriter *
frame_writer_new (FrameKind kind)
{
  FrameWriter *self = g_new0 (FrameWriter, 1);

  self->kind = kind;
  start (self);
  return self;
}

void
frame_writer_free (FrameWriter *self)
{
  if (self != NULL)
    g_byte_array_unref (self->bytes);
  g_free (self);
}

void
frame_writer_row (FrameWriter *self, guint64 key, guint32 aux, guint n_fields)
{
  le_append (self->bytes, key, 8);
  le_append (self->bytes, aux, 4);
  le_append (self->bytes, n_fields, 2);
  self->count++;
}

void
frame_writer_field (FrameWriter *self, const void *data, gsize len)
{
  le_append (self->bytes, len, 4);
  if (len > 0)
    g_byte_array_append (self->bytes, data, (guint) len);
}

void
frame_writer_string (FrameWriter *self, const char *text)
{
  frame_writer_field (self, text, text != NULL ? strlen (text) : 0);
}

void
frame_writer_raw (FrameWriter *self, const void *fields, gsize len)
{
  if (len > 0)
    g_byte_array_append (self->bytes, fields, (guint) len);
}

guint
frame_count_raw (const void *fields, gsize len)
{
  const guint8 *raw = fields;
  guint count = 0;

  for (gsize at = 0; len - at >= 4; count++) {
    gsize field = (gsize) le_get (raw + at, 4);

    if (field > len - at - 4)
      break;
    at += 4 + field;
  }
  return count;
}

guint
frame_writer_get_count (const FrameWriter *self)
{
  return self->count;
}

gsize
frame_writer_get_size (const FrameWriter *self)
{
  return self->bytes->len;
}

GVariant *
frame_writer_finish (FrameWriter *self)
{
  g_autoptr (GBytes) bytes = NULL;

  le_put (self->bytes->data + 4, self->count, 4);
  bytes = g_byte_array_free_to_bytes (self->bytes);
  start (self);
  return g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE);
}

char *
slice_dup (Slice slice)
{
  return g_strndup (slice.data, slice.len);
}
