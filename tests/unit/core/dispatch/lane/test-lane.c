/* A lane against a transport that plays a part (player.c): from the hand-over to the ledger's last word. */
#include "campaigns.h"
#include "composer.h"
#include "database-open.h"
#include "database.h"
#include "fault.h"
#include "lanes.h"
#include "lasting.h"
#include "ledger.h"
#include "prepare.h"
#include "progress.h"
#include "recovery.h"
#include "rollback-guard.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PEOPLE 4
#define PATIENCE_US (120 * (gint64) G_USEC_PER_SEC) /* a busy machine under sanitizers; nothing here takes a tenth of it */

typedef struct {
  char *home;
  Core  core;
} Fixture;

static gboolean is_vault_locked = FALSE;

static void
is_suppressed_cb (sqlite3_context *context, int n, sqlite3_value **values)
{
  sqlite3_result_int (context, 0);
  if (is_vault_locked) { /* as suppression.c does */
    sqlite3_result_error (context, "the vault is locked", -1);
    sqlite3_result_error_code (context, SQLITE_AUTH);
  }
}

static void
changed_cb (guint64 campaign, gpointer data)
{
}

static void
run (Fixture *fixture, const char *sql)
{
  g_autoptr (GError) error = NULL;

  database_run (fixture->core.database, &error, sql, "");
  g_assert_no_error (error);
}

/* data: the part. */
static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  fixture->home = lasting_make_folder ("lane-XXXXXX");
  path = g_build_filename (fixture->home, "store.db", NULL);
  fixture->core = (Core){ .home = fixture->home, .state = fixture->home, .database = database_open (path, &error), .progress = progress_new (changed_cb, NULL) };
  g_assert_no_error (error);
  sqlite3_create_function (database_get_sqlite (fixture->core.database), "is_suppressed", 4, SQLITE_UTF8, NULL, is_suppressed_cb, NULL, NULL);
  g_assert_true (database_run (fixture->core.database, &error,
                               "INSERT INTO account(id,name,address,settings,created_utc) VALUES(1,'a','a@example.org',fields('host','localhost','port',25,'tls','none','pin',?),1)", "s", data));
  g_assert_no_error (error);
  fixture->core.lanes = lanes_new (&fixture->core);
  fixture->core.composer = composer_new (&fixture->core);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", fixture->home);

  lanes_free (fixture->core.lanes);
  composer_free (fixture->core.composer);
  progress_free (fixture->core.progress);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  database_close (fixture->core.database);
  g_assert_cmpint (system (command), ==, 0);
  g_free (fixture->home);
}

static void
add_campaign (Fixture *fixture, gint64 id, CampaignState state, gint64 people)
{
  g_autoptr (GError) error = NULL;
  Database *database = fixture->core.database;

  database_run (database, &error, "INSERT INTO campaign(id,identity,account,state,sender,subject,columns,lifetime_s,version,created_utc)"
                            " VALUES(?,randomblob(16),1,?,'a@example.org','s',x'70686f6e65',86400,1,1)", "ii", id, (gint64) state);
  g_assert_no_error (error);
  database_run (database, &error, "INSERT INTO campaign_version(campaign,version,subject,html,text,created_utc) VALUES(?,1,'s','','hello',1)", "i", id);
  g_assert_no_error (error);
  for (gint64 i = 1; i <= people; i++) {
    g_autofree char *address = g_strdup_printf ("p%" G_GINT64_FORMAT "@example.org", i);

    g_assert_true (database_run (database, NULL, "INSERT INTO snapshot(campaign,id,contact,address,address_key,fields) VALUES(?1,?2,?2,?3,?3,x'00000000')", "iis", id, i, address));
  }
  g_assert_true (database_run (database, NULL, "INSERT INTO part(campaign,position,account,first,last,next_recipient) VALUES(?,1,1,1,?,1)", "ii", id, people));
  g_assert_true (database_run (database, NULL, "INSERT INTO tally VALUES(?,0,?)", "ii", id, people));
}

static gint64
count (Fixture *fixture, guint64 campaign, State state)
{
  gint64 counts[STATE_COUNT];

  g_assert_true (ledger_get_counts (fixture->core.database, campaign, counts, NULL));
  return counts[state];
}

static gint64
get_int (Fixture *fixture, const char *sql)
{
  gint64 value = -1;

  g_assert_cmpint (database_get_int (fixture->core.database, &value, NULL, sql, ""), ==, 1);
  return value;
}

