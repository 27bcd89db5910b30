#include "peer.h"

#include "fault.h"
#include "guard.h"
#include "process.h"
#include "text.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define START_TIMEOUT_MS 20000 /* chosen: a slow disk may take seconds to load libraries; a stalled one must not take for ever */
#define REFUSED_GRACE_MS 500   /* chosen: to leave by itself after it could not be spoken to */
#define CLOSE_GRACE_MS 15000   /* docs/design.md §5: a transport finishes the wire in ten seconds */
#define FLOOD_DEFAULT_BYTES (64 * 1024 * 1024)
#define REASON_MAX_BYTES 200 /* of GLib's words, in which foreign ones may be quoted */

struct Peer {
  gatomicrefcount  references;
  char            *program;
  PeerReadyFunc    ready;   /* NULL once called, or freed */
  PeerClosedFunc   closed;  /* NULL once called, or freed */
  PeerViolatedFunc violated; /* the same */
  gpointer         data;
  Process         *process;
  GPid             pid;
  Guard           *guard; /* shared with the GDBus worker thread */
  GDBusConnection *connection;
  GCancellable    *starting;
  guint            start_timer, close_timer, filter;
  gboolean         is_closed; /* connection_closed_cb has run: before that we do not know how it ended */
  PeerEnd          end;
  char            *why;
  char            *words; /* GLib's, when the connection could not be made */
};

static Peer *
peer_ref (Peer *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

static void
peer_unref (Peer *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_free (self->program);
  g_clear_pointer (&self->process, process_free);
  g_clear_pointer (&self->guard, guard_unref);
  g_clear_object (&self->connection);
  g_clear_object (&self->starting);
  g_free (self->why);
  g_free (self->words);
  g_free (self);
}

static void
kill_process (Peer *self)
{
  if (self->process != NULL && self->pid != 0)
    process_kill (self->process);
}

/* Tells the owner, once. */
static void
report_end (Peer *self)
{
  PeerClosedFunc closed = g_steal_pointer (&self->closed);

  if (closed != NULL)
    closed (self, self->end, self->why != NULL ? self->why : "it left", self->data);
}

static void
report_ready (Peer *self, const GError *error)
{
  PeerReadyFunc ready = g_steal_pointer (&self->ready);

  g_clear_handle_id (&self->start_timer, g_source_remove);
  if (error != NULL)
    self->closed = NULL;
  if (ready != NULL)
    ready (self, error, self->data);
}

/* --- life --- */

static void
tell_violated (Peer *self)
{
  PeerViolatedFunc violated = g_steal_pointer (&self->violated);

  if (violated != NULL)
    violated (self, self->data);
}

/* The guard's word comes while the socket is still open and the peer alive. */
static void
guard_told_cb (gpointer data)
{
  Peer *self = data;

  tell_violated (self);
  kill_process (self);
  if (self->connection != NULL)
    g_dbus_connection_close (self->connection, NULL, NULL, NULL);
}

/* GDBus itself hangs up on what is no D-Bus (bad UTF-8, impossible lengths): then the other side has not vanished, and there is an error. */
static void
note_violation (Peer *self, gboolean remote_vanished, const GError *error)
{
  g_autofree char *violation = NULL;

  if (error != NULL && !remote_vanished)
    guard_violate (self->guard, "what it sent is no D-Bus");
  violation = guard_dup_violation (self->guard);
  if (violation == NULL)
    return;
  tell_violated (self);
  self->end = PEER_VIOLATED;
  g_free (self->why);
  self->why = g_steal_pointer (&violation);
  kill_process (self);
}

static void
connection_closed_cb (GDBusConnection *connection, gboolean remote_vanished, GError *error, gpointer data)
{
  Peer *self = data;

  self->is_closed = TRUE;
  note_violation (self, remote_vanished, error);
  if (self->pid == 0)
    report_end (self);
  else if (self->close_timer == 0) /* the peer may still be finishing its work: the exit reports, or the timer kills */
    peer_close (self);
}

/* GDBus can hang up on a peer's first octets before it gives us the connection: its "closed" has then been told to nobody. */
static gboolean
closed_early_cb (gpointer data)
{
  Peer *self = data;
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "closed");

  if (!self->is_closed) /* a peer that left by itself has been reaped by now; one that is still here was hung up on */
    connection_closed_cb (self->connection, self->pid == 0, error, self);
  peer_unref (self);
  return G_SOURCE_REMOVE;
}

