/* What a transport says of messages later: it waits until their outcomes are in the store, and goes through the one door (delivery-events.h). */
#include "transport-link-private.h"

#include "delivery-events.h"
#include "frame.h"
#include "little-endian.h"

#define FIELDS 7
#define WAITING_MAX 64 /* frames; chosen: beyond that the store has been full for long, and a receipt is not worth a process */
#define INCOMING "incoming" /* what people wrote: for the ledger, that they answered */

typedef struct {
  DeliveryEvent event;
  char         *texts[5]; /* owned: kind, remote id, address, code, words */
} HeardEvent;

static void
heard_clear (gpointer data)
{
  HeardEvent *self = data;

  for (guint i = 0; i < G_N_ELEMENTS (self->texts); i++)
    g_free (self->texts[i]);
}

/* Returns: FALSE: it is not of the form of EVENTS. */
static gboolean
parse_event (const FrameRow *row, HeardEvent *out)
{
  static const guint texts[] = { 0, 2, 3, 4, 5 };

  if (row->n_fields != FIELDS || row->fields[1].len != 8 || row->fields[6].len != 8)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    out->texts[i] = slice_dup (row->fields[texts[i]]);
  out->event = (DeliveryEvent){
    .campaign = le_get ((const guint8 *) row->fields[1].data, 8), .recipient = row->key, .remote_id = out->texts[1],
    .kind = g_strcmp0 (out->texts[0], INCOMING) == 0 ? DELIVERY_WORD_ANSWERED : out->texts[0],
    .time_utc = (gint64) le_get ((const guint8 *) row->fields[6].data, 8), .code = out->texts[3], .words = out->texts[4],
  };
  return TRUE;
}

/* Returns: (transfer full) of HeardEvent, or NULL: it is no frame EVENTS. */
static GArray *
parse_events (GVariant *frame)
{
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  g_autoptr (GArray) all = g_array_new (FALSE, TRUE, sizeof (HeardEvent));
  g_autoptr (GError) broken = NULL;
  FrameReader reader;

  g_array_set_clear_func (all, heard_clear);
  if (!frame_open (&reader, FRAME_EVENTS, g_variant_get_data (frame), g_variant_get_size (frame), NULL))
    return NULL;
  while (frame_next (&reader, row, &broken)) {
    HeardEvent heard = { 0 };

    if (!parse_event (row, &heard))
      return NULL;
    g_array_append_val (all, heard);
  }
  return broken == NULL ? g_steal_pointer (&all) : NULL;
}

static gboolean
write_events (TransportLink *self, const GArray *heard, GError **error)
{
  g_autofree DeliveryEvent *events = g_new (DeliveryEvent, heard->len + 1);
  DeliveryReport report = { 0 };

  for (guint i = 0; i < heard->len; i++)
    events[i] = g_array_index (heard, HeardEvent, i).event;
  if (!delivery_events_write (self->core->database, self->account_id, events, heard->len, &report, error))
    return FALSE;
  if (report.refused > 0)
    g_message ("%u of %u reports of account %" G_GINT64_FORMAT " fit no message of it", report.refused, heard->len, self->account_id);
  return TRUE;
}

/* What the store cannot take now is taken with the next. */
void
transport_link_write_events (TransportLink *self)
{
  g_autoptr (GError) error = NULL;

  if (self->outcomes->len > 0)
    return;
  while (self->heard->len > 0) {
    if (!write_events (self, g_ptr_array_index (self->heard, 0), &error)) {
      g_warning ("what became of messages cannot be written now: %s", error->message);
      return;
    }
    g_ptr_array_remove_index (self->heard, 0);
  }
}

void
transport_link_events_cb (PrTransport2 *proxy, GVariant *rows, gpointer data)
{
  TransportLink *self = data;
  GArray *heard;

  if (self->is_violated)
    return;
  if ((self->account->kind->traits & (KIND_CAN_RECEIPTS | KIND_CAN_INCOMING)) == 0) {
    transport_link_drop (self, "it reports on messages, which its kind of account cannot");
    return;
  }
  heard = parse_events (rows);
  if (heard == NULL) {
    transport_link_drop (self, "reports on messages of the wrong form");
    return;
  }
  if (self->heard->len >= WAITING_MAX) {
    g_warning ("%u reports on messages are lost: the store has taken none for long", ((const GArray *) self->heard->pdata[0])->len);
    g_ptr_array_remove_index (self->heard, 0);
  }
  g_ptr_array_add (self->heard, heard);
  transport_link_write_events (self);
}
