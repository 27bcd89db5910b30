#include "shell-process.h"

#include "app.h"
#include "display.h"
#include "fault.h"
#include "process.h"
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define START_MAX_S 30     /* chosen: WebKit on a slow disk */
#define LEAVE_MAX_S 5      /* chosen: from hanging up to leaving */
#define CALLS_MAX 256      /* chosen: without an answer at the same time; the page's own limit is lower */
#define ASKED_BYTES_MAX (96 * 1024 * 1024) /* chosen: the same, of all their arguments: the largest call of the contract and some more */

struct ShellProcess {
  gatomicrefcount   references; /* the owner's; the process's; the connection's, while it is being made */
  Core             *core;
  const ShellFuncs *funcs; /* NULL: nobody wants to know any more */
  gpointer          data;
  Process          *process;
  gboolean          has_left;
  GDBusConnection  *connection;
  AppClient        *client; /* borrowed from app; NULL: not yet, or no more */
  GCancellable     *gone;
  guint             timer;
  guint             filter;
  int               calls;       /* atomic: without an answer */
  GHashTable       *sizes;       /* serial -> octets of its arguments, of those; GDBus's worker thread alone */
  gsize             asked_bytes; /* their sum */
  int               is_flooding; /* atomic */
};

static void
shell_process_unref (ShellProcess *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_pointer (&self->process, process_free);
  g_clear_object (&self->connection);
  g_object_unref (self->gone);
  g_hash_table_unref (self->sizes);
  g_free (self);
}

static ShellProcess *
shell_process_ref (ShellProcess *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

/* --- the end --- */

static void
report_end (ShellProcess *self, const char *why)
{
  const ShellFuncs *funcs = g_steal_pointer (&self->funcs);

  g_clear_handle_id (&self->timer, g_source_remove);
  if (funcs != NULL)
    funcs->ended (why, self->data);
}

static gboolean
late_cb (gpointer data)
{
  ShellProcess *self = data;

  self->timer = 0;
  g_warning ("the window %s: it is ended", self->client != NULL ? "did not say that it stands" : "did not leave, or never spoke");
  process_kill (self->process);
  return G_SOURCE_REMOVE;
}

static void
set_timer (ShellProcess *self, guint seconds)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  self->timer = g_timeout_add_seconds (seconds, late_cb, self);
}

static void
exited_cb (const char *why, gpointer data)
{
  ShellProcess *self = data;

  self->has_left = TRUE;
  g_cancellable_cancel (self->gone);
  if (self->connection != NULL) {
    g_dbus_connection_close (self->connection, NULL, NULL, NULL);
    g_dbus_connection_remove_filter (self->connection, self->filter); /* the filter holds us, and we hold the connection */
    self->filter = 0;
  }
  report_end (self, why);
  shell_process_unref (self);
}

/* `ended` follows. */
static void
end_process (ShellProcess *self)
{
  if (!self->has_left && self->process != NULL)
    process_kill (self->process);
}

/* --- its calls --- */

static gboolean
flooding_cb (gpointer data)
{
  ShellProcess *self = data;

  g_warning ("the window asked faster than anyone could answer: it is ended");
  end_process (self);
  shell_process_unref (self);
  return G_SOURCE_REMOVE;
}

static void
note_call (ShellProcess *self, GDBusMessage *message)
{
  GVariant *body = g_dbus_message_get_body (message);
  gsize size = body != NULL ? g_variant_get_size (body) : 0;

  g_hash_table_insert (self->sizes, GUINT_TO_POINTER (g_dbus_message_get_serial (message)), GSIZE_TO_POINTER (size));
  self->asked_bytes += size;
}

static void
note_answer (ShellProcess *self, GDBusMessage *message)
{
  gpointer serial = GUINT_TO_POINTER (g_dbus_message_get_reply_serial (message));

  self->asked_bytes -= GPOINTER_TO_SIZE (g_hash_table_lookup (self->sizes, serial));
  g_hash_table_remove (self->sizes, serial);
}

/* In GDBus's worker thread. */
static GDBusMessage *
gate_cb (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer data)
{
  ShellProcess *self = data;
  GDBusMessageType type = g_dbus_message_get_message_type (message);
  gboolean is_call = incoming && type == G_DBUS_MESSAGE_TYPE_METHOD_CALL;

  if (!incoming && (type == G_DBUS_MESSAGE_TYPE_METHOD_RETURN || type == G_DBUS_MESSAGE_TYPE_ERROR)) {
    g_atomic_int_add (&self->calls, -1);
    note_answer (self, message);
  }
  if (is_call)
    note_call (self, message);
  if (is_call && (g_atomic_int_add (&self->calls, 1) >= CALLS_MAX || self->asked_bytes > ASKED_BYTES_MAX) &&
      g_atomic_int_compare_and_exchange (&self->is_flooding, 0, 1))
    g_idle_add_full (G_PRIORITY_HIGH, flooding_cb, shell_process_ref (self), NULL);
  if (incoming && g_atomic_int_get (&self->is_flooding))
    g_clear_object (&message);
  return message;
}