static void
report_unstarted (Peer *self)
{
  g_autoptr (GError) fault = g_error_new (FAULT, FAULT_OS, "postrider-%s did not start: %s", self->program,
                                          self->why != NULL ? self->why : self->words != NULL ? self->words : "it left before it was ready");

  report_ready (self, fault);
}

static gboolean
start_timeout_cb (gpointer data)
{
  Peer *self = data;

  self->start_timer = 0;
  if (self->why == NULL)
    self->why = g_strdup (self->words != NULL ? self->words : "it did not answer in time");
  g_cancellable_cancel (self->starting);
  kill_process (self);
  return G_SOURCE_REMOVE;
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Peer *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = g_dbus_connection_new_finish (result, &error);

  if (connection != NULL && !g_cancellable_is_cancelled (self->starting)) {
    self->connection = g_object_ref (connection);
    g_dbus_connection_set_exit_on_close (connection, FALSE);
    self->filter = g_dbus_connection_add_filter (connection, guard_cb, guard_ref (self->guard), (GDestroyNotify) guard_unref);
    g_signal_connect_data (connection, "closed", G_CALLBACK (connection_closed_cb), peer_ref (self),
                           (GClosureNotify) (void (*) (void)) peer_unref, 0);
    g_dbus_connection_start_message_processing (connection);
    if (g_dbus_connection_is_closed (connection))
      g_timeout_add (REFUSED_GRACE_MS, closed_early_cb, peer_ref (self));
    report_ready (self, NULL);
  } else if (self->ready != NULL && self->pid != 0 && self->why == NULL) {
    /* Its exit status says more than the end of its socket: wait a moment for it. */
    self->words = text_printable (error != NULL ? error->message : "", -1, REASON_MAX_BYTES);
    g_clear_handle_id (&self->start_timer, g_source_remove);
    self->start_timer = g_timeout_add (REFUSED_GRACE_MS, start_timeout_cb, self);
  } else if (self->ready != NULL) {
    kill_process (self);
    report_unstarted (self);
  }
  peer_unref (self);
}

static void
exited_cb (const char *why, gpointer data)
{
  Peer *self = data;

  self->pid = 0;
  g_clear_handle_id (&self->close_timer, g_source_remove);
  if (self->why == NULL)
    self->why = g_strdup (why);
  if (self->words != NULL)
    report_unstarted (self);
  else if (self->connection == NULL)
    g_cancellable_cancel (self->starting);
  else if (self->is_closed)
    report_end (self);
  /* a connection that stands: words sent before it left are read first; "closed" follows */
  peer_unref (self);
}

static gboolean
start_failed_cb (gpointer data)
{
  Peer *self = data;

  report_unstarted (self);
  peer_unref (self);
  return G_SOURCE_REMOVE;
}

/* EXTERNAL alone: a peer could else ask for DBUS_COOKIE_SHA1, for which GDBus writes files into our home and waits for their locks. */
static gboolean
allow_mechanism_cb (GDBusAuthObserver *observer, const char *mechanism, gpointer data)
{
  return strcmp (mechanism, "EXTERNAL") == 0;
}

/* GDBus prints a message that it cannot read, whole, in hex: there may be addresses in it. */
static void
glib_warning_cb (const char *domain, GLogLevelFlags level, const char *text, gpointer data)
{
  if (g_str_has_prefix (text, "Error decoding D-Bus message"))
    g_log_default_handler (domain, G_LOG_LEVEL_MESSAGE, "a message of a confined program could not be read", NULL);
  else
    g_log_default_handler (domain, level, text, NULL);
}

static void
keep_payloads_out_of_the_log (void)
{
  static gsize is_set = 0;

  if (g_once_init_enter (&is_set)) {
    g_log_set_handler ("GLib-GIO", G_LOG_LEVEL_WARNING, glib_warning_cb, NULL);
    g_once_init_leave (&is_set, 1);
  }
}

