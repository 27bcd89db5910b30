/* A transport's way to its server: sockets are connected by the dialer and given to it. */
#include "transport-link-private.h"

#include "dialer.h"
#include "fault.h"
#include <gio/gunixfdlist.h>
#include <unistd.h>

#define DIAL_TIMEOUT_MS 60000
#define TESTED_ENDPOINT 0 /* the first row of a kind's table is where it sends */

static void
add_connection (PrTransport2 *proxy, guint endpoint, int fd, const char *peer, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new_from_array (&fd, 1); /* owns fd now */

  pr_transport2_call_add_connection (proxy, endpoint, g_variant_new_handle (0), peer, fds, cancellable, callback, data);
}

/* --- as it asks for them --- */

static void
added_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  pr_transport2_call_add_connection_finish (PR_TRANSPORT2 (source), NULL, result, NULL); /* its death is told by closed_cb */
}

static void
dialed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  gpointer endpoint = NULL;
  TransportLink *self = transport_call_end (data, NULL, &endpoint);
  g_autoptr (GError) error = NULL;
  g_autofree char *peer = NULL;
  int fd = dialer_connect_finish (NULL, result, &peer, &error);

  if (self == NULL) {
    if (fd >= 0)
      close (fd);
    return;
  }
  self->dialing[GPOINTER_TO_UINT (endpoint)]--;
  if (fd >= 0) {
    add_connection (self->proxy, GPOINTER_TO_UINT (endpoint), fd, peer, self->open, added_cb, NULL);
    return;
  }
  self->is_held = TRUE;
  self->events->lost (TRANSPORT_LOST_DIAL, error->message, self->data);
}

/* After a resume it asks again. */
void
transport_link_need_connection_cb (PrTransport2 *proxy, guint endpoint, guint count, gpointer data)
{
  TransportLink *self = data;
  const char *host;
  guint16 port;

  if (self->is_held || self->is_violated)
    return;
  if (endpoint >= KIND_ENDPOINTS_MAX || !account_get_endpoint (self->account, endpoint, &host, &port)) {
    transport_link_drop (self, "it wants to be connected to what its account does not have");
    return;
  }
  for (; count > 0 && self->dialing[endpoint] < self->connections; count--) {
    self->dialing[endpoint]++;
    dialer_connect_async (self->core->dialer, host, port, DIAL_TIMEOUT_MS, self->open, dialed_cb, transport_call_new (self, 0, GUINT_TO_POINTER (endpoint)));
  }
}

void
transport_link_set_connections (TransportLink *self, guint max)
{
  self->connections = max;
}

static void
resumed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  pr_transport2_call_resume_finish (PR_TRANSPORT2 (source), result, NULL);
}

void
transport_link_hold (TransportLink *self)
{
  self->is_held = TRUE;
}

/* Also after a dial that failed: it asks for connections anew. */
void
transport_link_resume (TransportLink *self)
{
  self->is_held = FALSE;
  transport_link_renew_secret (self);
  if (self->phase == LINK_OPEN)
    pr_transport2_call_resume (self->proxy, self->open, resumed_cb, NULL);
}

/* --- one, to try the account --- */

typedef struct { /* task data */
  TransportLink *link; /* valid while `open` is not cancelled */
  GCancellable  *open;
  PrTransport2  *proxy;
  char          *address; /* the peer's, as the dialer read it from the socket */
} Trial;

static void
trial_free (gpointer data)
{
  Trial *self = data;

  g_object_unref (self->open);
  g_object_unref (self->proxy);
  g_free (self->address);
  g_free (self);
}

static void
trial_tested_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GVariant) report = NULL;
  GError *error = NULL;

  if (pr_transport2_call_test_finish (PR_TRANSPORT2 (source), &report, result, &error))
    g_task_return_pointer (task, g_steal_pointer (&report), (GDestroyNotify) g_variant_unref);
  else
    g_task_return_error (task, transport_call_translate (error));
}

static void
trial_added_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (!pr_transport2_call_add_connection_finish (PR_TRANSPORT2 (source), NULL, result, &error))
    g_task_return_error (task, transport_call_translate (error));
  else
    pr_transport2_call_test (PR_TRANSPORT2 (source), g_task_get_cancellable (task), trial_tested_cb, g_object_ref (task));
}

static void
trial_dialed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Trial *self = g_task_get_task_data (task);
  GError *error = NULL;
  int fd = dialer_connect_finish (NULL, result, &self->address, &error);

  if (fd >= 0) {
    add_connection (self->proxy, TESTED_ENDPOINT, fd, self->address, g_task_get_cancellable (task), trial_added_cb, g_object_ref (task));
    return;
  }
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) && !g_cancellable_is_cancelled (self->open))
    self->link->events->lost (TRANSPORT_LOST_DIAL, error->message, self->link->data);
  g_task_return_error (task, error);
}

void
transport_link_test_async (TransportLink *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, data);
  const char *host;
  guint16 port;
  Trial *trial;

  g_task_set_source_tag (task, transport_link_test_async);
  if (self->phase != LINK_OPEN) {
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "the transport has gone");
    g_object_unref (task);
    return;
  }
  if (!account_get_endpoint (self->account, TESTED_ENDPOINT, &host, &port)) {
    g_task_return_new_error (task, FAULT, FAULT_USAGE, "account %s connects to nothing: there is nothing to test", self->account->name);
    g_object_unref (task);
    return;
  }
  trial = g_new0 (Trial, 1);
  *trial = (Trial){ .link = self, .open = g_object_ref (self->open), .proxy = g_object_ref (self->proxy) };
  g_task_set_task_data (task, trial, trial_free);
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (self->proxy), TRANSPORT_TEST_TIMEOUT_S * 1000);
  dialer_connect_async (self->core->dialer, host, port, DIAL_TIMEOUT_MS, cancellable, trial_dialed_cb, task);
}

GVariant *
transport_link_test_finish (GAsyncResult *result, char **out_address, GError **error)
{
  Trial *self = g_task_get_task_data (G_TASK (result)); /* NULL: it never began */

  if (out_address != NULL)
    *out_address = self != NULL ? g_strdup (self->address) : NULL;
  return g_task_propagate_pointer (G_TASK (result), error);
}
