/* The send queue with a channel that has no protocol: whatever holds here holds for every channel. */
#include "fake-channel.h"
#include "send-queue.h"

#include "fault.h"
#include "journal.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const RowResult accepted = { { OUTCOME_ACCEPTED, REASON_NONE, NULL, 0, NULL }, 250, "250 ok" };
static const RowResult refused = { { OUTCOME_REFUSED, REASON_SUPPRESS, NULL, 0, NULL }, 550, "550 nobody" };
static const RowResult unknown = { { OUTCOME_UNKNOWN, REASON_NONE, NULL, 0, NULL }, 0, "it broke" };
static const RowResult policy = { { OUTCOME_LATER, REASON_NONE, "policy", 1, NULL }, 550, "550 not you" };
static const Verdict tls = { OUTCOME_LATER, REASON_NONE, "tls", 2, NULL };
static const Verdict login = { OUTCOME_LATER, REASON_NONE, "login", 1, NULL };

typedef struct {
  GString     *calls; /* of the channel */
  GString     *told;  /* what core hears: "1=accepted paused(login) " */
  FakeChannel *channel;
  SendQueue   *queue;
  int          journal;
  char        *journal_path;
} Fixture;

/* --- towards core --- */

static void
need_connection_cb (guint endpoint, guint count, gpointer data)
{
  g_string_append_printf (((Fixture *) data)->told, "need(%u) ", count);
}

static void
connection_lost_cb (guint endpoint, const char *text, gpointer data)
{
  g_string_append (((Fixture *) data)->told, "lost ");
}

static void
silent_cb (const char *text, gpointer data)
{
  g_string_append (((Fixture *) data)->told, "silent ");
}

static void
paused_cb (const char *reason, const char *text, gpointer data)
{
  g_string_append_printf (((Fixture *) data)->told, "paused(%s) ", reason);
}

static void
outcomes_cb (GVariant *rows, gpointer data)
{
  static FrameRow row;
  g_autoptr (GVariant) held = g_variant_ref_sink (rows);
  FrameReader reader;
  gsize len;
  const void *bytes = g_variant_get_fixed_array (held, &len, 1);

  g_assert_true (frame_open (&reader, FRAME_OUTCOMES, bytes, len, NULL));
  while (frame_next (&reader, &row, NULL)) {
    g_autofree char *reason = slice_dup (row.fields[2]);

    g_assert_cmpuint (row.n_fields, ==, 6);
    g_assert_cmpuint (row.aux, ==, 1);
    g_assert_cmpmem (row.fields[3].data, row.fields[3].len, "\x07\0\0\0\0\0\0\0", 8); /* the campaign */
    g_string_append_printf (((Fixture *) data)->told, "%u=%s%s%s ", (guint) row.key, state_to_word ((State) row.fields[0].data[0]),
                            *reason != '\0' ? "/" : "", reason);
  }
}

static void
need_secret_cb (const char *text, gpointer data)
{
  g_string_append_printf (((Fixture *) data)->told, "need-secret(%s) ", text);
}

static void
state_changed_cb (guint64 serial, GVariant *records, gpointer data)
{
  g_variant_unref (g_variant_ref_sink (records));
  g_string_append_printf (((Fixture *) data)->told, "changed(%u) ", (guint) serial);
}

static void
state_wanted_cb (guint64 serial, const char *const *keys, gpointer data)
{
  g_string_append_printf (((Fixture *) data)->told, "wanted(%u,%s) ", (guint) serial, keys[0]);
}

static const SendQueueEvents events = {
  .need_connection = need_connection_cb, .connection_lost = connection_lost_cb, .silent = silent_cb, .outcomes = outcomes_cb, .paused = paused_cb,
  .need_secret = need_secret_cb, .state_changed = state_changed_cb, .state_wanted = state_wanted_cb,
};

/* --- a queue --- */

static GVariant *
dict_new (const char *text)
{
  GVariant *dict = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);

  g_assert_nonnull (dict);
  return dict;
}

