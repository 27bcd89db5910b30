#include "api-server.h"

#include "listener.h"
#include <string.h>
#include <unistd.h>

struct ApiServer {
  const ApiTurn *turns;
  guint          n;
  int            listener;
  char          *origin, *peer;
  guint16        port;
  GThread       *thread;
  GMutex         lock; /* of all below */
  guint          turn;
  GPtrArray     *requests; /* of ApiRequest */
  GPtrArray     *threads;
  gboolean       is_leaving;
};

typedef struct {
  ApiServer *server;
  int        fd;
} ApiConnection;

static void
api_request_free (gpointer data)
{
  ApiRequest *self = data;

  g_free (self->head);
  g_bytes_unref (self->body);
  g_free (self);
}

static const ApiTurn *
take_turn (ApiServer *self)
{
  const ApiTurn *turn;

  g_mutex_lock (&self->lock);
  turn = &self->turns[MIN (self->turn, self->n - 1)];
  self->turn++;
  g_mutex_unlock (&self->lock);
  return turn;
}

static void
keep_request (ApiServer *self, const GByteArray *raw, gsize head_len)
{
  ApiRequest *request = g_new0 (ApiRequest, 1);

  request->head = g_strndup ((const char *) raw->data, head_len);
  request->body = g_bytes_new (raw->data + head_len, raw->len - head_len);
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->requests, request);
  g_mutex_unlock (&self->lock);
}

/* Octets of the whole request, once its head is there; else 0. */
static gsize
get_length (const GByteArray *raw, gsize *out_head)
{
  const char *end = raw->len > 0 ? g_strstr_len ((const char *) raw->data, raw->len, "\r\n\r\n") : NULL, *length;

  if (end == NULL)
    return 0;
  *out_head = (gsize) (end - (const char *) raw->data) + 4;
  length = g_strstr_len ((const char *) raw->data, (gssize) *out_head, "Content-Length: ");
  return *out_head + (length != NULL ? g_ascii_strtoull (length + strlen ("Content-Length: "), NULL, 10) : 0);
}

