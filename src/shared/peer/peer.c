#include "peer.h"

#include "contract.h"
#include "fault.h"
#include "program.h"
#include "text.h"
#include <gio/gunixconnection.h>
#include <gio/gunixinputstream.h>
#include <signal.h>
#include <stdlib.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define START_TIMEOUT_MS 20000 /* chosen: a slow disk may take seconds to load libraries; a stalled one must not take for ever */
#define CLOSE_GRACE_MS 15000   /* DESIGN §5: a transport finishes the wire in ten seconds */
#define FLOOD_DEFAULT_BYTES (64 * 1024 * 1024)
#define STDERR_MAX_BYTES 16384 /* chosen: what a confined program may say into our log */
#define STDERR_CHUNK_BYTES 1024

struct Peer {
  gatomicrefcount  references;
  char            *program, *interface;
  gsize            flood_bytes;
  PeerReadyFunc    ready;   /* NULL once called, or freed */
  PeerClosedFunc   closed;  /* NULL once called, or freed */
  gpointer         data;
  GSubprocess     *process;
  GPid             pid;
  GSocket         *socket;
  GDBusConnection *connection;
  GCancellable    *starting;
  gsize            error_bytes;
  guint            start_timer, close_timer, filter;
  PeerEnd          end;
  char            *why;

  /* shared with the GDBus worker thread */
  GMutex           mutex;
  GHashTable      *asked;       /* serial -> member of calls without an answer */
  gsize            queued_bytes;
  char            *violation;   /* first one seen; owned */
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
  g_free (self->interface);
  g_clear_object (&self->process);
  g_clear_object (&self->socket);
  g_clear_object (&self->connection);
  g_clear_object (&self->starting);
  g_free (self->why);
  g_mutex_clear (&self->mutex);
  g_hash_table_unref (self->asked);
  g_free (self->violation);
  g_free (self);
}