static CampaignState
get_state (Fixture *fixture, guint64 id)
{
  g_autoptr (Campaign) campaign = campaign_load (&fixture->core, id, NULL);

  g_assert_nonnull (campaign);
  return campaign->state;
}

static Lane *
start (Fixture *fixture)
{
  Lane *lane = lanes_get (fixture->core.lanes, 1);

  add_campaign (fixture, 1, CAMPAIGN_SENDING, PEOPLE);
  lane_add_campaign (lane, 1);
  return lane;
}

#define WAIT_FOR(condition)                                                          \
  for (gint64 until_us = g_get_monotonic_time () + PATIENCE_US;;) {                  \
    if (condition)                                                                   \
      break;                                                                         \
    g_assert_cmpint (g_get_monotonic_time (), <, until_us);                          \
    if (!g_main_context_iteration (NULL, FALSE))                                     \
      g_usleep (1000);                                                               \
  }

static void
assert_reason (Lane *lane, const char *reason)
{
  LaneStatus status;

  lane_describe (lane, 1, &status);
  g_assert_true (status.is_waiting);
  g_assert_cmpstr (status.reason, ==, reason);
  g_assert_cmpstr (status.text, !=, "");
}

static gboolean
is_waiting_for (Lane *lane, const char *reason)
{
  LaneStatus status;

  lane_describe (lane, 1, &status);
  return status.is_waiting && strcmp (status.reason, reason) == 0;
}

static void
test_done (Fixture *fixture, gconstpointer data)
{
  Lane *lane = start (fixture);

  WAIT_FOR (get_state (fixture, 1) == CAMPAIGN_DONE);
  g_assert_cmpint (count (fixture, 1, STATE_ACCEPTED), ==, PEOPLE);
  g_assert_cmpint (get_int (fixture, "SELECT sum(count) FROM pace WHERE account=1"), ==, PEOPLE); /* of the account's windows */
  WAIT_FOR (!lane_is_busy (lane)); /* its transport is closed, its journal read */
}

/* A transport of an earlier core still holds its journal: nothing starts on its lane until that is read. */
static void
test_earlier (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Journal) earlier = journal_create (&fixture->core, 1, NULL);

  start (fixture);
  for (guint i = 0; i < 300; i++) {
    g_main_context_iteration (NULL, FALSE);
    g_usleep (1000);
  }
  g_assert_cmpint (get_int (fixture, "SELECT count(*) FROM journal"), ==, 1); /* no other one was begun */
  g_assert_cmpint (count (fixture, 1, STATE_QUEUED), ==, PEOPLE);
  g_clear_pointer (&earlier, journal_free);
  WAIT_FOR (get_state (fixture, 1) == CAMPAIGN_DONE);
}

static void
test_dies (Fixture *fixture, gconstpointer data)
{
  gint64 state = 0;

  start (fixture);
  WAIT_FOR (get_state (fixture, 1) == CAMPAIGN_DONE);
  g_assert_cmpint (count (fixture, 1, STATE_ACCEPTED), ==, PEOPLE - 1); /* one by its journal, two by the next transport */
  g_assert_cmpint (count (fixture, 1, STATE_UNKNOWN), ==, 1);
  g_assert_cmpint (database_get_int (fixture->core.database, &state, NULL, "SELECT state FROM ledger WHERE id=2", ""), ==, 1);
  g_assert_cmpint (state, ==, STATE_UNKNOWN); /* it was on the wire */
  g_assert_cmpint (database_get_int (fixture->core.database, &state, NULL, "SELECT attempt FROM ledger WHERE id=3", ""), ==, 1);
  g_assert_cmpint (state, ==, 1); /* the first hand-over does not count */
}

static void
test_lies (Fixture *fixture, gconstpointer data)
{
  start (fixture);
  WAIT_FOR (get_state (fixture, 1) == CAMPAIGN_DONE);
  g_assert_cmpint (count (fixture, 1, STATE_UNKNOWN), ==, PEOPLE); /* whatever its journal says */
}

static void
stopped_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
}

