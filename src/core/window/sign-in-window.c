#include "sign-in-window.h"

#include "box.h"
#include "client.h"
#include "contract-signin1.h"
#include "dialed-socket.h"
#include "fault.h"
#include "gate.h"
#include "loopback.h"
#include "peer.h"
#include "program.h"
#include "sandbox-probe.h"
#include <gio/gunixfdlist.h>
#include <string.h>
#include <unistd.h>

#define OPEN_TIMEOUT_MS 30000    /* chosen, as the window's: WebKit on a slow disk */
#define CONNECTIONS_A_SECOND 100 /* chosen: far more than pages need; beyond that the rest waits for the next second */

typedef struct { /* of the walls */
  Core         *core;   /* held */
  SignInWindow *window; /* NULL: it is gone */
} WallTrial;

struct SignInWindow {
  Core                    *core;
  const SignInWindowFuncs *funcs; /* NULL: nobody is told any more */
  gpointer                 data;
  gboolean                 is_open; /* `opened` was called */
  char                    *url, *redirect, *authorities, *address;
  HostList                *hosts;
  char                   **wrapper;
  GBytes                  *cookie;
  GError                  *refused; /* why it cannot be tried at all; NULL: it can */
  WallTrial               *trial;   /* under way; or NULL */
  guint                    start;   /* idle source */
  Peer                    *peer;
  PrSignIn1               *proxy;   /* NULL before it is ready */
  Gate                    *gate;
  gboolean                 is_gate_ready;
  GCancellable            *gone;    /* cancelled when it is freed: late answers are then ignored */
  gint64                   second_us; /* when the running second began */
  guint                    in_second, rest; /* connections in it; source: the next second */
};

static void accept_next (SignInWindow *self);

/* --- the end --- */

/* error: borrowed. */
static void
report_unopened (SignInWindow *self, const GError *error)
{
  const SignInWindowFuncs *funcs = g_steal_pointer (&self->funcs);

  if (funcs != NULL)
    funcs->opened (error, self->data);
}

/* why: NULL: the person closed it. */
static void
report_closed (SignInWindow *self, const char *why)
{
  g_autoptr (GError) error = NULL;
  const SignInWindowFuncs *funcs;

  if (!self->is_open) {
    error = g_error_new (FAULT, FAULT_UNAVAILABLE, "the sign-in window did not open: %s", why != NULL ? why : "it was closed");
    report_unopened (self, error);
    return;
  }
  funcs = g_steal_pointer (&self->funcs);
  if (funcs != NULL)
    funcs->closed (why, self->data);
}

/* --- connections of its browser --- */

static gboolean
rest_cb (gpointer data)
{
  SignInWindow *self = data;

  self->rest = 0;
  accept_next (self);
  return G_SOURCE_REMOVE;
}

static gboolean
has_time (SignInWindow *self)
{
  gint64 now_us = g_get_monotonic_time ();

  if (now_us - self->second_us >= G_USEC_PER_SEC) {
    self->second_us = now_us;
    self->in_second = 0;
  }
  return ++self->in_second <= CONNECTIONS_A_SECOND;
}

static void
accepted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  SignInWindow *self = data;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GVariant) handle = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DialedSocket) socket = NULL;

  if (!pr_sign_in1_call_accept_finish (PR_SIGN_IN1 (source), &handle, &fds, result, &error))
    return; /* it is gone, and closed_cb() says so; or we are */
  socket = dialed_socket_take (fds, handle, FALSE); /* NULL: it has hung up by now */
  if (socket != NULL && is_loopback_address (socket->address))
    gate_take (self->gate, g_steal_fd (&socket->fd));
  if (has_time (self))
    accept_next (self);
  else
    self->rest = g_timeout_add_seconds (1, rest_cb, self);
}

static void
accept_next (SignInWindow *self)
{
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (self->proxy), G_MAXINT);
  pr_sign_in1_call_accept (self->proxy, NULL, self->gone, accepted_cb, self);
}

/* --- what it says --- */

static void
redirected_cb (PrSignIn1 *proxy, const char *address, gpointer data)
{
  SignInWindow *self = data;

  if (self->is_open && self->funcs != NULL)
    self->funcs->redirected (address, self->data);
}

static void
left_cb (PrSignIn1 *proxy, gpointer data)
{
  report_closed (data, NULL);
}

/* --- the start, step by step --- */

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  SignInWindow *self = data;
  g_autoptr (GError) error = NULL;

  if (!pr_sign_in1_call_open_finish (PR_SIGN_IN1 (source), result, &error)) {
    if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
      return;
    fault_strip_remote (error);
    report_closed (self, error->message);
    return;
  }
  self->is_open = TRUE;
  accept_next (self);
  if (self->funcs != NULL)
    self->funcs->opened (NULL, self->data);
}

static void
show_when_ready (SignInWindow *self)
{
  if (self->proxy == NULL || !self->is_gate_ready)
    return;
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (self->proxy), OPEN_TIMEOUT_MS);
  pr_sign_in1_call_open (self->proxy, self->url, self->redirect, self->authorities, self->address, self->gone, opened_cb, self);
}

