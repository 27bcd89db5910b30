#include "journal.h"

#include "little-endian.h"
#include <string.h>

#define SUM_AT 120

static const char magic[8] = "PRJRNL1";

/* FNV-1a: finds torn and stray records. It is no signature: who can write the file can forge it. */
static guint64
journal_sum (const guint8 *bytes, gsize len)
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  for (gsize i = 0; i < len; i++)
    hash = (hash ^ bytes[i]) * G_GUINT64_CONSTANT (0x100000001b3);
  return hash;
}

static gboolean
is_whole (const guint8 raw[JOURNAL_RECORD_LEN])
{
  return le_get (raw + SUM_AT, 8) == journal_sum (raw, SUM_AT);
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
  le_put (out + SUM_AT, journal_sum (out, SUM_AT), 8);
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
  return TRUE;
}

void
journal_record_write (const JournalRecord *record, guint8 out[JOURNAL_RECORD_LEN])
{
  memset (out, 0, JOURNAL_RECORD_LEN);
  out[0] = (guint8) record->kind;
  out[1] = record->outcome;
  out[2] = record->reason;
  le_put (out + 4, record->attempt, 4);
  le_put (out + 8, record->campaign, 8);
  le_put (out + 16, record->recipient, 8);
  le_put (out + 24, (guint64) record->time_utc_ms, 8);
  memcpy (out + 32, record->text, strnlen (record->text, JOURNAL_TEXT_LEN));
  le_put (out + SUM_AT, journal_sum (out, SUM_AT), 8);
}

gboolean
journal_record_read (const guint8 raw[JOURNAL_RECORD_LEN], JournalRecord *out_record)
{
  if ((raw[0] != JOURNAL_BEGUN && raw[0] != JOURNAL_ENDED) || !is_whole (raw))
    return FALSE;
  if (raw[0] == JOURNAL_ENDED && (!is_outcome (raw[1]) || raw[2] >= REASON_SAID_COUNT))
    return FALSE;
  *out_record = (JournalRecord){ .kind = raw[0], .outcome = raw[1], .reason = raw[2] };
  out_record->attempt = (guint32) le_get (raw + 4, 4);
  out_record->campaign = le_get (raw + 8, 8);
  out_record->recipient = le_get (raw + 16, 8);
  out_record->time_utc_ms = (gint64) le_get (raw + 24, 8);
  memcpy (out_record->text, raw + 32, JOURNAL_TEXT_LEN);
  return TRUE;
}
