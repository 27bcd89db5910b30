#include "transport-client.h"

#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define WAIT_US (120 * G_USEC_PER_SEC)

static void
ready_cb (Peer *peer, const GError *error, gpointer data)
{
  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

static void
closed_cb (Peer *peer, PeerEnd end, const char *why, gpointer data)
{
  g_test_message ("it ended: %s", why);
}

static void
outcomes_cb (PrTransport2 *proxy, GVariant *rows, gpointer data)
{
  static FrameRow row;
  Client *self = data;
  FrameReader reader;
  gsize len;
  const void *bytes = g_variant_get_fixed_array (rows, &len, 1);

  g_assert_true (frame_open (&reader, FRAME_OUTCOMES, bytes, len, NULL));
  while (frame_next (&reader, &row, NULL)) {
    g_autofree char *reason = slice_dup (row.fields[2]);

    g_assert_cmpuint (row.n_fields, ==, 6);
    self->outcomes++;
    g_assert_true (is_outcome ((guint8) row.fields[0].data[0]));
    self->tally[(guint8) row.fields[0].data[0]]++;
    if (!self->is_quiet)
      g_string_append_printf (self->log, "%u=%s%s%s ", (guint) row.key, state_to_word ((State) row.fields[0].data[0]), *reason != '\0' ? "/" : "",
                              reason);
  }
}

static void
say (Client *self, const char *word, const char *text)
{
  g_string_append_printf (self->log, "%s ", word);
  g_free (self->text);
  self->text = g_strdup (text);
  g_test_message ("%s: %s", word, text);
}

static void
paused_cb (PrTransport2 *proxy, const char *reason, const char *text, gpointer data)
{
  g_autofree char *word = g_strdup_printf ("paused(%s)", reason);

  say (data, word, text);
}

static void
lost_cb (PrTransport2 *proxy, guint endpoint, const char *text, gpointer data)
{
  say (data, "lost", text);
}

static void
need_secret_cb (PrTransport2 *proxy, const char *text, gpointer data)
{
  say (data, "need-secret", text);
}

static void
need_cb (PrTransport2 *proxy, guint endpoint, guint count, gpointer data)
{
  Client *self = data;

  self->needed += count;
  self->endpoint = endpoint;
  if (self->on_need != NULL)
    self->on_need (count, self->data);
}

static void
make_journal (Client *self)
{
  guint8 raw[JOURNAL_RECORD_LEN];
  JournalHeader header = { .serial = 1, .account = 1 };

  self->journal = g_file_open_tmp ("postrider-journal-XXXXXX", &self->journal_path, NULL);
  g_assert_cmpint (self->journal, >=, 0);
  g_assert_cmpint (fcntl (self->journal, F_SETFL, O_APPEND), ==, 0);
  journal_header_write (&header, raw);
  g_assert_cmpint (write (self->journal, raw, sizeof raw), ==, sizeof raw);
}

Client *
client_new (const char *program)
{
  Client *self = g_new0 (Client, 1);
  PeerSpec spec = { .program = program, .interface = "org.postrider.Transport2" };
  gboolean is_ready = FALSE;
  g_autoptr (GError) error = NULL;

  self->log = g_string_new (NULL);
  self->kind = "smtp";
  make_journal (self);
  self->peer = peer_start (&spec, ready_cb, closed_cb, &is_ready);
  while (!is_ready)
    g_main_context_iteration (NULL, TRUE);
  self->proxy = pr_transport2_proxy_new_sync (peer_get_connection (self->peer), G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES, NULL, PEER_PATH, NULL,
                                              &error);
  g_assert_no_error (error);
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (self->proxy), 30000);
  g_signal_connect (self->proxy, "outcomes", G_CALLBACK (outcomes_cb), self);
  g_signal_connect (self->proxy, "paused", G_CALLBACK (paused_cb), self);
  g_signal_connect (self->proxy, "connection-lost", G_CALLBACK (lost_cb), self);
  g_signal_connect (self->proxy, "need-connection", G_CALLBACK (need_cb), self);
  g_signal_connect (self->proxy, "need-secret", G_CALLBACK (need_secret_cb), self);
  return self;
}