static void
ready_cb (Peer *peer, const GError *failed, gpointer data)
{
  SignInWindow *self = data;
  g_autoptr (GError) error = failed != NULL ? g_error_copy (failed) : NULL;

  if (error == NULL)
    self->proxy = pr_sign_in1_proxy_new_sync (peer_get_connection (peer), G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES, NULL, PEER_PATH, NULL, &error);
  if (error != NULL) {
    report_closed (self, error->message);
    return;
  }
  g_signal_connect (self->proxy, "redirected", G_CALLBACK (redirected_cb), self);
  g_signal_connect (self->proxy, "closed", G_CALLBACK (left_cb), self);
  show_when_ready (self);
}

static void
ended_cb (Peer *peer, PeerEnd end, const char *why, gpointer data)
{
  report_closed (data, why);
}

static void
gate_ready_cb (gpointer data)
{
  SignInWindow *self = data;

  self->is_gate_ready = TRUE;
  show_when_ready (self);
}

static void
gate_closed_cb (const char *why, gpointer data)
{
  g_autofree char *text = g_strdup_printf ("its way to the network ended: %s", why);

  report_closed (data, text);
}

static void
start_processes (SignInWindow *self)
{
  static const GateFuncs funcs = { gate_ready_cb, gate_closed_cb };
  int cookie = display_open_cookie (self->cookie);
  const PeerSpec spec = { .program = "sign-in", .interface = "org.postrider.SignIn1", .wrapper = (const char *const *) self->wrapper, .wrapper_fd = cookie };

  self->gate = gate_start (self->core, self->hosts, &funcs, self);
  self->peer = peer_start (&spec, ready_cb, ended_cb, self);
  if (cookie >= 0)
    close (cookie);
}

static void
tried_cb (const GError *error, gpointer data)
{
  g_autofree WallTrial *trial = data;
  SignInWindow *self = trial->window;

  app_release (trial->core);
  if (self == NULL)
    return;
  self->trial = NULL;
  if (error != NULL)
    report_unopened (self, error);
  else
    start_processes (self);
}

static gboolean
start_cb (gpointer data)
{
  SignInWindow *self = data;
  WallTrial *trial;

  self->start = 0;
  if (self->refused != NULL) {
    report_unopened (self, self->refused);
    return G_SOURCE_REMOVE;
  }
  trial = g_new0 (WallTrial, 1);
  *trial = (WallTrial){ self->core, self };
  self->trial = trial;
  app_hold (self->core);
  sandbox_probe_run (tried_cb, trial);
  return G_SOURCE_REMOVE;
}

/* Returns: FALSE with `error`. */
static gboolean
sign_in_window_prepare (SignInWindow *self, Environment *environment, GError **error)
{
  g_autoptr (Display) display = NULL;
  g_autofree char *program = NULL;

  if (geteuid () == 0) {
    g_set_error_literal (error, FAULT, FAULT_NO_PERM, "the sign-in window does not open for root: its walls would not hold");
    return FALSE;
  }
  display = display_find (environment, g_get_home_dir (), error);
  if (display == NULL)
    return FALSE;
  program = program_find ("sign-in", NULL);
  if (program == NULL) {
    g_set_error_literal (error, FAULT, FAULT_CONFIG, "this Postrider was installed without its windows");
    return FALSE;
  }
  self->wrapper = box_for_sign_in (environment, display, program, *self->authorities != '\0');
  self->cookie = g_steal_pointer (&display->cookie);
  return TRUE;
}

SignInWindow *
sign_in_window_open (Core *core, Environment *environment, const SignInWindowSpec *spec, const SignInWindowFuncs *funcs, gpointer data)
{
  SignInWindow *self = g_new0 (SignInWindow, 1);

  self->core = core;
  self->funcs = funcs;
  self->data = data;
  self->url = g_strdup (spec->url);
  self->redirect = g_strdup (spec->redirect);
  self->authorities = g_strdup (spec->authorities);
  self->address = g_strdup (spec->address);
  self->hosts = spec->hosts;
  self->gone = g_cancellable_new ();
  sign_in_window_prepare (self, environment, &self->refused);
  self->start = g_idle_add (start_cb, self);
  return self;
}

void
sign_in_window_free (SignInWindow *self)
{
  if (self == NULL)
    return;
  self->funcs = NULL;
  g_clear_handle_id (&self->start, g_source_remove);
  g_clear_handle_id (&self->rest, g_source_remove);
  if (self->trial != NULL)
    self->trial->window = NULL;
  g_cancellable_cancel (self->gone);
  if (self->proxy != NULL)
    g_signal_handlers_disconnect_by_data (self->proxy, self);
  g_clear_object (&self->proxy);
  if (self->peer != NULL)
    peer_drop (self->peer, "its sign-in is over"); /* not asked to leave: a window that hangs, or was taken over, goes too */
  peer_free (self->peer);
  gate_free (self->gate);
  host_list_free (self->hosts);
  g_object_unref (self->gone);
  g_clear_error (&self->refused);
  g_clear_pointer (&self->cookie, g_bytes_unref);
  g_strfreev (self->wrapper);
  explicit_bzero (self->url, strlen (self->url)); /* the state */
  g_free (self->url);
  g_free (self->redirect);
  g_free (self->authorities);
  g_free (self->address);
  g_free (self);
}