static gboolean
open_account (Fixture *self, const char *settings, GError **error)
{
  g_autoptr (GVariant) dict = dict_new (settings);

  AccountOpening opening = { "fake", dict, secret_bytes_new ("secret", 6), NULL };

  return send_queue_open (self->queue, &opening, dup (self->journal), error);
}

static CompiledCampaign *
begin_campaign_as (Fixture *self, guint64 id, const char *text, const char *identity, GError **error)
{
  static const char *const columns[] = { "word", NULL };
  g_autoptr (GVariant) parts = g_variant_ref_sink (g_variant_new_parsed ("{'text': %s}", text));
  g_autoptr (GVariant) octets = g_variant_ref_sink (g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, identity, strlen (identity) + 1, 1));
  g_autoptr (GVariant) files = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("(sssh)"), NULL, 0));
  CampaignBeginning beginning = { id, octets, parts, FALSE, columns, NULL, files, NULL };

  return send_queue_begin_campaign (self->queue, &beginning, error);
}

static CompiledCampaign *
begin_campaign (Fixture *self, guint64 id, const char *text, GError **error)
{
  return begin_campaign_as (self, id, text, "0123456789abcde", error); /* and its NUL: 16 octets */
}

static gboolean
send_rows (Fixture *self, guint first, guint n, guint n_fields, GError **error)
{
  g_autoptr (FrameWriter) writer = frame_writer_new (FRAME_RECIPIENTS);
  g_autoptr (GVariant) frame = NULL, none = g_variant_ref_sink (g_variant_new ("ah", NULL));
  RowFiles *files = row_files_new (none, NULL, NULL);
  gboolean is_taken;

  for (guint i = 0; i < n; i++) {
    frame_writer_row (writer, first + i, 1, n_fields);
    for (guint k = 0; k < n_fields; k++)
      frame_writer_string (writer, "value");
  }
  frame = g_variant_ref_sink (frame_writer_finish (writer));
  is_taken = send_queue_send (self->queue, 7, frame, files, error);
  row_files_unref (files);
  return is_taken;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->calls = g_string_new (NULL);
  self->told = g_string_new (NULL);
  self->journal = g_file_open_tmp ("postrider-journal-XXXXXX", &self->journal_path, NULL);
  g_assert_cmpint (fcntl (self->journal, F_SETFL, O_APPEND), ==, 0);
  self->channel = fake_channel_new (self->calls, TRUE);
  self->queue = send_queue_new (&fake_channel, self->channel, &events, self);
}

/* An account, campaign 7, and rows 1 to 9 that wait. */
static void
set_up_rows (Fixture *self, gconstpointer data)
{
  set_up (self, data);
  g_assert_true (open_account (self, "{}", NULL));
  g_assert_nonnull (begin_campaign (self, 7, "Dear you", NULL));
  g_assert_true (send_rows (self, 1, 9, 3, NULL));
  g_assert_cmpstr (self->calls->str, ==, "open wake ");
  g_string_truncate (self->calls, 0);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  send_queue_free (self->queue);
  close (self->journal);
  g_unlink (self->journal_path);
  g_free (self->journal_path);
  g_string_free (self->calls, TRUE);
  g_string_free (self->told, TRUE);
}

/* The journal in short: "B1 E1=accepted ". */
static char *
read_journal (Fixture *self)
{
  GString *all = g_string_new (NULL);
  guint8 raw[JOURNAL_RECORD_LEN];
  JournalRecord record;

  for (off_t at = 0; pread (self->journal, raw, sizeof raw, at) == (gssize) sizeof raw; at += JOURNAL_RECORD_LEN) {
    g_assert_true (journal_record_read (raw, &record));
    g_assert_cmpuint (record.campaign, ==, 7);
    g_string_append_printf (all, "%c%u", record.kind, (guint) record.recipient);
    if (record.kind == JOURNAL_ENDED)
      g_string_append_printf (all, "=%s", state_to_word ((State) record.outcome));
    g_string_append_c (all, ' ');
  }
  return g_string_free (all, FALSE);
}

#define assert_journal(self, words) \
  G_STMT_START { \
    g_autofree char *written = read_journal (self); \
    g_assert_cmpstr (written, ==, words); \
  } G_STMT_END

