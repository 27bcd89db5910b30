#include "fake-transport.h"

#include "contract-dial1.h"
#include "descriptor.h"
#include "fault.h"
#include "frame.h"
#include "peer.h"
#include "process.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PID 1 /* nobody's that anyone here may end: peer.c only asks whether it is 0 */

struct Process {
  gatomicrefcount         references;
  gboolean                is_dial, is_over;
  GDBusInterfaceSkeleton *skeleton;
  GDBusConnection        *connection;
  GCancellable           *starting;
  GPtrArray              *silent; /* of GDBusMethodInvocation: not answered while it lives */
  ProcessExitedFunc       exited;
  gpointer                data;
  const char             *why;
};

FakeTransport fake;
static const FakePart *part;
static guint16         server_port;
static Process        *running; /* the transport; borrowed */

static void
process_unref (gpointer data)
{
  Process *self = data;

  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_object (&self->connection);
  g_object_unref (self->skeleton);
  g_object_unref (self->starting);
  g_ptr_array_unref (self->silent);
  g_free (self);
}

static Process *
process_ref (Process *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

/* --- its end --- */

static gboolean
exited_cb (gpointer data)
{
  Process *self = data;

  g_clear_object (&self->connection);
  self->exited (self->why, self->data);
  return G_SOURCE_REMOVE;
}

static void
forget_running (void)
{
  running = NULL;
  fake.skeleton = NULL;
  if (fake.journal >= 0 && !part->keeps_journal)
    close (fake.journal);
  if (!part->keeps_journal)
    fake.journal = -1;
}

static void
leave (Process *self, const char *why)
{
  if (self->is_over)
    return;
  self->is_over = TRUE;
  self->why = why;
  if (self == running)
    forget_running ();
  g_cancellable_cancel (self->starting);
  if (g_dbus_interface_skeleton_get_connection (self->skeleton) != NULL)
    g_dbus_interface_skeleton_unexport (self->skeleton);
  if (self->connection != NULL)
    g_dbus_connection_close (self->connection, NULL, NULL, NULL);
  for (guint i = 0; i < self->silent->len; i++) /* takes each; nobody hears it any more */
    g_dbus_method_invocation_return_dbus_error (self->silent->pdata[i], "org.postrider.Fault.TempFail", "gone");
  g_idle_add_full (G_PRIORITY_DEFAULT, exited_cb, process_ref (self), process_unref);
}

static void
closed_cb (GDBusConnection *connection, gboolean remote_vanished, GError *error, gpointer data)
{
  leave (data, NULL);
}

void
fake_leave (void)
{
  leave (running, "it was ended by signal 11");
}

/* --- what it is asked --- */

/* Returns: TRUE when the method was dealt with otherwise than well. */
static gboolean
misbehaves (Process *self, GDBusMethodInvocation *invocation)
{
  const char *method = g_dbus_method_invocation_get_method_name (invocation);

  g_string_append_printf (fake.heard, "%s%s", fake.heard->len > 0 ? " " : "", method);
  if (g_strcmp0 (part->leaves_at, method) == 0) {
    g_ptr_array_add (self->silent, invocation);
    leave (self, "it was ended by signal 11");
    return TRUE;
  }
  if (g_strcmp0 (part->ignores, method) == 0) {
    g_ptr_array_add (self->silent, invocation);
    return TRUE;
  }
  if (g_strcmp0 (part->refuses, method) == 0) {
    g_dbus_method_invocation_return_dbus_error (invocation, "org.postrider.Fault.DataErr", "template: line 1 column 2: no");
    return TRUE;
  }
  return FALSE;
}

static void
note_records (const char *what, const void *data, gsize len)
{
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  FrameReader reader;

  g_string_append_printf (fake.state, "%s%s", fake.state->len > 0 ? " " : "", what);
  if (len == 0)
    return;
  g_assert_true (frame_open (&reader, FRAME_STATE, data, len, NULL));
  while (frame_next (&reader, row, NULL)) {
    g_autofree char *key = slice_dup (row->fields[0]), *value = slice_dup (row->fields[1]);

    g_string_append_printf (fake.state, ":%s=%s", key, value);
  }
}

static void
note_state (int fd)
{
  g_autoptr (GBytes) state = descriptor_read_all (fd, 1 << 20, NULL);
  gsize len;
  const void *data = g_bytes_get_data (state, &len);

  g_assert_cmpint (fcntl (fd, F_GET_SEALS), ==, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
  note_records ("opened", data, len);
  close (fd);
}

static gboolean
handle_open (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *kind, GVariant *settings, GVariant *secret, GVariant *at,
             GVariant *state, gpointer data)
{
  g_clear_pointer (&fake.settings, g_variant_unref);
  fake.settings = g_variant_ref (settings);
  fake.journal = g_unix_fd_list_get (fds, g_variant_get_handle (at), NULL);
  note_state (g_unix_fd_list_get (fds, g_variant_get_handle (state), NULL));
  if (!misbehaves (data, invocation))
    pr_transport2_complete_open_account (skeleton, invocation, NULL);
  return TRUE;
}

static gboolean
handle_new_secret (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, GVariant *secret, gint64 expires_utc_s, gpointer data)
{
  if (!misbehaves (data, invocation))
    pr_transport2_complete_new_secret (skeleton, invocation, NULL);
  return TRUE;
}

static gboolean
handle_state_kept (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, guint64 serial, gpointer data)
{
  g_autofree char *what = g_strdup_printf ("kept:%" G_GUINT64_FORMAT, serial);

  note_records (what, NULL, 0);
  pr_transport2_complete_state_kept (skeleton, invocation);
  return TRUE;
}

static gboolean
handle_state_given (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, guint64 serial, GVariant *records, gpointer data)
{
  g_autofree char *what = g_strdup_printf ("given:%" G_GUINT64_FORMAT, serial);

  note_records (what, g_variant_get_data (records), g_variant_get_size (records));
  pr_transport2_complete_state_given (skeleton, invocation);
  return TRUE;
}

static gboolean
handle_add (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, guint endpoint, GVariant *at, const char *peer, gpointer data)
{
  g_free (fake.peer);
  fake.peer = g_strdup (peer);
  fake.endpoint = endpoint;
  if (!misbehaves (data, invocation))
    pr_transport2_complete_add_connection (skeleton, invocation, NULL);
  return TRUE;
}

static gboolean
handle_begin (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, guint64 campaign, guint version, GVariant *identity,
              GVariant *parts, gboolean is_inspection, const char *const *columns, const char *const *aliases, GVariant *files, gpointer data)
{
  static const char *const fields[] = { "name", NULL }, *const none[] = { NULL };

  if (!misbehaves (data, invocation))
    pr_transport2_complete_begin_campaign (skeleton, invocation, NULL, fields, none, none, 100, g_variant_new_parsed ("[(%i, '')]", part->misnames ? 2 /* core's own, behind the campaign's */ : 1), none);
  return TRUE;
}

static gboolean
handle_send (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, guint64 campaign, GVariant *frame, GVariant *files, gpointer data)
{
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  FrameReader reader;

  g_assert_true (frame_open (&reader, FRAME_RECIPIENTS, g_variant_get_data (frame), g_variant_get_size (frame), NULL));
  while (frame_next (&reader, row, NULL)) {
    LedgerHanded found = { row->key, row->aux };

    g_array_append_val (fake.rows, found);
  }
  if (!misbehaves (data, invocation))
    pr_transport2_complete_send (skeleton, invocation, NULL);
  return TRUE;
}

/* Never begun is what the test has left in fake.rows. */
static gboolean
handle_recall (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, guint64 campaign, GVariant *recipients, gpointer data)
{
  GVariantBuilder ids;

  if (misbehaves (data, invocation))
    return TRUE;
  g_variant_builder_init (&ids, G_VARIANT_TYPE ("at"));
  for (guint i = 0; i < fake.rows->len; i++)
    g_variant_builder_add (&ids, "t", g_array_index (fake.rows, LedgerHanded, i).recipient);
  pr_transport2_complete_recall (skeleton, invocation, g_variant_builder_end (&ids));
  return TRUE;
}

static gboolean
handle_preview (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, guint64 campaign, GVariant *rows, gpointer data)
{
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_MESSAGES);

  frame_writer_row (frame, campaign, 0, 1);
  frame_writer_string (frame, "Subject: hello\r\n\r\n");
  if (!misbehaves (data, invocation))
    pr_transport2_complete_preview (skeleton, invocation, "message/rfc822", frame_writer_finish (frame));
  return TRUE;
}

static gboolean
handle_test (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, gpointer data)
{
  if (!misbehaves (data, invocation))
    pr_transport2_complete_test (skeleton, invocation, g_variant_new_parsed ("{'greeting': <'220 mx'>}"));
  return TRUE;
}

static gboolean
handle_resume (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, gpointer data)
{
  if (!misbehaves (data, invocation))
    pr_transport2_complete_resume (skeleton, invocation);
  return TRUE;
}

static gboolean
handle_drain (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, gpointer data)
{
  if (!misbehaves (data, invocation))
    pr_transport2_complete_drain (skeleton, invocation);
  return TRUE;
}

static gboolean
handle_connect (PrDial1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *host, guint16 port, guint timeout_ms, gpointer data)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK), .sin_port = htons (server_port) };
  g_autoptr (GUnixFDList) out = NULL;
  int fd;

  fake.dials++;
  if (part->cannot_dial) {
    g_dbus_method_invocation_return_dbus_error (invocation, "org.postrider.Fault.Unavailable", "refused");
    return TRUE;
  }
  fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  out = g_unix_fd_list_new_from_array (&fd, 1);
  pr_dial1_complete_connect (skeleton, invocation, out, g_variant_new_handle (0), "127.0.0.1:1");
  return TRUE;
}

