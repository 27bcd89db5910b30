#include "null-channel.h"

#include "fault.h"
#include "kill-point.h"
#include "null-message.h"
#include "row.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define LIE_AFTER 3 /* messages: the brake lets so many leave soon, and some that are handed over wait */

typedef struct {
  SendQueue  *queue; /* borrowed; NULL: no account is open */
  int         file;
  guint       delay_ms, turn, n_written;
  char       *lie; /* "": none */
  NullLieFunc tell_lie;
  gpointer    lie_data;
} NullChannel;

static const RowResult accepted = { { OUTCOME_ACCEPTED, REASON_NONE, NULL, 0, NULL }, 250, "it is in the file" };
static const RowResult in_doubt = { { OUTCOME_UNKNOWN, REASON_NONE, "protocol", 1, NULL }, 0, "a part of it is in the file" };
static const RowResult unfit = { { OUTCOME_REFUSED, REASON_DATA, NULL, 0, NULL }, 0, "a value is missing or does not fit" };
static const RowResult unwritten = { { OUTCOME_LATER, REASON_NONE, "protocol", 1, NULL }, 0, "the file cannot be written" };

/* --- one message --- */

/* Returns: (transfer full) its line, or NULL: a value does not fit. */
static GString *
render (const Row *row)
{
  static FrameRow parsed;
  g_autoptr (GByteArray) message = g_byte_array_new ();
  g_autofree char *escaped = NULL;
  GString *line;

  row_parse (row, &parsed);
  if (!null_message_preview (row_get_message (row), &parsed, g_get_real_time () / G_USEC_PER_SEC, message, NULL))
    return NULL;
  g_byte_array_append (message, (const guint8 *) "", 1);
  escaped = g_strescape ((const char *) message->data, NULL);
  line = g_string_new_len (parsed.fields[0].data, (gssize) parsed.fields[0].len);
  g_string_append_printf (line, "\t%s\n", escaped);
  return line;
}

/* In one write: whoever is killed leaves a whole line or, at worst, one without its end. */
static const RowResult *
write_line (NullChannel *self, const GString *line)
{
  gssize n = write (self->file, line->str, line->len);

  KILL_POINT ("null-written");
  if (n == (gssize) line->len)
    return &accepted;
  return n > 0 ? &in_doubt : &unwritten;
}

static gboolean
send_next (NullChannel *self)
{
  Row *row = send_queue_take (self->queue);
  g_autoptr (GString) line = row != NULL ? render (row) : NULL;

  if (row == NULL)
    return FALSE;
  if (line == NULL) {
    send_queue_done (self->queue, row, &unfit);
    return TRUE;
  }
  if (!send_queue_begin (self->queue, &row, 1)) {
    send_queue_give_back (self->queue, row);
    return FALSE;
  }
  KILL_POINT ("null-begun");
  if (*self->lie != '\0' && ++self->n_written == LIE_AFTER)
    self->tell_lie (self->lie, row, self->lie_data);
  send_queue_done (self->queue, row, write_line (self, line));
  return TRUE;
}

static gboolean
turn_cb (gpointer data)
{
  NullChannel *self = data;
  gboolean goes_on;

  self->turn = 0;
  goes_on = send_next (self);
  send_queue_turned (self->queue, !goes_on); /* may wake us */
  if (goes_on && self->turn == 0)
    self->turn = g_timeout_add (self->delay_ms, turn_cb, self);
  return G_SOURCE_REMOVE;
}

/* --- the account --- */

static gboolean
open_cb (gpointer channel, SendQueue *queue, GVariant *settings, SecretBytes *secret, GError **error)
{
  NullChannel *self = channel;
  const char *lie = "";

  secret_bytes_free (secret); /* this kind has none */
  (void) g_variant_lookup (settings, "delay_ms", "u", &self->delay_ms);
  (void) g_variant_lookup (settings, "lie", "&s", &lie);
  self->lie = g_strdup (strcmp (lie, "no") != 0 ? lie : "");
  self->queue = queue;
  /* ends a line that the one before us was killed in */
  if (write (self->file, "\n", 1) == 1)
    return TRUE;
  g_set_error (error, FAULT, FAULT_USAGE, "the file of what was sent cannot be written: %s", g_strerror (errno));
  return FALSE;
}

static gboolean
connect_cb (gpointer channel, int fd, gboolean is_loopback, GError **error)
{
  close (fd);
  g_set_error_literal (error, FAULT, FAULT_USAGE, "this kind has no server");
  return FALSE;
}

static void
test_cb (gpointer channel)
{
  g_auto (GVariantDict) report = G_VARIANT_DICT_INIT (NULL);

  send_queue_tested (((NullChannel *) channel)->queue, g_variant_dict_end (&report));
}

static void
free_cb (gpointer channel)
{
  NullChannel *self = channel;

  g_clear_handle_id (&self->turn, g_source_remove);
  close (self->file);
  g_free (self->lie);
  g_free (self);
}

/* --- rows: between two turns none is taken --- */

static void
wake_cb (gpointer channel)
{
  NullChannel *self = channel;

  if (self->turn == 0)
    self->turn = g_timeout_add (self->delay_ms, turn_cb, self);
}

static void
release_cb (gpointer channel, RowFunc is_wanted, gpointer data)
{
}

static void
pause_cb (gpointer channel)
{
}

static gboolean
is_quiet_cb (gpointer channel)
{
  return TRUE;
}

static void
drain_cb (gpointer channel)
{
  NullChannel *self = channel;

  g_clear_handle_id (&self->turn, g_source_remove);
  send_queue_drained (self->queue);
}

const Channel null_channel = {
  .compile = null_message_compile,
  .forget = null_message_free,
  .preview = null_message_preview,
  .open = open_cb,
  .connect = connect_cb,
  .test = test_cb,
  .free = free_cb,
  .wake = wake_cb,
  .resume = wake_cb,
  .release = release_cb,
  .pause = pause_cb,
  .is_quiet = is_quiet_cb,
  .drain = drain_cb,
};

gpointer
null_channel_new (int file)
{
  NullChannel *self = g_new0 (NullChannel, 1);

  self->file = file;
  return self;
}

void
null_channel_set_lie (gpointer channel, NullLieFunc lie, gpointer data)
{
  NullChannel *self = channel;

  self->tell_lie = lie;
  self->lie_data = data;
}