static char *
recall (Fixture *self, const guint64 *ids, gsize n)
{
  g_autoptr (GArray) never_begun = send_queue_recall (self->queue, 7, ids, n);
  GString *all = g_string_new (NULL);

  for (guint i = 0; i < never_begun->len; i++)
    g_string_append_printf (all, "%u ", (guint) g_array_index (never_begun, guint64, i));
  return g_string_free (all, FALSE);
}

/* --- rows --- */

static void
test_sends (Fixture *self, gconstpointer data)
{
  g_assert_true (fake_channel_take (self->channel));
  g_assert_true (fake_channel_take (self->channel));
  g_assert_false (fake_channel_take (self->channel)); /* few first: docs/decisions/few-letters-first.md */
  assert_journal (self, "");
  g_assert_true (fake_channel_begin (self->channel));
  assert_journal (self, "B1 "); /* before its octets may leave */
  fake_channel_done (self->channel, &accepted);
  send_queue_turned (self->queue, TRUE);
  g_assert_cmpstr (self->told->str, ==, ""); /* others wait: it is told together with theirs */
  assert_journal (self, "B1 E1=accepted ");
  g_assert_cmpstr (self->calls->str, ==, "wake "); /* more may leave now */
  for (guint i = 0; i < 4; i++)
    g_assert_true (fake_channel_take (self->channel));
  while (self->channel->taken->len > 0)
    g_assert_true (fake_channel_begin (self->channel));
  fake_channel_done (self->channel, &refused);
  while (self->channel->begun->len > 0)
    fake_channel_done (self->channel, &accepted);
  while (fake_channel_take (self->channel)) {
    fake_channel_begin (self->channel);
    fake_channel_done (self->channel, &accepted);
  }
  send_queue_turned (self->queue, TRUE); /* nothing waits, nothing is begun: core hears of it at once */
  g_assert_cmpstr (self->told->str, ==, "1=accepted 2=refused/suppress 3=accepted 4=accepted 5=accepted 6=accepted 7=accepted 8=accepted 9=accepted ");
  g_assert_cmpuint (send_queue_get_length (self->queue), ==, 0);
}

/* What goes back is the next to be taken; what is begun is called back by nobody. */
static void
test_recall (Fixture *self, gconstpointer data)
{
  const guint64 ids[] = { 1, 2, 4 };
  g_autofree char *some = NULL, *rest = NULL;
  g_autoptr (GArray) others = NULL;

  g_assert_true (fake_channel_take (self->channel));
  fake_channel_give_back (self->channel);
  g_assert_true (fake_channel_take (self->channel));
  g_assert_true (fake_channel_begin (self->channel));
  assert_journal (self, "B1 ");
  g_assert_true (fake_channel_take (self->channel)); /* 2: taken and not begun */
  others = send_queue_recall (self->queue, 8, NULL, 0);
  g_assert_cmpuint (others->len, ==, 0); /* of another campaign */
  g_string_truncate (self->calls, 0);
  some = recall (self, ids, G_N_ELEMENTS (ids));
  g_assert_cmpstr (some, ==, "2 4 ");
  g_assert_cmpstr (self->calls->str, ==, "release ");
  g_string_truncate (self->calls, 0);
  rest = recall (self, NULL, 0);
  g_assert_cmpstr (rest, ==, "3 5 6 7 8 9 ");
  g_assert_cmpstr (self->calls->str, ==, "release wake "); /* nothing waits any more */
  g_assert_false (fake_channel_take (self->channel));
  fake_channel_done (self->channel, &accepted);
  send_queue_turned (self->queue, TRUE);
  g_assert_cmpstr (self->told->str, ==, "1=accepted ");
}