static void
test_recall (Fixture *fixture, gconstpointer data)
{
  Lane *lane = start (fixture);
  gboolean is_stopped = FALSE;
  gint64 attempts = -1;

  WAIT_FOR (count (fixture, 1, STATE_HANDED) == PEOPLE);
  g_assert_true (campaign_set_state (&fixture->core, 1, CAMPAIGN_PAUSED, "asked", "", NULL));
  lane_stop_campaign (lane, 1, stopped_cb, &is_stopped);
  WAIT_FOR (is_stopped);
  g_assert_cmpint (count (fixture, 1, STATE_QUEUED), ==, PEOPLE);
  g_assert_cmpint (database_get_int (fixture->core.database, &attempts, NULL, "SELECT sum(attempt) FROM ledger", ""), ==, 1);
  g_assert_cmpint (attempts, ==, 0);
  g_assert_cmpint (database_get_int (fixture->core.database, &attempts, NULL, "SELECT coalesce(sum(count),0) FROM pace", ""), ==, 1);
  g_assert_cmpint (attempts, ==, 0); /* the account's windows have them back */
}

/* So many go out before a person looks, not one more, whatever the pace allows. */
static void
test_first (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Campaign) campaign = NULL;
  Lane *lane = lanes_get (fixture->core.lanes, 1);

  add_campaign (fixture, 1, CAMPAIGN_SENDING, PEOPLE);
  run (fixture, "UPDATE campaign SET pause_after=2");
  lane_add_campaign (lane, 1);
  WAIT_FOR (get_state (fixture, 1) == CAMPAIGN_PAUSED);
  campaign = campaign_load (&fixture->core, 1, NULL);
  g_assert_cmpstr (campaign->reason, ==, "first");
  g_assert_cmpint (count (fixture, 1, STATE_ACCEPTED), ==, 2);
  g_assert_cmpint (count (fixture, 1, STATE_QUEUED), ==, PEOPLE - 2);
  WAIT_FOR (!lane_is_busy (lane));
}

/* The mark outside of the data folder follows each turn: a copy from before it is found out. */
static void
test_mark_follows (Fixture *fixture, gconstpointer data)
{
  g_autofree char *said = NULL;

  g_assert_null (rollback_guard_check (&fixture->core, NULL));
  start (fixture);
  WAIT_FOR (get_state (fixture, 1) == CAMPAIGN_DONE);
  run (fixture, "UPDATE meta SET value=value-1 WHERE key='turn'");
  said = rollback_guard_check (&fixture->core, NULL);
  g_assert_nonnull (said);
}

static void
test_waits (Fixture *fixture, gconstpointer data)
{
  Lane *lane = start (fixture);
  LaneStatus status;

  WAIT_FOR (is_waiting_for (lane, "network") && count (fixture, 1, STATE_QUEUED) == PEOPLE); /* all came back meanwhile */
  lane_describe (lane, 1, &status);
  g_assert_cmpint (status.next_utc, >, 0); /* it says when it goes on */
  WAIT_FOR (get_state (fixture, 1) == CAMPAIGN_DONE);                                        /* by itself, after two seconds */
  g_assert_cmpint (count (fixture, 1, STATE_ACCEPTED), ==, PEOPLE);
}

/* The wait is over and it is tried again; as long as nobody has answered, what it waited for is what is known. */
static void
test_tries_again (Fixture *fixture, gconstpointer data)
{
  Lane *lane = start (fixture);
  LaneStatus status;

  WAIT_FOR (is_waiting_for (lane, "network") && count (fixture, 1, STATE_QUEUED) == PEOPLE);
  WAIT_FOR (count (fixture, 1, STATE_HANDED) == PEOPLE);
  assert_reason (lane, "network");
  lane_describe (lane, 1, &status);
  g_assert_cmpint (status.next_utc, ==, 0); /* now */
  WAIT_FOR (count (fixture, 1, STATE_ACCEPTED) == PEOPLE);
  lane_describe (lane, 1, &status);
  g_assert_false (status.is_waiting);
}

static void
test_vault (Fixture *fixture, gconstpointer data)
{
  Lane *lane = lanes_get (fixture->core.lanes, 1);

  is_vault_locked = TRUE;
  run (fixture, "INSERT INTO suppression(hash,created_utc) VALUES(x'01',1)"); /* somebody was forgotten: only the vault's key says who */
  start (fixture);
  WAIT_FOR (is_waiting_for (lane, "vault"));
  is_vault_locked = FALSE;
  lane_password_given (lane);
  WAIT_FOR (get_state (fixture, 1) == CAMPAIGN_DONE);
}

