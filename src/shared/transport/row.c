#include "row.h"

#include "fault.h"
#include <string.h>

/* Copies what lies between `raw` and `end`: one whole row that frame_next() has passed. Counts in `campaign`. */
static Row *
row_new (CompiledCampaign *campaign, const FrameRow *parsed, RowFiles *files, const guint8 *raw, const guint8 *end)
{
  gsize len = (gsize) (end - raw);
  Row *self = g_malloc (sizeof *self + len);

  self->link = (GList){ .data = self };
  self->campaign = campaign;
  self->recipient = parsed->key;
  self->attempt = parsed->aux;
  self->files = row_files_ref (files);
  self->len = len;
  memcpy (self->raw, raw, len);
  campaign->row_count++;
  return self;
}

void
row_free (Row *self)
{
  if (self == NULL)
    return;
  self->campaign->row_count--;
  row_files_unref (self->files);
  g_free (self);
}

void
row_parse (const Row *self, FrameRow *out_parsed)
{
  FrameReader reader = { self->raw, self->raw + self->len, 1 };
  gboolean is_row = frame_next (&reader, out_parsed, NULL);

  g_assert (is_row); /* row_new() was given a row that frame_next() had passed */
}

gpointer
row_get_message (const Row *self)
{
  return self->campaign->message;
}

static void
free_rows (GQueue *rows)
{
  GList *link;

  while ((link = g_queue_pop_head_link (rows)) != NULL)
    row_free (link->data);
}

gboolean
rows_parse (CompiledCampaign *campaign, GVariant *frame, RowFiles *files, GQueue *out_rows, GError **error)
{
  static FrameRow parsed;
  FrameReader reader;
  g_autoptr (GError) broken = NULL;
  gsize len;
  const void *data = g_variant_get_fixed_array (frame, &len, 1);
  gboolean is_open = frame_open (&reader, FRAME_RECIPIENTS, data, len, &broken);
  const guint8 *at = is_open ? reader.at : NULL;

  while (is_open && frame_next (&reader, &parsed, &broken)) {
    Row *row = row_new (campaign, &parsed, files, at, reader.at);

    at = reader.at;
    g_queue_push_tail_link (out_rows, &row->link);
    if (parsed.n_fields != campaign->n_columns + 2) {
      g_set_error (&broken, FAULT, FAULT_USAGE, "a row has %u values and its campaign %u columns", parsed.n_fields, campaign->n_columns);
      break;
    }
  }
  if (broken == NULL)
    return TRUE;
  free_rows (out_rows);
  g_set_error (error, FAULT, FAULT_USAGE, "%s", broken->message);
  return FALSE;
}
