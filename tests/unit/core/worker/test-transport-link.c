/* The link to a transport, against one that is made up on the other end of the socketpair: what it is told and what it tells while all goes well. */
#include "fault.h"
#include "link-fixture.h"
#include "transport-link.h"

#include <string.h>

/* --- a good one --- */

static void
test_opens (LinkFixture *fixture, gconstpointer data)
{
  guint8 raw[JOURNAL_RECORD_LEN];
  JournalHeader header;
  guint32 connections = 0;

  transport_link_set_connections (fixture->link, 3);
  link_fixture_open (fixture);
  g_assert_no_error (fixture->error);
  g_assert_true (g_variant_lookup (fake.settings, "connections", "u", &connections));
  g_assert_cmpuint (connections, ==, 3);
  g_assert_cmpint (pread (fake.journal, raw, sizeof raw, 0), ==, sizeof raw);
  g_assert_true (journal_header_read (raw, &header));
  g_assert_cmpuint (header.serial, ==, transport_link_get_serial (fixture->link));
  g_assert_cmpuint (header.account, ==, 1);
  transport_link_close (fixture->link);
  g_assert_false (transport_link_is_open (fixture->link));
  g_assert_false (transport_link_is_closed (fixture->link));
  WAIT_FOR (transport_link_is_closed (fixture->link));
  g_assert_cmpstr (fixture->told->str, ==, "opened closed:asked");
  g_assert_cmpstr (fake.heard->str, ==, "OpenAccount Drain");
  g_assert_cmpint (fixture->dropped_at_close, ==, 0);
  link_fixture_settle (fixture);
  transport_link_resume (fixture->link); /* all of these are nothing to a closed one */
  transport_link_recall (fixture->link, 1);
  transport_link_close (fixture->link);
  g_string_truncate (fixture->told, 0);
  link_fixture_open (fixture); /* and it opens again */
  g_assert_cmpuint (transport_link_get_serial (fixture->link), ==, header.serial + 1);
}

static void
test_begins (LinkFixture *fixture, gconstpointer data)
{
  int tag = 0;

  link_fixture_open (fixture);
  link_fixture_begin (fixture, &tag);
  WAIT_FOR (link_fixture_has_told (fixture, "begun"));
  g_assert_cmpstr (fixture->told->str, ==, "opened begun:1:name");
  g_assert_true (fixture->tag == &tag);
  fixture->part.refuses = "BeginCampaign";
  link_fixture_begin (fixture, NULL);
  WAIT_FOR (link_fixture_has_told (fixture, "unbegun"));
  g_assert_error (fixture->error, FAULT, FAULT_DATA);
  g_assert_cmpstr (fixture->error->message, ==, "template: line 1 column 2: no");
  g_assert_true (transport_link_is_open (fixture->link)); /* a bad template is no lie */
}

static void
test_outcomes (LinkFixture *fixture, gconstpointer data)
{
  const GArray *outcomes = transport_link_get_outcomes (fixture->link);

  link_fixture_open (fixture);
  link_fixture_send_all (fixture);
  fake_tell (1, link_fixture_row (fixture, 0), 2);
  WAIT_FOR (link_fixture_has_told (fixture, "outcomes"));
  g_assert_cmpuint (outcomes->len, ==, 2);
  g_assert_cmpuint (g_array_index (outcomes, LedgerOutcome, 1).recipient, ==, link_fixture_row (fixture, 1)->recipient);
  g_assert_cmpint (g_array_index (outcomes, LedgerOutcome, 1).outcome, ==, OUTCOME_ACCEPTED);
  g_assert_cmpuint (transport_link_count_outstanding (fixture->link), ==, 1);
  g_assert_cmpuint (transport_link_count_outstanding_of (fixture->link, 1), ==, 1);
  g_assert_cmpuint (transport_link_count_outstanding_of (fixture->link, 2), ==, 0);
  g_assert_cmpuint (transport_link_get_first_outstanding (fixture->link, 1), ==, link_fixture_row (fixture, 2)->recipient);
  transport_link_note_recorded (fixture->link);
  g_assert_cmpuint (outcomes->len, ==, 0);
}