/* The people are written down as handed over, then the disk is full: nothing of that turn stands, or they would wait for ever. */
static void
test_half_a_cycle (Fixture *fixture, gconstpointer data)
{
  Lane *lane = lanes_get (fixture->core.lanes, 1);

  run (fixture, "CREATE TRIGGER full BEFORE INSERT ON pace BEGIN SELECT RAISE(ABORT,'full'); END");
  start (fixture);
  WAIT_FOR (is_waiting_for (lane, "disk"));
  g_assert_cmpint (get_int (fixture, "SELECT count(*) FROM handover"), ==, 0);
  run (fixture, "DROP TRIGGER full");
  lane_password_given (lane); /* no more waiting */
  WAIT_FOR (get_state (fixture, 1) == CAMPAIGN_DONE);
  g_assert_cmpint (count (fixture, 1, STATE_ACCEPTED), ==, PEOPLE);
}

/* The template is refused, and the disk is full when that is to be written down. */
static void
test_unwritten_pause (Fixture *fixture, gconstpointer data)
{
  Lane *lane = lanes_get (fixture->core.lanes, 1);

  run (fixture, "CREATE TRIGGER full BEFORE UPDATE ON campaign WHEN new.state=4 BEGIN SELECT RAISE(ABORT,'full'); END");
  start (fixture);
  WAIT_FOR (is_waiting_for (lane, "template"));
  for (guint i = 0; i < 100; i++) {
    g_main_context_iteration (NULL, FALSE);
    g_usleep (1000);
  }
  assert_reason (lane, "template"); /* still here: nobody else would ever say that it is paused */
  g_assert_cmpint (get_state (fixture, 1), ==, CAMPAIGN_SENDING);
  run (fixture, "DROP TRIGGER full");
  lane_wake (lane);
  WAIT_FOR (get_state (fixture, 1) == CAMPAIGN_PAUSED);
  g_assert_cmpint (count (fixture, 1, STATE_QUEUED), ==, PEOPLE);
}

/* Interrupts a statement that runs, not one that is being prepared: SQLite asks in both cases since 3.41. */
static int
interrupt_cb (void *data)
{
  for (sqlite3_stmt *each = sqlite3_next_stmt (data, NULL); each != NULL; each = sqlite3_next_stmt (data, each))
    if (sqlite3_stmt_busy (each))
      return 1;
  return 0;
}

/* It was set to sending, and then the store did not give it: nobody else would ever take it up. */
static void
test_unloaded (Fixture *fixture, gconstpointer data)
{
  Lane *lane = lanes_get (fixture->core.lanes, 1);

  add_campaign (fixture, 1, CAMPAIGN_SENDING, PEOPLE);
  sqlite3_progress_handler (database_get_sqlite (fixture->core.database), 1, interrupt_cb, database_get_sqlite (fixture->core.database));
  lane_add_campaign (lane, 1);
  g_assert_true (lane_is_busy (lane));
  sqlite3_progress_handler (database_get_sqlite (fixture->core.database), 0, NULL, NULL);
  lane_wake (lane);
  WAIT_FOR (get_state (fixture, 1) == CAMPAIGN_DONE);
  g_assert_cmpint (count (fixture, 1, STATE_ACCEPTED), ==, PEOPLE);
}

/* A pace of less than two a second leaves room for one: each campaign has its turn. */
static void
test_fair (Fixture *fixture, gconstpointer data)
{
  Lane *lane = lanes_get (fixture->core.lanes, 1);

  for (gint64 id = 1; id <= 2; id++)
    add_campaign (fixture, id, CAMPAIGN_SENDING, PEOPLE);
  run (fixture, "UPDATE campaign SET per_hour=7100");
  lane_add_campaign (lane, 1);
  lane_add_campaign (lane, 2);
  WAIT_FOR (count (fixture, 1, STATE_ACCEPTED) + count (fixture, 2, STATE_ACCEPTED) == 2);
  g_assert_cmpint (count (fixture, 1, STATE_ACCEPTED), ==, 1);
}

static void
result_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

/* A pause that comes while a corrected text is compiled was answered: it wins. */
static void
test_pause_wins (Fixture *fixture, gconstpointer data)
{
  GAsyncResult *resumed = NULL, *paused = NULL;
  g_autoptr (GVariant) correction = g_variant_ref_sink (g_variant_new_parsed ("{'subject': <'better'>}"));
  g_autoptr (GError) error = NULL;

  add_campaign (fixture, 1, CAMPAIGN_PAUSED, PEOPLE);
  campaigns_resume_async (&fixture->core, 1, correction, result_cb, &resumed);
  campaigns_pause_async (&fixture->core, 1, result_cb, &paused);
  WAIT_FOR (resumed != NULL && paused != NULL);
  g_assert_true (campaigns_finish (paused, &error));
  g_assert_false (campaigns_finish (resumed, &error));
  g_assert_error (error, FAULT, FAULT_TEMP);
  g_assert_cmpint (get_state (fixture, 1), ==, CAMPAIGN_PAUSED);
  g_assert_null (fixture->core.corrections);
  g_clear_object (&resumed);
  g_clear_object (&paused);
}