/* --- what it says --- */

void
fake_write (JournalKind kind, guint64 campaign, const LedgerHanded *row)
{
  JournalRecord record = { .kind = kind, .campaign = campaign, .recipient = row->recipient, .attempt = row->attempt,
                           .outcome = kind == JOURNAL_ENDED ? OUTCOME_ACCEPTED : 0, .time_utc_ms = 5000, .text = "250 journal" };
  guint8 raw[JOURNAL_RECORD_LEN];

  journal_record_write (&record, raw);
  g_assert_cmpint (write (fake.journal, raw, sizeof raw), ==, sizeof raw);
}

void
fake_tell (guint64 campaign, const LedgerHanded *rows, guint count)
{
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_OUTCOMES);
  guint64 campaign_le = GUINT64_TO_LE (campaign), none = 0;
  guint8 accepted = OUTCOME_ACCEPTED;

  for (guint i = 0; i < count; i++) {
    frame_writer_row (frame, rows[i].recipient, rows[i].attempt, 6);
    frame_writer_field (frame, &accepted, 1);
    frame_writer_string (frame, "250 fine");
    frame_writer_string (frame, "");
    frame_writer_field (frame, &campaign_le, sizeof campaign_le);
    frame_writer_field (frame, &none, sizeof none);
    frame_writer_string (frame, "");
  }
  pr_transport2_emit_outcomes (fake.skeleton, frame_writer_finish (frame));
}

