#include "connection.h"

#include <errno.h>
#include <openssl/err.h>
#include <unistd.h>

#define ROUNDS_MAX 16 /* reads in a row, then others get their turn */
#define OUT_KEPT (256 * 1024) /* a larger buffer is given back once it is sent */

typedef enum { IO_DONE, IO_WANTS_READ, IO_WANTS_WRITE, IO_CLOSED } SinkIo;

struct SinkConnection {
  int             fd;
  SinkTls        *tls;
  SSL            *ssl; /* NULL: plain */
  gboolean        is_shaking_hands;
  gboolean        is_ending;
  gboolean        must_start_tls;
  MaildirMessage *message;
  SinkSession    *session;
  GByteArray     *out;
  gsize           out_sent;
  gint64          active_us;
};

SinkConnection *
sink_connection_new (int fd, const SinkSessionOptions *options, Maildir *maildir, SinkTls *tls)
{
  SinkConnection *self = g_new0 (SinkConnection, 1);
  SinkSessionStore store;

  self->fd = fd;
  self->tls = tls;
  self->message = maildir_message_new (maildir);
  store = maildir_message_get_store (self->message);
  self->session = sink_session_new (options, &store);
  self->out = g_byte_array_new ();
  self->active_us = g_get_monotonic_time ();
  sink_session_greet (self->session, self->out);
  return self;
}

void
sink_connection_free (SinkConnection *self)
{
  if (self == NULL)
    return;
  sink_session_free (self->session);
  maildir_message_free (self->message);
  SSL_free (self->ssl);
  g_byte_array_unref (self->out);
  close (self->fd);
  g_free (self);
}

static SinkIo
ssl_result (SinkConnection *self, int code)
{
  int reason = SSL_get_error (self->ssl, code);

  ERR_clear_error ();
  return reason == SSL_ERROR_WANT_READ ? IO_WANTS_READ : reason == SSL_ERROR_WANT_WRITE ? IO_WANTS_WRITE : IO_CLOSED;
}

static SinkIo
read_some (SinkConnection *self, char *buffer, gsize *out_len)
{
  gssize len;

  if (self->ssl != NULL) {
    int code = SSL_read_ex (self->ssl, buffer, SINK_CONNECTION_READ_OCTETS, out_len);

    return code == 1 ? IO_DONE : ssl_result (self, code);
  }
  do
    len = read (self->fd, buffer, SINK_CONNECTION_READ_OCTETS);
  while (len < 0 && errno == EINTR);
  *out_len = len > 0 ? (gsize) len : 0;
  return len > 0 ? IO_DONE : len < 0 && errno == EAGAIN ? IO_WANTS_READ : IO_CLOSED;
}

static SinkIo
write_some (SinkConnection *self, const guint8 *octets, gsize len, gsize *out_len)
{
  gssize written;

  if (self->ssl != NULL) {
    int code = SSL_write_ex (self->ssl, octets, len, out_len);

    return code == 1 ? IO_DONE : ssl_result (self, code);
  }
  do
    written = write (self->fd, octets, len);
  while (written < 0 && errno == EINTR);
  *out_len = written > 0 ? (gsize) written : 0;
  return written > 0 ? IO_DONE : written < 0 && errno == EAGAIN ? IO_WANTS_WRITE : IO_CLOSED;
}

static SinkIo
sink_connection_flush (SinkConnection *self)
{
  while (self->out_sent < self->out->len) {
    gsize written = 0;
    SinkIo result = write_some (self, self->out->data + self->out_sent, self->out->len - self->out_sent, &written);

    if (result != IO_DONE)
      return result;
    self->out_sent += written;
  }
  if (self->out->len > OUT_KEPT) {
    g_byte_array_unref (self->out);
    self->out = g_byte_array_new ();
  }
  g_byte_array_set_size (self->out, 0);
  self->out_sent = 0;
  return IO_DONE;
}

static SinkIo
shake_hands (SinkConnection *self)
{
  int code = SSL_do_handshake (self->ssl);

  if (code != 1)
    return ssl_result (self, code);
  self->is_shaking_hands = FALSE;
  sink_session_start_tls (self->session);
  return IO_DONE;
}

/* One round: whatever waits goes out before anything comes in. */
static SinkIo
work_once (SinkConnection *self, char *buffer)
{
  gsize len = 0;
  SinkIo result = self->is_shaking_hands ? shake_hands (self) : sink_connection_flush (self);

  if (result != IO_DONE)
    return result;
  if (self->is_ending)
    return IO_CLOSED;
  if (self->must_start_tls) {
    self->must_start_tls = FALSE;
    self->ssl = sink_tls_start (self->tls, self->fd);
    self->is_shaking_hands = TRUE;
    return self->ssl != NULL ? IO_DONE : IO_CLOSED;
  }
  result = read_some (self, buffer, &len);
  if (result == IO_DONE) {
    SinkSessionNext next = sink_session_feed (self->session, buffer, len, self->out);

    self->is_ending = next == SINK_SESSION_END;
    self->must_start_tls = next == SINK_SESSION_START_TLS;
    result = self->out->len > 0 ? sink_connection_flush (self) : IO_DONE;
    if (result == IO_DONE && next == SINK_SESSION_GO_ON && self->ssl == NULL && len < SINK_CONNECTION_READ_OCTETS)
      result = IO_WANTS_READ; /* a short read has brought all: no other one only to hear EAGAIN */
  }
  return result;
}

SinkConnectionState
sink_connection_work (SinkConnection *self, char *buffer)
{
  SinkIo result = IO_DONE;

  self->active_us = g_get_monotonic_time ();
  for (guint round = 0; round < ROUNDS_MAX && result == IO_DONE; round++)
    result = work_once (self, buffer);
  if (result == IO_CLOSED)
    return SINK_CONNECTION_CLOSED;
  return result == IO_WANTS_WRITE ? SINK_CONNECTION_WANTS_WRITE : SINK_CONNECTION_WANTS_READ;
}

int
sink_connection_get_fd (const SinkConnection *self)
{
  return self->fd;
}

gint64
sink_connection_get_active_us (const SinkConnection *self)
{
  return self->active_us;
}

void
sink_connection_say_idle (SinkConnection *self)
{
  static const char words[] = "421 4.4.2 Nothing came for too long, closing\r\n";

  if (self->is_shaking_hands)
    return;
  g_byte_array_append (self->out, (const guint8 *) words, sizeof words - 1);
  sink_connection_flush (self);
}