static void
test_pauses (Fixture *self, gconstpointer data)
{
  g_assert_true (fake_channel_take (self->channel));
  send_queue_trouble (self->queue, &login, "535 no");
  send_queue_trouble (self->queue, &login, "535 no");
  g_assert_cmpstr (self->told->str, ==, "paused(login) "); /* once */
  g_assert_cmpstr (self->calls->str, ==, "pause release ");
  g_assert_true (send_queue_is_paused (self->queue));
  g_assert_false (fake_channel_take (self->channel));
  g_assert_cmpuint (send_queue_get_length (self->queue), ==, 9); /* it went back */
  send_queue_resume (self->queue);
  g_assert_cmpstr (self->calls->str, ==, "pause release resume wake ");
  g_assert_true (fake_channel_take (self->channel));
}

/* An answer to a row may be about the account. */
static void
test_stops (Fixture *self, gconstpointer data)
{
  g_assert_true (fake_channel_take (self->channel) && fake_channel_begin (self->channel));
  fake_channel_done (self->channel, &policy);
  g_assert_cmpstr (self->told->str, ==, "paused(policy) ");
  send_queue_turned (self->queue, TRUE);
  assert_journal (self, "B1 E1=later ");
}

/* Three connections in a row end behind a message, without an answer. */
static void
test_hangs_up (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < 3; i++) {
    g_assert_true (fake_channel_take (self->channel));
    g_assert_true (fake_channel_begin (self->channel));
    fake_channel_done (self->channel, &unknown);
    send_queue_ended (self->queue, 0, "it broke");
  }
  g_assert_cmpstr (self->told->str, ==, "1=unknown lost 2=unknown lost 3=unknown paused(hangs-up) lost ");
  send_queue_ended (self->queue, 0, NULL); /* by our own will: core need not hear of it */
  g_assert_true (g_str_has_suffix (self->told->str, "paused(hangs-up) lost "));
}

/* The disk is full: the row's octets must not leave, and nothing is begun by it. */
static void
test_journal_full (Fixture *self, gconstpointer data)
{
  struct rlimit before, none;

  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &before);
  none = before;
  none.rlim_cur = 0;
  g_assert_true (fake_channel_take (self->channel));
  setrlimit (RLIMIT_FSIZE, &none);
  g_assert_false (fake_channel_begin (self->channel));
  setrlimit (RLIMIT_FSIZE, &before);
  g_assert_cmpstr (self->told->str, ==, "paused(journal) ");
  g_assert_cmpuint (send_queue_get_length (self->queue), ==, 9);
  send_queue_resume (self->queue);
  assert_journal (self, "");
  g_assert_true (fake_channel_take (self->channel) && fake_channel_begin (self->channel));
  assert_journal (self, "B1 ");
}

/* --- life --- */

static void
tested_cb (GVariant *report, gpointer data)
{
  g_variant_unref (g_variant_ref_sink (report));
  g_string_append (((Fixture *) data)->told, "tested ");
}

/* While it is tested nothing is sent, and what it meets is in the report alone. */
static void
test_tested (Fixture *self, gconstpointer data)
{
  send_queue_test (self->queue, tested_cb, self);
  g_assert_cmpstr (self->calls->str, ==, "test ");
  g_assert_false (fake_channel_take (self->channel));
  send_queue_trouble (self->queue, &tls, "454 no");
  send_queue_trouble (self->queue, &login, "535 no");
  send_queue_ended (self->queue, 0, "refused");
  g_assert_cmpstr (self->told->str, ==, "");
  send_queue_tested (self->queue, g_variant_new ("a{sv}", NULL));
  send_queue_trouble (self->queue, &tls, "454 no"); /* the first that counts */
  g_assert_cmpstr (self->told->str, ==, "tested ");
  g_assert_true (fake_channel_take (self->channel));
}

static void
drained_cb (gpointer data)
{
  g_string_append (((Fixture *) data)->told, "drained ");
}

static void
test_drains (Fixture *self, gconstpointer data)
{
  g_assert_true (fake_channel_take (self->channel) && fake_channel_begin (self->channel));
  send_queue_drain (self->queue, drained_cb, self);
  g_assert_false (fake_channel_take (self->channel));
  g_assert_false (send_queue_is_quiet (self->queue));
  fake_channel_done (self->channel, &accepted);
  g_assert_true (send_queue_is_quiet (self->queue));
  send_queue_drained (self->queue);
  send_queue_drained (self->queue);
  g_assert_cmpstr (self->told->str, ==, "1=accepted drained "); /* once, and outcomes first */
}