static void
greeted_cb (gpointer data)
{
  ShellProcess *self = data;

  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->funcs != NULL)
    self->funcs->greeted (self->data);
}

static void
closed_cb (gpointer data)
{
  ShellProcess *self = data;

  self->client = NULL;
  if (!self->has_left && self->funcs != NULL)
    set_timer (self, LEAVE_MAX_S);
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  static const AppShellFuncs funcs = { greeted_cb, closed_cb };
  ShellProcess *self = data;
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection = g_dbus_connection_new_finish (result, &error);

  if (connection != NULL && self->funcs != NULL && !self->has_left && self->core->app != NULL) {
    self->connection = connection;
    g_dbus_connection_set_exit_on_close (connection, FALSE);
    self->filter = g_dbus_connection_add_filter (connection, gate_cb, shell_process_ref (self), (GDestroyNotify) shell_process_unref);
    self->client = app_adopt (self->core->app, connection, &funcs, self);
    g_dbus_connection_start_message_processing (connection);
  } else if (connection != NULL) {
    g_object_unref (connection);
  } else if (!self->has_left && self->funcs != NULL) {
    g_warning ("the window could not be spoken to: %s", error->message);
    end_process (self);
  }
  shell_process_unref (self);
}

/* --- the start --- */

static gboolean
allow_mechanism_cb (GDBusAuthObserver *observer, const char *mechanism, gpointer data)
{
  return g_str_equal (mechanism, "EXTERNAL"); /* as shared/peer: cookies would write into our home */
}

static void
listen_to (ShellProcess *self, int fd)
{
  g_autofree char *guid = g_dbus_generate_guid ();
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, NULL); /* cannot fail: a socket of our own */
  g_autoptr (GSocketConnection) stream = g_socket_connection_factory_create_connection (socket);
  g_autoptr (GDBusAuthObserver) observer = g_dbus_auth_observer_new ();

  g_signal_connect (observer, "allow-mechanism", G_CALLBACK (allow_mechanism_cb), NULL);
  g_dbus_connection_new (G_IO_STREAM (stream), guid,
                         G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER | G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING |
                           G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_REQUIRE_SAME_USER,
                         observer, self->gone, connected_cb, shell_process_ref (self));
}

static gboolean
shell_process_spawn (ShellProcess *self, const char *const *wrapper, GBytes *cookie, int fd, GError **error)
{
  ProcessSpec spec = { .program = "shell", .wrapper = wrapper };
  int cookie_fd = display_open_cookie (cookie);

  spec.wrapper_fd = cookie_fd;
  self->process = process_start (&spec, fd, exited_cb, shell_process_ref (self), error);
  if (cookie_fd >= 0)
    close (cookie_fd);
  if (self->process == NULL)
    shell_process_unref (self); /* no exited_cb() will come */
  return self->process != NULL;
}

ShellProcess *
shell_process_start (Core *core, const char *const *wrapper, GBytes *cookie, const ShellFuncs *funcs, gpointer data, GError **error)
{
  ShellProcess *self;
  int fds[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
    g_set_error (error, FAULT, FAULT_OS, "no socketpair: %s", g_strerror (errno));
    return NULL;
  }
  self = g_new0 (ShellProcess, 1);
  g_atomic_ref_count_init (&self->references);
  self->core = core;
  self->funcs = funcs;
  self->data = data;
  self->gone = g_cancellable_new ();
  self->sizes = g_hash_table_new (NULL, NULL);
  if (shell_process_spawn (self, wrapper, cookie, fds[1], error)) {
    listen_to (self, fds[0]);
    set_timer (self, START_MAX_S);
  } else {
    close (fds[0]);
    shell_process_unref (self);
    self = NULL;
  }
  close (fds[1]);
  return self;
}

void
shell_process_free (ShellProcess *self)
{
  if (self == NULL)
    return;
  self->funcs = NULL;
  g_clear_handle_id (&self->timer, g_source_remove);
  g_cancellable_cancel (self->gone);
  end_process (self);
  if (self->client != NULL) /* app forgets it by "closed" */
    self->client->shell_funcs = NULL;
  if (self->connection != NULL)
    g_dbus_connection_close (self->connection, NULL, NULL, NULL);
  shell_process_unref (self);
}

void
shell_process_raise (ShellProcess *self)
{
  if (self->client != NULL)
    pr_app1_emit_window_raise (self->client->skeleton);
}

void
shell_process_tell_look (ShellProcess *self, GVariant *look)
{
  if (self->client != NULL)
    pr_app1_emit_look_changed (self->client->skeleton, look);
}
