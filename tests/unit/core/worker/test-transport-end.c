/* The end of a transport behind its link: what is told, in which order, and what is in the store by then. */
#include "fault.h"
#include "lasting.h"
#include "link-fixture.h"
#include "transport-link.h"

#include <string.h>
#include <unistd.h>

/* --- it goes --- */

/* The first was answered, the second was on the wire, the third had not been begun. */
static void
test_lost_while_outstanding (LinkFixture *fixture, gconstpointer data)
{
  link_fixture_open (fixture);
  link_fixture_send_all (fixture);
  fake_write (JOURNAL_BEGUN, 1, link_fixture_row (fixture, 0));
  fake_write (JOURNAL_ENDED, 1, link_fixture_row (fixture, 0));
  fake_write (JOURNAL_BEGUN, 1, link_fixture_row (fixture, 1));
  fake_leave ();
  WAIT_FOR (link_fixture_has_told (fixture, "closed"));
  g_assert_cmpstr (fixture->told->str, ==, "opened closed:went");
  g_assert_cmpint (fixture->dropped_at_close, ==, 0);
  g_assert_cmpuint (transport_link_count_outstanding (fixture->link), ==, 0);
  g_assert_cmpint (link_fixture_count (fixture, STATE_HANDED), ==, PEOPLE); /* until it is settled nobody may have them */
  link_fixture_settle (fixture);
  g_assert_cmpint (link_fixture_get (fixture, "SELECT state FROM ledger WHERE id=1"), ==, STATE_ACCEPTED);
  g_assert_cmpint (link_fixture_get (fixture, "SELECT state FROM ledger WHERE id=2"), ==, STATE_UNKNOWN);
  g_assert_cmpint (link_fixture_get (fixture, "SELECT state FROM ledger WHERE id=3"), ==, STATE_QUEUED);
}

/* Its journal keeps less of the server's words than it had told. Rows that it gave back are in the journal's hand-over still. */
static void
test_outcomes_outlive (LinkFixture *fixture, gconstpointer data)
{
  link_fixture_open (fixture);
  link_fixture_send_all (fixture);
  fake_tell (1, link_fixture_row (fixture, 0), 1);
  WAIT_FOR (link_fixture_has_told (fixture, "outcomes"));
  g_array_remove_index (fake.rows, 0);
  transport_link_recall (fixture->link, 1);
  WAIT_FOR (link_fixture_has_told (fixture, "recalled"));
  fake_leave ();
  WAIT_FOR (link_fixture_has_told (fixture, "closed:went"));
  g_assert_cmpuint (transport_link_get_outcomes (fixture->link)->len, ==, 1);
  g_assert_cmpuint (transport_link_get_recalled (fixture->link)->len, ==, 0);
}

/* Whoever holds the journal's lock may still be sending. */
static void
test_busy (LinkFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->part.keeps_journal = TRUE;
  link_fixture_open (fixture);
  link_fixture_send_all (fixture);
  fake_leave ();
  WAIT_FOR (link_fixture_has_told (fixture, "closed:went"));
  g_assert_cmpint (transport_link_settle (fixture->link, &error), ==, TRANSPORT_BUSY);
  g_assert_no_error (error);
  g_assert_false (transport_link_is_settled (fixture->link));
  g_assert_cmpint (link_fixture_count (fixture, STATE_HANDED), ==, PEOPLE);
  close (fake.journal);
  fake.journal = -1;
  link_fixture_settle (fixture);
  g_assert_cmpint (link_fixture_count (fixture, STATE_QUEUED), ==, PEOPLE);
}

/* A link that is made anew, as by another core, finds what was left. The first one is freed with a question open and words unheard. */
static void
test_left_behind (LinkFixture *fixture, gconstpointer data)
{
  fixture->part.ignores = "BeginCampaign";
  link_fixture_open (fixture);
  link_fixture_send_all (fixture);
  link_fixture_begin (fixture, NULL);
  WAIT_FOR (strstr (fake.heard->str, "BeginCampaign") != NULL);
  fake_tell (1, link_fixture_row (fixture, 0), 1);
  g_usleep (50000); /* it waits in our main loop now */
  link_fixture_renew (fixture, TRANSPORT_SENDS);
  WAIT_FOR (fake.skeleton == NULL);
  link_fixture_settle (fixture);
  g_assert_cmpint (link_fixture_count (fixture, STATE_QUEUED), ==, PEOPLE);
  g_assert_cmpstr (fixture->told->str, ==, "opened"); /* of the first one's end nothing is told */
}

static void
test_silent_calls (LinkFixture *fixture, gconstpointer data)
{
  link_fixture_open (fixture);
  fixture->part.leaves_at = "BeginCampaign";
  link_fixture_begin (fixture, NULL);
  WAIT_FOR (link_fixture_has_told (fixture, "closed:went"));
  link_fixture_calm_down ();
  g_assert_cmpstr (fixture->told->str, ==, "opened closed:went"); /* no answer behind the end */
}

/* --- it lies --- */

