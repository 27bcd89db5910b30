/* journal-writer.h - the transport's side of the journal: whole records, appended in order, one write() for many.
 * Used in: send-queue. Source: docs/design.md §5; form: shared/wire/journal. */
#pragma once
#include "journal.h"

typedef struct JournalWriter JournalWriter;

JournalWriter *journal_writer_new  (int fd); /* takes fd, opened for appending, its header already there */
void           journal_writer_free (JournalWriter *self); /* closes without a flush; NULL is a no-op */

/* Records wait in memory until the flush. text (borrowed, NULL: none) is cut to JOURNAL_TEXT_LEN; not_before_utc_s 0: none.
 * A remote id goes in front of its ended; NULL, or one that journal_id_is_valid() refuses, is not written: a part of an id is none. */
void journal_writer_begun     (JournalWriter *self, guint64 campaign, guint64 recipient, guint32 attempt);
void journal_writer_remote_id (JournalWriter *self, guint64 campaign, guint64 recipient, guint32 attempt, const char *id);
void journal_writer_ended     (JournalWriter *self, guint64 campaign, guint64 recipient, guint32 attempt, guint8 outcome,
                               OutcomeReason reason, gint64 not_before_utc_s, const char *text);

/* After a flush that failed: the last `count` records will not be written after all, for nothing of what they announce has left. One that
 * has begun to be written stays: its rest keeps the next record in step, and core takes a row for begun rather than not. */
void journal_writer_take_back (JournalWriter *self, guint count);

/* Returns: TRUE when every record given so far is in the file. FALSE with FAULT_IO: what is left stays in memory, in order, and the
 * next flush goes on at the very octet, so that records never get out of step with their fixed size. */
gboolean journal_writer_flush (JournalWriter *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
