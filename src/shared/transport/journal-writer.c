#include "journal-writer.h"

#include "fault.h"
#include "text.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

struct JournalWriter {
  int         fd;
  GByteArray *waiting;
};

JournalWriter *
journal_writer_new (int fd)
{
  JournalWriter *self = g_new0 (JournalWriter, 1);

  self->fd = fd;
  self->waiting = g_byte_array_new ();
  return self;
}

void
journal_writer_free (JournalWriter *self)
{
  if (self == NULL)
    return;
  close (self->fd);
  g_byte_array_unref (self->waiting);
  g_free (self);
}

static void
journal_writer_append (JournalWriter *self, const JournalRecord *record)
{
  guint8 raw[JOURNAL_RECORD_LEN];

  journal_record_write (record, raw);
  g_byte_array_append (self->waiting, raw, sizeof raw);
}

void
journal_writer_begun (JournalWriter *self, guint64 campaign, guint64 recipient, guint32 attempt)
{
  JournalRecord record = { .kind = JOURNAL_BEGUN, .campaign = campaign, .recipient = recipient, .attempt = attempt,
                           .time_utc_ms = g_get_real_time () / 1000 };

  journal_writer_append (self, &record);
}

void
journal_writer_remote_id (JournalWriter *self, guint64 campaign, guint64 recipient, guint32 attempt, const char *id)
{
  JournalRecord record = { .kind = JOURNAL_REMOTE_ID, .campaign = campaign, .recipient = recipient, .attempt = attempt,
                           .time_utc_ms = g_get_real_time () / 1000 };
  gsize len = id != NULL && journal_id_is_valid (id) ? strlen (id) : 0;

  for (gsize at = 0; len > 0 && at <= len; at += JOURNAL_TEXT_LEN) { /* a part that is full is never the last */
    record.number++;
    g_strlcpy (record.text, id + at, sizeof record.text);
    journal_writer_append (self, &record);
  }
}

void
journal_writer_ended (JournalWriter *self, guint64 campaign, guint64 recipient, guint32 attempt, guint8 outcome,
                      OutcomeReason reason, gint64 not_before_utc_s, const char *text)
{
  JournalRecord record = { .kind = JOURNAL_ENDED, .outcome = outcome, .reason = (guint8) reason, .campaign = campaign,
                           .recipient = recipient, .attempt = attempt, .time_utc_ms = g_get_real_time () / 1000,
                           .not_before_utc_s = MAX (0, not_before_utc_s) };

  if (text != NULL) {
    g_autofree char *cut = strlen (text) > JOURNAL_TEXT_LEN ? text_printable (text, -1, JOURNAL_TEXT_LEN) : NULL; /* never half a character */

    g_strlcpy (record.text, cut != NULL ? cut : text, sizeof record.text);
  }
  journal_writer_append (self, &record);
}

gboolean
journal_writer_flush (JournalWriter *self, GError **error)
{
  while (self->waiting->len > 0) {
    gssize n = write (self->fd, self->waiting->data, self->waiting->len);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      g_set_error (error, FAULT, FAULT_IO, "the journal cannot be written (%s): make room on the disk, then resume",
                   n < 0 ? g_strerror (errno) : "no progress");
      return FALSE;
    }
    g_byte_array_remove_range (self->waiting, 0, (guint) n);
  }
  return TRUE;
}

void
journal_writer_take_back (JournalWriter *self, guint count)
{
  guint untouched = self->waiting->len / JOURNAL_RECORD_LEN; /* the first one may be there by half */

  g_byte_array_set_size (self->waiting, self->waiting->len - MIN (count, untouched) * JOURNAL_RECORD_LEN);
}