/* Core is gone for good: what is begun is in doubt, and nothing else is written down. */
static void
test_leaves (Fixture *self, gconstpointer data)
{
  g_assert_true (fake_channel_take (self->channel) && fake_channel_begin (self->channel));
  g_assert_true (fake_channel_take (self->channel));
  send_queue_free (g_steal_pointer (&self->queue));
  assert_journal (self, "B1 E1=unknown ");
  g_assert_cmpstr (self->calls->str, ==, "free release ");
}

/* Messages can be looked at before there is an account; nothing can be sent. */
static void
test_unopened (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *recalled = NULL;

  g_assert_nonnull (begin_campaign (self, 7, "Dear you", &error));
  g_assert_no_error (error);
  g_assert_false (send_rows (self, 1, 2, 3, &error));
  g_assert_error (error, FAULT, FAULT_USAGE);
  g_clear_error (&error);
  g_assert_false (send_queue_connect (self->queue, dup (self->journal), 0, "127.0.0.1:25", &error));
  g_assert_error (error, FAULT, FAULT_USAGE);
  g_clear_error (&error);
  send_queue_resume (self->queue);
  recalled = recall (self, NULL, 0);
  g_assert_cmpstr (recalled, ==, "");
  g_assert_true (send_queue_is_quiet (self->queue));
  g_assert_cmpstr (self->calls->str, ==, ""); /* the channel has no account: it is asked nothing */
  g_assert_false (open_account (self, "{'user': <'/nonexistent/file'>}", &error));
  g_clear_error (&error);
  send_queue_test (self->queue, tested_cb, self);
  g_assert_true (open_account (self, "{}", &error));
  g_assert_cmpstr (self->calls->str, ==, "open open test "); /* the test was asked for before */
  g_assert_false (open_account (self, "{}", &error));
  g_assert_error (error, FAULT, FAULT_USAGE); /* one process, one account */
  send_queue_drain (self->queue, drained_cb, self);
  g_assert_cmpstr (self->told->str, ==, "drained ");
}

static void
test_campaigns (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) bound = g_variant_ref_sink (compiled_campaign_get_bound (send_queue_get_campaign (self->queue, 7, NULL)));
  g_autofree char *printed = g_variant_print (bound, FALSE), *recalled = NULL;

  g_assert_cmpstr (printed, ==, "[(2, ''), (-1, 'did you mean “word”?')]");
  g_assert_null (begin_campaign (self, 8, "", &error));
  g_assert_error (error, FAULT, FAULT_DATA); /* a channel's own error */
  g_clear_error (&error);
  g_assert_null (begin_campaign_as (self, 8, "Dear you", "short", &error));
  g_assert_error (error, FAULT, FAULT_USAGE);
  g_clear_error (&error);
  g_assert_null (begin_campaign (self, 7, "Dear us", &error)); /* rows of the older version wait */
  g_assert_error (error, FAULT, FAULT_USAGE);
  g_clear_error (&error);
  g_assert_false (send_rows (self, 10, 2, 4, &error)); /* one value too many */
  g_assert_error (error, FAULT, FAULT_USAGE);
  g_clear_error (&error);
  g_assert_cmpuint (send_queue_get_length (self->queue), ==, 9);
  for (guint id = 100; id < 120; id++) /* those that nobody uses make room */
    g_assert_nonnull (begin_campaign (self, id, "Dear all", NULL));
  g_assert_nonnull (send_queue_get_campaign (self->queue, 7, NULL));
  g_assert_null (send_queue_get_campaign (self->queue, 100, &error));
  g_assert_error (error, FAULT, FAULT_USAGE);
  g_clear_error (&error);
  recalled = recall (self, NULL, 0);
  g_assert_nonnull (begin_campaign (self, 7, "Dear us", &error));
  g_assert_no_error (error);
}

/* --- what it says of its account --- */

