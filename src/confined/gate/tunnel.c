#include "tunnel.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_BYTES (32 * 1024) /* of each direction. Chosen: two records of TLS */
#define TURNS_MAX 4              /* reads of one end before the others have their turn. Chosen */
#define HEAD_S 10                /* chosen: the head of a browser on this machine is one write */
#define ASKED_S 90               /* chosen: core gives dial 30 s, and others may stand before it there */
#define IDLE_S 120               /* chosen: people read; a page keeps no connection for long */

#define ESTABLISHED "HTTP/1.1 200 Connection Established\r\n\r\n"

typedef enum {
  TUNNEL_HEAD,
  TUNNEL_ASKED,
  TUNNEL_OPEN,
} TunnelState;

typedef struct {
  int      fd;  /* owned; -1: none yet */
  gpointer tag; /* in the tunnel's source; NULL: nothing is waited for */
} TunnelEnd;

typedef struct { /* octets on their way from one end to the other */
  char     data[BUFFER_BYTES];
  gsize    at, len;   /* what waits begins at `at` */
  gboolean is_over;   /* no more will come */
  gboolean is_told;   /* and the other end knows */
} TunnelFlow;

struct Tunnel {
  GSource           *source;
  const TunnelFuncs *funcs;
  gpointer           data;
  TunnelState        state;
  TunnelEnd          client, server;
  TunnelFlow         up, down; /* up: from the client; until it is open, its head */
  gint64             heard_us; /* something came or went */
};

/* --- octets --- */

/* Returns: FALSE: the connection is broken. */
static gboolean
flow_read (TunnelFlow *self, int fd)
{
  gssize n;

  if (self->at > 0) {
    memmove (self->data, self->data + self->at, self->len);
    self->at = 0;
  }
  if (self->is_over || self->len == sizeof self->data)
    return TRUE;
  n = recv (fd, self->data + self->len, sizeof self->data - self->len, MSG_DONTWAIT);
  if (n > 0)
    self->len += (gsize) n;
  else if (n == 0)
    self->is_over = TRUE;
  return n >= 0 || errno == EAGAIN || errno == EINTR;
}

