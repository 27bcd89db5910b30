#include "http-server.h"

#include "fault.h"
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS_MAX 256
#define ACCEPTS_MAX 8    /* of a listener in a row: who was accepted is heard before the next may push it out */
#define DEAF_MS 2        /* as http_listener_find_slowest() spares beginners */
#define SWEEP_S 1
#define DRAIN_MAX 8      /* buffers read away, so that the answer is not lost in a reset (RFC 9112 §9.6) */

struct HttpServer {
  int           epoll; /* listeners, and connections in HTTP_HEAD, these edge-triggered: a head is looked at in the socket, and stays there */
  guint         epoll_source;
  guint         sweep_source;
  guint         deaf_source;
  HttpExchange *exchange;
  GPtrArray    *listeners; /* of HttpListener, owned */
  char         *not_found, *later;
  char          buffer[HTTP_HEADER_MAX + 1];
};

static void
http_listener_free (gpointer data)
{
  HttpListener *self = data;

  while (self->connections->len > 0)
    http_connection_free (g_ptr_array_index (self->connections, 0));
  g_ptr_array_unref (self->connections);
  route_table_free (self->routes);
  close (self->fd);
  g_free (self);
}

static gboolean
http_server_watch (HttpServer *self, int operation, int fd, guint32 events, void *what)
{
  struct epoll_event event = { .events = events, .data.ptr = what };

  return epoll_ctl (self->epoll, operation, fd, &event) == 0;
}

/* --- a head --- */

/* Without a word to the library, or to core. */
static void
server_turn_away (HttpServer *self, HttpConnection *connection, const char *answer)
{
  for (guint i = 0; i < DRAIN_MAX && recv (connection->fd, self->buffer, sizeof self->buffer, MSG_DONTWAIT) > 0; i++)
    continue;
  (void) send (connection->fd, answer, strlen (answer), MSG_NOSIGNAL | MSG_DONTWAIT); /* as well as it goes */
  (void) shutdown (connection->fd, SHUT_WR);
  http_connection_free (connection);
}

/* `len` octets are there, the first `head_len` of which are the head. */
static void
server_judge (HttpServer *self, HttpConnection *connection, gsize head_len, gsize len)
{
  HttpListener *listener = connection->listener;
  const Route *route = NULL;

  connection->head = request_head_parse (self->buffer, head_len, NULL);
  if (connection->head != NULL && len - head_len <= connection->head->body_len) /* nothing behind what it announces: no second request */
    route = route_table_find (listener->routes, connection->head, listener->port);
  if (route == NULL) {
    server_turn_away (self, connection, self->not_found);
  } else if (!http_listener_count_request (listener, g_get_monotonic_time ())) {
    server_turn_away (self, connection, self->later);
  } else {
    connection->route = route;
    (void) http_server_watch (self, EPOLL_CTL_DEL, connection->fd, 0, NULL);
    http_exchange_take (self->exchange, connection);
  }
}

static void
server_hear (HttpServer *self, HttpConnection *connection, gboolean is_over)
{
  gsize most = connection->listener->limits.header;
  gssize n = recv (connection->fd, self->buffer, most + 1, MSG_PEEK | MSG_DONTWAIT), head_len;
  gsize len = (gsize) MAX (n, 0);

  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
    http_connection_free (connection);
    return;
  }
  if (len > connection->octets)
    connection->heard_us = g_get_monotonic_time ();
  connection->octets = len;
  head_len = request_head_measure (self->buffer, len);
  if (head_len > 0 && (gsize) head_len <= most)
    server_judge (self, connection, (gsize) head_len, len);
  else if (head_len != 0 || len > most)
    server_turn_away (self, connection, self->not_found);
  else if (is_over)
    http_connection_free (connection);
}

/* --- knocks --- */

static gboolean
wake_cb (gpointer data)
{
  HttpServer *self = data;

  self->deaf_source = 0;
  for (guint i = 0; i < self->listeners->len; i++) {
    HttpListener *listener = g_ptr_array_index (self->listeners, i);

    if (listener->is_deaf)
      listener->is_deaf = !http_server_watch (self, EPOLL_CTL_ADD, listener->fd, EPOLLIN, listener);
  }
  return G_SOURCE_REMOVE;
}