static void
reset (int fd)
{
  struct linger linger = { 1, 0 };

  (void) setsockopt (fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

/* Returns: the whole request, or NULL: the connection has ended, or is to. */
static const ApiTurn *
read_request (ApiConnection *self, GByteArray *raw, gsize *out_head)
{
  const ApiTurn *turn = NULL;
  guint8 octets[65536];
  gsize length = 0;

  while (length == 0 || raw->len < length) {
    gsize room = turn != NULL && turn->read_most > 0 ? MIN (sizeof octets, (gsize) turn->read_most - raw->len) : turn == NULL ? 1 : sizeof octets;
    gssize n = read (self->fd, octets, room);

    if (n <= 0)
      return NULL;
    if (turn == NULL) {
      turn = take_turn (self->server);
      g_usleep (turn->pause_ms * 1000u);
    }
    g_byte_array_append (raw, octets, (guint) n);
    length = get_length (raw, out_head);
    if (turn->read_most > 0 && raw->len >= (gsize) turn->read_most && (length == 0 || raw->len < length)) {
      reset (self->fd);
      return NULL;
    }
  }
  return turn;
}

static gpointer
serve (gpointer data)
{
  ApiConnection *self = data;

  for (;;) {
    g_autoptr (GByteArray) raw = g_byte_array_new ();
    gsize head = 0;
    const ApiTurn *turn = read_request (self, raw, &head);
    gsize len;

    if (turn == NULL)
      break;
    keep_request (self->server, raw, head);
    g_usleep (turn->delay_ms * 1000u);
    len = turn->answer != NULL ? strlen (turn->answer) : 0;
    len = turn->say_most > 0 ? MIN (len, (gsize) turn->say_most) : len;
    if ((len > 0 && write (self->fd, turn->answer, len) != (gssize) len) || turn->closes || turn->say_most > 0 || len == 0)
      break;
  }
  close (self->fd);
  g_free (self);
  return NULL;
}

static gpointer
listen_cb (gpointer data)
{
  ApiServer *self = data;
  int fd;

  while ((fd = accept (self->listener, NULL, NULL)) >= 0) {
    ApiConnection *connection = g_new0 (ApiConnection, 1);

    if (self->is_leaving) {
      close (fd);
      g_free (connection);
      break;
    }
    *connection = (ApiConnection){ self, fd };
    g_ptr_array_add (self->threads, g_thread_new ("api", serve, connection));
  }
  return NULL;
}

ApiServer *
api_server_new (const ApiTurn *turns, guint n)
{
  ApiServer *self = g_new0 (ApiServer, 1);

  self->turns = turns;
  self->n = n;
  self->listener = listener_open (0, &self->port);
  self->origin = g_strdup_printf ("http://127.0.0.1:%u", self->port);
  self->peer = g_strdup_printf ("127.0.0.1:%u", self->port);
  g_mutex_init (&self->lock);
  self->requests = g_ptr_array_new_with_free_func (api_request_free);
  self->threads = g_ptr_array_new ();
  self->thread = g_thread_new ("api-listen", listen_cb, self);
  return self;
}

void
api_server_free (ApiServer *self)
{
  const char *peer;

  self->is_leaving = TRUE;
  close (api_server_connect (self, &peer)); /* wakes it */
  g_thread_join (self->thread);
  for (guint i = 0; i < self->threads->len; i++)
    g_thread_join (self->threads->pdata[i]);
  close (self->listener);
  g_ptr_array_unref (self->threads);
  g_ptr_array_unref (self->requests);
  g_mutex_clear (&self->lock);
  g_free (self->origin);
  g_free (self->peer);
  g_free (self);
}

int
api_server_connect (ApiServer *self, const char **out_peer)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (self->port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  *out_peer = self->peer;
  return fd;
}

const char *
api_server_get_origin (ApiServer *self)
{
  return self->origin;
}

guint
api_server_count (ApiServer *self)
{
  guint count;

  g_mutex_lock (&self->lock);
  count = self->requests->len;
  g_mutex_unlock (&self->lock);
  return count;
}

guint
api_server_count_begun (ApiServer *self)
{
  guint count;

  g_mutex_lock (&self->lock);
  count = self->turn;
  g_mutex_unlock (&self->lock);
  return count;
}

const ApiRequest *
api_server_get (ApiServer *self, guint index)
{
  const ApiRequest *request;

  g_mutex_lock (&self->lock);
  g_assert_cmpuint (index, <, self->requests->len);
  request = self->requests->pdata[index];
  g_mutex_unlock (&self->lock);
  return request;
}

/* RFC 4648 §5 back to §4. */
static void
unmake_url_safe (char *text)
{
  for (; *text != '\0'; text++)
    *text = *text == '-' ? '+' : *text == '_' ? '/' : *text;
}

GByteArray *
api_server_get_message (ApiServer *self, guint index)
{
  const ApiRequest *request = api_server_get (self, index);
  gsize len = 0;
  const char *data = g_bytes_get_data (request->body, &len);
  GByteArray *message = g_byte_array_new ();

  if (strstr (request->head, "message/rfc822") != NULL) {
    g_byte_array_append (message, (const guint8 *) data, (guint) len);
  } else {
    g_autofree char *raw = NULL, *padded = NULL;
    g_autofree guint8 *decoded = NULL;

    g_assert_true (len > 10 && g_str_has_prefix (data, "{\"raw\":\"") && memcmp (data + len - 2, "\"}", 2) == 0);
    raw = g_strndup (data + 8, len - 10);
    unmake_url_safe (raw);
    padded = g_strconcat (raw, strlen (raw) % 4 == 2 ? "==" : strlen (raw) % 4 == 3 ? "=" : "", NULL);
    decoded = g_base64_decode (padded, &len);
    g_byte_array_append (message, decoded, (guint) len);
  }
  return message;
}