typedef enum { LIE_STRANGER, LIE_ATTEMPT, LIE_CAMPAIGN, LIE_TWICE, LIE_RECALL, LIE_SEND, LIE_CONTRACT, LIE_SEEN_ABOVE } Lie;

static const struct { const char *name; Lie lie; } lies[] = {
  { "stranger", LIE_STRANGER }, { "attempt", LIE_ATTEMPT },   { "campaign", LIE_CAMPAIGN },   { "twice", LIE_TWICE },
  { "recall", LIE_RECALL },     { "send", LIE_SEND },         { "contract", LIE_CONTRACT },   { "seen-above", LIE_SEEN_ABOVE },
};

static void
lie (LinkFixture *fixture, Lie which)
{
  LedgerHanded stranger = { 999, 1 }, another = { link_fixture_row (fixture, 1)->recipient, 7 };
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_RECIPIENTS);

  switch (which) {
  case LIE_STRANGER:
    fake_tell (1, &stranger, 1);
    break;
  case LIE_ATTEMPT:
    fake_tell (1, &another, 1);
    break;
  case LIE_CAMPAIGN:
    fake_tell (2, link_fixture_row (fixture, 1), 1);
    break;
  case LIE_TWICE:
    fake_tell (1, link_fixture_row (fixture, 0), 1);
    break;
  case LIE_RECALL:
    g_array_append_val (fake.rows, stranger);
    transport_link_recall (fixture->link, 1);
    break;
  case LIE_SEND:
    fixture->part.refuses = "Send";
    transport_link_send (fixture->link, 1, frame_writer_finish (frame), fixture->rows);
    break;
  case LIE_CONTRACT:
    pr_transport2_emit_paused (fake.skeleton, "no word at all", "x");
    break;
  case LIE_SEEN_ABOVE:
  default:
    transport_link_drop (fixture->link, "seen above");
  }
}

/* It has told one outcome that nobody has recorded, and its journal says that all were accepted. */
static void
prepare_lie (LinkFixture *fixture)
{
  link_fixture_open (fixture);
  link_fixture_send_all (fixture);
  for (guint i = 0; i < PEOPLE; i++)
    fake_write (JOURNAL_ENDED, 1, link_fixture_row (fixture, i));
  fake_tell (1, link_fixture_row (fixture, 0), 1);
  WAIT_FOR (link_fixture_has_told (fixture, "outcomes"));
  g_assert_cmpuint (transport_link_get_outcomes (fixture->link)->len, ==, 1);
}

static void
test_lies (LinkFixture *fixture, gconstpointer data)
{
  prepare_lie (fixture);
  lie (fixture, (Lie) GPOINTER_TO_INT (data));
  WAIT_FOR (link_fixture_has_told (fixture, "closed"));
  g_assert_cmpstr (fixture->told->str, ==, "opened outcomes closed:violated");
  g_assert_cmpint (fixture->dropped_at_kill, ==, 1); /* durable while it still lived */
  g_assert_cmpint (fixture->dropped_at_close, ==, 1);
  g_assert_cmpuint (transport_link_get_outcomes (fixture->link)->len, ==, 0);
  g_assert_cmpuint (transport_link_get_recalled (fixture->link)->len, ==, 0);
  link_fixture_settle (fixture);
  g_assert_cmpint (link_fixture_count (fixture, STATE_UNKNOWN), ==, PEOPLE); /* whatever it said, and wherever */
}

/* The disk is full when that is to be written down: nothing is settled before it has been. */
static void
test_lies_unwritten (LinkFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  prepare_lie (fixture);
  link_fixture_run (fixture, "CREATE TRIGGER full BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT,'full'); END");
  lie (fixture, LIE_STRANGER);
  WAIT_FOR (link_fixture_has_told (fixture, "closed:violated"));
  g_assert_cmpint (fixture->dropped_at_close, ==, 0);
  g_assert_cmpuint (transport_link_get_outcomes (fixture->link)->len, ==, 0);
  g_assert_cmpint (transport_link_settle (fixture->link, &error), ==, TRANSPORT_FAILED);
  g_assert_nonnull (error);
  g_assert_cmpint (link_fixture_count (fixture, STATE_HANDED), ==, PEOPLE);
  link_fixture_run (fixture, "DROP TRIGGER full");
  link_fixture_settle (fixture);
  g_assert_cmpint (link_fixture_count (fixture, STATE_UNKNOWN), ==, PEOPLE);
}

/* Between the lie and its end nothing that it says is heard. */
static void
test_lies_on (LinkFixture *fixture, gconstpointer data)
{
  prepare_lie (fixture);
  transport_link_drop (fixture->link, "seen above");
  g_assert_cmpuint (transport_link_get_outcomes (fixture->link)->len, ==, 0); /* at once: no turn in between may record it */
  g_assert_false (transport_link_is_open (fixture->link));
  if (fake.skeleton != NULL)
    fake_tell (1, link_fixture_row (fixture, 1), 1);
  WAIT_FOR (link_fixture_has_told (fixture, "closed"));
  g_assert_cmpstr (fixture->told->str, ==, "opened outcomes closed:violated");
}