/* Who knocks waits in the kernel for a moment. */
static void
server_fall_deaf (HttpServer *self, HttpListener *listener)
{
  listener->is_deaf = http_server_watch (self, EPOLL_CTL_DEL, listener->fd, 0, NULL);
  if (self->deaf_source == 0)
    self->deaf_source = g_timeout_add (DEAF_MS, wake_cb, self);
}

/* Returns: FALSE: all places are taken by others with a better claim. */
static gboolean
server_make_room (HttpServer *self, HttpListener *listener)
{
  while (listener->connections->len >= listener->limits.connections) {
    guint before = listener->connections->len;
    HttpConnection *slowest = http_listener_find_slowest (listener, g_get_monotonic_time ());

    if (slowest == NULL)
      return FALSE;
    if (slowest->state == HTTP_HEAD)
      http_connection_free (slowest);
    else
      http_exchange_hang_up (self->exchange, slowest);
    if (listener->connections->len >= before)
      return FALSE; /* it ends, but not at once */
  }
  return TRUE;
}

static void
server_admit (HttpServer *self, HttpListener *listener, int fd)
{
  HttpConnection *connection = http_connection_new (listener, fd);

  if (http_server_watch (self, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLRDHUP | EPOLLET, connection))
    server_hear (self, connection, FALSE); /* what it said while it waited */
  else
    http_connection_free (connection);
}

static void
server_accept (HttpServer *self, HttpListener *listener)
{
  for (guint i = 0; i < ACCEPTS_MAX; i++) {
    int fd;

    if (!server_make_room (self, listener)) {
      server_fall_deaf (self, listener);
      return;
    }
    fd = accept4 (listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0)
      server_admit (self, listener, fd);
    else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
      server_fall_deaf (self, listener);
    if (fd < 0 && errno != EINTR && errno != ECONNABORTED)
      return;
  }
}

/* --- turns --- */

static HttpListener *
find_listener (HttpServer *self, const void *what)
{
  for (guint i = 0; i < self->listeners->len; i++)
    if (g_ptr_array_index (self->listeners, i) == what)
      return g_ptr_array_index (self->listeners, i);
  return NULL;
}

