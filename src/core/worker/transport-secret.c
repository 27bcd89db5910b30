/* A transport's secret: with its account, and anew when the one it has does not hold any more. */
#include "transport-link-private.h"

#include <gio/gunixfdlist.h>
#include <unistd.h>

int
transport_link_append_secret (TransportLink *self, GUnixFDList *fds, GError **error)
{
  g_autoptr (SecretBytes) secret = account_get_secret (self->core, self->account, error);
  int fd = secret != NULL ? secret_bytes_to_memfd (secret, error) : -1;
  int at = fd >= 0 ? g_unix_fd_list_append (fds, fd, error) : -1;

  if (fd >= 0)
    close (fd);
  return at;
}

static void
renewed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  gboolean is_taken = pr_transport2_call_new_secret_finish (PR_TRANSPORT2 (source), NULL, result, &error);
  TransportLink *self = transport_call_end (data, NULL, NULL);

  if (self != NULL && !is_taken && !transport_call_is_gone (error))
    transport_link_drop (self, error->message); /* it asked for it */
}

void
transport_link_renew_secret (TransportLink *self)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GError) error = NULL;
  int at;

  if (!self->needs_secret || self->phase != LINK_OPEN)
    return;
  at = transport_link_append_secret (self, fds, &error);
  if (at < 0) {
    self->events->paused ("password", error->message, self->data);
    return;
  }
  self->needs_secret = self->is_proved = FALSE;
  pr_transport2_call_new_secret (self->proxy, g_variant_new_handle (at), 0, fds, self->open, renewed_cb, transport_call_new (self, 0, NULL));
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
