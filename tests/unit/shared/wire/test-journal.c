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
  JournalRecord record = { JOURNAL_ENDED, 0, OUTCOME_REFUSED, REASON_SUPPRESS, 3, 42, G_MAXUINT64, -1, 1700000000, "550 5.1.1 no such user" }, back;
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
  g_assert_cmpint (back.not_before_utc_s, ==, 1700000000);
  g_assert_cmpstr (back.text, ==, record.text);
}

static const JournalRecord kinds[] = {
  { JOURNAL_BEGUN, 0, 0, 0, 1, 2, 3, 4, 0, "" },
  { JOURNAL_REMOTE_ID, 2, 0, 0, 1, 2, 3, 4, 0, "wamid.HBgM" },
  { JOURNAL_ENDED, 0, OUTCOME_LATER, REASON_SLOW, 1, 2, 3, 4, G_MAXINT64, "429 not today" },
  { JOURNAL_GIVEN_BACK, 0, 0, 0, 1, 2, 3, 4, 0, "9223372036854775807" },
  { JOURNAL_SEALED, 0, 0, 0, 0, 0, 0, 4, 0, "" },
};

/* Where each value lies is the form of files that other programs of ours left and will read. */
static void
test_form (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    guint8 raw[JOURNAL_RECORD_LEN], made[JOURNAL_RECORD_LEN] = { (guint8) kinds[i].kind, kinds[i].number | kinds[i].outcome, kinds[i].reason };
    JournalRecord back;

    made[4] = (guint8) kinds[i].attempt;
    made[8] = (guint8) kinds[i].campaign;
    made[16] = (guint8) kinds[i].recipient;
    made[24] = 4;
    memcpy (made + 32, kinds[i].text, strlen (kinds[i].text));
    for (guint octet = 0; octet < 8; octet++)
      made[112 + octet] = (guint8) (kinds[i].not_before_utc_s >> 8 * octet);
    put_sum (made);
    journal_record_write (&kinds[i], raw);
    g_assert_cmpmem (raw, sizeof raw, made, sizeof made);
    g_assert_true (journal_record_read (raw, &back));
    g_assert_cmpint (back.kind, ==, kinds[i].kind);
    g_assert_cmpuint (back.number, ==, kinds[i].number);
    g_assert_cmpuint (back.outcome, ==, kinds[i].outcome);
    g_assert_cmpint (back.not_before_utc_s, ==, kinds[i].not_before_utc_s);
    g_assert_cmpstr (back.text, ==, kinds[i].text);
  }
}

/* Of each kind: cut off anywhere, the rest of it zeros as a disk leaves them, or one octet changed. */
static void
test_torn (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (gsize at = 0; at < JOURNAL_RECORD_LEN; at++) {
      guint8 raw[JOURNAL_RECORD_LEN], torn[JOURNAL_RECORD_LEN] = { 0 };
      JournalRecord back;

      journal_record_write (&kinds[i], raw);
      memcpy (torn, raw, at);
      g_assert_false (memcmp (torn, raw, sizeof raw) != 0 && journal_record_read (torn, &back));
      raw[at] ^= 0x20; /* of a kind it makes a small letter */
      g_assert_false (journal_record_read (raw, &back));
    }
}

/* Written by a program that knew neither not_before nor a batch's width: zeros stand there. */
static void
test_old (void)
{
  guint8 raw[JOURNAL_RECORD_LEN] = "H.......PRJRNL1\0bootbootbootboot\7\0\0\0\0\0\0\0\11";
  guint8 ended[JOURNAL_RECORD_LEN] = "E\4\2.\1\0\0\0\2\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0" "450 later";
  JournalHeader header = { .batch_width = 1, .witness = 1 };
  JournalRecord record;

  put_sum (raw);
  g_assert_true (journal_header_read (raw, &header));
  g_assert_cmpuint (header.serial, ==, 7);
  g_assert_cmpuint (header.account, ==, 9);
  g_assert_cmpuint (header.witness, ==, 0);
  g_assert_cmpuint (header.batch_width, ==, 0);
  put_sum (ended);
  g_assert_true (journal_record_read (ended, &record));
  g_assert_cmpint (record.outcome, ==, OUTCOME_LATER);
  g_assert_cmpint (record.reason, ==, REASON_SLOW);
  g_assert_cmpuint (record.recipient, ==, 3);
  g_assert_cmpint (record.not_before_utc_s, ==, 0);
  g_assert_cmpstr (record.text, ==, "450 later");
}

