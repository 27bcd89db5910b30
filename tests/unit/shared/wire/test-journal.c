#include "journal.h"

#include "outcome.h"
#include <string.h>

/* FNV-1a 64 (draft-eastlake-fnv) over all before it, little-endian. */
static void
put_sum (guint8 raw[JOURNAL_RECORD_LEN])
{
  guint64 hash = G_GUINT64_CONSTANT (14695981039346656037);

  for (gsize i = 0; i < JOURNAL_RECORD_LEN - 8; i++)
    hash = (hash ^ raw[i]) * G_GUINT64_CONSTANT (1099511628211);
  for (guint i = 0; i < 8; i++)
    raw[JOURNAL_RECORD_LEN - 8 + i] = (guint8) (hash >> 8 * i);
}

static void
test_record (void)
{
  JournalRecord record = { JOURNAL_ENDED, OUTCOME_REFUSED, REASON_SUPPRESS, 3, 42, G_MAXUINT64, -1, "550 5.1.1 no such user" }, back;
  guint8 raw[JOURNAL_RECORD_LEN];

  journal_record_write (&record, raw);
  g_assert_true (journal_record_read (raw, &back));
  g_assert_cmpint (back.kind, ==, JOURNAL_ENDED);
  g_assert_cmpint (back.outcome, ==, OUTCOME_REFUSED);
  g_assert_cmpint (back.reason, ==, REASON_SUPPRESS);
  g_assert_cmpuint (back.attempt, ==, 3);
  g_assert_cmpuint (back.campaign, ==, 42);
  g_assert_cmpuint (back.recipient, ==, G_MAXUINT64);
  g_assert_cmpint (back.time_utc_ms, ==, -1);
  g_assert_cmpstr (back.text, ==, record.text);
}

static void
test_long_text (void)
{
  JournalRecord record = { .kind = JOURNAL_BEGUN }, back;
  guint8 raw[JOURNAL_RECORD_LEN];

  memset (record.text, 'x', JOURNAL_TEXT_LEN);
  journal_record_write (&record, raw);
  g_assert_true (journal_record_read (raw, &back));
  g_assert_cmpuint (strlen (back.text), ==, JOURNAL_TEXT_LEN); /* fills its field: still ends */
  raw[32 + JOURNAL_TEXT_LEN] = '!'; /* what is not ours to read yet, by another program's hand */
  put_sum (raw);
  g_assert_true (journal_record_read (raw, &back));
  g_assert_cmpuint (strlen (back.text), ==, JOURNAL_TEXT_LEN);
}

/* Each flipped bit makes it no record. */
static void
test_flips (void)
{
  JournalRecord record = { JOURNAL_BEGUN, 0, 0, 1, 2, 3, 4, "" }, back;
  guint8 raw[JOURNAL_RECORD_LEN];

  journal_record_write (&record, raw);
  for (guint bit = 0; bit < JOURNAL_RECORD_LEN * 8; bit++) {
    raw[bit / 8] ^= (guint8) (1 << bit % 8);
    g_assert_false (journal_record_read (raw, &back));
    raw[bit / 8] ^= (guint8) (1 << bit % 8);
  }
  g_assert_true (journal_record_read (raw, &back));
}

static void
test_values (void)
{
  static const struct { JournalKind kind; guint8 outcome, reason; gboolean is_good; } cases[] = {
    { JOURNAL_ENDED, OUTCOME_ACCEPTED, REASON_NONE, TRUE },
    { JOURNAL_ENDED, OUTCOME_UNKNOWN, REASON_DATA, TRUE },
    { JOURNAL_ENDED, STATE_QUEUED, REASON_NONE, FALSE },     /* a state that no transport may claim */
    { JOURNAL_ENDED, STATE_SKIPPED, REASON_NONE, FALSE },
    { JOURNAL_ENDED, 200, REASON_NONE, FALSE },
    { JOURNAL_ENDED, OUTCOME_ACCEPTED, REASON_SAID_COUNT, FALSE }, /* a reason that is none */
    { JOURNAL_ENDED, OUTCOME_ACCEPTED, REASON_SUPPRESSED, FALSE }, /* one that core alone gives */
    { 'X', OUTCOME_ACCEPTED, REASON_NONE, FALSE },            /* a kind that is none */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    JournalRecord record = { .kind = cases[i].kind, .outcome = cases[i].outcome, .reason = cases[i].reason }, back;
    guint8 raw[JOURNAL_RECORD_LEN];

    journal_record_write (&record, raw);
    g_assert_cmpint (journal_record_read (raw, &back), ==, cases[i].is_good);
  }
}

static void
test_header (void)
{
  JournalHeader header = { "0123456789abcde", G_MAXUINT64 - 5, 7, 9 }, back;
  JournalRecord record;
  guint8 raw[JOURNAL_RECORD_LEN];

  journal_header_write (&header, raw);
  g_assert_false (journal_record_read (raw, &record)); /* one is not the other */
  g_assert_true (journal_header_read (raw, &back));
  g_assert_cmpmem (back.boot_id, 16, header.boot_id, 16);
  g_assert_cmpuint (back.witness, ==, G_MAXUINT64 - 5);
  g_assert_cmpuint (back.serial, ==, 7);
  g_assert_cmpuint (back.account, ==, 9);
  raw[127] ^= 1;
  g_assert_false (journal_header_read (raw, &back));
}

/* Another program's file whose sum is right, and a header of ours with another first octet, are none. */
static void
test_foreign_header (void)
{
  JournalHeader header = { "0123456789abcde", 1, 7, 9 }, back;
  static const gsize places[] = { 0, 8, 15 }; /* kind, first and last octet of "PRJRNL1" with its NUL */
  guint8 raw[JOURNAL_RECORD_LEN];

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++) {
    journal_header_write (&header, raw);
    raw[places[i]] ^= 1;
    put_sum (raw);
    g_assert_false (journal_header_read (raw, &back));
  }
  journal_header_write (&header, raw);
  put_sum (raw); /* the control: the sum is computed rightly here */
  g_assert_true (journal_header_read (raw, &back));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/journal/record", test_record);
  g_test_add_func ("/wire/journal/long-text", test_long_text);
  g_test_add_func ("/wire/journal/flips", test_flips);
  g_test_add_func ("/wire/journal/values", test_values);
  g_test_add_func ("/wire/journal/header", test_header);
  g_test_add_func ("/wire/journal/foreign-header", test_foreign_header);
  return g_test_run ();
}
