#include "outcome-batch.h"

#include "little-endian.h"
#include "text.h"

#define MAX_COUNT 256   /* chosen: one signal costs as much as ten messages; core commits that many at once */
#define MAX_DELAY_MS 10 /* chosen: what a person cannot see */

struct OutcomeBatch {
  FrameWriter     *rows;
  guint            timer;
  OutcomeBatchFunc send;
  gpointer         data;
};

OutcomeBatch *
outcome_batch_new (OutcomeBatchFunc send, gpointer data)
{
  OutcomeBatch *self = g_new0 (OutcomeBatch, 1);

  self->rows = frame_writer_new (FRAME_OUTCOMES);
  self->send = send;
  self->data = data;
  return self;
}

void
outcome_batch_free (OutcomeBatch *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->timer, g_source_remove);
  frame_writer_free (self->rows);
  g_free (self);
}

void
outcome_batch_flush (OutcomeBatch *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (frame_writer_get_count (self->rows) > 0)
    self->send (frame_writer_finish (self->rows), self->data);
}

gboolean
outcome_batch_is_full (const OutcomeBatch *self)
{
  return frame_writer_get_count (self->rows) >= MAX_COUNT;
}

static gboolean
timeout_cb (gpointer data)
{
  OutcomeBatch *self = data;

  self->timer = 0;
  outcome_batch_flush (self);
  return G_SOURCE_REMOVE;
}

void
outcome_batch_add (OutcomeBatch *self, const Row *row, const Verdict *verdict, const RowResult *result)
{
  guint8 outcome = (guint8) verdict->outcome, campaign[8], not_before[8];
  g_autofree char *shown = verdict->outcome != OUTCOME_ACCEPTED ? text_printable (result->text, -1, VERDICT_TEXT_MAX) : NULL;

  le_put (campaign, row->campaign->id, sizeof campaign);
  le_put (not_before, (guint64) result->not_before_utc_s, sizeof not_before);
  frame_writer_row (self->rows, row->recipient, row->attempt, 6);
  frame_writer_field (self->rows, &outcome, 1);
  frame_writer_string (self->rows, shown != NULL ? shown : result->text);
  frame_writer_string (self->rows, outcome_reason_to_word (verdict->reason));
  frame_writer_field (self->rows, campaign, sizeof campaign);
  frame_writer_field (self->rows, not_before, sizeof not_before);
  frame_writer_string (self->rows, result->remote_id);
  if (self->timer == 0)
    self->timer = g_timeout_add (MAX_DELAY_MS, timeout_cb, self);
}
