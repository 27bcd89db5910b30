#include "journal.h"

#include "little-endian.h"
#include <string.h>

#define NOT_BEFORE_AT 112
#define SUM_AT 120

static const char magic[8] = "PRJRNL1";

/* FNV-1a: finds torn and stray records. It is no signature: who can write the file can forge it. */
static guint64
sum (const guint8 *bytes, gsize len)
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  for (gsize i = 0; i < len; i++)
    hash = (hash ^ bytes[i]) * G_GUINT64_CONSTANT (0x100000001b3);
  return hash;
}

static gboolean
is_whole (const guint8 raw[JOURNAL_RECORD_LEN])
{
  return le_get (raw + SUM_AT, 8) == sum (raw, SUM_AT);
}

void
journal_header_write (const JournalHeader *header, guint8 out[JOURNAL_RECORD_LEN])
{
  memset (out, 0, JOURNAL_RECORD_LEN);
  out[0] = JOURNAL_HEADER;
  memcpy (out + 8, magic, sizeof magic);
  memcpy (out + 16, header->boot_id, 16);
  le_put (out + 32, header->serial, 8);
  le_put (out + 40, header->account, 8);
  le_put (out + 48, header->witness, 8);
  le_put (out + 56, header->batch_width, 4);
  le_put (out + SUM_AT, sum (out, SUM_AT), 8);
}

gboolean
journal_header_read (const guint8 raw[JOURNAL_RECORD_LEN], JournalHeader *out_header)
{
  if (raw[0] != JOURNAL_HEADER || memcmp (raw + 8, magic, sizeof magic) != 0 || !is_whole (raw))
    return FALSE;
  memcpy (out_header->boot_id, raw + 16, 16);
  out_header->serial = le_get (raw + 32, 8);
  out_header->account = le_get (raw + 40, 8);
  out_header->witness = le_get (raw + 48, 8);
  out_header->batch_width = (guint32) le_get (raw + 56, 4);
  return TRUE;
}

void
journal_record_write (const JournalRecord *record, guint8 out[JOURNAL_RECORD_LEN])
{
  memset (out, 0, JOURNAL_RECORD_LEN);
  out[0] = (guint8) record->kind;
  out[1] = record->kind == JOURNAL_REMOTE_ID ? record->number : record->outcome;
  out[2] = record->reason;
  le_put (out + 4, record->attempt, 4);
  le_put (out + 8, record->campaign, 8);
  le_put (out + 16, record->recipient, 8);
  le_put (out + 24, (guint64) record->time_utc_ms, 8);
  memcpy (out + 32, record->text, strnlen (record->text, JOURNAL_TEXT_LEN));
  le_put (out + NOT_BEFORE_AT, (guint64) record->not_before_utc_s, 8);
  le_put (out + SUM_AT, sum (out, SUM_AT), 8);
}

/* Are its values those that its kind may have? Of a kind that is not known nobody can say. */
static gboolean
has_values (const JournalRecord *record)
{
  switch (record->kind) {
  case JOURNAL_HEADER:
    return FALSE;
  case JOURNAL_REMOTE_ID:
    return record->number == 1 || record->number == 2;
  case JOURNAL_ENDED:
    return is_outcome (record->outcome) && record->reason < REASON_SAID_COUNT && record->not_before_utc_s >= 0;
  case JOURNAL_GIVEN_BACK:
    return g_ascii_string_to_unsigned (record->text, 10, 0, G_MAXINT64, NULL, NULL);
  case JOURNAL_BEGUN:
  case JOURNAL_SEALED:
  default:
    return g_ascii_isupper (record->kind);
  }
}

gboolean
journal_record_read (const guint8 raw[JOURNAL_RECORD_LEN], JournalRecord *out_record)
{
  JournalRecord record = { .kind = raw[0] };

  if (!is_whole (raw))
    return FALSE;
  if (record.kind == JOURNAL_REMOTE_ID)
    record.number = raw[1];
  else if (record.kind == JOURNAL_ENDED) {
    record.outcome = raw[1];
    record.reason = raw[2];
    record.not_before_utc_s = (gint64) le_get (raw + NOT_BEFORE_AT, 8);
  }
  record.attempt = (guint32) le_get (raw + 4, 4);
  record.campaign = le_get (raw + 8, 8);
  record.recipient = le_get (raw + 16, 8);
  record.time_utc_ms = (gint64) le_get (raw + 24, 8);
  memcpy (record.text, raw + 32, JOURNAL_TEXT_LEN);
  if (!has_values (&record))
    return FALSE;
  *out_record = record;
  return TRUE;
}

gboolean
journal_id_is_valid (const char *id)
{
  gsize len = strnlen (id, JOURNAL_ID_MAX + 1);

  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isgraph (id[i]))
      return FALSE;
  return len > 0 && len <= JOURNAL_ID_MAX;
}
