#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"
#include "fault.h"

#define EVENTS_MAX 64   /* of one epoll_wait */
#define BATCHES_MAX 8   /* epoll_waits before GLib's loop looks after D-Bus and timers */
#define ACCEPTS_MAX 64  /* in a row */
#define SWEEP_S 10      /* idle clients are looked for that often */

struct Server {
  int         listener;
  int         epoll;
  guint       epoll_source;
  guint       sweep_source;
  guint       connections_max;
  const SinkSessionOptions *options;
  Maildir    *maildir;
  SinkTls        *tls;
  GHashTable *connections; /* of SinkConnection, owned */
  char        buffer[SINK_CONNECTION_READ_OCTETS];
};

static void
drop_connection (Server *self, SinkConnection *connection)
{
  epoll_ctl (self->epoll, EPOLL_CTL_DEL, sink_connection_get_fd (connection), NULL);
  g_hash_table_remove (self->connections, connection);
}

static gboolean
server_watch (Server *self, int operation, int fd, guint32 events, void *what)
{
  struct epoll_event event = { .events = events, .data.ptr = what };

  return epoll_ctl (self->epoll, operation, fd, &event) == 0;
}

/* `is_writing`: what was watched for until now. */
static void
server_work (Server *self, SinkConnection *connection, gboolean is_writing)
{
  SinkConnectionState state = sink_connection_work (connection, self->buffer);

  if (state == SINK_CONNECTION_CLOSED)
    drop_connection (self, connection);
  else if ((state == SINK_CONNECTION_WANTS_WRITE) != is_writing &&
           !server_watch (self, EPOLL_CTL_MOD, sink_connection_get_fd (connection), is_writing ? EPOLLIN : EPOLLOUT, connection))
    drop_connection (self, connection);
}

static void
server_refuse (int fd)
{
  static const char words[] = "421 4.3.2 Too many connections, come back later\r\n";
  gssize written = write (fd, words, sizeof words - 1);

  (void) written; /* as well as it goes */
  close (fd);
}

static void
accept_one (Server *self, int fd)
{
  SinkConnection *connection;
  int on = 1;

  if (g_hash_table_size (self->connections) >= self->connections_max) {
    server_refuse (fd);
    return;
  }
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* fails on a Unix socket of a test: no matter */
  connection = sink_connection_new (fd, self->options, self->maildir, self->tls);
  g_hash_table_add (self->connections, connection);
  if (server_watch (self, EPOLL_CTL_ADD, fd, EPOLLIN, connection))
    server_work (self, connection, FALSE); /* the greeting */
  else
    drop_connection (self, connection);
}

static void
accept_some (Server *self)
{
  for (guint i = 0; i < ACCEPTS_MAX; i++) {
    int fd = accept4 (self->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd >= 0)
      accept_one (self, fd);
    else if (errno != EINTR && errno != ECONNABORTED)
      return;
  }
}

static gboolean
epoll_cb (int fd, GIOCondition condition, gpointer data)
{
  Server *self = data;
  struct epoll_event events[EVENTS_MAX];
  int count = EVENTS_MAX;

  for (guint batch = 0; batch < BATCHES_MAX && count == EVENTS_MAX; batch++) {
    count = epoll_wait (self->epoll, events, EVENTS_MAX, 0);
    for (int i = 0; i < count; i++) {
      if (events[i].data.ptr == self)
        accept_some (self);
      else
        server_work (self, events[i].data.ptr, (events[i].events & EPOLLOUT) != 0);
    }
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
sweep_cb (gpointer data)
{
  Server *self = data;
  gint64 oldest = g_get_monotonic_time () - SERVER_IDLE_S * G_USEC_PER_SEC;
  GHashTableIter iter;
  gpointer connection;

  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, &connection, NULL))
    if (sink_connection_get_active_us (connection) < oldest) {
      sink_connection_say_idle (connection);
      epoll_ctl (self->epoll, EPOLL_CTL_DEL, sink_connection_get_fd (connection), NULL);
      g_hash_table_iter_remove (&iter);
    }
  return G_SOURCE_CONTINUE;
}

static guint
count_room (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= SERVER_DESCRIPTORS)
    return SERVER_CONNECTIONS_MAX;
  return limit.rlim_cur > 34 ? (guint) (limit.rlim_cur - 32) / 2 : 1;
}

static gboolean
is_listening (int fd)
{
  int value = 0;
  socklen_t len = sizeof value;

  return getsockopt (fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &len) == 0 && value != 0;
}

Server *
server_new (int listener, const SinkSessionOptions *options, Maildir *maildir, SinkTls *tls, GError **error)
{
  Server *self = g_new0 (Server, 1);
  int flags = fcntl (listener, F_GETFL);

  self->listener = listener;
  self->epoll = -1;
  self->connections_max = count_room ();
  self->options = options;
  self->maildir = maildir;
  self->tls = tls;
  self->connections = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) sink_connection_free, NULL);
  if (!is_listening (listener) || flags < 0) {
    g_set_error_literal (error, FAULT, FAULT_USAGE, "The sink was given a socket that does not listen.");
    server_free (self);
    return NULL;
  }
  self->epoll = epoll_create1 (EPOLL_CLOEXEC);
  if (self->epoll < 0 || fcntl (listener, F_SETFL, flags | O_NONBLOCK) != 0 ||
      !server_watch (self, EPOLL_CTL_ADD, listener, EPOLLIN, self)) {
    g_set_error (error, FAULT, FAULT_OS, "The sink cannot wait for clients: %s.", g_strerror (errno));
    server_free (self);
    return NULL;
  }
  self->epoll_source = g_unix_fd_add (self->epoll, G_IO_IN, epoll_cb, self);
  self->sweep_source = g_timeout_add_seconds (SWEEP_S, sweep_cb, self);
  return self;
}

void
server_free (Server *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->epoll_source, g_source_remove);
  g_clear_handle_id (&self->sweep_source, g_source_remove);
  g_hash_table_unref (self->connections);
  if (self->epoll >= 0)
    close (self->epoll);
  close (self->listener);
  g_free (self);
}
