#include "http-connection.h"

#include "fault.h"
#include <unistd.h>

#define SPARED_US 2000   /* chosen: a client on this machine has said its head by then; 32 places take 16,000 knocks a second */
#define ADVANCE_OCTETS 64 /* chosen: what each is believed to have said when it comes, so that of two silent ones the older goes */

HttpConnection *
http_connection_new (HttpListener *listener, int fd)
{
  HttpConnection *self = g_new0 (HttpConnection, 1);

  self->fd = fd;
  self->listener = listener;
  self->opened_us = self->heard_us = g_get_monotonic_time ();
  g_ptr_array_add (listener->connections, self);
  return self;
}

void
http_connection_free (HttpConnection *self)
{
  if (self == NULL)
    return;
  g_ptr_array_remove (self->listener->connections, self);
  if (self->state == HTTP_HEAD && self->fd >= 0)
    close (self->fd);
  g_clear_pointer (&self->body, g_byte_array_unref);
  request_head_free (self->head);
  answer_page_free (self->page);
  g_free (self);
}

gboolean
http_limits_check (const HttpLimits *limits, guint32 body_max, GError **error)
{
  if (limits->header >= HTTP_HEADER_MIN && limits->header <= HTTP_HEADER_MAX && limits->connections >= 1 && limits->connections <= HTTP_CONNECTIONS_MAX &&
      limits->idle_s >= 1 && limits->idle_s <= HTTP_IDLE_MAX_S && (guint64) limits->connections * body_max <= HTTP_BODIES_MAX)
    return TRUE;
  g_set_error (error, FAULT, FAULT_USAGE, "callback does not serve with a head of %u octets, %u connections with bodies of %u octets, %u s of silence", limits->header,
               limits->connections, body_max, limits->idle_s);
  return FALSE;
}

gboolean
http_listener_count_request (HttpListener *self, gint64 now_us)
{
  if (now_us - self->second_us >= G_USEC_PER_SEC) {
    self->second_us = now_us;
    self->in_second = 0;
  }
  return self->limits.per_s == 0 || self->in_second++ < self->limits.per_s;
}

HttpConnection *
http_listener_find_slowest (const HttpListener *self, gint64 now_us)
{
  HttpConnection *slowest = NULL;
  double least = 0;

  for (guint i = 0; i < self->connections->len; i++) {
    HttpConnection *one = g_ptr_array_index (self->connections, i);
    gint64 age_us = now_us - one->opened_us;
    double rate = (double) (one->octets + ADVANCE_OCTETS) / (double) MAX (age_us, 1);

    if (one->state == HTTP_ASKED || age_us < SPARED_US || (slowest != NULL && rate >= least))
      continue;
    slowest = one;
    least = rate;
  }
  return slowest;
}
