#include "row.h"

#include <string.h>

Row *
row_new (Campaign *campaign, const FrameRow *parsed, const guint8 *raw, const guint8 *end)
{
  gsize len = (gsize) (end - raw);
  Row *self = g_malloc (sizeof *self + len);

  self->link = (GList){ .data = self };
  self->campaign = campaign;
  self->recipient = parsed->key;
  self->attempt = parsed->aux;
  self->len = len;
  memcpy (self->raw, raw, len);
  campaign->row_count++;
  return self;
}

void
row_free (Row *self)
{
  if (self != NULL)
    self->campaign->row_count--;
  g_free (self);
}

void
row_parse (const Row *self, FrameRow *out_parsed)
{
  FrameReader reader = { self->raw, self->raw + self->len, 1 };
  gboolean is_row = frame_next (&reader, out_parsed, NULL);

  g_assert (is_row); /* row_new() was given a row that frame_next() had passed */
}
