#include "gmail-line.h"

#include <unistd.h>

#define PATIENCE_MS 60000       /* chosen: for an answer */
#define OCTETS_A_MS 16          /* chosen: 16 kB a second, the slowest line that a big message is sent over */

struct GmailLine {
  HttpClient   *http;
  GmailLineFunc answered;
  gpointer      data;
  int           fd;       /* of a connection that nothing was asked on yet; -1: none */
  GmailEndpoint endpoint; /* where it leads */
  guint         count;    /* requests on this connection */
  GmailRequest *request;
};

GmailLine *
gmail_line_new (GmailLineFunc answered, gpointer data)
{
  GmailLine *self = g_new0 (GmailLine, 1);

  self->http = http_client_new ();
  self->answered = answered;
  self->data = data;
  self->fd = -1;
  return self;
}

void
gmail_line_free (GmailLine *self)
{
  if (self == NULL)
    return;
  http_client_free (self->http);
  gmail_request_free (self->request);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self);
}

void
gmail_line_take_socket (GmailLine *self, int fd, GmailEndpoint endpoint)
{
  self->fd = fd;
  self->endpoint = endpoint;
  self->count = 0;
}

static gboolean
is_connected (const GmailLine *self)
{
  return self->fd >= 0 || http_client_is_connected (self->http);
}

gboolean
gmail_line_is_vacant (const GmailLine *self)
{
  return !is_connected (self) && !http_client_is_busy (self->http);
}

gboolean
gmail_line_is_at (const GmailLine *self, GmailEndpoint endpoint)
{
  return self->endpoint == endpoint && (is_connected (self) || http_client_is_busy (self->http));
}

gboolean
gmail_line_is_ready (const GmailLine *self, GmailEndpoint endpoint)
{
  return gmail_line_is_at (self, endpoint) && is_connected (self) && !http_client_is_busy (self->http);
}

gboolean
gmail_line_is_fresh (const GmailLine *self)
{
  return self->count <= 1;
}

GmailEndpoint
gmail_line_get_endpoint (const GmailLine *self)
{
  return self->endpoint;
}

GmailRequest *
gmail_line_get_request (const GmailLine *self)
{
  return self->request;
}

static void
done_cb (const HttpAnswer *answer, gpointer data)
{
  GmailLine *self = data;
  GmailRequest *request = g_steal_pointer (&self->request);

  self->answered (self, request, answer, self->data);
  gmail_request_free (request);
}

static gssize
read_cb (char *buffer, gsize room, gpointer data)
{
  return gmail_request_read (buffer, room, ((GmailLine *) data)->request);
}

/* Fills in what all requests have. */
static gboolean
line_ask (GmailLine *self, const GmailAccount *account, HttpRequest *request, GError **error)
{
  request->fd = self->fd;
  request->authorities = account->authorities;
  request->keeps = ++self->count < GMAIL_PER_CONNECTION;
  self->fd = -1;
  return http_client_send (self->http, request, done_cb, self, error);
}

gboolean
gmail_line_send (GmailLine *self, const GmailAccount *account, GmailRequest *request, GError **error)
{
  const char *headers[] = { secret_bytes_peek (account->authorization),
                            request->endpoint == GMAIL_UPLOAD ? "Content-Type: message/rfc822" : "Content-Type: application/json; charset=UTF-8",
                            "Accept: application/json", NULL };
  HttpRequest asked = { .url = account->urls[request->endpoint], .headers = headers, .body = read_cb, .body_bytes = request->body->len,
                        .timeout_ms = PATIENCE_MS + request->body->len / OCTETS_A_MS };

  self->request = request;
  if (line_ask (self, account, &asked, error))
    return TRUE;
  self->request = NULL;
  gmail_request_give_back (request);
  gmail_request_free (request);
  return FALSE;
}

gboolean
gmail_line_test (GmailLine *self, const GmailAccount *account, GError **error)
{
  const char *headers[] = { secret_bytes_peek (account->authorization), "Accept: application/json", NULL };
  HttpRequest asked = { .url = account->profile, .headers = headers, .timeout_ms = PATIENCE_MS };

  return line_ask (self, account, &asked, error);
}