void
client_free (Client *self)
{
  g_object_unref (self->proxy);
  if (self->peer != NULL)
    peer_free (self->peer);
  close (self->journal);
  g_unlink (self->journal_path);
  g_free (self->journal_path);
  g_string_free (self->log, TRUE);
  g_free (self->text);
  g_free (self);
}

static void
append_memory (GUnixFDList *fds, const void *data, gsize len)
{
  int fd = memfd_create ("given", MFD_CLOEXEC);

  g_assert_cmpint (write (fd, data, len), ==, len);
  lseek (fd, 0, SEEK_SET);
  g_unix_fd_list_append (fds, fd, NULL);
  close (fd);
}

gboolean
client_open_with (Client *self, GVariant *settings, const char *password, GVariant *state, GError **error)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  const void *records = state != NULL ? g_variant_get_data (state) : "";

  append_memory (fds, password, strlen (password));
  g_unix_fd_list_append (fds, self->journal, NULL);
  append_memory (fds, records, state != NULL ? g_variant_get_size (state) : 0);
  return pr_transport2_call_open_account_sync (self->proxy, self->kind, settings, g_variant_new_handle (0), g_variant_new_handle (1),
                                               g_variant_new_handle (2), fds, NULL, NULL, error);
}

void
client_open (Client *self, const char *settings, const char *password)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) parsed = g_variant_parse (G_VARIANT_TYPE_VARDICT, settings, NULL, NULL, &error);
  GVariantDict dict;

  g_assert_no_error (error);
  g_variant_dict_init (&dict, parsed);
  if (!g_variant_dict_contains (&dict, "host"))
    g_variant_dict_insert (&dict, "host", "s", "localhost");
  client_open_with (self, g_variant_dict_end (&dict), password, NULL, &error);
  g_assert_no_error (error);
}

void
client_renew (Client *self, const char *secret, gint64 expires_utc_s)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GError) error = NULL;

  append_memory (fds, secret, strlen (secret));
  pr_transport2_call_new_secret_sync (self->proxy, g_variant_new_handle (0), expires_utc_s, fds, NULL, NULL, &error);
  g_assert_no_error (error);
}

gboolean
client_add_from (Client *self, int fd, const char *peer)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new_from_array (&fd, 1);

  return pr_transport2_call_add_connection_sync (self->proxy, self->endpoint, g_variant_new_handle (0), peer, fds, NULL, NULL, NULL);
}

gboolean
client_add (Client *self, int fd)
{
  return client_add_from (self, fd, "127.0.0.1:25");
}

gboolean
client_begin_with (Client *self, guint64 campaign, const char *parts, gboolean is_inspection, GVariant *files, GUnixFDList *fds, GVariant **out_answer,
                   GError **error)
{
  static const char *const word[] = { "word", NULL };
  g_autoptr (GVariant) answer = NULL, parsed = g_variant_parse (G_VARIANT_TYPE ("a{ss}"), parts, NULL, NULL, NULL);
  GVariant *arguments = g_variant_new ("(tu@ay@a{ss}b^as^as@a(sssh))", campaign, 1, g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, "0123456789abcdef", 16, 1),
                                       parsed, is_inspection, is_inspection ? word + 1 : word,
                                       word + 1, files != NULL ? files : g_variant_new_array (G_VARIANT_TYPE ("(sssh)"), NULL, 0));

  answer = g_dbus_proxy_call_with_unix_fd_list_sync (G_DBUS_PROXY (self->proxy), "BeginCampaign", arguments, G_DBUS_CALL_FLAGS_NONE, -1, fds, NULL, NULL,
                                                     error);
  if (answer != NULL && out_answer != NULL)
    *out_answer = g_variant_ref (answer);
  return answer != NULL;
}

