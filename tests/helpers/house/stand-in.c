#include "stand-in.h"

#include "contract-dial1.h"
#include "contract-import1.h"
#include "contract-sink1.h"
#include "contract-transport2.h"
#include "fault.h"
#include "frame.h"
#include "outcome.h"
#include "peer.h"
#include "process.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOLDS 14 /* a choice: it takes rows, and says nothing of them */
#define PID 1 /* nobody's that anyone here may end: peer.c only asks whether it is 0 */

static struct {
  Bytes      *lies;
  const char *program;
  guint16     port;
  GPtrArray  *all; /* of Process: those that have not left */
  gboolean    lied, is_over;
} world;

struct Process {
  gatomicrefcount     references;
  char               *program;
  GDBusInterfaceInfo *interface; /* borrowed: static */
  GDBusConnection    *connection;
  GCancellable       *starting;
  GArray             *held; /* of guint64: rows that it was given, and their attempts */
  GPtrArray          *silent; /* of GDBusMethodInvocation: never answered */
  ProcessExitedFunc   exited;
  gpointer            data;
  gboolean            is_over;
  const char         *why;
};

typedef struct {
  guint64 campaign, recipient;
  guint32 attempt;
} Held;

void
stand_in_set (Bytes *lies, const char *program, guint16 port)
{
  world.lies = lies;
  world.program = program;
  world.port = port;
  world.lied = world.is_over = FALSE;
  if (world.all == NULL)
    world.all = g_ptr_array_new ();
}

guint
stand_in_count (void)
{
  return world.all->len;
}

gboolean
stand_in_lied (void)
{
  return world.lied;
}

static guint
take (const Process *self, guint n)
{
  if (world.program != NULL && strcmp (world.program, self->program) != 0)
    return 0;
  return bytes_take (world.lies, n);
}

static Process *
process_ref (Process *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

static void
process_unref (Process *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_object (&self->connection);
  g_object_unref (self->starting);
  g_array_unref (self->held);
  g_ptr_array_unref (self->silent);
  g_free (self->program);
  g_free (self);
}

/* --- its end --- */

static gboolean
exited_cb (gpointer data)
{
  Process *self = data;

  g_clear_object (&self->connection); /* which holds us, too */
  self->exited (self->why, self->data);
  return G_SOURCE_REMOVE;
}

static void
leave (Process *self, const char *why)
{
  if (self->is_over)
    return;
  self->is_over = TRUE;
  self->why = why;
  g_ptr_array_remove (world.all, self);
  g_cancellable_cancel (self->starting);
  for (guint i = 0; i < self->silent->len; i++) /* takes each invocation */
    g_dbus_method_invocation_return_dbus_error (self->silent->pdata[i], "org.postrider.Fault.TempFail", "gone");
  if (self->connection != NULL)
    g_dbus_connection_close (self->connection, NULL, NULL, NULL);
  g_idle_add_full (G_PRIORITY_DEFAULT, exited_cb, process_ref (self), (GDestroyNotify) process_unref);
}

void
stand_in_leave (void)
{
  world.is_over = TRUE;
  while (world.all->len > 0)
    leave (world.all->pdata[0], "it was ended by signal 15");
}

static void
closed_cb (GDBusConnection *connection, gboolean remote_vanished, GError *error, gpointer data)
{
  leave (data, NULL);
}

/* --- what an honest one says --- */

static GVariant *
say_rows (const Process *self)
{
  static const char *const people[][4] = { { "Ann", "ann@example.org", "+4915112345678", "Kiel" }, { "Ben", "ben@example.org", "", "" } };
  g_autoptr (FrameWriter) contacts = frame_writer_new (FRAME_CONTACTS), rejects = frame_writer_new (FRAME_REJECTS);

  for (guint i = 0; i < G_N_ELEMENTS (people); i++) {
    frame_writer_row (contacts, i + 1, 0, 4);
    for (guint j = 0; j < 4; j++)
      frame_writer_string (contacts, people[i][j]);
  }
  return g_variant_new ("(@ay@aytb)", frame_writer_finish (contacts), frame_writer_finish (rejects), (guint64) 0, TRUE);
}

static void
emit (Process *self, const char *member, GVariant *arguments)
{
  g_dbus_connection_emit_signal (self->connection, NULL, PEER_PATH, self->interface->name, member, arguments, NULL);
}

/* The outcomes of all that it holds: accepted, or what the next octet says. */
static void
say_outcomes (Process *self)
{
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_OUTCOMES);

  for (guint i = 0; i < self->held->len; i++) {
    const Held *row = &g_array_index (self->held, Held, i);
    guint64 campaign = GUINT64_TO_LE (row->campaign), none = 0;
    guint8 outcome = (guint8) (OUTCOME_ACCEPTED + take (self, 4));

    frame_writer_row (frame, row->recipient, row->attempt, 6);
    frame_writer_field (frame, &outcome, 1);
    frame_writer_string (frame, "250 2.0.0 fine");
    frame_writer_string (frame, "");
    frame_writer_field (frame, &campaign, sizeof campaign);
    frame_writer_field (frame, &none, sizeof none);
    frame_writer_string (frame, "");
  }
  g_array_set_size (self->held, 0);
  emit (self, "Outcomes", g_variant_new ("(@ay)", frame_writer_finish (frame)));
}

