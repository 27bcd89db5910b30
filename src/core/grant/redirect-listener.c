#include "redirect-listener.h"

#include "contract-callback1.h"
#include "dialer.h"
#include "fault.h"
#include "peer.h"
#include <gio/gunixfdlist.h>
#include <unistd.h>

#define LOOPBACK_4 "127.0.0.1"
#define LOOPBACK_6 "::1"
#define PORTS_TRIED_MAX 5     /* chosen: somebody else may have it on ::1 */
#define CALL_TIMEOUT_MS 10000 /* chosen: nothing is waited for */
#define LEAVE_S 3             /* chosen: for an answer on its way to a browser of this machine */
#define ROUTE_REDIRECT 0      /* ours */
#define KIND_REDIRECT 0       /* Callback1's kind of answer */
#define HEADER_MAX 16384
#define CONNECTIONS_MAX 32
#define IDLE_S 10

struct RedirectListener {
  int          sockets[2]; /* -1: none */
  guint16      port;
  gboolean     is_localhost;
  guint        tries;
  Peer        *peer;
  PrCallback1 *proxy;
  char        *path;
  const RedirectListenerFuncs *funcs; /* NULL: nobody is told */
  gpointer     data;
  GCancellable *gone; /* cancelled when it is freed: late answers are then ignored */
};

static void
close_sockets (RedirectListener *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (self->sockets); i++) {
    if (self->sockets[i] >= 0)
      close (self->sockets[i]);
    self->sockets[i] = -1;
  }
}

static void
redirect_listener_free (gpointer data)
{
  RedirectListener *self = data;

  g_cancellable_cancel (self->gone);
  g_object_unref (self->gone);
  close_sockets (self);
  if (self->proxy != NULL)
    g_signal_handlers_disconnect_by_data (self->proxy, self);
  g_clear_object (&self->proxy);
  peer_free (self->peer);
  g_free (self->path);
  g_free (self);
}

/* --- the port --- */

static void open_first (GTask *task);

static void
second_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  RedirectListener *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  self->sockets[1] = dialer_listen_finish (result, NULL, &error);
  if (self->sockets[1] < 0 && g_error_matches (error, FAULT, FAULT_UNAVAILABLE) && ++self->tries < PORTS_TRIED_MAX) {
    close_sockets (self);
    open_first (task);
    return;
  }
  /* a machine without ::1 has nobody who could come by it */
  g_task_return_pointer (task, self, redirect_listener_free);
  g_object_unref (task);
}

static void
first_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  RedirectListener *self = g_task_get_task_data (task);
  GError *error = NULL;

  self->sockets[0] = dialer_listen_finish (result, &self->port, &error);
  if (self->sockets[0] >= 0 && self->is_localhost) {
    dialer_listen_async (LOOPBACK_6, self->port, g_task_get_cancellable (task), second_cb, task);
    return;
  }
  if (self->sockets[0] >= 0) {
    g_task_return_pointer (task, self, redirect_listener_free);
  } else {
    redirect_listener_free (self);
    g_task_return_error (task, error);
  }
  g_object_unref (task);
}

/* Takes the task. */
static void
open_first (GTask *task)
{
  dialer_listen_async (LOOPBACK_4, 0, g_task_get_cancellable (task), first_cb, task);
}

void
redirect_listener_open_async (gboolean is_localhost, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, data);
  RedirectListener *self = g_new0 (RedirectListener, 1);

  g_task_set_source_tag (task, redirect_listener_open_async);
  self->is_localhost = is_localhost;
  self->gone = g_cancellable_new ();
  self->sockets[0] = self->sockets[1] = -1;
  g_task_set_task_data (task, self, NULL); /* whoever returns it, or the error, cares for it */
  open_first (task);
}

RedirectListener *
redirect_listener_open_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

guint16
redirect_listener_get_port (const RedirectListener *self)
{
  return self->port;
}

/* --- its server --- */

static void
report_closed (RedirectListener *self, const char *why)
{
  const RedirectListenerFuncs *funcs = self->funcs;

  self->funcs = NULL;
  if (funcs != NULL)
    funcs->closed (why, self->data);
}

