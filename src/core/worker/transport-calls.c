/* What a transport is asked, and what its answers mean. */
#include "transport-link-private.h"

#include "fault.h"
#include "text.h"

#define WORDS_MAX 1024 /* octets of what it says instead of an answer */

/* --- a call on its way --- */

TransportCall *
transport_call_new (TransportLink *link, guint64 campaign, gpointer tag)
{
  TransportCall *self = g_new (TransportCall, 1);

  *self = (TransportCall){ link, g_object_ref (link->open), campaign, tag };
  return self;
}

TransportLink *
transport_call_end (TransportCall *self, guint64 *out_campaign, gpointer *out_tag)
{
  TransportLink *link = g_cancellable_is_cancelled (self->open) ? NULL : self->link;

  if (out_campaign != NULL)
    *out_campaign = self->campaign;
  if (out_tag != NULL)
    *out_tag = self->tag;
  g_object_unref (self->open);
  g_free (self);
  return link;
}

gboolean
transport_call_is_stalling (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

gboolean
transport_call_is_gone (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Its words are foreign, and none of its codes means anything here. */
GError *
transport_call_translate (GError *error)
{
  g_autoptr (GError) taken = error;
  g_autofree char *text = NULL;

  if (!g_dbus_error_is_remote_error (taken))
    return g_steal_pointer (&taken);
  fault_strip_remote (taken);
  text = text_printable (taken->message, -1, WORDS_MAX);
  return g_error_new_literal (FAULT, FAULT_UNAVAILABLE, text);
}

/* --- campaigns --- */

static void
begun_clear (TransportBegun *self)
{
  g_strfreev (self->fields);
  g_strfreev (self->required);
  g_strfreev (self->missing_files);
  g_strfreev (self->notes);
  g_clear_pointer (&self->bound, g_variant_unref);
}

static void
begun_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  TransportBegun begun = { 0 };
  GError *error = NULL;
  gboolean is_begun = pr_transport2_call_begin_campaign_finish (PR_TRANSPORT2 (source), &begun.fields, &begun.required, &begun.missing_files, &begun.overhead,
                                                                &begun.bound, &begun.notes, NULL, result, &error);
  guint64 campaign;
  gpointer tag;
  TransportLink *self = transport_call_end (data, &campaign, &tag);

  if (self == NULL || self->is_violated || (!is_begun && transport_call_is_gone (error))) {
    g_clear_error (&error);
  } else if (!is_begun && transport_call_is_stalling (error)) {
    transport_link_drop (self, error->message);
    g_clear_error (&error);
  } else {
    error = error != NULL ? fault_of_peer (error) : NULL;
    self->events->begun (campaign, tag, is_begun ? &begun : NULL, error, self->data);
    g_clear_error (&error);
  }
  begun_clear (&begun);
}

void
transport_link_begin (TransportLink *self, const TransportMessage *message, gpointer tag)
{
  static const char *const none[] = { NULL };
  g_autoptr (GVariant) parts = g_variant_ref_sink (message->parts), files = g_variant_ref_sink (message->files);

  if (self->phase == LINK_OPEN)
    pr_transport2_call_begin_campaign (self->proxy, message->campaign, message->version,
                                       g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, message->identity, sizeof message->identity, 1), parts,
                                       message->is_inspection, message->columns != NULL ? message->columns : none,
                                       message->aliases != NULL ? message->aliases : none, files, message->fds, self->open, begun_cb,
                                       transport_call_new (self, message->campaign, tag));
}

/* --- rows --- */

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  gboolean is_taken = pr_transport2_call_send_finish (PR_TRANSPORT2 (source), NULL, result, &error);
  TransportLink *self = transport_call_end (data, NULL, NULL);

  if (self != NULL && !is_taken && !transport_call_is_gone (error))
    transport_link_drop (self, error->message); /* rows of our own making: a transport that does not take them is not ours */
}

void
transport_link_send (TransportLink *self, guint64 campaign, GVariant *frame, const GArray *rows)
{
  g_autoptr (GVariant) taken = g_variant_ref_sink (frame);

  if (self->phase != LINK_OPEN)
    return; /* they are in its journal's hand-over, which says what becomes of them */
  for (guint i = 0; i < rows->len; i++) {
    const LedgerHanded *row = &g_array_index (rows, LedgerHanded, i);

    outstanding_add (self->outstanding, campaign, row->recipient, row->attempt);
  }
  self->sent_count += rows->len;
  pr_transport2_call_send (self->proxy, campaign, taken, g_variant_new ("ah", NULL), NULL, self->open, sent_cb, transport_call_new (self, campaign, NULL));
}

static void
note_recalled (TransportLink *self, guint64 campaign, const GArray *handed)
{
  for (guint i = 0; i < handed->len; i++) {
    const LedgerHanded *row = &g_array_index (handed, LedgerHanded, i);
    TransportRow back = { campaign, row->recipient, row->attempt };

    g_array_append_val (self->recalled, back);
  }
  self->events->recalled (campaign, self->data);
}

static void
recalled_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) ids = NULL;
  g_autoptr (GArray) handed = g_array_new (FALSE, FALSE, sizeof (LedgerHanded));
  gboolean is_answered = pr_transport2_call_recall_finish (PR_TRANSPORT2 (source), &ids, result, &error);
  guint64 campaign;
  TransportLink *self = transport_call_end (data, &campaign, NULL);

  if (self == NULL || self->is_violated || (!is_answered && transport_call_is_gone (error)))
    return;
  if (!is_answered || !outcomes_parse_recalled (ids, campaign, self->outstanding, handed, &error))
    transport_link_drop (self, error->message);
  else
    note_recalled (self, campaign, handed);
}

void
transport_link_recall (TransportLink *self, guint64 campaign)
{
  if (self->phase == LINK_OPEN)
    pr_transport2_call_recall (self->proxy, campaign, g_variant_new_fixed_array (G_VARIANT_TYPE_UINT64, NULL, 0, sizeof (guint64)), self->open, recalled_cb,
                               transport_call_new (self, campaign, NULL));
}

/* --- messages to look at --- */

static void
previewed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task;
  TransportLink *self = transport_call_end (data, NULL, (gpointer *) &task);
  GVariant *messages = NULL;
  GError *error = NULL;

  if (pr_transport2_call_preview_finish (PR_TRANSPORT2 (source), NULL, &messages, result, &error)) {
    g_task_return_pointer (task, messages, (GDestroyNotify) g_variant_unref);
  } else {
    if (self != NULL && transport_call_is_stalling (error))
      transport_link_drop (self, error->message);
    g_task_return_error (task, fault_of_peer (error));
  }
  g_object_unref (task);
}

void
transport_link_preview_async (TransportLink *self, guint64 campaign, GVariant *rows, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, NULL, callback, data);
  g_autoptr (GVariant) taken = g_variant_ref_sink (rows);

  g_task_set_source_tag (task, transport_link_preview_async);
  if (self->phase == LINK_OPEN) {
    pr_transport2_call_preview (self->proxy, campaign, taken, NULL, previewed_cb, transport_call_new (self, campaign, task));
    return;
  }
  g_task_return_new_error (task, FAULT, FAULT_TEMP, "the message could not be composed: the process has gone");
  g_object_unref (task);
}

GVariant *
transport_link_preview_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