void
client_begin (Client *self, guint64 campaign, const char *text)
{
  g_autoptr (GVariant) quoted = g_variant_ref_sink (g_variant_new_string (text));
  g_autofree char *printed = g_variant_print (quoted, FALSE);
  g_autofree char *parts = g_strdup_printf ("{'subject': 'Hello {{word}}', 'text': %s, 'from': 'Ann <ann@example.org>'}", printed);
  g_autoptr (GError) error = NULL;

  client_begin_with (self, campaign, parts, FALSE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
add_row (FrameWriter *writer, guint64 key, const char *address, guint attempt)
{
  frame_writer_row (writer, key, attempt, 3);
  frame_writer_string (writer, address);
  frame_writer_string (writer, "Rita");
  frame_writer_string (writer, "world");
}

gboolean
client_send_frame (Client *self, guint64 campaign, GVariant *frame, GError **error)
{
  return pr_transport2_call_send_sync (self->proxy, campaign, frame, g_variant_new ("ah", NULL), NULL, NULL, NULL, error);
}

static void
send_frame (Client *self, guint64 campaign, FrameWriter *writer)
{
  g_autoptr (GError) error = NULL;

  client_send_frame (self, campaign, frame_writer_finish (writer), &error);
  g_assert_no_error (error);
}

void
client_send (Client *self, guint64 campaign, guint64 first, guint n)
{
  g_autoptr (FrameWriter) writer = frame_writer_new (FRAME_RECIPIENTS);

  for (guint i = 0; i < n; i++) {
    char address[64];

    g_snprintf (address, sizeof address, "r%u@example.net", (guint) first + i);
    add_row (writer, first + i, address, 1);
  }
  send_frame (self, campaign, writer);
}

void
client_send_row (Client *self, guint64 campaign, guint64 key, const char *address, guint attempt)
{
  g_autoptr (FrameWriter) writer = frame_writer_new (FRAME_RECIPIENTS);

  add_row (writer, key, address, attempt);
  send_frame (self, campaign, writer);
}

static gboolean
tick_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

void
client_wait_outcomes (Client *self, guint n)
{
  gint64 deadline = g_get_monotonic_time () + WAIT_US;
  guint tick = g_timeout_add (100, tick_cb, NULL);

  while (self->outcomes < n) {
    if (g_get_monotonic_time () > deadline)
      g_error ("%u outcomes of %u came: %s", self->outcomes, n, self->log->str);
    g_main_context_iteration (NULL, TRUE);
  }
  g_source_remove (tick);
}

void
client_wait_log (Client *self, const char *word)
{
  gint64 deadline = g_get_monotonic_time () + WAIT_US;
  guint tick = g_timeout_add (100, tick_cb, NULL);

  while (strstr (self->log->str, word) == NULL) {
    if (g_get_monotonic_time () > deadline)
      g_error ("\"%s\" did not come: %s", word, self->log->str);
    g_main_context_iteration (NULL, TRUE);
  }
  g_source_remove (tick);
}

void
client_spin (guint ms)
{
  gint64 deadline = g_get_monotonic_time () + 1000 * (gint64) ms;
  guint tick = g_timeout_add (10, tick_cb, NULL);

  while (g_get_monotonic_time () < deadline)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
}

GVariant *
client_test (Client *self)
{
  g_autoptr (GError) error = NULL;
  GVariant *report = NULL;

  pr_transport2_call_test_sync (self->proxy, &report, NULL, &error);
  g_assert_no_error (error);
  return report;
}

char *
client_read_journal (Client *self)
{
  GString *all = g_string_new (NULL);
  guint8 raw[JOURNAL_RECORD_LEN];

  for (goffset at = JOURNAL_RECORD_LEN; pread (self->journal, raw, sizeof raw, at) == sizeof raw; at += JOURNAL_RECORD_LEN) {
    JournalRecord record;

    g_assert_true (journal_record_read (raw, &record));
    if (record.kind == JOURNAL_BEGUN)
      g_string_append_printf (all, "B%u ", (guint) record.recipient);
    else if (record.kind == JOURNAL_REMOTE_ID)
      g_string_append_printf (all, "I%u=%s ", (guint) record.recipient, record.text);
    else
      g_string_append_printf (all, "E%u=%s ", (guint) record.recipient, state_to_word ((State) record.outcome));
  }
  return g_string_free (all, FALSE);
}