static void
read_rows (Process *self, GVariant *parameters)
{
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  g_autoptr (GVariant) frame = NULL;
  guint64 campaign = 0;
  FrameReader reader;

  g_variant_get_child (parameters, 0, "t", &campaign);
  frame = g_variant_get_child_value (parameters, 1);
  g_assert_true (frame_open (&reader, FRAME_RECIPIENTS, g_variant_get_data (frame), g_variant_get_size (frame), NULL)); /* core's own words */
  while (frame_next (&reader, row, NULL)) {
    Held held = { campaign, row->key, row->aux };

    g_array_append_val (self->held, held);
  }
}

static GVariant *
say_messages (Process *self, GVariant *parameters)
{
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_MESSAGES);

  read_rows (self, parameters);
  for (guint i = 0; i < self->held->len; i++) {
    frame_writer_row (frame, g_array_index (self->held, Held, i).recipient, 0, 1);
    frame_writer_string (frame, "Subject: hello\r\n\r\nhello\r\n");
  }
  g_array_set_size (self->held, 0);
  return g_variant_new ("(s@ay)", "message/rfc822", frame_writer_finish (frame));
}

static GVariant *
say_recalled (Process *self)
{
  GVariantBuilder ids;

  g_variant_builder_init (&ids, G_VARIANT_TYPE ("at"));
  for (guint i = 0; i < self->held->len; i++)
    g_variant_builder_add (&ids, "t", g_array_index (self->held, Held, i).recipient);
  g_array_set_size (self->held, 0);
  return g_variant_new ("(at)", &ids);
}

static int
listen_somewhere (guint16 *out_port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  g_assert_no_errno (bind (fd, (struct sockaddr *) &address, sizeof address));
  g_assert_no_errno (listen (fd, 4));
  g_assert_no_errno (getsockname (fd, (struct sockaddr *) &address, &len));
  *out_port = ntohs (address.sin_port);
  return fd;
}

static int
connect_home (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK), .sin_port = htons (world.port) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_no_errno (connect (fd, (struct sockaddr *) &address, sizeof address));
  return fd;
}

static GVariant *
say_socket (GUnixFDList *fds, gboolean is_listener)
{
  guint16 port = 0;
  int fd = is_listener ? listen_somewhere (&port) : connect_home ();

  g_unix_fd_list_append (fds, fd, NULL);
  close (fd);
  return is_listener ? g_variant_new ("(hq)", 0, port) : g_variant_new ("(hs)", 0, "127.0.0.1:25");
}

static GVariant *
say_look (void)
{
  const char *const columns[] = { "Mail", NULL }, *const roles[] = { "email", NULL };
  const char *const none[] = { NULL };
  g_autoptr (FrameWriter) cells = frame_writer_new (FRAME_CELLS), head = frame_writer_new (FRAME_CELLS);

  frame_writer_row (cells, 2, 0, 1);
  frame_writer_string (cells, "ann@example.org");
  frame_writer_row (head, 1, 0, 1);
  frame_writer_string (head, "Mail");
  return g_variant_new ("(ssb^as^ass@ayt^as^as@ay^as)", "csv", "utf-8", TRUE, columns, roles, "", frame_writer_finish (cells), G_GUINT64_CONSTANT (1), none, none,
                        frame_writer_finish (head), none);
}