/* --- it does not come to be open --- */

static void
test_refuses (LinkFixture *fixture, gconstpointer data)
{
  fixture->part.refuses = "OpenAccount";
  g_assert_true (transport_link_open (fixture->link, fixture->account, NULL));
  WAIT_FOR (fixture->told->len > 0);
  g_assert_error (fixture->error, FAULT, FAULT_UNAVAILABLE);
  g_assert_cmpstr (fixture->error->message, ==, "template: line 1 column 2: no");
  g_assert_true (transport_link_is_closed (fixture->link));
  WAIT_FOR (fake.skeleton == NULL); /* it leaves, and its lock with it */
  link_fixture_settle (fixture);
  g_assert_cmpstr (fixture->told->str, ==, "unopened");
}

static void
test_goes_early (LinkFixture *fixture, gconstpointer data)
{
  fixture->part.leaves_at = "OpenAccount";
  g_assert_true (transport_link_open (fixture->link, fixture->account, NULL));
  g_assert_true (transport_link_is_reaching (fixture->link));
  WAIT_FOR (fixture->told->len > 0);
  link_fixture_calm_down ();
  g_assert_cmpstr (fixture->told->str, ==, "closed:went");
  link_fixture_settle (fixture);
}

static void
test_cannot_start (LinkFixture *fixture, gconstpointer data)
{
  fixture->part.cannot_start = TRUE;
  g_assert_true (transport_link_open (fixture->link, fixture->account, NULL));
  g_assert_cmpstr (fixture->told->str, ==, ""); /* never from inside */
  WAIT_FOR (fixture->told->len > 0);
  g_assert_cmpstr (fixture->told->str, ==, "unopened");
  g_assert_error (fixture->error, FAULT, FAULT_OS);
  link_fixture_settle (fixture);
}

static void
test_no_journal (LinkFixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (fixture->home, "journals", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (folder, "", 0, NULL)); /* where a folder should be */
  g_assert_false (transport_link_open (fixture->link, fixture->account, &error));
  g_assert_error (error, FAULT, FAULT_CANT_CREATE);
  g_assert_true (transport_link_is_closed (fixture->link));
  g_assert_true (transport_link_is_settled (fixture->link));
  link_fixture_calm_down ();
  g_assert_null (fake.skeleton);
  g_assert_cmpstr (fixture->told->str, ==, "");
}

static void
test_freed_in_event (LinkFixture *fixture, gconstpointer data)
{
  fixture->frees_itself = TRUE;
  fixture->part.leaves_at = data; /* NULL: in `opened`; else in `closed` */
  g_assert_true (transport_link_open (fixture->link, fixture->account, NULL));
  WAIT_FOR (fixture->told->len > 0);
  g_assert_null (fixture->link);
  WAIT_FOR (fake.skeleton == NULL);
  link_fixture_calm_down ();
  g_assert_cmpstr (fixture->told->str, ==, data != NULL ? "closed:went" : "opened");
}

int
main (int argc, char *argv[])
{
  static const struct { const char *path; void (*func) (LinkFixture *fixture, gconstpointer data); gconstpointer data; } rows[] = {
    { "/core/worker/transport-end/lost-while-outstanding", test_lost_while_outstanding, NULL },
    { "/core/worker/transport-end/outcomes-outlive", test_outcomes_outlive, NULL },
    { "/core/worker/transport-end/busy", test_busy, NULL },
    { "/core/worker/transport-end/left-behind", test_left_behind, NULL },
    { "/core/worker/transport-end/silent-calls", test_silent_calls, NULL },
    { "/core/worker/transport-end/lies-unwritten", test_lies_unwritten, NULL },
    { "/core/worker/transport-end/lies-on", test_lies_on, NULL },
    { "/core/worker/transport-end/refuses", test_refuses, NULL },
    { "/core/worker/transport-end/goes-early", test_goes_early, NULL },
    { "/core/worker/transport-end/cannot-start", test_cannot_start, NULL },
    { "/core/worker/transport-end/no-journal", test_no_journal, NULL },
    { "/core/worker/transport-end/freed-in-opened", test_freed_in_event, NULL },
    { "/core/worker/transport-end/freed-in-closed", test_freed_in_event, "OpenAccount" },
  };

  fault_quark ();
  g_test_init (&argc, &argv, NULL);
  if (lasting_skip_all ())
    return 0;
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK); /* deaths and lies may be warned of */
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_test_add (rows[i].path, LinkFixture, rows[i].data, link_fixture_set_up, rows[i].func, link_fixture_tear_down);
  for (gsize i = 0; i < G_N_ELEMENTS (lies); i++) {
    g_autofree char *path = g_strconcat ("/core/worker/transport-end/lies/", lies[i].name, NULL);

    g_test_add (path, LinkFixture, GINT_TO_POINTER (lies[i].lie), link_fixture_set_up, test_lies, link_fixture_tear_down);
  }
  return g_test_run ();
}
