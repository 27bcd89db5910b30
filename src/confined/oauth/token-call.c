#include "token-call.h"

#include "descriptor.h"
#include "fault.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define AUTHORITIES_MAX (1024 * 1024) /* chosen: the whole of a system's are a fifth of it */

typedef enum { CALL_CLIENT_SECRET, CALL_CODE, CALL_VERIFIER, CALL_TOKEN, CALL_SECRETS } CallSecret;

struct TokenCall {
  SecretBytes  *secrets[CALL_SECRETS]; /* NULL: the method has none */
  SecretBytes  *body;
  gsize         sent;
  int           access_token, refresh_token; /* core's memory for them; -1: it gets none */
  gboolean      is_revocation;
  TokenCallFunc done;
  gpointer      data;
};

static void
token_call_free (TokenCall *self)
{
  for (guint i = 0; i < CALL_SECRETS; i++)
    secret_bytes_free (self->secrets[i]);
  secret_bytes_free (self->body);
  if (self->access_token >= 0)
    close (self->access_token);
  if (self->refresh_token >= 0)
    close (self->refresh_token);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TokenCall, token_call_free)

/* --- what core gave --- */

/* handle NULL: -1 without an error. */
static gboolean
order_take_fd (const TokenOrder *order, GVariant *handle, int *out_fd, GError **error)
{
  gint32 index = handle != NULL ? g_variant_get_handle (handle) : -1;

  *out_fd = -1;
  if (handle == NULL)
    return TRUE;
  if (order->fds != NULL && index >= 0 && index < g_unix_fd_list_get_length (order->fds))
    return (*out_fd = g_unix_fd_list_get (order->fds, index, error)) >= 0;
  g_set_error (error, FAULT, FAULT_USAGE, "a descriptor is missing");
  return FALSE;
}

/* A secret of ours ends at its first NUL in a form, so it must have none. */
static gboolean
order_read_secret (const TokenOrder *order, GVariant *handle, SecretBytes **out_secret, GError **error)
{
  int fd;

  if (!order_take_fd (order, handle, &fd, error))
    return FALSE;
  if (fd < 0)
    return TRUE;
  *out_secret = secret_bytes_read_fd (fd, FALSE, error);
  close (fd);
  if (*out_secret != NULL && strlen (secret_bytes_peek (*out_secret)) != secret_bytes_get_length (*out_secret)) {
    g_set_error (error, FAULT, FAULT_DATA, "a secret with a NUL in it");
    return FALSE;
  }
  return *out_secret != NULL;
}

/* Returns: FALSE with `error`; *out_pem stays NULL where core gave none. */
static gboolean
order_read_authorities (const TokenOrder *order, char **out_pem, GError **error)
{
  int fd;
  g_autoptr (GBytes) bytes = NULL;

  if (!order_take_fd (order, order->authorities, &fd, error))
    return FALSE;
  bytes = descriptor_read_all (fd, AUTHORITIES_MAX, error);
  close (fd);
  if (bytes != NULL && g_bytes_get_size (bytes) > 0)
    *out_pem = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return bytes != NULL;
}

static gboolean
token_call_take_order (TokenCall *self, const TokenOrder *order, GError **error)
{
  GVariant *const handles[CALL_SECRETS] = { order->client_secret, order->code, order->verifier, order->token };
  TokenRequest request = { order->client_id, order->redirect, order->scope, NULL, NULL, NULL, NULL };
  int hold;

  for (guint i = 0; i < CALL_SECRETS; i++)
    if (!order_read_secret (order, handles[i], &self->secrets[i], error))
      return FALSE;
  request.client_secret = self->secrets[CALL_CLIENT_SECRET];
  request.code = self->secrets[CALL_CODE];
  request.verifier = self->secrets[CALL_VERIFIER];
  request.token = self->secrets[CALL_TOKEN];
  self->body = order->build (&request);
  self->is_revocation = order->access_token == NULL;
  if (!order_take_fd (order, order->hold, &hold, error))
    return FALSE; /* it is never closed: this process's end does that */
  return order_take_fd (order, order->access_token, &self->access_token, error) &&
         order_take_fd (order, order->refresh_token, &self->refresh_token, error);
}

/* --- the request --- */

static gssize
token_call_give_body (char *buffer, gsize room, gpointer data)
{
  TokenCall *self = data;
  gsize n = MIN (room, secret_bytes_get_length (self->body) - self->sent);

  if (n > 0)
    memcpy (buffer, secret_bytes_peek (self->body) + self->sent, n);
  self->sent += n;
  return (gssize) n;
}

/* --- its answer --- */

static gboolean
token_write (int fd, const SecretBytes *token, GError **error)
{
  gsize len = secret_bytes_get_length (token), at = 0;

  while (at < len) {
    gssize n = write (fd, secret_bytes_peek (token) + at, len - at);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      g_set_error (error, FAULT, FAULT_IO, "a token could not be handed over: %s", g_strerror (errno));
      return FALSE;
    }
    at += (gsize) n;
  }
  return TRUE;
}

static void
token_call_done_cb (const HttpAnswer *http_answer, gpointer data)
{
  g_autoptr (TokenCall) self = data;
  g_autoptr (TokenAnswer) answer = self->is_revocation ? token_answer_of_revocation (http_answer) : token_answer_of_grant (http_answer);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < CALL_SECRETS; i++)
    token_answer_hide (answer, self->secrets[i]);
  token_answer_hide (answer, answer->access_token);
  token_answer_hide (answer, answer->refresh_token);
  if (answer->outcome == TOKEN_DONE)
    (void) (token_write (self->refresh_token, answer->refresh_token, &error) && token_write (self->access_token, answer->access_token, &error));
  self->done (answer, http_answer->is_begun, error, self->data);
}

gboolean
token_call_start (HttpClient *http, const TokenOrder *order, TokenCallFunc done, gpointer data, GError **error)
{
  static const char *const headers[] = { "Content-Type: application/x-www-form-urlencoded", "Accept: application/json", NULL };
  HttpRequest request = { .url = order->url, .fd = -1, .headers = headers, .body = token_call_give_body,
                          .timeout_ms = CLAMP (order->timeout_ms, 1, TOKEN_TIMEOUT_MAX_MS) };
  g_autoptr (TokenCall) self = g_new0 (TokenCall, 1);
  g_autofree char *authorities = NULL;

  self->access_token = self->refresh_token = -1;
  self->done = done;
  self->data = data;
  if (!token_call_take_order (self, order, error) || !order_read_authorities (order, &authorities, error) ||
      !order_take_fd (order, order->socket, &request.fd, error))
    return FALSE;
  request.authorities = authorities;
  request.body_bytes = secret_bytes_get_length (self->body);
  if (!http_client_send (http, &request, token_call_done_cb, self, error))
    return FALSE;
  (void) g_steal_pointer (&self); /* token_call_done_cb() frees it */
  return TRUE;
}
