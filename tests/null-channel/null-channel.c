#include "null-channel.h"

#include "fault.h"
#include "kill-point.h"
#include "little-endian.h"
#include "null-message.h"
#include "row.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define REPORTED 2 /* each second message is reported as delivered */
#define LIE_AFTER 3 /* messages: the brake lets so many leave soon, and some that are handed over wait */

typedef struct {
  SendQueue  *queue; /* borrowed; NULL: no account is open */
  int         file;
  guint       delay_ms, turn, n_written;
  guint64     number;   /* of the last message, of all that this account ever sent: core keeps it */
  Row        *next;     /* taken; waits until its number is kept, so that no message ever has the number of another */
  guint64     awaited;  /* the serial by which it is */
  char       *lie; /* "": none */
  NullLieFunc tell_lie;
  gpointer    lie_data;
} NullChannel;

#define RECORD_KEY "count/messages"

static const Verdict accepted = { OUTCOME_ACCEPTED, REASON_NONE, NULL, 0, NULL };
static const RowResult in_doubt = { { OUTCOME_UNKNOWN, REASON_NONE, "protocol", 1, NULL }, 0, "a part of it is in the file", 0, NULL };
static const RowResult unfit = { { OUTCOME_REFUSED, REASON_DATA, NULL, 0, NULL }, 0, "a value is missing or does not fit", 0, NULL };
static const RowResult unwritten = { { OUTCOME_LATER, REASON_NONE, "protocol", 1, NULL }, 0, "the file cannot be written", 0, NULL };

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

/* Known by its id alone, as a provider's report is. */
static void
report_delivered (NullChannel *self, const char *id)
{
  g_autoptr (FrameWriter) events = frame_writer_new (FRAME_EVENTS);
  guint8 none[8] = { 0 }, now[8];

  le_put (now, (guint64) (g_get_real_time () / G_USEC_PER_SEC), sizeof now);
  frame_writer_row (events, 0, 0, 7);
  frame_writer_string (events, "delivered");
  frame_writer_field (events, none, sizeof none);
  frame_writer_string (events, id);
  frame_writer_string (events, "");
  frame_writer_string (events, "");
  frame_writer_string (events, "it lies there");
  frame_writer_field (events, now, sizeof now);
  send_queue_tell_events (self->queue, frame_writer_finish (events));
}

/* In one write: whoever is killed leaves a whole line or, at worst, one without its end. */
static void
write_line (NullChannel *self, Row *row, const GString *line)
{
  g_autofree char *id = g_strdup_printf ("null-%" G_GUINT64_FORMAT, self->number);
  gboolean is_reported = self->number % REPORTED == 0;
  gssize n = write (self->file, line->str, line->len);
  RowResult result = { accepted, 250, "it is in the file", 0, id };

  KILL_POINT ("null-written");
  if (n != (gssize) line->len)
    result = n > 0 ? in_doubt : unwritten;
  send_queue_done (self->queue, row, &result);
  if (n == (gssize) line->len && is_reported)
    report_delivered (self, id);
}

static void
send_row (NullChannel *self, Row *row)
{
  g_autoptr (GString) line = render (row);

  if (line == NULL) {
    send_queue_done (self->queue, row, &unfit);
    return;
  }
  if (!send_queue_begin (self->queue, &row, 1)) {
    send_queue_give_back (self->queue, row);
    return;
  }
  KILL_POINT ("null-begun");
  if (*self->lie != '\0' && ++self->n_written == LIE_AFTER)
    self->tell_lie (self->lie, row, self->lie_data);
  write_line (self, row, line);
}

/* The number first: a kill may lose one, and never gives one twice. */
static void
keep_number (NullChannel *self)
{
  g_autoptr (FrameWriter) records = frame_writer_new (FRAME_STATE);
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, ++self->number);

  frame_writer_row (records, 0, 0, 2);
  frame_writer_string (records, RECORD_KEY);
  frame_writer_string (records, number);
  self->awaited = send_queue_keep (self->queue, frame_writer_finish (records));
}

static gboolean
turn_cb (gpointer data)
{
  NullChannel *self = data;

  self->turn = 0;
  self->next = self->next == NULL ? send_queue_take (self->queue) : self->next;
  if (self->next != NULL)
    keep_number (self);
  send_queue_turned (self->queue, self->next == NULL);
  return G_SOURCE_REMOVE;
}

static void
wake_cb (gpointer channel)
{
  NullChannel *self = channel;

  if (self->turn == 0 && self->next == NULL)
    self->turn = g_timeout_add (self->delay_ms, turn_cb, self);
}

static void
kept_cb (gpointer channel, guint64 serial)
{
  NullChannel *self = channel;

  if (serial != self->awaited || self->next == NULL)
    return; /* it was given back meanwhile */
  send_row (self, g_steal_pointer (&self->next));
  send_queue_turned (self->queue, TRUE);
  wake_cb (self);
}

/* --- the account --- */

/* Of the only record that there is. */
static guint64
read_number (GBytes *state)
{
  static FrameRow row;
  gsize len;
  const void *data = g_bytes_get_data (state, &len);
  FrameReader reader;
  g_autofree char *number = NULL;

  if (len == 0 || !frame_open (&reader, FRAME_STATE, data, len, NULL) || !frame_next (&reader, &row, NULL))
    return 0;
  number = slice_dup (row.fields[1]);
  return g_ascii_strtoull (number, NULL, 10);
}

static gboolean
open_cb (gpointer channel, SendQueue *queue, const AccountOpening *opening, GError **error)
{
  NullChannel *self = channel;
  const char *lie = "";

  secret_bytes_free (opening->secret); /* this kind has none */
  (void) g_variant_lookup (opening->settings, "delay_ms", "u", &self->delay_ms);
  (void) g_variant_lookup (opening->settings, "lie", "&s", &lie);
  self->number = read_number (opening->state);
  self->lie = g_strdup (strcmp (lie, "no") != 0 ? lie : "");
  self->queue = queue;
  /* ends a line that the one before us was killed in */
  if (write (self->file, "\n", 1) == 1)
    return TRUE;
  g_set_error (error, FAULT, FAULT_USAGE, "the file of what was sent cannot be written: %s", g_strerror (errno));
  return FALSE;
}

static gboolean
connect_cb (gpointer channel, int fd, guint endpoint, const char *peer, GError **error)
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
  if (self->next != NULL)
    send_queue_give_back (self->queue, self->next);
  close (self->file);
  g_free (self->lie);
  g_free (self);
}

/* --- rows: one is taken at a time --- */

static void
release_cb (gpointer channel, RowFunc is_wanted, gpointer data)
{
  NullChannel *self = channel;

  if (self->next != NULL && (is_wanted == NULL || is_wanted (self->next, data)))
    send_queue_give_back (self->queue, g_steal_pointer (&self->next));
}

static void
pause_cb (gpointer channel)
{
  release_cb (channel, NULL, NULL);
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
  pause_cb (self);
  send_queue_drained (self->queue);
}

const Channel null_channel = {
  .compile = null_message_compile,
  .forget = null_message_free,
  .preview = null_message_preview,
  .form = "text/plain", /* letters are looked at by the first kind that has them, which is not this one */
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
  .kept = kept_cb,
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
