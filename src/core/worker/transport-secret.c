/* A transport's secret: with its account, and anew when the one it has does not hold any more. */
#include "transport-link-private.h"

#include "access-tokens.h"
#include "clock.h"
#include "fault.h"
#include <gio/gunixfdlist.h>
#include <unistd.h>

/* --- to have one --- */

static void
token_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  gint64 renew_utc = 0;
  guint64 number = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (SecretBytes) token = access_tokens_get_finish (result, &renew_utc, &number, &error);
  gpointer done = NULL;
  TransportLink *self = transport_call_end (data, NULL, &done);

  if (self == NULL || self->is_violated)
    return;
  self->is_fetching = FALSE;
  if (token != NULL) {
    self->token_number = number;
    self->renew_utc = renew_utc;
  }
  ((TransportSecretFunc) done) (self, token, renew_utc, error);
}

/* One that has come to its end was not refused. */
static guint64
get_refused (const TransportLink *self)
{
  return self->needs_secret && (self->renew_utc == 0 || clock_now_utc () < self->renew_utc) ? self->token_number : 0;
}

void
transport_link_fetch_secret (TransportLink *self, TransportSecretFunc done)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SecretBytes) secret = NULL;

  if (self->account->kind->secret == KIND_SECRET_OAUTH) {
    self->is_fetching = TRUE;
    access_tokens_get_async (self->core->access_tokens, self->account, get_refused (self), self->open, token_cb,
                             transport_call_new (self, 0, (gpointer) done));
    return;
  }
  secret = account_get_secret (self->core, self->account, &error);
  done (self, secret, 0, error);
}

int
transport_link_append_secret (GUnixFDList *fds, const SecretBytes *secret, GError **error)
{
  int fd = secret_bytes_to_memfd (secret, error);
  int at = fd >= 0 ? g_unix_fd_list_append (fds, fd, error) : -1;

  if (fd >= 0)
    close (fd);
  return at;
}

/* --- anew --- */

static void
renewed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  gboolean is_taken = pr_transport2_call_new_secret_finish (PR_TRANSPORT2 (source), NULL, result, &error);
  TransportLink *self = transport_call_end (data, NULL, NULL);

  if (self != NULL && !is_taken && !transport_call_is_gone (error))
    transport_link_drop (self, error->message); /* it asked for it */
}

static gboolean
call_new_secret (TransportLink *self, const SecretBytes *secret, gint64 renew_utc, GError **error)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  int at = transport_link_append_secret (fds, secret, error);

  if (at < 0)
    return FALSE;
  self->needs_secret = self->is_proved = FALSE;
  pr_transport2_call_new_secret (self->proxy, g_variant_new_handle (at), renew_utc, fds, self->open, renewed_cb, transport_call_new (self, 0, NULL));
  return TRUE;
}

/* What only time mends is a connection that could not be made; for the rest a person is needed. */
static void
renew_with (TransportLink *self, const SecretBytes *secret, gint64 renew_utc, const GError *failed)
{
  g_autoptr (GError) error = failed != NULL ? g_error_copy (failed) : NULL;

  if (self->phase != LINK_OPEN || (failed == NULL && call_new_secret (self, secret, renew_utc, &error)))
    return;
  if (error->domain == FAULT && (error->code == FAULT_TEMP || error->code == FAULT_IO))
    self->events->lost (TRANSPORT_LOST_DIAL, error->message, self->data);
  else
    self->events->paused (kind_secret_to_reason (self->account->kind->secret), error->message, self->data);
}

void
transport_link_renew_secret (TransportLink *self)
{
  if (self->needs_secret && self->phase == LINK_OPEN && !self->is_fetching)
    transport_link_fetch_secret (self, renew_with);
}

/* One that nothing was answered to since it was given is no better when it is given again: that is for a person. */
void
transport_link_need_secret_cb (PrTransport2 *proxy, const char *text, gpointer data)
{
  TransportLink *self = data;

  if (self->is_violated)
    return;
  self->needs_secret = TRUE;
  if (self->is_proved)
    transport_link_renew_secret (self);
  else
    self->events->paused ("login", text, self->data);
}
