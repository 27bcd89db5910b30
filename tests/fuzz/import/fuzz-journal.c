/* A record that is taken holds only values that we know, and its text ends. The checksum is mended first, or nothing would get by. */
#include "journal.h"

#include "outcome.h"
#include "text.h"
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize len);

static void
mend (guint8 raw[JOURNAL_RECORD_LEN])
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  for (guint i = 0; i < 120; i++)
    hash = (hash ^ raw[i]) * G_GUINT64_CONSTANT (0x100000001b3);
  for (guint i = 0; i < 8; i++)
    raw[120 + i] = (guint8) (hash >> (8 * i));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize len)
{
  guint8 raw[JOURNAL_RECORD_LEN] = { 0 }, again[JOURNAL_RECORD_LEN];
  JournalRecord record, back;
  JournalHeader header;

  memcpy (raw, data, MIN (len, sizeof raw));
  for (guint i = 0; i < 2; i++, mend (raw)) {
    g_assert_false (journal_record_read (raw, &record) && journal_header_read (raw, &header));
    if (!journal_record_read (raw, &record))
      continue;
    g_assert_cmpuint (strlen (record.text), <=, JOURNAL_TEXT_LEN);
    g_assert_true (g_ascii_isupper (record.kind) && record.kind != JOURNAL_HEADER);
    g_assert_true (record.kind == JOURNAL_ENDED ? is_outcome (record.outcome) && record.not_before_utc_s >= 0 : record.outcome == 0 && record.not_before_utc_s == 0);
    g_assert_true (record.kind == JOURNAL_REMOTE_ID ? record.number == 1 || record.number == 2 : record.number == 0);
    if (journal_id_is_valid (record.text))
      g_assert_true (text_is_plain (record.text, strlen (record.text)));
    journal_record_write (&record, again);
    g_assert_true (journal_record_read (again, &back));
    g_assert_true (back.recipient == record.recipient && back.campaign == record.campaign && back.attempt == record.attempt);
    g_assert_true (back.kind == record.kind && back.number == record.number && back.not_before_utc_s == record.not_before_utc_s);
  }
  return 0;
}