static void
assert_temp (GAsyncResult **result)
{
  g_autoptr (GError) error = NULL;

  WAIT_FOR (*result != NULL);
  g_assert_false (campaigns_finish (*result, &error));
  g_assert_error (error, FAULT, FAULT_TEMP);
  g_clear_object (result);
}

static void
test_leaving (Fixture *fixture, gconstpointer data)
{
  gboolean is_drained = FALSE;
  GAsyncResult *result = NULL;
  g_autoptr (GVariant) nothing = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  g_autoptr (GError) error = NULL;

  add_campaign (fixture, 1, CAMPAIGN_PREPARED, PEOPLE);
  add_campaign (fixture, 2, CAMPAIGN_PAUSED, PEOPLE);
  lanes_drain (fixture->core.lanes, stopped_cb, &is_drained);
  g_assert_false (campaigns_start (&fixture->core, 1, &error));
  g_assert_error (error, FAULT, FAULT_TEMP);
  campaigns_resume_async (&fixture->core, 2, nothing, result_cb, &result);
  assert_temp (&result);
  WAIT_FOR (is_drained);
}

/* Its people are still being written down. */
static void
test_preparing (Fixture *fixture, gconstpointer data)
{
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;

  add_campaign (fixture, 1, CAMPAIGN_PREPARING, PEOPLE);
  campaigns_cancel_async (&fixture->core, 1, result_cb, &result);
  assert_temp (&result);
  g_assert_false (prepare_discard (&fixture->core, 1, &error));
  g_assert_error (error, FAULT, FAULT_TEMP);
  g_assert_cmpint (get_state (fixture, 1), ==, CAMPAIGN_PREPARING);
  g_assert_true (prepare_discard_all (&fixture->core, NULL)); /* at start: nobody prepares it any more */
}

/* Writes that the first of a campaign was answered and the second is on the wire, as a transport does. */
static void
write_journal (Fixture *fixture, Journal *journal)
{
  static const struct { JournalKind kind; guint64 recipient; } said[] = { { JOURNAL_BEGUN, 1 }, { JOURNAL_ENDED, 1 }, { JOURNAL_BEGUN, 2 } };

  for (gsize i = 0; i < G_N_ELEMENTS (said); i++) {
    JournalRecord record = { .kind = said[i].kind, .campaign = 1, .recipient = said[i].recipient, .attempt = 1,
                             .outcome = said[i].kind == JOURNAL_ENDED ? OUTCOME_ACCEPTED : 0, .time_utc_ms = 5000, .text = "250 ok" };
    guint8 raw[JOURNAL_RECORD_LEN];

    journal_record_write (&record, raw);
    g_assert_cmpint (write (journal_get_fd (journal), raw, sizeof raw), ==, sizeof raw);
  }
}