static void
kill_process (Peer *self)
{
  if (self->process != NULL && self->pid != 0)
    g_subprocess_force_exit (self->process);
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

/* --- the guard: runs in the GDBus worker thread, sees each message first --- */

typedef struct {
  Peer *peer;
  gsize bytes;
} Queued;

static gboolean
dequeued_cb (gpointer data)
{
  g_autofree Queued *queued = data;

  g_mutex_lock (&queued->peer->mutex);
  queued->peer->queued_bytes -= queued->bytes;
  g_mutex_unlock (&queued->peer->mutex);
  peer_unref (queued->peer);
  return G_SOURCE_REMOVE;
}

/* Behind the message's own idle source, at the same priority: it has been handled when this runs. */
static void
count_queued (Peer *self, gsize bytes)
{
  Queued *queued = g_new (Queued, 1);

  *queued = (Queued){ peer_ref (self), bytes };
  g_idle_add_full (G_PRIORITY_DEFAULT, dequeued_cb, queued, NULL);
}

static void
set_violation (Peer *self, const char *what)
{
  if (self->violation == NULL)
    self->violation = g_strdup (what);
  shutdown (g_socket_get_fd (self->socket), SHUT_RDWR);
}

/* Returns: the member and side a message claims to be, or NULL when nobody asked for it. Takes the asked entry. */
static char *
identify (Peer *self, GDBusMessage *message, ContractSide *out_side)
{
  guint32 serial = g_dbus_message_get_reply_serial (message);
  gpointer member = NULL;

  switch (g_dbus_message_get_message_type (message)) {
  case G_DBUS_MESSAGE_TYPE_SIGNAL:
    *out_side = CONTRACT_SIGNAL;
    return g_strcmp0 (g_dbus_message_get_interface (message), self->interface) == 0
             ? g_strdup (g_dbus_message_get_member (message)) : NULL;
  case G_DBUS_MESSAGE_TYPE_METHOD_RETURN:
  case G_DBUS_MESSAGE_TYPE_ERROR:
    *out_side = CONTRACT_REPLY;
    g_hash_table_steal_extended (self->asked, GUINT_TO_POINTER (serial), NULL, &member);
    return member;
  default: /* calls: core serves nothing to a confined program */
    return NULL;
  }
}

static gboolean
is_message_fine (Peer *self, GDBusMessage *message, GError **error)
{
  ContractSide side = CONTRACT_SIGNAL;
  g_autofree char *member = identify (self, message, &side);

  if (member == NULL) {
    g_set_error (error, CONTRACT_ERROR, CONTRACT_ERROR_UNKNOWN, "a message that nobody asked for");
    return FALSE;
  }
  if (g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_ERROR)
    return TRUE; /* its text is foreign: whoever shows it caps it */
  return contract_check (self->interface, member, side, g_dbus_message_get_body (message), error);
}

static GDBusMessage *
guard_incoming (Peer *self, GDBusMessage *message)
{
  GVariant *body = g_dbus_message_get_body (message);
  gsize bytes = 256 + (body != NULL ? g_variant_get_size (body) : 0);
  g_autoptr (GError) error = NULL;

  if (!is_message_fine (self, message, &error)) {
    set_violation (self, error->message);
    g_object_unref (message);
    return NULL;
  }
  self->queued_bytes += bytes;
  if (self->queued_bytes > self->flood_bytes) {
    self->queued_bytes -= bytes;
    set_violation (self, "it sent faster than anyone could read");
    g_object_unref (message);
    return NULL;
  }
  count_queued (self, bytes);
  return message;
}

static GDBusMessage *
guard_cb (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer data)
{
  Peer *self = data;

  g_mutex_lock (&self->mutex);
  if (incoming)
    message = guard_incoming (self, message);
  else if (g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    g_hash_table_insert (self->asked, GUINT_TO_POINTER (g_dbus_message_get_serial (message)),
                         g_strdup (g_dbus_message_get_member (message)));
  g_mutex_unlock (&self->mutex);
  return message;
}

/* --- life --- */

static void
connection_closed_cb (GDBusConnection *connection, gboolean remote_vanished, GError *error, gpointer data)
{
  Peer *self = data;

  g_mutex_lock (&self->mutex);
  if (self->violation != NULL && self->why == NULL) {
    self->end = PEER_VIOLATED;
    self->why = g_strdup (self->violation);
  }
  g_mutex_unlock (&self->mutex);
  if (self->end == PEER_VIOLATED)
    kill_process (self);
  if (self->pid == 0)
    report_end (self);
  else if (self->close_timer == 0) /* it may still be finishing its work: the exit reports, or the timer kills */
    peer_close (self);
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
    self->filter = g_dbus_connection_add_filter (connection, guard_cb, peer_ref (self), (GDestroyNotify) peer_unref);
    g_signal_connect_data (connection, "closed", G_CALLBACK (connection_closed_cb), peer_ref (self),
                           (GClosureNotify) (void (*) (void)) peer_unref, 0);
    g_dbus_connection_start_message_processing (connection);
    report_ready (self, NULL);
  } else if (self->ready != NULL) {
    g_autoptr (GError) fault = g_error_new (FAULT, FAULT_OS, "postrider-%s did not start: %s", self->program,
                                            self->why != NULL ? self->why : "it left before it was ready");
    kill_process (self);
    report_ready (self, fault);
  }
  peer_unref (self);
}

static void
exited_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Peer *self = data;
  GSubprocess *process = G_SUBPROCESS (source);

  g_subprocess_wait_finish (process, result, NULL);
  self->pid = 0;
  g_clear_handle_id (&self->close_timer, g_source_remove);
  if (self->why == NULL && g_subprocess_get_if_signaled (process))
    self->why = g_strdup_printf ("it was ended by signal %d", g_subprocess_get_term_sig (process));
  else if (self->why == NULL && g_subprocess_get_exit_status (process) != 0)
    self->why = g_strdup_printf ("it left with status %d", g_subprocess_get_exit_status (process));
  if (self->connection == NULL)
    g_cancellable_cancel (self->starting);
  else if (g_dbus_connection_is_closed (self->connection))
    report_end (self);
  /* else: what it still sent before it left is read first; "closed" follows */
  peer_unref (self);
}

static void
error_chunk_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Peer *self = data;
  g_autoptr (GBytes) chunk = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);
  gsize len = chunk != NULL ? g_bytes_get_size (chunk) : 0;

  if (len > 0 && self->error_bytes < STDERR_MAX_BYTES) {
    g_autofree char *shown = text_printable (g_bytes_get_data (chunk, NULL), (gssize) len, STDERR_CHUNK_BYTES);

    g_message ("postrider-%s says: %s", self->program, shown);
  }
  self->error_bytes += len;
  if (len > 0) /* beyond the cap it is still read, so that nobody blocks on us */
    g_input_stream_read_bytes_async (G_INPUT_STREAM (source), STDERR_CHUNK_BYTES, G_PRIORITY_LOW, NULL, error_chunk_cb, self);
  else
    peer_unref (self);
}

static GStrv
make_environment (void)
{
  /* Nothing of the caller's: facts/sandbox says which two keep GLib from starting helpers.
   * The sanitizers' and GLib's own debug words pass, so that tests reach the inside. */
  static const char *const passed[] = { "LANG", "LC_ALL", "LC_CTYPE", "TZ", "G_DEBUG", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS",
#ifdef POSTRIDER_KILL_POINTS
                                         "POSTRIDER_KILL",
#endif
  };
  GStrv environment = g_strdupv ((char *[]){ (char *) "GIO_USE_VFS=local", (char *) "GSETTINGS_BACKEND=memory",
                                             (char *) "GIO_USE_PROXY_RESOLVER=dummy", (char *) "PATH=/usr/bin:/bin", NULL });

  for (gsize i = 0; i < G_N_ELEMENTS (passed); i++)
    if (g_getenv (passed[i]) != NULL)
      environment = g_environ_setenv (environment, passed[i], g_getenv (passed[i]), TRUE);
  return environment;
}