static GVariant *
answer_honestly (Process *self, const char *method, GVariant *parameters, GUnixFDList *fds)
{
  static const struct { const char *method, *answer; } plain[] = {
    { "Open", "('csv', 'utf-8', ['city'], @as [], ['a note'])" }, { "BeginCampaign", "(@as [], @as [], @as [], uint64 100, @a(is) [], @as [])" }, { "Lookup", "(['v=spf1 -all'],)" },
    { "Serve", "('',)" }, { "Test", "({'greeting': <'220 mx'>, 'size': <uint64 1000>, 'logged_in': <true>, 'problem': <''>},)" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (plain); i++)
    if (strcmp (method, plain[i].method) == 0)
      return g_variant_new_parsed (plain[i].answer);
  if (strcmp (method, "Next") == 0)
    return say_rows (self);
  if (strcmp (method, "Look") == 0)
    return say_look ();
  if (strcmp (method, "Preview") == 0)
    return say_messages (self, parameters);
  if (strcmp (method, "Recall") == 0)
    return say_recalled (self);
  if (strcmp (method, "Connect") == 0 || strcmp (method, "Listen") == 0)
    return say_socket (fds, strcmp (method, "Listen") == 0);
  return NULL;
}

/* --- what a liar says --- */

static void
lie_unasked (Process *self)
{
  guint n = 0;
  const GDBusSignalInfo *signal;

  while (self->interface->signals != NULL && self->interface->signals[n] != NULL)
    n++;
  if (n == 0)
    return;
  signal = self->interface->signals[take (self, n)];
  emit (self, signal->name, bytes_arguments (world.lies, signal->args, NULL));
}

/* Past GDBus's own checks: any body under the right name, any answer to nobody's question. */
static void
lie_in_type (GDBusMethodInvocation *invocation)
{
  g_autoptr (GDBusMessage) reply = g_dbus_message_new_method_reply (g_dbus_method_invocation_get_message (invocation));
  static const char *const types[] = { "(s)", "(u)", "(ay)", "(as)", "(hs)", "(ssasasas)", "(ayaytb)", "(at)", "(asasasta(is)as)", "(a{sv})" };
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();

  g_dbus_message_set_body (reply, bytes_value (world.lies, G_VARIANT_TYPE (types[bytes_take (world.lies, G_N_ELEMENTS (types))]), fds));
  g_dbus_message_set_unix_fd_list (reply, fds);
  if (bytes_take (world.lies, 4) == 1)
    g_dbus_message_set_reply_serial (reply, 77777);
  g_dbus_connection_send_message (g_dbus_method_invocation_get_connection (invocation), reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
  g_object_unref (invocation);
}

static void
lie_as_error (GDBusMethodInvocation *invocation)
{
  static const char *const names[] = { "org.postrider.Fault.DataErr", "org.postrider.Fault.TempFail", "org.postrider.Fault.NoHost", "org.postrider.Fault.NoPerm",
                                       "org.postrider.Fault.Nothing", "org.freedesktop.DBus.Error.Failed", "org.gtk.GDBus.UnmappedGError.Quark._x.Code1", "a.b" };
  const char *name = names[bytes_take (world.lies, G_N_ELEMENTS (names))];
  g_autoptr (GVariant) text = g_variant_ref_sink (bytes_value (world.lies, G_VARIANT_TYPE_STRING, NULL));

  g_dbus_method_invocation_return_dbus_error (invocation, name, g_variant_get_string (text, NULL));
}

/* Of the right type. */
static void
lie_in_value (const Process *self, GDBusMethodInvocation *invocation)
{
  const GDBusMethodInfo *method = g_dbus_method_invocation_get_method_info (invocation);
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  GVariant *value = bytes_arguments (world.lies, method->out_args, fds);

  g_dbus_method_invocation_return_value_with_unix_fd_list (invocation, value, fds);
}

static void
answer (Process *self, GDBusMethodInvocation *invocation)
{
  const char *method = g_dbus_method_invocation_get_method_name (invocation);
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();

  g_dbus_method_invocation_return_value_with_unix_fd_list (
    invocation, answer_honestly (self, method, g_dbus_method_invocation_get_parameters (invocation), fds), fds);
}

static void
call_cb (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *method, GVariant *parameters,
         GDBusMethodInvocation *invocation, gpointer data)
{
  Process *self = data;
  guint choice = self->is_over ? 0 : take (self, 16);

  if (self->is_over) {
    g_dbus_method_invocation_return_dbus_error (invocation, "org.postrider.Fault.TempFail", "gone");
    return;
  }
  if (strcmp (method, "Send") == 0)
    read_rows (self, parameters);
  world.lied = world.lied || choice != 0;
  if (choice == 1 || choice == 2 || choice == 3)
    lie_unasked (self);
  switch (choice) {
  case 4: case 5: case 6: case 7:
    lie_in_value (self, invocation);
    break;
  case 8:
    lie_in_type (invocation);
    break;
  case 9:
    lie_as_error (invocation);
    break;
  case 10:
    g_ptr_array_add (self->silent, invocation);
    break;
  case 11: case 12:
    g_ptr_array_add (self->silent, invocation);
    leave (self, choice == 11 ? "it was ended by signal 11" : NULL);
    break;
  default:
    answer (self, invocation);
    if (strcmp (method, "Send") == 0 && choice != 3 && choice != HOLDS)
      say_outcomes (self);
  }
  if (choice == 13)
    lie_unasked (self);
}

/* --- its start --- */

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  static const GDBusInterfaceVTable vtable = { .method_call = call_cb };
  Process *self = data;
  GDBusConnection *connection = g_dbus_connection_new_finish (result, NULL);
  guint choice = self->is_over ? 0 : take (self, 16);

  if (connection == NULL || self->is_over) {
    g_clear_object (&connection);
    leave (self, NULL);
    process_unref (self);
    return;
  }
  self->connection = connection;
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  g_signal_connect_data (connection, "closed", G_CALLBACK (closed_cb), process_ref (self), (GClosureNotify) (void (*) (void)) process_unref, 0);
  world.lied = world.lied || choice != 0;
  if (choice != 1) /* else it answers each call with "no such object" */
    g_dbus_connection_register_object (connection, PEER_PATH, self->interface, &vtable, process_ref (self), (GDestroyNotify) process_unref, NULL);
  g_dbus_connection_start_message_processing (connection);
  if (choice == 2)
    lie_unasked (self);
  if (choice == 3)
    leave (self, "it left with status 1");
  process_unref (self);
}

static GDBusInterfaceInfo *
find_interface (const char *program)
{
  if (strcmp (program, "import") == 0)
    return pr_import1_interface_info ();
  if (strcmp (program, "dial") == 0)
    return pr_dial1_interface_info ();
  return strcmp (program, "sink") == 0 ? pr_sink1_interface_info () : pr_transport2_interface_info ();
}

static void
greet (Process *self, int fd)
{
  static const char nonsense[] = "\0AUTH DBUS_COOKIE_SHA1 30\r\nBEGIN\r\nnonsense";
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fcntl (fd, F_DUPFD_CLOEXEC, 3), NULL);
  g_autoptr (GSocketConnection) stream = g_socket_connection_factory_create_connection (socket);
  guint choice = take (self, 32);

  if (choice == 1 || choice == 2) { /* it hangs up before it has greeted, or greets with nonsense */
    world.lied = TRUE;
    if (choice == 2)
      g_socket_send (socket, nonsense, sizeof nonsense - 1, NULL, NULL);
    leave (self, "it left with status 2");
    return;
  }
  g_dbus_connection_new (G_IO_STREAM (stream), NULL, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING,
                         NULL, self->starting, connected_cb, process_ref (self));
}

Process *
process_start (const ProcessSpec *spec, int fd, ProcessExitedFunc exited, gpointer data, GError **error)
{
  Process *self;

  if (world.is_over) {
    g_set_error_literal (error, FAULT, FAULT_OS, "nobody starts any more");
    return NULL;
  }
  self = g_new0 (Process, 1);
  g_ptr_array_add (world.all, self);
  g_atomic_ref_count_init (&self->references);
  self->program = g_strdup (spec->program);
  self->interface = find_interface (spec->program);
  self->starting = g_cancellable_new ();
  self->held = g_array_new (FALSE, FALSE, sizeof (Held));
  self->silent = g_ptr_array_new ();
  self->exited = exited;
  self->data = data;
  greet (self, fd);
  return self;
}

GPid
process_get_pid (Process *self)
{
  return PID;
}

void
process_kill (Process *self)
{
  leave (self, "it was ended by signal 9");
}

void
process_free (Process *self)
{
  if (self != NULL)
    process_unref (self);
}
