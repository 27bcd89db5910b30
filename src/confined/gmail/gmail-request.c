#include "gmail-request.h"

#include "gmail-body.h"
#include "kill-point.h"
#include "skeleton.h"
#include <string.h>

GmailRequest *
gmail_request_new (SendQueue *queue, Row *row, GError **error)
{
  static FrameRow parsed; /* 32 KiB: one main loop, no recursion */
  g_autoptr (GByteArray) message = g_byte_array_new ();
  SkeletonTraits traits;
  GmailRequest *self;

  if (row->attempt > 1)
    KILL_POINT ("gmail-retry");
  row_parse (row, &parsed);
  if (!skeleton_render (row_get_message (row), &parsed, SKELETON_RAW, g_get_real_time () / G_USEC_PER_SEC, message, &traits, error))
    return NULL;
  self = g_new0 (GmailRequest, 1);
  self->queue = queue;
  self->row = row;
  self->endpoint = message->len > GMAIL_JSON_MAX ? GMAIL_UPLOAD : GMAIL_API;
  self->body = self->endpoint == GMAIL_UPLOAD ? g_steal_pointer (&message) : gmail_body_build_json (message);
  return self;
}

void
gmail_request_free (GmailRequest *self)
{
  if (self == NULL)
    return;
  g_byte_array_unref (self->body);
  g_free (self);
}

gboolean
gmail_request_is_whole (const GmailRequest *self)
{
  return self->sent == self->body->len;
}

gssize
gmail_request_read (char *buffer, gsize room, gpointer data)
{
  GmailRequest *self = data;
  gsize n = MIN (room, self->body->len - self->sent);

  if (self->row == NULL)
    return -1;
  if (self->sent + n == self->body->len && !self->is_begun) {
    if (!send_queue_begin (self->queue, &self->row, 1))
      return -1; /* the queue has paused, and with it the row went back */
    self->is_begun = TRUE;
  }
  memcpy (buffer, self->body->data + self->sent, n);
  self->sent += n;
  return (gssize) n;
}

void
gmail_request_give_back (GmailRequest *self)
{
  if (self->row != NULL && !self->is_begun)
    send_queue_give_back (self->queue, g_steal_pointer (&self->row));
}
