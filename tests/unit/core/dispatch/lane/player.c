/* player.c - stands where postrider-smtp should be and plays a part: which one, the account's pin says. It plays it in its first
 * life (the journal's serial is 1); who comes after it takes everything. */
#include "contract-transport2.h"
#include "frame.h"
#include "journal.h"
#include "outcome.h"

#include <gio/gunixfdlist.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  guint64 recipient;
  guint32 attempt;
} Row;

static PrTransport2 *transport = NULL;
static char         *part = NULL;
static int           journal = -1;
static GArray       *held = NULL; /* of Row */
static gboolean      is_paused_once = FALSE;
static guint64       later_campaign = 0;

static gboolean
is_part (const char *name)
{
  return part != NULL && strcmp (part, name) == 0;
}

static void
note (JournalKind kind, guint64 campaign, const Row *row)
{
  JournalRecord record = { .kind = kind, .campaign = campaign, .recipient = row->recipient, .attempt = row->attempt,
                           .outcome = kind == JOURNAL_ENDED ? OUTCOME_ACCEPTED : 0, .time_utc_ms = 5000, .text = "250 journal" };
  guint8 raw[JOURNAL_RECORD_LEN];

  journal_record_write (&record, raw);
  g_assert_cmpint (write (journal, raw, sizeof raw), ==, sizeof raw);
}

static void
tell (guint64 campaign, const Row *rows, guint count)
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
  pr_transport2_emit_outcomes (transport, frame_writer_finish (frame));
}

/* The first is answered, the second is on the wire, of the others nothing has left. */
static void
die (guint64 campaign)
{
  const Row *rows = (const Row *) (gconstpointer) held->data;

  g_assert_cmpuint (held->len, >=, 3);
  note (JOURNAL_BEGUN, campaign, &rows[0]);
  note (JOURNAL_ENDED, campaign, &rows[0]);
  note (JOURNAL_BEGUN, campaign, &rows[1]);
  raise (SIGKILL);
}

/* All accepted, says the journal; and so says the mouth, with somebody in the same breath whom it was never given. */
static void
lie (guint64 campaign)
{
  Row nobody = { 999, 1 };

  for (guint i = 0; i < held->len; i++)
    note (JOURNAL_ENDED, campaign, &g_array_index (held, Row, i));
  g_array_append_val (held, nobody);
  tell (campaign, (const Row *) (gconstpointer) held->data, held->len);
}

static void
accept_all (guint64 campaign)
{
  for (guint i = 0; i < held->len; i++) {
    note (JOURNAL_BEGUN, campaign, &g_array_index (held, Row, i));
    note (JOURNAL_ENDED, campaign, &g_array_index (held, Row, i));
  }
  tell (campaign, (const Row *) (gconstpointer) held->data, held->len);
  g_array_set_size (held, 0);
}

static gboolean
accept_later_cb (gpointer data)
{
  accept_all (later_campaign);
  return G_SOURCE_REMOVE;
}

/* An answer now, an answer then: each comes in a turn of its own. */
static gboolean
accept_one_cb (gpointer data)
{
  Row row;

  if (held->len == 0)
    return G_SOURCE_REMOVE;
  row = g_array_index (held, Row, 0);
  g_array_remove_index (held, 0);
  note (JOURNAL_ENDED, later_campaign, &row);
  tell (later_campaign, &row, 1);
  return G_SOURCE_CONTINUE;
}

static void
play (guint64 campaign)
{
  if (is_part ("dies"))
    die (campaign);
  else if (is_part ("lies"))
    lie (campaign);
  else if ((is_part ("waits") || is_part ("slow-again")) && !is_paused_once)
    pr_transport2_emit_paused (transport, "network", "the server cannot be reached");
  else if (is_part ("slow-again")) {
    later_campaign = campaign;
    g_timeout_add (500, accept_later_cb, NULL);
  }
  else if (is_part ("one-by-one")) {
    later_campaign = campaign;
    g_timeout_add (300, accept_one_cb, NULL);
  } else if (!is_part ("holds"))
    accept_all (campaign);
  is_paused_once = TRUE;
}