static gboolean
peer_spawn (Peer *self, const PeerSpec *spec, GError **error)
{
  const ProcessSpec how = { .program = spec->program, .wrapper = spec->wrapper, .arguments = spec->arguments, .environment = spec->environment,
                            .wrapper_fd = spec->wrapper_fd };
  int fds[2];
  g_autofree char *guid = g_dbus_generate_guid ();
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketConnection) stream = NULL;
  g_autoptr (GDBusAuthObserver) observer = g_dbus_auth_observer_new ();

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
    g_set_error (error, FAULT, FAULT_OS, "no socketpair: %s", g_strerror (errno));
    return FALSE;
  }
  self->process = process_start (&how, fds[1], exited_cb, peer_ref (self), error);
  close (fds[1]);
  if (self->process == NULL) {
    close (fds[0]);
    peer_unref (self); /* no exited_cb() will come */
    return FALSE;
  }
  self->pid = process_get_pid (self->process);
  socket = g_socket_new_from_fd (fds[0], NULL); /* cannot fail: a socket of our own */
  stream = g_socket_connection_factory_create_connection (socket);
  self->guard = guard_new (spec->interface, spec->flood_bytes > 0 ? spec->flood_bytes : FLOOD_DEFAULT_BYTES, guard_told_cb, self);
  g_signal_connect (observer, "allow-mechanism", G_CALLBACK (allow_mechanism_cb), NULL);
  self->start_timer = g_timeout_add (START_TIMEOUT_MS, start_timeout_cb, self);
  g_dbus_connection_new (G_IO_STREAM (stream), guid,
                         G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER | G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING |
                           G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_REQUIRE_SAME_USER,
                         observer, self->starting, connected_cb, peer_ref (self));
  return TRUE;
}

Peer *
peer_start (const PeerSpec *spec, PeerReadyFunc ready, PeerClosedFunc closed, gpointer data)
{
  Peer *self = g_new0 (Peer, 1);
  g_autoptr (GError) error = NULL;

  keep_payloads_out_of_the_log ();
  g_atomic_ref_count_init (&self->references);
  self->program = g_strdup (spec->program);
  self->ready = ready;
  self->closed = closed;
  self->data = data;
  self->starting = g_cancellable_new ();
  if (!peer_spawn (self, spec, &error)) {
    self->why = g_strdup (error->message);
    g_idle_add (start_failed_cb, peer_ref (self));
  }
  return self;
}

void
peer_set_violated_func (Peer *self, PeerViolatedFunc violated)
{
  self->violated = violated;
}

GDBusConnection *
peer_get_connection (Peer *self)
{
  return self->connection;
}

GPid
peer_get_pid (Peer *self)
{
  return self->pid;
}

void
peer_drop (Peer *self, const char *why)
{
  self->violated = NULL; /* the caller knows it */
  if (self->guard != NULL)
    guard_violate (self->guard, why);
  kill_process (self);
  if (self->connection != NULL)
    g_dbus_connection_close (self->connection, NULL, NULL, NULL);
}

static gboolean
close_timeout_cb (gpointer data)
{
  Peer *self = data;

  self->close_timer = 0;
  if (self->why == NULL)
    self->why = g_strdup ("it did not leave when asked");
  kill_process (self);
  return G_SOURCE_REMOVE;
}

void
peer_close (Peer *self)
{
  if (self->connection != NULL && !g_dbus_connection_is_closed (self->connection))
    g_dbus_connection_close (self->connection, NULL, NULL, NULL);
  else if (self->connection == NULL)
    kill_process (self);
  if (self->pid != 0 && self->close_timer == 0)
    self->close_timer = g_timeout_add (CLOSE_GRACE_MS, close_timeout_cb, self);
}

void
peer_free (Peer *self)
{
  if (self == NULL)
    return;
  self->ready = NULL;
  self->closed = NULL;
  self->violated = NULL;
  if (self->guard != NULL)
    guard_forget_owner (self->guard);
  g_clear_handle_id (&self->start_timer, g_source_remove);
  g_cancellable_cancel (self->starting);
  if (self->connection != NULL && self->filter != 0)
    g_dbus_connection_remove_filter (self->connection, self->filter);
  peer_close (self);
  if (self->connection != NULL)
    g_signal_handlers_disconnect_by_func (self->connection, connection_closed_cb, self);
  peer_unref (self);
}
