#include "fake-channel.h"

#include "contract-keys.h"
#include "row.h"
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const RowResult accepted = { { OUTCOME_ACCEPTED, REASON_NONE, NULL, 0, NULL }, 0, "it lies in the file" };

static void
note (FakeChannel *self, const char *word)
{
  if (self->log != NULL)
    g_string_append_printf (self->log, "%s ", word);
}

/* --- messages: their text, and the address in front --- */

static gpointer
compile_cb (const MessageSpec *spec, MessageFacts *out_facts, GError **error)
{
  static const char *const fields[] = { "word", "wrod", NULL }, *const none[] = { NULL };
  const char *text = "";

  (void) g_variant_lookup (spec->parts, "text", "&s", &text);
  if (*text == '\0') {
    g_set_error (error, g_quark_from_static_string ("fake"), 7, "there is no text");
    return NULL;
  }
  *out_facts = (MessageFacts){ fields, none, none, none, strlen (text) };
  return g_strdup (text);
}

static gboolean
preview_cb (gpointer message, const FrameRow *row, gint64 date_utc_s, GByteArray *out, GError **error)
{
  if (row->fields[0].len == 0) {
    g_set_error (error, g_quark_from_static_string ("fake"), 8, "there is no address");
    return FALSE;
  }
  g_byte_array_append (out, (const guint8 *) row->fields[0].data, (guint) row->fields[0].len);
  g_byte_array_append (out, (const guint8 *) ": ", 2);
  g_byte_array_append (out, message, (guint) strlen (message));
  g_byte_array_append (out, (const guint8 *) "\n", 1);
  return TRUE;
}

/* --- one row at a time --- */

gboolean
fake_channel_take (FakeChannel *self)
{
  Row *row = send_queue_take (self->queue);

  if (row != NULL)
    g_ptr_array_add (self->taken, row);
  return row != NULL;
}

gboolean
fake_channel_begin (FakeChannel *self)
{
  Row *row = g_ptr_array_index (self->taken, 0);

  if (!send_queue_begin (self->queue, &row, 1))
    return FALSE;
  g_ptr_array_add (self->begun, g_ptr_array_remove_index (self->taken, 0));
  return TRUE;
}

void
fake_channel_done (FakeChannel *self, const RowResult *result)
{
  send_queue_done (self->queue, g_ptr_array_remove_index (self->begun, 0), result);
}

void
fake_channel_give_back (FakeChannel *self)
{
  send_queue_give_back (self->queue, g_ptr_array_remove_index (self->taken, 0));
}

static void
write_message (FakeChannel *self, const Row *row)
{
  static FrameRow parsed;
  g_autoptr (GByteArray) message = g_byte_array_new ();
  char own[64];

  row_parse (row, &parsed);
  if (!preview_cb (row_get_message (row), &parsed, 0, message, NULL))
    return;
  if (row_files_get (row->files, 0) >= 0) { /* the person's own file */
    gssize n = pread (row_files_get (row->files, 0), own, sizeof own, 0);

    g_byte_array_append (message, (const guint8 *) own, (guint) n);
  }
  g_assert_cmpint (write (self->file, message->data, message->len), ==, message->len);
}

static gboolean
idle_cb (gpointer data)
{
  FakeChannel *self = data;

  self->idle = 0;
  while (fake_channel_take (self) && fake_channel_begin (self)) {
    write_message (self, g_ptr_array_index (self->begun, 0));
    fake_channel_done (self, &accepted);
  }
  send_queue_turned (self->queue, TRUE);
  return G_SOURCE_REMOVE;
}

/* --- the table --- */

static gboolean
open_cb (gpointer channel, SendQueue *queue, const AccountOpening *opening, GError **error)
{
  FakeChannel *self = channel;
  const char *path = "/dev/null";

  note (self, "open");
  secret_bytes_free (opening->secret);
  (void) g_variant_lookup (opening->settings, KEY_TRANSPORT_USER, "&s", &path); /* the contract has no key for a file */
  self->file = open (path, O_WRONLY | O_APPEND | O_CLOEXEC);
  self->queue = queue;
  if (self->file < 0)
    g_set_error (error, g_quark_from_static_string ("fake"), 9, "%s cannot be written", path);
  return self->file >= 0;
}