/* Returns: FALSE: the connection is broken. */
static gboolean
flow_write (TunnelFlow *self, int fd)
{
  gssize n = self->len > 0 ? send (fd, self->data + self->at, self->len, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;

  if (n > 0) {
    self->at += (gsize) n;
    self->len -= (gsize) n;
  }
  if (self->len == 0 && self->is_over && !self->is_told) {
    self->is_told = TRUE;
    (void) shutdown (fd, SHUT_WR);
  }
  return n >= 0 || errno == EAGAIN || errno == EINTR;
}

/* Returns: FALSE: broken. *out_moved: something came or went. */
static gboolean
flow_pump (TunnelFlow *self, int from, int to, gboolean *out_moved)
{
  for (guint i = 0; i < TURNS_MAX; i++) {
    gsize before = self->len, came;

    if (!flow_read (self, from))
      return FALSE;
    came = self->len - before;
    before = self->len;
    if (!flow_write (self, to))
      return FALSE;
    *out_moved |= came > 0 || self->len < before;
    if (came == 0)
      break;
  }
  return TRUE;
}

/* --- what is waited for --- */

static void
tunnel_watch (Tunnel *self, TunnelEnd *end, GIOCondition wanted)
{
  if (end->tag != NULL && wanted != 0) {
    g_source_modify_unix_fd (self->source, end->tag, wanted);
  } else if (end->tag != NULL) { /* not only muted: poll() would still tell that it hung up, over and over */
    g_source_remove_unix_fd (self->source, end->tag);
    end->tag = NULL;
  } else if (wanted != 0) {
    end->tag = g_source_add_unix_fd (self->source, end->fd, wanted);
  }
}

static GIOCondition
list_conditions (const TunnelFlow *from, const TunnelFlow *to)
{
  return (GIOCondition) ((!from->is_over && from->len < sizeof from->data ? G_IO_IN : 0) | (to->len > 0 ? G_IO_OUT : 0));
}

static void
tunnel_wait (Tunnel *self)
{
  static const guint seconds[] = { [TUNNEL_HEAD] = HEAD_S, [TUNNEL_ASKED] = ASKED_S, [TUNNEL_OPEN] = IDLE_S };

  if (self->state == TUNNEL_OPEN) {
    tunnel_watch (self, &self->client, list_conditions (&self->up, &self->down));
    tunnel_watch (self, &self->server, list_conditions (&self->down, &self->up));
  } else {
    tunnel_watch (self, &self->client, self->state == TUNNEL_HEAD ? G_IO_IN : 0);
  }
  g_source_set_ready_time (self->source, self->heard_us + seconds[self->state] * G_USEC_PER_SEC);
}

/* --- a head --- */

/* Returns: FALSE: it is over. */
static gboolean
tunnel_hear (Tunnel *self)
{
  ConnectTarget target = { 0 };
  ConnectHeadState state;

  if (!flow_read (&self->up, self->client.fd))
    return FALSE;
  state = connect_head_read (self->up.data, self->up.len, &target);
  if (state != CONNECT_HEAD_WHOLE)
    return state == CONNECT_HEAD_MORE && !self->up.is_over;
  self->heard_us = g_get_monotonic_time ();
  self->up.len = 0; /* nothing of the head goes on */
  self->state = TUNNEL_ASKED;
  tunnel_wait (self);
  self->funcs->asked (self, &target, self->data);
  return TRUE;
}

/* --- turns --- */

static gboolean
tunnel_pump (Tunnel *self)
{
  gboolean has_moved = FALSE;

  if (!flow_pump (&self->up, self->client.fd, self->server.fd, &has_moved) || !flow_pump (&self->down, self->server.fd, self->client.fd, &has_moved))
    return FALSE;
  if (has_moved)
    self->heard_us = g_get_monotonic_time ();
  return !(self->up.is_told && self->down.is_told);
}

static gboolean
tunnel_turn (Tunnel *self)
{
  if (g_source_get_time (self->source) >= g_source_get_ready_time (self->source))
    return FALSE;
  if (self->state == TUNNEL_HEAD)
    return tunnel_hear (self);
  return self->state == TUNNEL_ASKED || tunnel_pump (self);
}

static gboolean
turn_cb (GSource *source, GSourceFunc func, gpointer unused)
{
  Tunnel *self = *(Tunnel **) (source + 1);

  if (tunnel_turn (self))
    tunnel_wait (self);
  else
    self->funcs->ended (self, self->data);
  return G_SOURCE_CONTINUE; /* destroyed with the tunnel */
}

/* --- life --- */

static void
make_unblocking (int fd)
{
  int flags = fcntl (fd, F_GETFL);

  if (flags >= 0)
    (void) fcntl (fd, F_SETFL, flags | O_NONBLOCK); /* each call says MSG_DONTWAIT besides */
}

Tunnel *
tunnel_new (int client, const TunnelFuncs *funcs, gpointer data)
{
  static GSourceFuncs source_funcs = { NULL, NULL, turn_cb, NULL, NULL, NULL };
  Tunnel *self = g_new0 (Tunnel, 1);

  self->source = g_source_new (&source_funcs, sizeof (GSource) + sizeof (Tunnel *));
  *(Tunnel **) (self->source + 1) = self;
  self->funcs = funcs;
  self->data = data;
  self->client.fd = client;
  self->server.fd = -1;
  self->heard_us = g_get_monotonic_time ();
  make_unblocking (client);
  tunnel_wait (self);
  g_source_attach (self->source, NULL);
  return self;
}

void
tunnel_free (Tunnel *self)
{
  if (self == NULL)
    return;
  g_source_destroy (self->source);
  g_source_unref (self->source);
  close (self->client.fd);
  if (self->server.fd >= 0)
    close (self->server.fd);
  g_free (self);
}

void
tunnel_open (Tunnel *self, int server)
{
  if (self->state != TUNNEL_ASKED) {
    close (server);
    return;
  }
  make_unblocking (server);
  self->server.fd = server;
  self->state = TUNNEL_OPEN;
  self->heard_us = g_get_monotonic_time ();
  self->down.len = strlen (ESTABLISHED);
  memcpy (self->down.data, ESTABLISHED, self->down.len);
  tunnel_wait (self);
}