static gboolean
handle_send (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, guint64 campaign, GVariant *frame, GVariant *files, gpointer data)
{
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  FrameReader reader;

  g_assert_true (frame_open (&reader, FRAME_RECIPIENTS, g_variant_get_data (frame), g_variant_get_size (frame), NULL));
  while (frame_next (&reader, row, NULL)) {
    Row found = { row->key, row->aux };

    g_array_append_val (held, found);
  }
  pr_transport2_complete_send (skeleton, invocation, NULL);
  play (campaign);
  return TRUE;
}

static gboolean
handle_recall (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, guint64 campaign, GVariant *recipients, gpointer data)
{
  GVariantBuilder ids;

  g_variant_builder_init (&ids, G_VARIANT_TYPE ("at"));
  for (guint i = 0; i < held->len; i++)
    g_variant_builder_add (&ids, "t", g_array_index (held, Row, i).recipient);
  g_array_set_size (held, 0);
  pr_transport2_complete_recall (skeleton, invocation, g_variant_builder_end (&ids));
  return TRUE;
}

static gboolean
handle_open (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *kind, GVariant *settings, GVariant *secret, GVariant *at,
             GVariant *state, gpointer data)
{
  guint8 raw[JOURNAL_RECORD_LEN];
  JournalHeader header;

  journal = g_unix_fd_list_get (fds, g_variant_get_handle (at), NULL);
  g_assert_cmpint (pread (journal, raw, sizeof raw, 0), ==, sizeof raw);
  g_assert_true (journal_header_read (raw, &header));
  if (header.serial == 1)
    g_variant_lookup (settings, "pin", "s", &part);
  pr_transport2_complete_open_account (skeleton, invocation, NULL);
  return TRUE;
}

static gboolean
handle_begin (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, guint64 campaign, guint version, GVariant *identity,
              GVariant *parts, gboolean is_inspection, const char *const *columns, const char *const *aliases, GVariant *files, gpointer data)
{
  static const char *const none[] = { NULL };

  if (is_part ("refuses"))
    g_dbus_method_invocation_return_dbus_error (invocation, "org.postrider.Fault.Data", "template: line 1 column 1: no");
  else
    pr_transport2_complete_begin_campaign (skeleton, invocation, NULL, none, none, none, 100, g_variant_new_array (G_VARIANT_TYPE ("(is)"), NULL, 0), none);
  return TRUE;
}

static gboolean
handle_resume (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, gpointer data)
{
  pr_transport2_complete_resume (skeleton, invocation);
  return TRUE;
}

static gboolean
handle_drain (PrTransport2 *skeleton, GDBusMethodInvocation *invocation, gpointer data)
{
  pr_transport2_complete_drain (skeleton, invocation);
  return TRUE;
}

static void
closed_cb (GDBusConnection *connection, gboolean is_remote, GError *error, gpointer data)
{
  g_main_loop_quit (data);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new_from_fd (3, &error);
  g_autoptr (GSocketConnection) stream = g_socket_connection_factory_create_connection (socket);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GDBusConnection) connection = NULL;

  held = g_array_new (FALSE, FALSE, sizeof (Row));
  transport = pr_transport2_skeleton_new ();
  connection = g_dbus_connection_new_sync (G_IO_STREAM (stream), NULL,
                                           G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING, NULL, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (transport, "handle-open-account", G_CALLBACK (handle_open), NULL);
  g_signal_connect (transport, "handle-begin-campaign", G_CALLBACK (handle_begin), NULL);
  g_signal_connect (transport, "handle-send", G_CALLBACK (handle_send), NULL);
  g_signal_connect (transport, "handle-recall", G_CALLBACK (handle_recall), NULL);
  g_signal_connect (transport, "handle-resume", G_CALLBACK (handle_resume), NULL);
  g_signal_connect (transport, "handle-drain", G_CALLBACK (handle_drain), NULL);
  g_signal_connect (connection, "closed", G_CALLBACK (closed_cb), loop);
  g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (transport), connection, "/org/postrider", &error);
  g_assert_no_error (error);
  g_dbus_connection_start_message_processing (connection);
  g_main_loop_run (loop);
  g_object_unref (transport);
  g_array_unref (held);
  g_free (part);
  return 0;
}