/* Those who speak come first: whoever is let in behind them may cost one of them its place, and its event with it. */
static gboolean
http_epoll_cb (int fd, GIOCondition condition, gpointer data)
{
  HttpServer *self = data;
  struct epoll_event events[EVENTS_MAX];
  int count = epoll_wait (self->epoll, events, EVENTS_MAX, 0);

  for (int i = 0; i < count; i++)
    if (find_listener (self, events[i].data.ptr) == NULL)
      server_hear (self, events[i].data.ptr, (events[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
  for (int i = 0; i < count; i++) {
    HttpListener *listener = find_listener (self, events[i].data.ptr);

    if (listener != NULL)
      server_accept (self, listener);
  }
  http_exchange_run (self->exchange);
  return G_SOURCE_CONTINUE;
}

static void
listener_drop_idle (HttpListener *self, gint64 now_us)
{
  for (guint i = self->connections->len; i > 0; i--) {
    HttpConnection *one = g_ptr_array_index (self->connections, i - 1);

    if (one->state == HTTP_HEAD && now_us - one->heard_us > self->limits.idle_s * G_USEC_PER_SEC)
      http_connection_free (one);
  }
}

static gboolean
http_sweep_cb (gpointer data)
{
  HttpServer *self = data;
  gint64 now_us = g_get_monotonic_time ();

  for (guint i = 0; i < self->listeners->len; i++)
    listener_drop_idle (g_ptr_array_index (self->listeners, i), now_us);
  http_exchange_give_up_late (self->exchange, now_us);
  http_exchange_run (self->exchange); /* also for its own clock, which it looks at when it runs */
  return G_SOURCE_CONTINUE;
}

/* --- life --- */

HttpServer *
http_server_new (HttpAskFunc ask, gpointer data, GError **error)
{
  HttpServer *self = g_new0 (HttpServer, 1);

  self->listeners = g_ptr_array_new_with_free_func (http_listener_free);
  self->not_found = answer_page_dup_raw (404, "not-found");
  self->later = answer_page_dup_raw (503, "later");
  self->epoll = epoll_create1 (EPOLL_CLOEXEC);
  if (self->epoll < 0)
    g_set_error (error, FAULT, FAULT_OS, "callback cannot wait for clients: %s", g_strerror (errno));
  else
    self->exchange = http_exchange_new (ask, data, error);
  if (self->exchange == NULL) {
    http_server_free (self);
    return NULL;
  }
  self->epoll_source = g_unix_fd_add (self->epoll, G_IO_IN, http_epoll_cb, self);
  self->sweep_source = g_timeout_add_seconds (SWEEP_S, http_sweep_cb, self);
  return self;
}

void
http_server_free (HttpServer *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->epoll_source, g_source_remove);
  g_clear_handle_id (&self->sweep_source, g_source_remove);
  g_clear_handle_id (&self->deaf_source, g_source_remove);
  http_exchange_free (self->exchange); /* first: its connections stand in the listeners' lists */
  g_ptr_array_unref (self->listeners);
  if (self->epoll >= 0)
    close (self->epoll);
  g_free (self->not_found);
  g_free (self->later);
  g_free (self);
}

/* Returns: FALSE: it is no TCP socket of this machine's loopback that listens. */
static gboolean
read_port (int fd, guint16 *out_port)
{
  union { struct sockaddr any; struct sockaddr_in v4; struct sockaddr_in6 v6; } address = { 0 };
  socklen_t len = sizeof address, int_len = sizeof (int);
  int listens = 0;

  if (getsockopt (fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &int_len) != 0 || listens == 0 || getsockname (fd, &address.any, &len) != 0)
    return FALSE;
  if (address.any.sa_family == AF_INET)
    *out_port = g_ntohs (address.v4.sin_port);
  else if (address.any.sa_family == AF_INET6)
    *out_port = g_ntohs (address.v6.sin6_port);
  return *out_port != 0;
}

static gboolean
is_new_listener (HttpServer *self, const HttpListener *listener)
{
  const RouteKind *kind = route_table_get_kind (listener->routes);

  for (guint i = 0; i < self->listeners->len; i++) {
    const HttpListener *other = g_ptr_array_index (self->listeners, i);

    if (other->number == listener->number || route_table_get_kind (other->routes) != kind)
      return FALSE;
  }
  return kind != NULL && self->listeners->len < HTTP_LISTENERS_MAX;
}

gboolean
http_server_listen (HttpServer *self, int fd, guint32 number, RouteTable *routes, GError **error)
{
  HttpListener *listener = g_new0 (HttpListener, 1);

  *listener = (HttpListener) { .fd = fd, .number = number, .routes = routes, .limits = { 16 * 1024, 32, 10, 0 }, .connections = g_ptr_array_new () };
  if (!read_port (fd, &listener->port) || !is_new_listener (self, listener)) {
    g_set_error_literal (error, FAULT, FAULT_USAGE, "callback was given no listening socket, no route, a number twice or a second purpose");
  } else if (http_limits_check (&listener->limits, route_table_get_body_max (routes), error)) {
    int flags = fcntl (fd, F_GETFL);

    if (flags >= 0 && fcntl (fd, F_SETFL, flags | O_NONBLOCK) == 0 && http_server_watch (self, EPOLL_CTL_ADD, fd, EPOLLIN, listener)) {
      g_ptr_array_add (self->listeners, listener);
      return TRUE;
    }
    g_set_error (error, FAULT, FAULT_OS, "callback cannot wait for clients: %s", g_strerror (errno));
  }
  http_listener_free (listener);
  return FALSE;
}

gboolean
http_server_limit (HttpServer *self, guint32 number, const HttpLimits *limits, GError **error)
{
  for (guint i = 0; i < self->listeners->len; i++) {
    HttpListener *listener = g_ptr_array_index (self->listeners, i);

    if (listener->number != number)
      continue;
    if (!http_limits_check (limits, route_table_get_body_max (listener->routes), error))
      return FALSE;
    listener->limits = *limits;
    return TRUE;
  }
  g_set_error (error, FAULT, FAULT_USAGE, "callback has no listener %u", number);
  return FALSE;
}

void
http_server_answer (HttpServer *self, guint32 serial, AnswerPage *page)
{
  http_exchange_answer (self->exchange, serial, page);
}