static void
test_recalls (LinkFixture *fixture, gconstpointer data)
{
  const GArray *recalled = transport_link_get_recalled (fixture->link);

  link_fixture_open (fixture);
  link_fixture_send_all (fixture);
  g_array_remove_index (fake.rows, 0); /* on the wire */
  transport_link_recall (fixture->link, 1);
  WAIT_FOR (link_fixture_has_told (fixture, "recalled:1"));
  g_assert_cmpuint (recalled->len, ==, PEOPLE - 1);
  g_assert_cmpuint (g_array_index (recalled, TransportRow, 0).campaign, ==, 1);
  g_assert_cmpuint (g_array_index (recalled, TransportRow, 0).recipient, ==, link_fixture_row (fixture, 1)->recipient);
  g_assert_cmpuint (g_array_index (recalled, TransportRow, 0).attempt, ==, link_fixture_row (fixture, 1)->attempt);
  g_assert_cmpuint (transport_link_count_outstanding (fixture->link), ==, 1);
}

static void
test_paused (LinkFixture *fixture, gconstpointer data)
{
  link_fixture_open (fixture);
  pr_transport2_emit_paused (fake.skeleton, "login", "535 no");
  WAIT_FOR (link_fixture_has_told (fixture, "paused"));
  g_assert_cmpstr (fixture->told->str, ==, "opened paused:login:535 no");
  g_assert_true (transport_link_is_open (fixture->link));
  transport_link_resume (fixture->link);
  WAIT_FOR (strstr (fake.heard->str, "Resume") != NULL);
}

/* --- connections --- */

static void
test_dials (LinkFixture *fixture, gconstpointer data)
{
  transport_link_set_connections (fixture->link, 2);
  link_fixture_open (fixture);
  pr_transport2_emit_need_connection (fake.skeleton, 0, 5);
  WAIT_FOR (transport_link_is_reaching (fixture->link));
  WAIT_FOR (!transport_link_is_reaching (fixture->link));
  link_fixture_calm_down ();
  g_assert_cmpuint (fake.dials, ==, 2); /* as many as there may be */
  g_assert_cmpuint (fake.endpoint, ==, 0);
  g_assert_true (g_str_has_prefix (fake.peer, "127.0.0.1:") && !g_str_has_suffix (fake.peer, ":1")); /* as the socket says, not as dial does */
  g_assert_cmpstr (fake.heard->str, ==, "OpenAccount AddConnection AddConnection");
  g_assert_cmpstr (fixture->told->str, ==, "opened");
}

/* Where its account leads nowhere, nobody is dialed for it. */
static void
test_no_endpoint (LinkFixture *fixture, gconstpointer data)
{
  static const guint endpoints[] = { 1, KIND_ENDPOINTS_MAX, G_MAXUINT };

  for (gsize i = 0; i < G_N_ELEMENTS (endpoints); i++) {
    g_string_truncate (fixture->told, 0);
    link_fixture_open (fixture);
    pr_transport2_emit_need_connection (fake.skeleton, endpoints[i], 1);
    WAIT_FOR (link_fixture_has_told (fixture, "closed:violated"));
    link_fixture_settle (fixture);
  }
  g_assert_cmpuint (fake.dials, ==, 0);
}

static void
test_lost (LinkFixture *fixture, gconstpointer data)
{
  link_fixture_open (fixture);
  link_fixture_send_all (fixture);
  pr_transport2_emit_connection_lost (fake.skeleton, 0, "hung up");
  pr_transport2_emit_silent (fake.skeleton, "no greeting");
  WAIT_FOR (link_fixture_has_told (fixture, "silent"));
  g_assert_cmpstr (fixture->told->str, ==, "opened lost:connection:hung up lost:silent:no greeting");
  g_assert_true (transport_link_is_open (fixture->link));
  g_assert_cmpuint (transport_link_count_outstanding (fixture->link), ==, PEOPLE);
}

static void
test_lost_dial (LinkFixture *fixture, gconstpointer data)
{
  fixture->part.cannot_dial = TRUE;
  link_fixture_open (fixture);
  pr_transport2_emit_need_connection (fake.skeleton, 0, 1);
  WAIT_FOR (link_fixture_has_told (fixture, "lost:dial:refused"));
  fixture->part.cannot_dial = FALSE;
  pr_transport2_emit_need_connection (fake.skeleton, 0, 1);
  link_fixture_calm_down ();
  g_assert_cmpuint (fake.dials, ==, 1); /* nobody hammers: only behind a resume */
  transport_link_resume (fixture->link);
  WAIT_FOR (strstr (fake.heard->str, "Resume") != NULL);
  pr_transport2_emit_need_connection (fake.skeleton, 0, 1);
  WAIT_FOR (strstr (fake.heard->str, "AddConnection") != NULL);
  g_assert_cmpuint (fake.dials, ==, 2);
}