static gboolean
spawn (Peer *self, const PeerSpec *spec, int fd, GError **error)
{
  g_autofree char *path = program_find (spec->program, error);
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_auto (GStrv) environment = make_environment ();
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();

  if (path == NULL)
    return FALSE;
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_subprocess_launcher_set_environ (launcher, environment);
  g_subprocess_launcher_set_cwd (launcher, "/");
  g_subprocess_launcher_take_fd (launcher, dup (fd), 3);
  g_ptr_array_add (argv, path);
  for (gsize i = 0; spec->arguments != NULL && spec->arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) spec->arguments[i]);
  g_ptr_array_add (argv, NULL);
  self->process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, error);
  return self->process != NULL;
}

static gboolean
start_timeout_cb (gpointer data)
{
  Peer *self = data;

  self->start_timer = 0;
  if (self->why == NULL)
    self->why = g_strdup ("it did not answer in time");
  g_cancellable_cancel (self->starting);
  kill_process (self);
  return G_SOURCE_REMOVE;
}

static gboolean
start_failed_cb (gpointer data)
{
  Peer *self = data;
  g_autoptr (GError) error = g_error_new (FAULT, FAULT_OS, "postrider-%s could not be started: %s", self->program, self->why);

  report_ready (self, error);
  peer_unref (self);
  return G_SOURCE_REMOVE;
}

static gboolean
start (Peer *self, const PeerSpec *spec, GError **error)
{
  int fds[2];
  g_autofree char *guid = g_dbus_generate_guid ();
  g_autoptr (GSocketConnection) stream = NULL;
  gboolean is_spawned;

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
    g_set_error (error, FAULT, FAULT_OS, "no socketpair: %s", g_strerror (errno));
    return FALSE;
  }
  is_spawned = spawn (self, spec, fds[1], error);
  close (fds[1]);
  if (!is_spawned) {
    close (fds[0]);
    return FALSE;
  }
  self->pid = atoi (g_subprocess_get_identifier (self->process));
  self->socket = g_socket_new_from_fd (fds[0], NULL);
  stream = g_socket_connection_factory_create_connection (self->socket);
  g_subprocess_wait_async (self->process, NULL, exited_cb, peer_ref (self));
  g_input_stream_read_bytes_async (g_subprocess_get_stderr_pipe (self->process), STDERR_CHUNK_BYTES, G_PRIORITY_LOW, NULL,
                                   error_chunk_cb, peer_ref (self));
  self->start_timer = g_timeout_add (START_TIMEOUT_MS, start_timeout_cb, self);
  g_dbus_connection_new (G_IO_STREAM (stream), guid,
                         G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER | G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING |
                           G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_REQUIRE_SAME_USER,
                         NULL, self->starting, connected_cb, peer_ref (self));
  return TRUE;
}

Peer *
peer_start (const PeerSpec *spec, PeerReadyFunc ready, PeerClosedFunc closed, gpointer data)
{
  Peer *self = g_new0 (Peer, 1);
  g_autoptr (GError) error = NULL;

  g_atomic_ref_count_init (&self->references);
  g_mutex_init (&self->mutex);
  self->asked = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->program = g_strdup (spec->program);
  self->interface = g_strdup (spec->interface);
  self->flood_bytes = spec->flood_bytes > 0 ? spec->flood_bytes : FLOOD_DEFAULT_BYTES;
  self->ready = ready;
  self->closed = closed;
  self->data = data;
  self->starting = g_cancellable_new ();
  if (!start (self, spec, &error)) {
    self->why = g_strdup (error->message);
    g_idle_add (start_failed_cb, peer_ref (self));
  }
  return self;
}

GDBusConnection *
peer_get_connection (Peer *self)
{
  return self->connection != NULL && !g_dbus_connection_is_closed (self->connection) ? self->connection : NULL;
}

GPid
peer_get_pid (Peer *self)
{
  return self->pid;
}

const char *
peer_get_program (Peer *self)
{
  return self->program;
}

void
peer_drop (Peer *self, const char *why)
{
  g_mutex_lock (&self->mutex);
  if (self->violation == NULL)
    self->violation = g_strdup (why);
  g_mutex_unlock (&self->mutex);
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
  g_clear_handle_id (&self->start_timer, g_source_remove);
  g_cancellable_cancel (self->starting);
  if (self->connection != NULL && self->filter != 0)
    g_dbus_connection_remove_filter (self->connection, self->filter);
  peer_close (self);
  if (self->connection != NULL) {
    g_signal_handlers_disconnect_by_func (self->connection, connection_closed_cb, self);
  }
  peer_unref (self);
}
