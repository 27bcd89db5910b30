/* journal.h - what a transport wrote down before and after the octets that complete a message: records to bytes and back.
 * Trust:  input is hostile where core drops a liar; a torn or forged record is no record. Does no I/O.
 * Used in: transports (write), core/ledger (read). Source: docs/design.md §5.
 * Form:   records of 128 octets, little-endian, FNV-1a 64 over the first 120 in the last 8. The first one is the header: kind, "PRJRNL1" at 8,
 *         boot id at 16, serial at 32, account at 40, witness at 48, batch width at 56 (4). All others: kind, outcome or number, reason, attempt at 4 (4),
 *         campaign at 8, recipient at 16, time at 24, text at 32 (80), not_before at 112. What a kind does not use is 0. */
#pragma once
#include "outcome.h"

#define JOURNAL_RECORD_LEN 128
#define JOURNAL_TEXT_LEN 80
#define JOURNAL_ID_MAX 128 /* octets of a remote id: what a server calls a message that it took */

typedef enum { /* a capital letter each; a reader skips those that it does not know */
  JOURNAL_HEADER = 'H',
  JOURNAL_BEGUN = 'B',
  JOURNAL_REMOTE_ID = 'I', /* text: a part of the remote id, in front of its ENDED; a first part that fills its text has a second, which may be empty */
  JOURNAL_ENDED = 'E',
  JOURNAL_GIVEN_BACK = 'R', /* never begun in the batch whose number is the text, in decimal digits */
  JOURNAL_SEALED = 'S',     /* nothing was begun that does not stand in front of it; the last record */
} JournalKind;

typedef struct {
  JournalKind kind;
  guint8  number;    /* of the part, 1 or 2; only REMOTE_ID */
  guint8  outcome;   /* Outcome; only ENDED */
  guint8  reason;    /* OutcomeReason; only ENDED */
  guint32 attempt;
  guint64 campaign;
  guint64 recipient;
  gint64  time_utc_ms;
  gint64  not_before_utc_s; /* the server wants no other attempt before; 0: it said nothing; only ENDED */
  char    text[JOURNAL_TEXT_LEN + 1]; /* ENDED: the reply, cut; printable. Others: see their kinds */
} JournalRecord;

typedef struct {
  guint8  boot_id[16];
  guint64 witness; /* of the life of its superblock, within that boot; 0: none, or an older program wrote it */
  guint64 serial;  /* of this journal; counts up for ever */
  guint64 account;
  guint32 batch_width; /* recipients that a numbered batch holds at most; 0: batches have no numbers, or an older program wrote it */
} JournalHeader;

void     journal_header_write (const JournalHeader *header, guint8 out[JOURNAL_RECORD_LEN]);
gboolean journal_header_read  (const guint8 raw[JOURNAL_RECORD_LEN], JournalHeader *out_header); /* FALSE: not a header */
void     journal_record_write (const JournalRecord *record, guint8 out[JOURNAL_RECORD_LEN]);
/* Returns: FALSE: torn, spoiled, or no record. TRUE: a whole one, maybe of a kind that is none of the above: skip it, the journal is whole. */
gboolean journal_record_read  (const guint8 raw[JOURNAL_RECORD_LEN], JournalRecord *out_record);

gboolean journal_id_is_valid (const char *id); /* 1 to JOURNAL_ID_MAX printable octets of ASCII, no space */
