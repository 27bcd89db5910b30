#include "http-exchange.h"

#include "fault.h"
#include <glib-unix.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define ROUNDS_MAX 16                  /* of the library in a row, then D-Bus gets its turn */
#define POOL_OCTETS (3 * HTTP_HEADER_MAX) /* of a connection: the head, what the library notes about its fields, the answer's head */

struct HttpExchange {
  struct MHD_Daemon *daemon;
  HttpAskFunc        ask;
  gpointer           data;
  GHashTable        *incoming; /* socket -> HttpConnection, owned: handed to the library, which has not begun with it yet (1.0 does so at its next turn) */
  GHashTable        *asked;    /* serial → HttpConnection, borrowed */
  guint32            serial;
  guint              source;
  guint              idle;
  gboolean           is_running;
};

/* --- answers --- */

static enum MHD_Result
exchange_send (struct MHD_Connection *mhd, const AnswerPage *page)
{
  struct MHD_Response *response = MHD_create_response_from_buffer (strlen (page->text), page->text, MHD_RESPMEM_MUST_COPY);
  enum MHD_Result result = response != NULL ? MHD_YES : MHD_NO;

  for (const AnswerField *field = answer_fields; result == MHD_YES && field->name != NULL; field++)
    result = MHD_add_response_header (response, field->name, field->value);
  if (result == MHD_YES && MHD_add_response_header (response, "Content-Security-Policy", page->policy) == MHD_YES &&
      MHD_add_response_header (response, "Content-Type", page->type) == MHD_YES)
    result = MHD_queue_response (mhd, page->status, response);
  if (response != NULL)
    MHD_destroy_response (response);
  return result;
}

static void
exchange_fill (HttpConnection *connection, guint status, const char *word)
{
  static const char *const none[] = { NULL };

  connection->page = answer_page_new (status, word, none, NULL);
}

/* The library goes on with a connection that was set aside at its next run. */
static void
exchange_resume (HttpExchange *self, HttpConnection *connection)
{
  g_hash_table_remove (self->asked, GUINT_TO_POINTER (connection->serial));
  connection->state = HTTP_ANSWERED;
  MHD_resume_connection (connection->mhd);
}

static guint32
next_serial (HttpExchange *self)
{
  do
    self->serial++;
  while (self->serial == 0 || g_hash_table_contains (self->asked, GUINT_TO_POINTER (self->serial)));
  return self->serial;
}

static void
exchange_ask (HttpExchange *self, HttpConnection *connection)
{
  connection->serial = next_serial (self);
  connection->state = HTTP_ASKED;
  connection->heard_us = g_get_monotonic_time ();
  g_hash_table_insert (self->asked, GUINT_TO_POINTER (connection->serial), connection);
  MHD_suspend_connection (connection->mhd);
  self->ask (connection, self->data);
}

/* --- what the library calls --- */