/* Nothing more is taken by the old secret; what is on the wire has its answer. */
static void
test_need_secret (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (fake_channel_take (self->channel) && fake_channel_begin (self->channel));
  send_queue_need_secret (self->queue, "401 expired");
  g_assert_false (fake_channel_take (self->channel));
  fake_channel_done (self->channel, &accepted);
  g_assert_true (send_queue_renew (self->queue, secret_bytes_new ("new", 3), 0, &error));
  g_assert_cmpstr (self->calls->str, ==, "renew wake ");
  g_assert_true (fake_channel_take (self->channel));
  g_assert_cmpstr (self->told->str, ==, "need-secret(401 expired) ");
}

static void
test_records (Fixture *self, gconstpointer data)
{
  static const char *const keys[] = { "session/ann", NULL };
  g_autoptr (GVariant) none = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE_BYTE, NULL, 0));

  for (guint64 serial = 1; serial <= 2; serial++) {
    g_autoptr (FrameWriter) records = frame_writer_new (FRAME_STATE);

    g_assert_cmpuint (send_queue_keep (self->queue, frame_writer_finish (records)), ==, serial);
    g_assert_cmpuint (send_queue_want (self->queue, keys), ==, serial);
  }
  g_assert_true (send_queue_kept (self->queue, 2, NULL) && send_queue_given (self->queue, 1, none, NULL));
  g_assert_cmpstr (self->told->str, ==, "changed(1) wanted(1,session/ann) changed(2) wanted(2,session/ann) ");
  g_assert_cmpstr (self->calls->str, ==, "kept(2) given(1) ");
}

static int
open_null (int flags, GUnixFDList *fds)
{
  int fd = open ("/dev/null", flags | O_CLOEXEC);

  g_unix_fd_list_append (fds, fd, NULL);
  close (fd);
  return fd;
}

/* As long as one of its rows lives, and no longer. */
static void
test_files (Fixture *self, gconstpointer data)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new (), writable = g_unix_fd_list_new ();
  g_autoptr (GVariant) one = g_variant_ref_sink (g_variant_new_parsed ("[handle 0]")), missing = g_variant_ref_sink (g_variant_new_parsed ("[handle 1]"));
  g_autoptr (GError) error = NULL;
  RowFiles *files, *second;
  int fd;

  open_null (O_RDONLY, fds);
  open_null (O_RDWR, writable);
  files = row_files_new (one, fds, &error);
  g_assert_no_error (error);
  fd = row_files_get (files, 0);
  g_assert_cmpint (row_files_get (files, 1), ==, -1);
  second = row_files_ref (files);
  row_files_unref (files);
  g_assert_cmpint (fcntl (fd, F_GETFD), >=, 0);
  row_files_unref (second);
  g_assert_cmpint (fcntl (fd, F_GETFD), ==, -1);
  g_assert_null (row_files_new (missing, fds, &error));
  g_assert_error (error, FAULT, FAULT_USAGE);
  g_clear_error (&error);
  g_assert_null (row_files_new (one, writable, &error));
  g_assert_error (error, FAULT, FAULT_USAGE);
}

int
main (int argc, char *argv[])
{
  static const struct {
    const char *name;
    void (*set_up) (Fixture *, gconstpointer);
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
    { "sends", set_up_rows, test_sends }, { "recall", set_up_rows, test_recall }, { "pauses", set_up_rows, test_pauses },
    { "stops", set_up_rows, test_stops }, { "hangs-up", set_up_rows, test_hangs_up }, { "journal-full", set_up_rows, test_journal_full }, { "tested", set_up_rows, test_tested },
    { "drains", set_up_rows, test_drains }, { "leaves", set_up_rows, test_leaves }, { "unopened", set_up, test_unopened },
    { "campaigns", set_up_rows, test_campaigns }, { "need-secret", set_up_rows, test_need_secret }, { "records", set_up_rows, test_records },
    { "files", set_up, test_files },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path = g_strconcat ("/shared/transport/send-queue/send-queue/", tests[i].name, NULL);

    g_test_add (path, Fixture, NULL, tests[i].set_up, tests[i].test, tear_down);
  }
  return g_test_run ();
}