static void
test_hold (LinkFixture *fixture, gconstpointer data)
{
  link_fixture_open (fixture);
  transport_link_hold (fixture->link);
  pr_transport2_emit_need_connection (fake.skeleton, 0, 1);
  link_fixture_calm_down ();
  g_assert_cmpuint (fake.dials, ==, 0);
}

/* --- those that do not send --- */

static void
result_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
test_tries (LinkFixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *address = NULL, *wanted = g_strdup_printf ("127.0.0.1:%u", account_get_number (fixture->account, SETTING_PORT));
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) report = NULL;

  link_fixture_reopen_as (fixture, TRANSPORT_TRIES);
  pr_transport2_emit_need_connection (fake.skeleton, 0, 1); /* it is not heard: there is one connection, the test's */
  transport_link_test_async (fixture->link, NULL, result_cb, &result);
  WAIT_FOR (result != NULL);
  report = transport_link_test_finish (result, &address, &error);
  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (report, "greeting", "&s", NULL));
  g_assert_cmpstr (address, ==, wanted);
  g_assert_cmpstr (fake.heard->str, ==, "OpenAccount AddConnection Test");
  g_assert_cmpuint (fake.dials, ==, 1);
}

/* data: what it refuses; NULL: it is not reached. */
static void
test_tries_in_vain (LinkFixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fixture->part.cannot_dial = data == NULL;
  link_fixture_reopen_as (fixture, TRANSPORT_TRIES);
  fixture->part.refuses = data;
  transport_link_test_async (fixture->link, NULL, result_cb, &result);
  WAIT_FOR (result != NULL);
  g_assert_null (transport_link_test_finish (result, NULL, &error));
  g_assert_error (error, FAULT, FAULT_UNAVAILABLE);
  g_assert_cmpstr (fixture->told->str, ==, data == NULL ? "opened lost:dial:refused" : "opened");
}

static void
test_composes (LinkFixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL, late = NULL;
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_RECIPIENTS);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) messages = NULL, rows = g_variant_ref_sink (frame_writer_finish (frame));

  link_fixture_reopen_as (fixture, TRANSPORT_COMPOSES);
  link_fixture_begin (fixture, NULL);
  WAIT_FOR (link_fixture_has_told (fixture, "begun:1:name"));
  transport_link_preview_async (fixture->link, 1, rows, result_cb, &result);
  WAIT_FOR (result != NULL);
  messages = transport_link_preview_finish (result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (fake.heard->str, ==, "BeginCampaign Preview"); /* no account, no journal */
  fake_leave ();
  WAIT_FOR (link_fixture_has_told (fixture, "closed:went"));
  transport_link_preview_async (fixture->link, 1, rows, result_cb, &late); /* the callback always comes */
  WAIT_FOR (late != NULL);
  g_assert_null (transport_link_preview_finish (late, &error));
  g_assert_error (error, FAULT, FAULT_TEMP);
}

int
main (int argc, char *argv[])
{
  static const LinkTest tests[] = {
    { "/core/worker/transport-link/opens", test_opens, NULL },
    { "/core/worker/transport-link/begins", test_begins, NULL },
    { "/core/worker/transport-link/outcomes", test_outcomes, NULL },
    { "/core/worker/transport-link/recalls", test_recalls, NULL },
    { "/core/worker/transport-link/paused", test_paused, NULL },
    { "/core/worker/transport-link/dials", test_dials, NULL },
    { "/core/worker/transport-link/no-endpoint", test_no_endpoint, NULL },
    { "/core/worker/transport-link/lost", test_lost, NULL },
    { "/core/worker/transport-link/lost-dial", test_lost_dial, NULL },
    { "/core/worker/transport-link/hold", test_hold, NULL },
    { "/core/worker/transport-link/tries", test_tries, NULL },
    { "/core/worker/transport-link/tries-unreached", test_tries_in_vain, NULL },
    { "/core/worker/transport-link/tries-refused", test_tries_in_vain, "Test" },
    { "/core/worker/transport-link/composes", test_composes, NULL },
    { NULL, NULL, NULL },
  };

  return link_fixture_main (argc, argv, tests);
}