static gboolean
connect_cb (gpointer channel, int fd, guint endpoint, const char *peer, GError **error)
{
  note (channel, "connect");
  close (fd);
  return TRUE;
}

static void
test_cb (gpointer channel)
{
  note (channel, "test");
}

static void
wake_cb (gpointer channel)
{
  FakeChannel *self = channel;

  note (self, "wake");
  if (!self->is_manual && self->idle == 0)
    self->idle = g_idle_add (idle_cb, self);
}

static void
resume_cb (gpointer channel)
{
  note (channel, "resume");
  wake_cb (channel);
}

static void
release_cb (gpointer channel, RowFunc is_wanted, gpointer data)
{
  FakeChannel *self = channel;

  note (self, "release");
  for (guint i = self->taken->len; i-- > 0;)
    if (is_wanted == NULL || is_wanted (g_ptr_array_index (self->taken, i), data))
      send_queue_give_back (self->queue, g_ptr_array_remove_index (self->taken, i));
}

static void
pause_cb (gpointer channel)
{
  note (channel, "pause");
  release_cb (channel, NULL, NULL);
}

static gboolean
is_quiet_cb (gpointer channel)
{
  return ((FakeChannel *) channel)->begun->len == 0;
}

static void
drain_cb (gpointer channel)
{
  note (channel, "drain");
  release_cb (channel, NULL, NULL);
  if (is_quiet_cb (channel))
    send_queue_drained (((FakeChannel *) channel)->queue);
}

static void
free_cb (gpointer channel)
{
  static const RowResult unknown = { { OUTCOME_UNKNOWN, REASON_NONE, NULL, 0, NULL }, 0, "we had to leave" };
  FakeChannel *self = channel;

  note (self, "free");
  g_assert_true (self->queue == NULL || send_queue_take (self->queue) == NULL);
  release_cb (self, NULL, NULL);
  while (self->begun->len > 0)
    fake_channel_done (self, &unknown);
  g_clear_handle_id (&self->idle, g_source_remove);
  g_ptr_array_unref (self->taken);
  g_ptr_array_unref (self->begun);
  if (self->file >= 0)
    close (self->file);
  g_free (self);
}

static gboolean
renew_cb (gpointer channel, SecretBytes *secret, gint64 expires_utc_s)
{
  note (channel, "renew");
  secret_bytes_free (secret);
  return TRUE;
}

static void
kept_cb (gpointer channel, guint64 serial)
{
  g_autofree char *word = g_strdup_printf ("kept(%" G_GUINT64_FORMAT ")", serial);

  note (channel, word);
}

static void
given_cb (gpointer channel, guint64 serial, GVariant *records)
{
  g_autofree char *word = g_strdup_printf ("given(%" G_GUINT64_FORMAT ")", serial);

  note (channel, word);
}

const Channel fake_channel = {
  .compile = compile_cb,
  .forget = g_free,
  .preview = preview_cb,
  .form = "text/plain",
  .open = open_cb,
  .connect = connect_cb,
  .test = test_cb,
  .free = free_cb,
  .wake = wake_cb,
  .resume = resume_cb,
  .release = release_cb,
  .pause = pause_cb,
  .is_quiet = is_quiet_cb,
  .drain = drain_cb,
  .renew = renew_cb,
  .kept = kept_cb,
  .given = given_cb,
};

FakeChannel *
fake_channel_new (GString *log, gboolean is_manual)
{
  FakeChannel *self = g_new0 (FakeChannel, 1);

  self->log = log;
  self->is_manual = is_manual;
  self->taken = g_ptr_array_new ();
  self->begun = g_ptr_array_new ();
  self->file = -1;
  return self;
}
