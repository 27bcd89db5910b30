#include "http-client.h"

#include "http-transfer.h"
#include "wiped-memory.h"
#include <glib-unix.h>

#define AUTHORITIES "/etc/ssl/certs/ca-certificates.crt"

struct HttpClient {
  CURLM  *multi;
  GBytes *authorities; /* PEM; empty where the system has none: each check then fails */
  guint   timer;
};

/* --- libcurl in the main loop --- */

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

static GBytes *
client_load_authorities (void)
{
  char *text = NULL;
  gsize len = 0;

  return g_file_get_contents (AUTHORITIES, &text, &len, NULL) ? g_bytes_new_take (text, len) : g_bytes_new_static ("", 0);
}

HttpClient *
http_client_new (void)
{
  HttpClient *self = g_new0 (HttpClient, 1);

  wiped_memory_take_openssl ();
  if (curl_global_init_mem (CURL_GLOBAL_DEFAULT, wiped_malloc, wiped_free, wiped_realloc, wiped_strdup, wiped_calloc) != CURLE_OK)
    g_error ("libcurl does not start"); /* as out of memory: there is nothing to begin with */
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
  curl_multi_cleanup (self->multi);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_bytes_unref (self->authorities);
  curl_global_cleanup ();
  g_free (self);
}

gboolean
http_client_send (HttpClient *self, const HttpRequest *request, HttpDoneFunc done, gpointer data, GError **error)
{
  HttpTransfer *transfer = http_transfer_new (request, self->authorities, done, data, error);

  if (transfer == NULL)
    return FALSE;
  curl_multi_add_handle (self->multi, http_transfer_get_easy (transfer)); /* asks for a timer, so that nothing happens before we return */
  return TRUE;
}