static void
asked_cb (PrCallback1 *proxy, guint serial, guint route, const char *path, const char *host, const char *query, const char *const *header, GVariant *body, gpointer data)
{
  RedirectListener *self = data;

  if (self->funcs != NULL)
    self->funcs->asked (serial, path, host, query, self->data);
}

static void
served_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  RedirectListener *self = data;
  g_autoptr (GError) error = NULL;

  if (pr_callback1_call_serve_finish (PR_CALLBACK1 (source), NULL, result, &error) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  report_closed (self, error->message);
}

static void
limited_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  RedirectListener *self = data;
  g_autoptr (GError) error = NULL;

  if (pr_callback1_call_limits_finish (PR_CALLBACK1 (source), result, &error) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  report_closed (self, error->message);
}

static GVariant *
make_routes (const char *path)
{
  GVariantBuilder routes;

  g_variant_builder_init (&routes, G_VARIANT_TYPE ("a(ussuub)"));
  g_variant_builder_add (&routes, "(ussuub)", ROUTE_REDIRECT, "GET", path, 0, KIND_REDIRECT, TRUE);
  return g_variant_builder_end (&routes);
}

/* Takes the socket: callback alone has it then. */
static gboolean
serve_one (RedirectListener *self, guint listener, GError **error)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  int at = g_unix_fd_list_append (fds, self->sockets[listener], error);

  if (at < 0)
    return FALSE;
  pr_callback1_call_serve (self->proxy, g_variant_new_handle (at), listener, make_routes (self->path), fds, self->gone, served_cb, self);
  pr_callback1_call_limits (self->proxy, listener, HEADER_MAX, CONNECTIONS_MAX, IDLE_S, 0, self->gone, limited_cb, self);
  return TRUE;
}

static gboolean
serve_all (RedirectListener *self, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->sockets); i++)
    if (self->sockets[i] >= 0 && !serve_one (self, i, error))
      return FALSE;
  close_sockets (self);
  return TRUE;
}

static void
ready_cb (Peer *peer, const GError *failed, gpointer data)
{
  RedirectListener *self = data;
  g_autoptr (GError) error = failed != NULL ? g_error_copy (failed) : NULL;

  if (error == NULL)
    self->proxy = pr_callback1_proxy_new_sync (peer_get_connection (peer), G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES, NULL, PEER_PATH, NULL, &error);
  if (error == NULL) {
    g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (self->proxy), CALL_TIMEOUT_MS);
    g_signal_connect (self->proxy, "asked", G_CALLBACK (asked_cb), self);
  }
  if (error != NULL || !serve_all (self, &error))
    report_closed (self, error->message);
}

static void
closed_cb (Peer *peer, PeerEnd end, const char *why, gpointer data)
{
  report_closed (data, why);
}

void
redirect_listener_serve (RedirectListener *self, const char *path, const RedirectListenerFuncs *funcs, gpointer data)
{
  PeerSpec spec = { .program = "callback", .interface = "org.postrider.Callback1" };

  self->path = g_strdup (path);
  self->funcs = funcs;
  self->data = data;
  self->peer = peer_start (&spec, ready_cb, closed_cb, self);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  pr_callback1_call_answer_finish (PR_CALLBACK1 (source), result, NULL); /* a client may have left by then */
}

void
redirect_listener_answer (RedirectListener *self, guint32 serial, guint status, const char *page, const char *word)
{
  const char *const words[] = { word, NULL };

  if (self->proxy != NULL)
    pr_callback1_call_answer (self->proxy, serial, (guint16) status, page, words, NULL, answered_cb, NULL);
}

static gboolean
leave_cb (gpointer data)
{
  redirect_listener_free (data);
  return G_SOURCE_REMOVE;
}

void
redirect_listener_leave (RedirectListener *self)
{
  if (self == NULL)
    return;
  self->funcs = NULL;
  g_timeout_add_seconds (LEAVE_S, leave_cb, self);
}