/* --- its start --- */

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Process *self = data;
  GDBusConnection *connection = g_dbus_connection_new_finish (result, NULL);

  if (connection == NULL || self->is_over) {
    g_clear_object (&connection);
    leave (self, NULL);
    process_unref (self);
    return;
  }
  self->connection = connection;
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  g_signal_connect_data (connection, "closed", G_CALLBACK (closed_cb), process_ref (self), (GClosureNotify) (void (*) (void)) process_unref, 0);
  g_assert_true (g_dbus_interface_skeleton_export (self->skeleton, connection, PEER_PATH, NULL));
  g_dbus_connection_start_message_processing (connection);
  process_unref (self);
}

static GDBusInterfaceSkeleton *
make_transport (Process *self)
{
  static const struct { const char *signal; GCallback handler; } rows[] = {
    { "handle-open-account", G_CALLBACK (handle_open) },   { "handle-add-connection", G_CALLBACK (handle_add) }, { "handle-begin-campaign", G_CALLBACK (handle_begin) },
    { "handle-send", G_CALLBACK (handle_send) },           { "handle-recall", G_CALLBACK (handle_recall) },      { "handle-preview", G_CALLBACK (handle_preview) },
    { "handle-test", G_CALLBACK (handle_test) },           { "handle-resume", G_CALLBACK (handle_resume) },      { "handle-drain", G_CALLBACK (handle_drain) },
    { "handle-new-secret", G_CALLBACK (handle_new_secret) }, { "handle-state-kept", G_CALLBACK (handle_state_kept) }, { "handle-state-given", G_CALLBACK (handle_state_given) },
  };
  PrTransport2 *skeleton = pr_transport2_skeleton_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_signal_connect (skeleton, rows[i].signal, rows[i].handler, self);
  running = self;
  fake.skeleton = skeleton;
  return G_DBUS_INTERFACE_SKELETON (skeleton);
}

static GDBusInterfaceSkeleton *
make_dial (void)
{
  PrDial1 *skeleton = pr_dial1_skeleton_new ();

  g_signal_connect (skeleton, "handle-connect", G_CALLBACK (handle_connect), NULL);
  return G_DBUS_INTERFACE_SKELETON (skeleton);
}

Process *
process_start (const ProcessSpec *spec, int fd, ProcessExitedFunc exited, gpointer data, GError **error)
{
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketConnection) stream = NULL;
  Process *self;

  if (part->cannot_start) {
    g_set_error_literal (error, FAULT, FAULT_OS, "nobody starts");
    return NULL;
  }
  self = g_new0 (Process, 1);
  g_atomic_ref_count_init (&self->references);
  self->is_dial = strcmp (spec->program, "dial") == 0;
  self->skeleton = self->is_dial ? make_dial () : make_transport (self);
  self->starting = g_cancellable_new ();
  self->silent = g_ptr_array_new ();
  self->exited = exited;
  self->data = data;
  socket = g_socket_new_from_fd (fcntl (fd, F_DUPFD_CLOEXEC, 3), NULL);
  stream = g_socket_connection_factory_create_connection (socket);
  g_dbus_connection_new (G_IO_STREAM (stream), NULL, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING, NULL,
                         self->starting, connected_cb, process_ref (self));
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
  if (!self->is_dial && !self->is_over && part->killed != NULL)
    part->killed (part->data);
  leave (self, "it was ended by signal 9");
}

void
process_free (Process *self)
{
  if (self != NULL)
    process_unref (self);
}

void
fake_set_up (const FakePart *given, guint16 port)
{
  part = given;
  server_port = port;
  fake = (FakeTransport){ .heard = g_string_new (NULL), .state = g_string_new (NULL), .journal = -1, .rows = g_array_new (FALSE, FALSE, sizeof (LedgerHanded)) };
}

void
fake_tear_down (void)
{
  g_string_free (fake.heard, TRUE);
  g_string_free (fake.state, TRUE);
  g_free (fake.peer);
  g_array_unref (fake.rows);
  g_clear_pointer (&fake.settings, g_variant_unref);
  if (fake.journal >= 0)
    close (fake.journal);
}
