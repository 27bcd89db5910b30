/* Records that core keeps for a transport: durable before it is told so, handed over when they are wanted, and nobody else's. */
#include "fault.h"
#include "frame.h"
#include "link-fixture.h"

#include <string.h>

static const KindRecord records[] = { { "identity", TRUE }, { "session", FALSE }, { NULL, FALSE } };
static AccountKind      kind_with_records;

static void
open_with_records (LinkFixture *fixture)
{
  kind_with_records = *kinds[0];
  kind_with_records.records = records;
  fixture->account->kind = &kind_with_records;
  link_fixture_open (fixture);
}

typedef struct {
  const char *key, *value;
  gsize       length; /* of the value; 0: its text */
} Kept;

static GVariant *
write_records (const Kept *kept, guint n)
{
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_STATE);

  for (guint i = 0; i < n; i++) {
    g_autofree char *large = kept[i].length > 0 ? g_strnfill (kept[i].length, 'x') : NULL;

    frame_writer_row (frame, 0, 0, 2);
    frame_writer_string (frame, kept[i].key);
    frame_writer_string (frame, large != NULL ? large : kept[i].value);
  }
  return frame_writer_finish (frame);
}

static void
change (guint64 serial, const char *key, const char *value)
{
  Kept kept = { key, value, 0 };

  pr_transport2_emit_state_changed (fake.skeleton, serial, write_records (&kept, 1));
}

static void
want (guint64 serial, const char *key)
{
  const char *keys[] = { key, "session/nobody", NULL };

  pr_transport2_emit_state_wanted (fake.skeleton, serial, keys);
}

static void
test_kept (LinkFixture *fixture, gconstpointer data)
{
  open_with_records (fixture);
  change (1, "identity/own", "me");
  change (2, "session/ann", "one");
  want (1, "session/ann");
  change (3, "session/ann", "two");
  change (4, "session/ben", "three");
  change (5, "session/ben", "");
  want (2, "session/ann");
  WAIT_FOR (strstr (fake.state->str, "given:2") != NULL);
  g_assert_cmpstr (fake.state->str, ==, "opened kept:1 kept:2 given:1:session/ann=one kept:3 kept:4 kept:5 given:2:session/ann=two");
  g_assert_cmpint (link_fixture_get (fixture, "SELECT count(*) FROM account_record WHERE account=1"), ==, 2);
}

/* What is wanted first comes with the account; the rest when it is asked for. Another account's stays where it is. */
static void
test_handed_over (LinkFixture *fixture, gconstpointer data)
{
  link_fixture_run (fixture, "INSERT INTO account(id,name,address,settings,created_utc) VALUES(2,'b','b@example.org',x'',1)");
  link_fixture_run (fixture, "INSERT INTO account_record VALUES(1,'identity/own','me'),(1,'session/ann','one'),(1,'identity0','no'),"
                             "(2,'identity/own','another'),(2,'session/ann','hers')");
  open_with_records (fixture);
  want (1, "session/ann");
  WAIT_FOR (strstr (fake.state->str, "given") != NULL);
  g_assert_cmpstr (fake.state->str, ==, "opened:identity/own=me given:1:session/ann=one");
}

/* Nothing is said to be kept that is not: it is tried again, in order, until the store takes it. */
static void
test_full_disk (LinkFixture *fixture, gconstpointer data)
{
  open_with_records (fixture);
  link_fixture_run (fixture, "CREATE TEMP TRIGGER full BEFORE INSERT ON main.account_record BEGIN SELECT raise(ABORT, 'full'); END");
  change (1, "session/ann", "one");
  change (2, "session/ann", "two");
  want (1, "session/ann");
  link_fixture_calm_down ();
  g_assert_cmpstr (fake.state->str, ==, "opened");
  link_fixture_run (fixture, "DROP TRIGGER full");
  WAIT_FOR (strstr (fake.state->str, "given") != NULL);
  g_assert_cmpstr (fake.state->str, ==, "opened kept:1 kept:2 given:1:session/ann=two");
}

/* Each ends it, and leaves no record. */
static void
test_lies (LinkFixture *fixture, gconstpointer data)
{
  static const struct {
    guint64 serial;
    Kept    kept;
  } rows[] = {
    { 1, { "password/own", "x", 0 } }, { 1, { "session", "x", 0 } }, { 1, { "session/", "x", 0 } },       { 1, { "", "x", 0 } },
    { 1, { "session/a b", "x", 0 } },  { 2, { "session/ann", "x", 0 } }, { 0, { "session/ann", "x", 0 } }, { 1, { "session/ann", "", (64 << 10) + 1 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("row %" G_GSIZE_FORMAT, i);
    g_string_truncate (fixture->told, 0);
    open_with_records (fixture);
    pr_transport2_emit_state_changed (fake.skeleton, rows[i].serial, write_records (&rows[i].kept, 1));
    WAIT_FOR (link_fixture_has_told (fixture, "closed:violated"));
    link_fixture_settle (fixture);
  }
  g_assert_cmpint (link_fixture_get (fixture, "SELECT count(*) FROM account_record"), ==, 0);
}

/* A kind without records: neither is there anything to keep, nor to ask for. */
static void
test_no_records (LinkFixture *fixture, gconstpointer data)
{
  link_fixture_open (fixture);
  if (data != NULL)
    want (1, "session/ann");
  else
    change (1, "session/ann", "one");
  WAIT_FOR (link_fixture_has_told (fixture, "closed:violated"));
}

/* Sixty-four may wait, and no more. */
static void
test_flood (LinkFixture *fixture, gconstpointer data)
{
  open_with_records (fixture);
  link_fixture_run (fixture, "CREATE TEMP TRIGGER full BEFORE INSERT ON main.account_record BEGIN SELECT raise(ABORT, 'full'); END");
  for (guint64 i = 1; i <= 64; i++)
    change (i, "session/ann", "one");
  link_fixture_calm_down ();
  g_assert_true (transport_link_is_open (fixture->link));
  change (65, "session/ann", "one");
  WAIT_FOR (link_fixture_has_told (fixture, "closed:violated"));
}

int
main (int argc, char *argv[])
{
  static const LinkTest tests[] = {
    { "/core/worker/transport-state/kept", test_kept, NULL },
    { "/core/worker/transport-state/handed-over", test_handed_over, NULL },
    { "/core/worker/transport-state/full-disk", test_full_disk, NULL },
    { "/core/worker/transport-state/lies", test_lies, NULL },
    { "/core/worker/transport-state/nothing-to-keep", test_no_records, NULL },
    { "/core/worker/transport-state/nothing-to-ask", test_no_records, "" },
    { "/core/worker/transport-state/flood", test_flood, NULL },
    { NULL, NULL, NULL },
  };

  return link_fixture_main (argc, argv, tests);
}
