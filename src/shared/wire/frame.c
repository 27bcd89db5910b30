#include "frame.h"

#include "little-endian.h"
#include <string.h>

G_DEFINE_QUARK (frame-error-quark, frame_error)

#define HEADER_LEN 8
#define ROW_LEN 14

struct FrameWriter { /* octets of its own: a GByteArray divides at each append, and there are 30 appends a row */
  FrameKind kind;
  guint32   count;
  guint8   *bytes;
  gsize     used, allocated;
};

static gboolean
frame_malformed (GError **error, const char *what)
{
  g_set_error (error, FRAME_ERROR, FRAME_ERROR_MALFORMED, "malformed frame: %s", what);
  return FALSE;
}

gboolean
frame_open (FrameReader *self, FrameKind kind, const void *data, gsize len, GError **error)
{
  const guint8 *at = data;

  if (len < HEADER_LEN || memcmp (at, "PRF", 3) != 0 || at[3] != kind)
    return frame_malformed (error, "header");
  self->left = (guint) le_get (at + 4, 4);
  self->at = at + HEADER_LEN;
  self->end = at + len;
  if (self->left > (len - HEADER_LEN) / ROW_LEN)
    return frame_malformed (error, "count");
  return TRUE;
}

gboolean
frame_next (FrameReader *self, FrameRow *out_row, GError **error)
{
  const guint8 *at = self->at;

  if (self->left == 0)
    return at == self->end ? FALSE : frame_malformed (error, "trailing octets");
  if (self->end - at < ROW_LEN)
    return frame_malformed (error, "row");
  out_row->key = le_get (at, 8);
  out_row->aux = (guint32) le_get (at + 8, 4);
  out_row->n_fields = (guint) le_get (at + 12, 2);
  if (out_row->n_fields > FRAME_FIELDS_MAX)
    return frame_malformed (error, "too many fields");
  at += ROW_LEN;
  for (guint i = 0; i < out_row->n_fields; i++) {
    guint32 len;

    if (self->end - at < 4)
      return frame_malformed (error, "field");
    len = (guint32) le_get (at, 4);
    at += 4;
    if ((gsize) (self->end - at) < len)
      return frame_malformed (error, "field length");
    out_row->fields[i] = (Slice){ (const char *) at, len };
    at += len;
  }
  self->at = at;
  self->left--;
  return TRUE;
}

/* Returns: where `len` octets may be written now. */
static guint8 *
frame_writer_extend (FrameWriter *self, gsize len)
{
  guint8 *at;

  if (self->allocated - self->used < len) {
    self->allocated = MAX (2 * self->allocated, self->used + len + 4096);
    self->bytes = g_realloc (self->bytes, self->allocated);
  }
  at = self->bytes + self->used;
  self->used += len;
  return at;
}

static void
frame_writer_start (FrameWriter *self)
{
  guint8 *at;

  self->bytes = NULL;
  self->used = self->allocated = 0;
  self->count = 0;
  at = frame_writer_extend (self, HEADER_LEN);
  memcpy (at, "PRF", 3); /* NOLINT(bugprone-not-null-terminated-result): the kind follows */
  at[3] = (guint8) self->kind;
  le_put (at + 4, 0, 4);
}

FrameWriter *
frame_writer_new (FrameKind kind)
{
  FrameWriter *self = g_new0 (FrameWriter, 1);

  self->kind = kind;
  frame_writer_start (self);
  return self;
}

void
frame_writer_free (FrameWriter *self)
{
  if (self != NULL)
    g_free (self->bytes);
  g_free (self);
}

void
frame_writer_row (FrameWriter *self, guint64 key, guint32 aux, guint n_fields)
{
  guint8 *at = frame_writer_extend (self, ROW_LEN);

  le_put (at, key, 8);
  le_put (at + 8, aux, 4);
  le_put (at + 12, n_fields, 2);
  self->count++;
}

void
frame_writer_field (FrameWriter *self, const void *data, gsize len)
{
  guint8 *at = frame_writer_extend (self, 4 + len);

  le_put (at, len, 4);
  if (len > 0)
    memcpy (at + 4, data, len);
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
    memcpy (frame_writer_extend (self, len), fields, len);
}

gboolean
frame_next_raw (const guint8 **at, const guint8 *end, Slice *out_field)
{
  gsize len;

  if (end - *at < 4)
    return FALSE;
  len = (gsize) le_get (*at, 4);
  if (len > (gsize) (end - *at) - 4)
    return FALSE;
  *out_field = (Slice){ (const char *) *at + 4, len };
  *at += 4 + len;
  return TRUE;
}

guint
frame_count_raw (const void *fields, gsize len)
{
  const guint8 *at = fields, *end = len > 0 ? at + len : at;
  guint count = 0;
  Slice field;

  while (at != end && frame_next_raw (&at, end, &field))
    count++;
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
  return self->used;
}

GVariant *
frame_writer_finish (FrameWriter *self)
{
  g_autoptr (GBytes) bytes = NULL;

  le_put (self->bytes + 4, self->count, 4);
  bytes = g_bytes_new_take (g_realloc (self->bytes, self->used), self->used);
  frame_writer_start (self);
  return g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE);
}

char *
slice_dup (Slice slice)
{
  return g_strndup (slice.data, slice.len);
}
