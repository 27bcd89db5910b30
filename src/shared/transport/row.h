/* row.h - one recipient on the way: a row of frame RECIPIENTS as it came, kept in one piece.
 * Trust:  written by core; its values are strangers' words, escaped by shared/template. Used in: send-queue, channels. */
#pragma once
#include "compiled-campaign.h"
#include "row-files.h"

struct Row {
  GList             link;     /* of the queue; data is the row */
  CompiledCampaign *campaign; /* borrowed: the cache keeps it while row_count > 0 */
  guint64           recipient;
  guint32           attempt;
  guint             epoch;    /* of the brake, when it left the queue */
  RowFiles         *files;    /* a reference */
  gsize             len;
  guint8            raw[]; /* one row in frame form */
};

void row_free (Row *self); /* uncounts; NULL is a no-op */

/* Fills `out_parsed`; its slices borrow from the row. */
void     row_parse       (const Row *self, FrameRow *out_parsed);
gpointer row_get_message (const Row *self); /* borrowed: what the channel compiled */

/* frame: ay, RECIPIENTS; files: those of its Send, borrowed. Appends its rows to the empty queue `out_rows`.
 * Returns: FALSE with FAULT_USAGE and no row: it is broken, or a row has not its campaign's columns. */
gboolean rows_parse (CompiledCampaign *campaign, GVariant *frame, RowFiles *files, GQueue *out_rows, GError **error);