static HttpConnection *
get_connection (struct MHD_Connection *mhd)
{
  return MHD_get_connection_info (mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static enum MHD_Result
exchange_take_body (HttpConnection *connection, const char *octets, gsize len)
{
  if (connection->body->len + len > connection->head->body_len)
    return MHD_NO;
  g_byte_array_append (connection->body, (const guint8 *) octets, (guint) len);
  connection->octets += len;
  connection->heard_us = g_get_monotonic_time ();
  return MHD_YES;
}

/* Called with the head, with each piece of the body, at its end, and again when the answer is there. `request`: not NULL once it was called. */
static enum MHD_Result
handle_cb (void *data, struct MHD_Connection *mhd, const char *url, const char *method, const char *version, const char *octets, size_t *len, void **request)
{
  HttpExchange *self = data;
  HttpConnection *connection = get_connection (mhd);
  gboolean is_first = *request == NULL;
  gsize n = *len;

  *request = connection;
  if (is_first)
    return connection->state == HTTP_BODY ? MHD_YES : MHD_NO; /* one request a connection */
  if (n > 0) {
    *len = 0;
    return exchange_take_body (connection, octets, n);
  }
  if (connection->state == HTTP_BODY && connection->route->needs_core) {
    exchange_ask (self, connection);
    return MHD_YES;
  }
  if (connection->state == HTTP_BODY)
    exchange_fill (connection, 200, connection->route->kind->page);
  connection->state = HTTP_ANSWERED;
  return connection->page != NULL ? exchange_send (mhd, connection->page) : MHD_NO;
}

/* Returns: (transfer full) */
static HttpConnection *
exchange_find_incoming (HttpExchange *self, struct MHD_Connection *mhd)
{
  int fd = MHD_get_connection_info (mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
  gpointer connection = NULL;

  g_hash_table_steal_extended (self->incoming, GINT_TO_POINTER (fd), NULL, &connection);
  g_assert (connection != NULL);
  return connection;
}

static void
connection_cb (void *data, struct MHD_Connection *mhd, void **context, enum MHD_ConnectionNotificationCode code)
{
  HttpExchange *self = data;
  HttpConnection *connection = *context;

  if (code == MHD_CONNECTION_NOTIFY_STARTED) {
    connection = *context = exchange_find_incoming (self, mhd);
    connection->mhd = mhd;
    MHD_set_connection_option (mhd, MHD_CONNECTION_OPTION_TIMEOUT, (unsigned int) connection->listener->limits.idle_s);
    return;
  }
  if (connection->state == HTTP_ASKED)
    g_hash_table_remove (self->asked, GUINT_TO_POINTER (connection->serial));
  *context = NULL;
  http_connection_free (connection);
}

/* --- its turns --- */

static gboolean
idle_cb (gpointer data)
{
  HttpExchange *self = data;

  self->idle = 0;
  http_exchange_run (self);
  return G_SOURCE_REMOVE;
}

void
http_exchange_run (HttpExchange *self)
{
  unsigned long long wait_ms = 0;

  if (self->is_running)
    return;
  self->is_running = TRUE;
  for (guint round = 0; round < ROUNDS_MAX && wait_ms == 0; round++)
    if (MHD_run (self->daemon) != MHD_YES || MHD_get_timeout (self->daemon, &wait_ms) != MHD_YES)
      wait_ms = 1; /* nothing that would be due */
  self->is_running = FALSE;
  if (wait_ms == 0 && self->idle == 0)
    self->idle = g_idle_add_full (G_PRIORITY_DEFAULT, idle_cb, self, NULL);
}

static gboolean
epoll_cb (int fd, GIOCondition condition, gpointer data)
{
  http_exchange_run (data);
  return G_SOURCE_CONTINUE;
}

HttpExchange *
http_exchange_new (HttpAskFunc ask, gpointer data, GError **error)
{
  HttpExchange *self = g_new0 (HttpExchange, 1);

  self->ask = ask;
  self->data = data;
  self->asked = g_hash_table_new (NULL, NULL);
  self->incoming = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) http_connection_free);
  self->daemon = MHD_start_daemon (MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handle_cb, self, /* */
                                   MHD_OPTION_CONNECTION_LIMIT, (unsigned int) (HTTP_LISTENERS_MAX * (HTTP_CONNECTIONS_MAX + 1)), /* */
                                   MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t) POOL_OCTETS, /* */
                                   MHD_OPTION_NOTIFY_CONNECTION, connection_cb, self, /* */
                                   MHD_OPTION_END);
  if (self->daemon != NULL) {
    self->source = g_unix_fd_add (MHD_get_daemon_info (self->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd, G_IO_IN, epoll_cb, self);
    return self;
  }
  g_set_error_literal (error, FAULT, FAULT_OS, "libmicrohttpd did not start");
  http_exchange_free (self);
  return NULL;
}

/* Nobody may be set aside when the library stops. */
void
http_exchange_free (HttpExchange *self)
{
  GHashTableIter iter;
  gpointer connection;

  if (self == NULL)
    return;
  g_clear_handle_id (&self->source, g_source_remove);
  g_clear_handle_id (&self->idle, g_source_remove);
  g_hash_table_iter_init (&iter, self->asked);
  while (g_hash_table_iter_next (&iter, NULL, &connection)) {
    ((HttpConnection *) connection)->state = HTTP_ANSWERED;
    MHD_resume_connection (((HttpConnection *) connection)->mhd);
  }
  if (self->daemon != NULL)
    MHD_stop_daemon (self->daemon);
  g_hash_table_unref (self->incoming);
  g_hash_table_unref (self->asked);
  g_free (self);
}

/* --- from outside --- */

void
http_exchange_take (HttpExchange *self, HttpConnection *connection)
{
  struct sockaddr_in nobody = { .sin_family = AF_INET }; /* the library only keeps it */
  int fd = connection->fd;

  connection->state = HTTP_BODY;
  connection->body = g_byte_array_new ();
  g_hash_table_replace (self->incoming, GINT_TO_POINTER (fd), connection); /* in place of one that the library never began with, and whose socket is closed */
  if (MHD_add_connection (self->daemon, fd, (const struct sockaddr *) &nobody, sizeof nobody) != MHD_YES) /* it has closed the socket */
    g_hash_table_remove (self->incoming, GINT_TO_POINTER (fd));
}

void
http_exchange_hang_up (HttpExchange *self, HttpConnection *connection)
{
  (void) shutdown (connection->fd, SHUT_RDWR); /* the library sees an end, and closes it by itself */
  http_exchange_run (self);
}

void
http_exchange_answer (HttpExchange *self, guint32 serial, AnswerPage *page)
{
  HttpConnection *connection = g_hash_table_lookup (self->asked, GUINT_TO_POINTER (serial));

  if (connection == NULL) {
    answer_page_free (page);
    return;
  }
  connection->page = page;
  exchange_resume (self, connection);
  http_exchange_run (self);
}

void
http_exchange_give_up_late (HttpExchange *self, gint64 now_us)
{
  g_autoptr (GList) waiting = g_hash_table_get_values (self->asked);

  for (GList *one = waiting; one != NULL; one = one->next) {
    HttpConnection *connection = one->data;

    if (now_us - connection->heard_us <= connection->listener->limits.idle_s * G_USEC_PER_SEC)
      continue;
    exchange_fill (connection, 503, "later");
    exchange_resume (self, connection);
  }
}