static void
test_ids (void)
{
  static const struct { gsize len; char other; gboolean is_valid; } cases[] = {
    { 0, 'x', FALSE }, { 1, 'x', TRUE },    { JOURNAL_ID_MAX, '~', TRUE },    { JOURNAL_ID_MAX + 1, 'x', FALSE },
    { 9, ' ', FALSE }, { 9, '\n', FALSE }, { JOURNAL_ID_MAX, '\x7f', FALSE }, { 9, '\xc3', FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *id = g_strnfill (cases[i].len, 'x');

    if (cases[i].len > 0)
      id[cases[i].len - 1] = cases[i].other;
    g_assert_cmpint (journal_id_is_valid (id), ==, cases[i].is_valid);
  }
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
  JournalRecord record = { .kind = JOURNAL_BEGUN, .attempt = 1, .campaign = 2, .recipient = 3, .time_utc_ms = 4 }, back;
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
  static const struct { JournalKind kind; guint8 outcome, reason; gboolean is_good; const char *text; gint64 not_before; } cases[] = {
    { JOURNAL_ENDED, OUTCOME_ACCEPTED, REASON_NONE, TRUE },
    { JOURNAL_ENDED, OUTCOME_UNKNOWN, REASON_DATA, TRUE },
    { JOURNAL_ENDED, STATE_QUEUED, REASON_NONE, FALSE },     /* a state that no transport may claim */
    { JOURNAL_ENDED, STATE_SKIPPED, REASON_NONE, FALSE },
    { JOURNAL_ENDED, 200, REASON_NONE, FALSE },
    { JOURNAL_ENDED, OUTCOME_ACCEPTED, REASON_SAID_COUNT, FALSE }, /* a reason that is none */
    { JOURNAL_ENDED, OUTCOME_ACCEPTED, REASON_SUPPRESSED, FALSE }, /* one that core alone gives */
    { JOURNAL_ENDED, OUTCOME_LATER, REASON_NONE, FALSE, "", -1 }, /* before there were clocks */
    { JOURNAL_REMOTE_ID, 0, 0, FALSE, "id", 0 },
    { JOURNAL_REMOTE_ID, 1, 0, TRUE, "id", 0 },
    { JOURNAL_REMOTE_ID, 2, 0, TRUE, "", 0 },
    { JOURNAL_REMOTE_ID, 3, 0, FALSE, "id", 0 },
    { JOURNAL_GIVEN_BACK, 0, 0, FALSE, "", 0 },
    { JOURNAL_GIVEN_BACK, 0, 0, FALSE, "7 ", 0 },
    { JOURNAL_GIVEN_BACK, 0, 0, FALSE, "-7", 0 },
    { JOURNAL_GIVEN_BACK, 0, 0, TRUE, "0", 0 },
    { 'X', 200, 200, TRUE, "\xff", -1 }, /* of a later program's: whole, whatever it says */
    { 'x', OUTCOME_ACCEPTED, REASON_NONE, FALSE }, /* no kind, of whoever */
    { 0, OUTCOME_ACCEPTED, REASON_NONE, FALSE },
    { '\xc4', OUTCOME_ACCEPTED, REASON_NONE, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    JournalRecord record = { .kind = cases[i].kind, .number = cases[i].outcome, .outcome = cases[i].outcome, .reason = cases[i].reason,
                             .not_before_utc_s = cases[i].not_before }, back;
    guint8 raw[JOURNAL_RECORD_LEN];

    g_strlcpy (record.text, cases[i].text != NULL ? cases[i].text : "", sizeof record.text);
    journal_record_write (&record, raw);
    g_assert_cmpint (journal_record_read (raw, &back), ==, cases[i].is_good);
  }
}

static void
test_header (void)
{
  JournalHeader header = { "0123456789abcde", G_MAXUINT64 - 5, 7, 9, G_MAXUINT32 - 3 }, back;
  JournalRecord record;
  guint8 raw[JOURNAL_RECORD_LEN];

  journal_header_write (&header, raw);
  g_assert_false (journal_record_read (raw, &record)); /* one is not the other */
  g_assert_true (journal_header_read (raw, &back));
  g_assert_cmpmem (back.boot_id, 16, header.boot_id, 16);
  g_assert_cmpuint (back.witness, ==, G_MAXUINT64 - 5);
  g_assert_cmpuint (back.serial, ==, 7);
  g_assert_cmpuint (back.account, ==, 9);
  g_assert_cmpuint (back.batch_width, ==, G_MAXUINT32 - 3);
  raw[127] ^= 1;
  g_assert_false (journal_header_read (raw, &back));
}

/* Another program's file whose sum is right, and a header of ours with another first octet, are none. */
static void
test_foreign_header (void)
{
  JournalHeader header = { "0123456789abcde", 1, 7, 9, 0 }, back;
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
  g_test_add_func ("/shared/wire/journal/record", test_record);
  g_test_add_func ("/shared/wire/journal/form", test_form);
  g_test_add_func ("/shared/wire/journal/torn", test_torn);
  g_test_add_func ("/shared/wire/journal/old", test_old);
  g_test_add_func ("/shared/wire/journal/ids", test_ids);
  g_test_add_func ("/shared/wire/journal/long-text", test_long_text);
  g_test_add_func ("/shared/wire/journal/flips", test_flips);
  g_test_add_func ("/shared/wire/journal/values", test_values);
  g_test_add_func ("/shared/wire/journal/header", test_header);
  g_test_add_func ("/shared/wire/journal/foreign-header", test_foreign_header);
  return g_test_run ();
}
