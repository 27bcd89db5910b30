/* What a transport says of messages later: of those that it was given, once their outcomes are in the store. */
#include "clock.h"
#include "fault.h"
#include "frame.h"
#include "ledger.h"
#include "link-fixture.h"
#include "little-endian.h"

#include <string.h>

static AccountKind kind_with_receipts;

static void
open_with_receipts (LinkFixture *fixture)
{
  kind_with_receipts = *kinds[0];
  kind_with_receipts.traits |= KIND_CAN_RECEIPTS;
  fixture->account->kind = &kind_with_receipts;
  link_fixture_open (fixture);
  link_fixture_send_all (fixture);
}

static void
tell_event (const char *kind, guint64 recipient, guint n_fields, gsize time_length)
{
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_EVENTS);
  guint8 campaign[8] = { 1 }, now[16] = { 0 };

  le_put (now, (guint64) clock_now_utc (), 8);
  frame_writer_row (frame, recipient, 0, n_fields);
  frame_writer_string (frame, kind);
  frame_writer_field (frame, campaign, sizeof campaign);
  for (guint i = 2; i < n_fields - 1; i++)
    frame_writer_string (frame, "");
  frame_writer_field (frame, now, time_length);
  pr_transport2_emit_events (fake.skeleton, frame_writer_finish (frame));
}

/* As a lane's turn does. */
static void
record (LinkFixture *fixture)
{
  const GArray *outcomes = transport_link_get_outcomes (fixture->link);
  g_autoptr (LedgerTally) tally = ledger_tally_new ();

  g_assert_true (database_begin (fixture->core.database, NULL));
  for (guint i = 0; i < outcomes->len; i++)
    g_assert_true (ledger_record (fixture->core.database, &g_array_index (outcomes, LedgerOutcome, i), tally, NULL));
  g_assert_true (ledger_write_tally (fixture->core.database, tally, NULL));
  g_assert_true (database_commit (fixture->core.database, NULL));
  transport_link_note_recorded (fixture->link);
}

static gint64
count_events (LinkFixture *fixture)
{
  return link_fixture_get (fixture, "SELECT count(*) FROM delivery WHERE kind='delivered'");
}

static void
test_after_outcomes (LinkFixture *fixture, gconstpointer data)
{
  open_with_receipts (fixture);
  fake_tell (1, link_fixture_row (fixture, 0), 1);
  tell_event ("delivered", link_fixture_row (fixture, 0)->recipient, 7, 8);
  WAIT_FOR (link_fixture_has_told (fixture, "outcomes"));
  link_fixture_calm_down ();
  g_assert_cmpint (count_events (fixture), ==, 0); /* nothing stands before its outcome does */
  record (fixture);
  g_assert_cmpint (count_events (fixture), ==, 1);
}

/* Tried again with what comes next. */
static void
test_full_disk (LinkFixture *fixture, gconstpointer data)
{
  open_with_receipts (fixture);
  fake_tell (1, link_fixture_row (fixture, 0), 2);
  WAIT_FOR (link_fixture_has_told (fixture, "outcomes"));
  record (fixture);
  link_fixture_run (fixture, "CREATE TEMP TRIGGER full BEFORE INSERT ON main.delivery BEGIN SELECT raise(ABORT, 'full'); END");
  tell_event ("delivered", link_fixture_row (fixture, 0)->recipient, 7, 8);
  link_fixture_calm_down ();
  link_fixture_run (fixture, "DROP TRIGGER full");
  g_assert_cmpint (count_events (fixture), ==, 0);
  tell_event ("delivered", link_fixture_row (fixture, 1)->recipient, 7, 8);
  WAIT_FOR (count_events (fixture) == 2);
}

static void
test_no_receipts (LinkFixture *fixture, gconstpointer data)
{
  link_fixture_open (fixture);
  tell_event ("delivered", 1, 7, 8);
  WAIT_FOR (link_fixture_has_told (fixture, "closed:violated"));
}

static void
test_malformed (LinkFixture *fixture, gconstpointer data)
{
  static const struct { guint n_fields; gsize time_length; } rows[] = { { 6, 8 }, { 8, 8 }, { 7, 7 }, { 7, 9 }, { 7, 0 } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_string_truncate (fixture->told, 0);
    kind_with_receipts = *kinds[0];
    kind_with_receipts.traits |= KIND_CAN_RECEIPTS;
    fixture->account->kind = &kind_with_receipts;
    link_fixture_open (fixture);
    tell_event ("delivered", 1, rows[i].n_fields, rows[i].time_length);
    WAIT_FOR (link_fixture_has_told (fixture, "closed:violated"));
    link_fixture_settle (fixture);
  }
}

/* A report that fits no message is no lie (a provider reports other programs' messages too): it is passed over, and the process goes on. */
static void
test_strangers (LinkFixture *fixture, gconstpointer data)
{
  open_with_receipts (fixture);
  tell_event ("delivered", 4000000, 7, 8);
  tell_event ("invented", link_fixture_row (fixture, 0)->recipient, 7, 8);
  link_fixture_calm_down ();
  g_assert_true (transport_link_is_open (fixture->link));
  g_assert_cmpint (link_fixture_get (fixture, "SELECT count(*) FROM delivery"), ==, 0);
}

int
main (int argc, char *argv[])
{
  static const LinkTest tests[] = {
    { "/core/worker/transport-events/after-outcomes", test_after_outcomes, NULL },
    { "/core/worker/transport-events/full-disk", test_full_disk, NULL },
    { "/core/worker/transport-events/no-receipts", test_no_receipts, NULL },
    { "/core/worker/transport-events/malformed", test_malformed, NULL },
    { "/core/worker/transport-events/strangers", test_strangers, NULL },
    { NULL, NULL, NULL },
  };

  return link_fixture_main (argc, argv, tests);
}
