/* journal.h - what a transport wrote down before and after the octets that complete a message: records to bytes and back.
 * Trust:  input is hostile where core drops a liar; a torn or forged record is no record. Does no I/O.
 * Used in: transports (write), core/ledger (read). Source: docs/design.md §5.
 * Form:   records of 128 octets, little-endian, FNV-1a 64 over the first 120 in the last 8. The first one is the header. */
#pragma once
#include "outcome.h"

#define JOURNAL_RECORD_LEN 128
#define JOURNAL_TEXT_LEN 80

typedef enum { JOURNAL_HEADER = 'H', JOURNAL_BEGUN = 'B', JOURNAL_ENDED = 'E' } JournalKind;

typedef struct {
  JournalKind kind;
  guint8  outcome;   /* Outcome; only ENDED */
  guint8  reason;    /* OutcomeReason; only ENDED */
  guint32 attempt;
  guint64 campaign;
  guint64 recipient;
  gint64  time_utc_ms;
  char    text[JOURNAL_TEXT_LEN + 1]; /* the reply, cut; printable */
} JournalRecord;

typedef struct {
  guint8  boot_id[16];
  guint64 witness; /* of the life of its superblock, within that boot; 0: none, or an older program wrote it */
  guint64 serial;  /* of this journal; counts up for ever */
  guint64 account;
} JournalHeader;

void     journal_header_write (const JournalHeader *header, guint8 out[JOURNAL_RECORD_LEN]);
gboolean journal_header_read  (const guint8 raw[JOURNAL_RECORD_LEN], JournalHeader *out_header); /* FALSE: not a header */
void     journal_record_write (const JournalRecord *record, guint8 out[JOURNAL_RECORD_LEN]);
gboolean journal_record_read  (const guint8 raw[JOURNAL_RECORD_LEN], JournalRecord *out_record); /* FALSE: torn or not a record */
