#include "http-client.h"

#include "fault.h"
#include "http-address.h"
#include "http-transfer.h"
#include "wiped-memory.h"
#include <glib-unix.h>
#include <unistd.h>

#define AUTHORITIES "/etc/ssl/certs/ca-certificates.crt"

struct HttpClient {
  CURLM        *multi;
  GBytes       *authorities; /* PEM; empty where the system has none: each check then fails */
  HttpSocket    socket;
  HttpTransfer *transfer;    /* under way; NULL: none */
  guint         timer;
};

static guint clients; /* of the process: libcurl is begun and ended once */

/* --- libcurl in the main loop --- */

/* What libcurl did not take. */
static void
client_forget_socket (HttpClient *self)
{
  if (self->socket.fd >= 0)
    close (self->socket.fd);
  self->socket.fd = -1;
}

static void
client_collect (HttpClient *self)
{
  CURLMsg *message;
  int left = 0;

  while ((message = curl_multi_info_read (self->multi, &left)) != NULL) {
    CURLcode code = message->data.result;
    g_autoptr (HttpTransfer) transfer = http_transfer_of_easy (message->easy_handle);

    if (message->msg != CURLMSG_DONE) {
      transfer = NULL;
      continue;
    }
    curl_multi_remove_handle (self->multi, message->easy_handle);
    self->transfer = NULL;
    client_forget_socket (self);
    http_transfer_conclude (transfer, code);
  }
}

static gboolean
client_timer_cb (gpointer data)
{
  HttpClient *self = data;
  int running = 0;

  self->timer = 0;
  curl_multi_socket_action (self->multi, CURL_SOCKET_TIMEOUT, 0, &running);
  client_collect (self);
  return G_SOURCE_REMOVE;
}

static int
client_set_timer_cb (CURLM *multi, long timeout_ms, void *data)
{
  HttpClient *self = data;

  g_clear_handle_id (&self->timer, g_source_remove);
  if (timeout_ms >= 0)
    self->timer = g_timeout_add ((guint) timeout_ms, client_timer_cb, self);
  return 0;
}

static gboolean
client_ready_cb (int fd, GIOCondition condition, gpointer data)
{
  HttpClient *self = data;
  int running = 0, events = ((condition & G_IO_IN) != 0 ? CURL_CSELECT_IN : 0) | ((condition & G_IO_OUT) != 0 ? CURL_CSELECT_OUT : 0) |
                            ((condition & (G_IO_ERR | G_IO_HUP)) != 0 ? CURL_CSELECT_ERR : 0);

  curl_multi_socket_action (self->multi, fd, events, &running);
  client_collect (self);
  return G_SOURCE_CONTINUE; /* libcurl has taken the source away if it waits for nothing more */
}

/* source: 0, or the number of the source that waits for this socket */
static int
client_watch_cb (CURL *easy, curl_socket_t fd, int what, void *data, void *source)
{
  HttpClient *self = data;
  GIOCondition condition = G_IO_ERR | G_IO_HUP;

  if (source != NULL)
    g_source_remove (GPOINTER_TO_UINT (source));
  if (what == CURL_POLL_REMOVE)
    return 0;
  condition |= (what & CURL_POLL_IN) != 0 ? G_IO_IN : 0;
  condition |= (what & CURL_POLL_OUT) != 0 ? G_IO_OUT : 0;
  curl_multi_assign (self->multi, fd, GUINT_TO_POINTER (g_unix_fd_add (fd, condition, client_ready_cb, self)));
  return 0;
}

/* --- its life --- */

/* Read once: they are the same for all. */
static GBytes *
client_load_authorities (void)
{
  static GBytes *loaded;
  char *text = NULL;
  gsize len = 0;

  if (loaded == NULL)
    loaded = g_file_get_contents (AUTHORITIES, &text, &len, NULL) ? g_bytes_new_take (text, len) : g_bytes_new_static ("", 0);
  return g_bytes_ref (loaded);
}

static void
client_begin_library (void)
{
  if (clients++ > 0)
    return;
  wiped_memory_take_openssl ();
  if (curl_global_init_mem (CURL_GLOBAL_DEFAULT, wiped_malloc, wiped_free, wiped_realloc, wiped_strdup, wiped_calloc) != CURLE_OK)
    g_error ("libcurl does not start"); /* as out of memory: there is nothing to begin with */
}

HttpClient *
http_client_new (void)
{
  HttpClient *self = g_new0 (HttpClient, 1);

  client_begin_library ();
  self->socket.fd = -1;
  self->authorities = client_load_authorities ();
  self->multi = curl_multi_init ();
  g_assert (self->multi != NULL);
  curl_multi_setopt (self->multi, CURLMOPT_SOCKETFUNCTION, client_watch_cb);
  curl_multi_setopt (self->multi, CURLMOPT_SOCKETDATA, self);
  curl_multi_setopt (self->multi, CURLMOPT_TIMERFUNCTION, client_set_timer_cb);
  curl_multi_setopt (self->multi, CURLMOPT_TIMERDATA, self);
  return self;
}

void
http_client_free (HttpClient *self)
{
  if (self == NULL)
    return;
  if (self->transfer != NULL)
    curl_multi_remove_handle (self->multi, http_transfer_get_easy (self->transfer));
  g_clear_pointer (&self->transfer, http_transfer_free);
  curl_multi_cleanup (self->multi);
  client_forget_socket (self);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_bytes_unref (self->authorities);
  if (--clients == 0)
    curl_global_cleanup ();
  g_free (self);
}

/* Takes fd, also on failure. */
static gboolean
client_take_socket (HttpClient *self, int fd, GError **error)
{
  if (self->transfer == NULL && (fd >= 0) != self->socket.is_open) {
    self->socket.fd = fd;
    self->socket.is_near = fd >= 0 ? http_address_is_near (fd) : self->socket.is_near;
    return TRUE;
  }
  if (fd >= 0)
    close (fd);
  g_set_error_literal (error, FAULT, FAULT_USAGE, self->transfer != NULL ? "a request is under way; one at a time" : "a request has one connection, the kept one or another");
  return FALSE;
}

gboolean
http_client_send (HttpClient *self, const HttpRequest *request, HttpDoneFunc done, gpointer data, GError **error)
{
  if (!client_take_socket (self, request->fd, error))
    return FALSE;
  self->transfer = http_transfer_new (request, &self->socket, self->authorities, done, data, error);
  if (self->transfer == NULL) {
    client_forget_socket (self);
    return FALSE;
  }
  curl_multi_add_handle (self->multi, http_transfer_get_easy (self->transfer)); /* asks for a timer, so that nothing happens before we return */
  return TRUE;
}

gboolean
http_client_is_busy (const HttpClient *self)
{
  return self->transfer != NULL;
}

gboolean
http_client_is_connected (const HttpClient *self)
{
  return self->socket.is_open;
}