/* A copy of a data folder: the journal in it stops where it was copied, and the transport did not. Whoever is not in it may have their letter. */
static void
test_restored (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Journal) journal = journal_create (&fixture->core, 1, NULL);
  g_autoptr (GVariant) nothing = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  g_autoptr (Campaign) campaign = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *resumed = NULL;
  guint64 serial = journal_get_serial (journal);

  add_campaign (fixture, 1, CAMPAIGN_SENDING, PEOPLE);
  add_campaign (fixture, 2, CAMPAIGN_PAUSED, PEOPLE);
  add_campaign (fixture, 3, CAMPAIGN_PREPARED, PEOPLE);
  add_campaign (fixture, 4, CAMPAIGN_DONE, PEOPLE);
  g_assert_true (database_run (fixture->core.database, NULL, "INSERT INTO handover(campaign,first,last,journal,version,time_utc,first_utc) VALUES(1,1,3,?,1,1000,1000)", "i",
                               (gint64) serial));
  run (fixture, "UPDATE part SET next_recipient=4 WHERE campaign=1");
  run (fixture, "UPDATE tally SET count=1 WHERE campaign=1");
  run (fixture, "INSERT INTO tally VALUES(1,1,3)");
  write_journal (fixture, journal);
  g_clear_pointer (&journal, journal_free);

  g_assert_true (campaigns_hold_back (&fixture->core, "the data folder is a copy", NULL));
  g_assert_cmpint (get_state (fixture, 1), ==, CAMPAIGN_PAUSED);
  g_assert_cmpint (get_state (fixture, 3), ==, CAMPAIGN_PREPARED);
  g_assert_cmpint (get_state (fixture, 4), ==, CAMPAIGN_DONE);
  campaign = campaign_load (&fixture->core, 2, NULL); /* it was paused already: now for this as well */
  g_assert_cmpstr (campaign->reason, ==, "restored");
  g_assert_cmpstr (campaign->text, ==, "the data folder is a copy");
  g_assert_cmpint (recovery_apply (&fixture->core, serial, NULL, &error), ==, RECOVERY_DONE);
  g_assert_no_error (error);
  g_assert_cmpint (count (fixture, 1, STATE_UNKNOWN), ==, 3); /* all that was handed over: nobody gets a second one */
  g_assert_cmpint (count (fixture, 1, STATE_ACCEPTED), ==, 0);
  g_assert_cmpint (count (fixture, 1, STATE_QUEUED), ==, 1);

  campaigns_resume_async (&fixture->core, 1, nothing, result_cb, &resumed); /* nobody has said that this copy is the one */
  WAIT_FOR (resumed != NULL);
  g_assert_false (campaigns_finish (resumed, &error));
  g_assert_error (error, FAULT, FAULT_NO_PERM);
  g_assert_cmpint (get_state (fixture, 1), ==, CAMPAIGN_PAUSED);
  g_clear_object (&resumed);
}

int
main (int argc, char *argv[])
{
  fault_quark ();
  g_test_init (&argc, &argv, NULL);
  if (lasting_skip_all ())
    return 0;
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK); /* deaths and lies are warned of */
  g_test_add ("/core/dispatch/lane/lane/done", Fixture, "accepts", set_up, test_done, tear_down);
  g_test_add ("/core/dispatch/lane/lane/earlier", Fixture, "accepts", set_up, test_earlier, tear_down);
  g_test_add ("/core/dispatch/lane/lane/dies", Fixture, "dies", set_up, test_dies, tear_down);
  g_test_add ("/core/dispatch/lane/lane/lies", Fixture, "lies", set_up, test_lies, tear_down);
  g_test_add ("/core/dispatch/lane/lane/recall", Fixture, "holds", set_up, test_recall, tear_down);
  g_test_add ("/core/dispatch/lane/lane/first", Fixture, "accepts", set_up, test_first, tear_down);
  g_test_add ("/core/dispatch/lane/lane/first/one-by-one", Fixture, "one-by-one", set_up, test_first, tear_down);
  g_test_add ("/core/dispatch/lane/lane/mark-follows", Fixture, "accepts", set_up, test_mark_follows, tear_down);
  g_test_add ("/core/dispatch/lane/lane/waits", Fixture, "waits", set_up, test_waits, tear_down);
  g_test_add ("/core/dispatch/lane/lane/tries-again", Fixture, "slow-again", set_up, test_tries_again, tear_down);
  g_test_add ("/core/dispatch/lane/lane/vault", Fixture, "accepts", set_up, test_vault, tear_down);
  g_test_add ("/core/dispatch/lane/lane/half-a-cycle", Fixture, "accepts", set_up, test_half_a_cycle, tear_down);
  g_test_add ("/core/dispatch/lane/lane/unwritten-pause", Fixture, "refuses", set_up, test_unwritten_pause, tear_down);
  g_test_add ("/core/dispatch/lane/lane/unloaded", Fixture, "accepts", set_up, test_unloaded, tear_down);
  g_test_add ("/core/dispatch/lane/lane/fair", Fixture, "accepts", set_up, test_fair, tear_down);
  g_test_add ("/core/dispatch/lane/lane/campaigns/pause-wins", Fixture, "accepts", set_up, test_pause_wins, tear_down);
  g_test_add ("/core/dispatch/lane/lane/campaigns/restored", Fixture, "accepts", set_up, test_restored, tear_down);
  g_test_add ("/core/dispatch/lane/lane/campaigns/leaving", Fixture, "accepts", set_up, test_leaving, tear_down);
  g_test_add ("/core/dispatch/lane/lane/campaigns/preparing", Fixture, "accepts", set_up, test_preparing, tear_down);
  return g_test_run ();
}
