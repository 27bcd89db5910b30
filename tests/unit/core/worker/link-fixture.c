#include "link-fixture.h"

#include "clock.h"
#include "database-open.h"
#include "dialer.h"
#include "fault.h"
#include "lasting.h"
#include "listener.h"

#include <gio/gunixfdlist.h>
#include <stdlib.h>
#include <string.h>

gboolean
link_fixture_has_told (LinkFixture *fixture, const char *event)
{
  return strstr (fixture->told->str, event) != NULL;
}

/* What would come by now has come. */
void
link_fixture_calm_down (void)
{
  for (guint i = 0; i < 100; i++) {
    g_main_context_iteration (NULL, FALSE);
    g_usleep (1000);
  }
}

gint64
link_fixture_get (LinkFixture *fixture, const char *sql)
{
  gint64 value = -1;

  database_get_int (fixture->core.database, &value, NULL, sql, "");
  return value;
}

void
link_fixture_run (LinkFixture *fixture, const char *sql)
{
  g_autoptr (GError) error = NULL;

  database_run (fixture->core.database, &error, sql, "");
  g_assert_no_error (error);
}

/* --- the events --- */

static void G_GNUC_PRINTF (2, 3)
note (LinkFixture *fixture, const char *format, ...)
{
  va_list arguments;

  if (fixture->told->len > 0)
    g_string_append_c (fixture->told, ' ');
  va_start (arguments, format);
  g_string_append_vprintf (fixture->told, format, arguments);
  va_end (arguments);
  if (fixture->frees_itself)
    g_clear_pointer (&fixture->link, transport_link_free);
}

static void
keep_error (LinkFixture *fixture, const GError *error)
{
  g_clear_error (&fixture->error);
  fixture->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
opened_cb (const GError *error, gpointer data)
{
  keep_error (data, error);
  note (data, error == NULL ? "opened" : "unopened");
}

static void
begun_cb (guint64 campaign, gpointer tag, TransportBegun *begun, const GError *error, gpointer data)
{
  LinkFixture *fixture = data;

  fixture->tag = tag;
  keep_error (fixture, error);
  note (fixture, "%s:%" G_GUINT64_FORMAT ":%s", begun != NULL ? "begun" : "unbegun", campaign, begun != NULL ? begun->fields[0] : "");
}

static void
outcomes_cb (gpointer data)
{
  note (data, "outcomes");
}

static void
recalled_cb (guint64 campaign, gpointer data)
{
  note (data, "recalled:%" G_GUINT64_FORMAT, campaign);
}

static void
paused_cb (const char *reason, const char *text, gpointer data)
{
  note (data, "paused:%s:%s", reason, text);
}

static void
lost_cb (TransportLoss loss, const char *text, gpointer data)
{
  static const char *const words[] = { "connection", "dial", "silent" };

  note (data, "lost:%s:%s", words[loss], text);
}

static void
closed_cb (TransportEnd end, const char *why, gpointer data)
{
  static const char *const words[] = { "asked", "went", "violated" };
  LinkFixture *fixture = data;

  fixture->dropped_at_close = link_fixture_get (fixture, "SELECT is_dropped FROM journal");
  note (fixture, "closed:%s", words[end]);
}

static const TransportEvents events = {
  .opened = opened_cb, .begun = begun_cb, .outcomes = outcomes_cb, .recalled = recalled_cb, .paused = paused_cb, .lost = lost_cb, .closed = closed_cb,
};

static void
killed_cb (gpointer data)
{
  LinkFixture *fixture = data;

  fixture->dropped_at_kill = link_fixture_get (fixture, "SELECT is_dropped FROM journal");
}

/* --- a store with a campaign --- */

static void
is_suppressed_cb (sqlite3_context *context, int n, sqlite3_value **values)
{
  sqlite3_result_int (context, 0);
}

static void
add_campaign (LinkFixture *fixture)
{
  link_fixture_run (fixture, "INSERT INTO account(id,name,address,settings,created_utc) VALUES(1,'a','a@example.org',fields('host','localhost','port',25,'tls','none'),1)");
  link_fixture_run (fixture, "INSERT INTO campaign(id,identity,account,state,sender,subject,columns,lifetime_s,version,created_utc)"
                " VALUES(1,randomblob(16),1,2,'a@example.org','s',x'70686f6e65',86400,1,1)");
  link_fixture_run (fixture, "INSERT INTO part(campaign,position,account,first,last,next_recipient) VALUES(1,1,1,1,99,1)");
  for (gint64 i = 1; i <= PEOPLE; i++)
    g_assert_true (database_run (fixture->core.database, NULL, "INSERT INTO snapshot(campaign,id,contact,address,address_key,fields)"
                                                         " VALUES(1,?1,?1,'p@example.org','p@example.org',x'00000000')", "i", i));
  g_assert_true (database_run (fixture->core.database, NULL, "INSERT INTO tally VALUES(1,0,?)", "i", (gint64) PEOPLE));
}

static Account *
make_account (guint16 port)
{
  Account *account = account_new (kinds[0]);

  account->id = 1;
  account->name = g_strdup ("a");
  account->address = g_strdup ("a@example.org");
  account_set_text (account, SETTING_HOST, "localhost");
  account_set_text (account, SETTING_TLS, "none");
  account_set_number (account, SETTING_PORT, port);
  return account;
}

void
link_fixture_set_up (LinkFixture *fixture, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  guint16 port = 0;

  fixture->home = lasting_make_folder ("link-XXXXXX");
  path = g_build_filename (fixture->home, "store.db", NULL);
  fixture->core = (Core){ .home = fixture->home, .state = fixture->home, .database = database_open (path, &error), .dialer = dialer_new () };
  g_assert_no_error (error);
  sqlite3_create_function (database_get_sqlite (fixture->core.database), "is_suppressed", 4, SQLITE_UTF8, NULL, is_suppressed_cb, NULL, NULL);
  add_campaign (fixture);
  fixture->listener = listener_open (0, &port);
  fixture->account = make_account (port);
  fixture->told = g_string_new (NULL);
  fixture->rows = g_array_new (FALSE, FALSE, sizeof (LedgerHanded));
  fixture->dropped_at_kill = fixture->dropped_at_close = -1;
  fixture->part.killed = killed_cb;
  fixture->part.data = fixture;
  fake_set_up (&fixture->part, port);
  fixture->link = transport_link_new (&fixture->core, TRANSPORT_SENDS, 1, &events, fixture);
}

void
link_fixture_tear_down (LinkFixture *fixture, gconstpointer data)
{
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", fixture->home);

  transport_link_free (fixture->link);
  account_free (fixture->account);
  dialer_free (fixture->core.dialer);
  WAIT_FOR (fake.skeleton == NULL);
  link_fixture_calm_down ();
  fake_tear_down ();
  database_close (fixture->core.database);
  close (fixture->listener);
  g_assert_cmpint (system (command), ==, 0);
  g_string_free (fixture->told, TRUE);
  g_array_unref (fixture->rows);
  g_clear_error (&fixture->error);
  g_free (fixture->home);
}

void
link_fixture_open (LinkFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (transport_link_open (fixture->link, fixture->account, &error));
  g_assert_no_error (error);
  WAIT_FOR (fixture->told->len > 0);
  g_assert_cmpstr (fixture->told->str, ==, "opened");
  g_assert_true (transport_link_is_open (fixture->link));
}

/* As a lane does: committed under the link's serial, then sent. */
void
link_fixture_send_all (LinkFixture *fixture)
{
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_RECIPIENTS);
  g_autoptr (LedgerTally) tally = ledger_tally_new ();
  LedgerHandOver what = { 1, 1, "a@example.org", transport_link_get_serial (fixture->link), 1, 100, clock_now_utc () };

  g_assert_true (database_begin (fixture->core.database, NULL));
  g_assert_true (ledger_hand_over (fixture->core.database, &what, frame, fixture->rows, tally, NULL));
  g_assert_true (ledger_write_tally (fixture->core.database, tally, NULL));
  g_assert_true (database_commit (fixture->core.database, NULL));
  g_assert_cmpuint (fixture->rows->len, ==, PEOPLE);
  transport_link_send (fixture->link, 1, frame_writer_finish (frame), fixture->rows);
  g_assert_cmpuint (transport_link_count_outstanding (fixture->link), ==, PEOPLE);
  WAIT_FOR (fake.rows->len == PEOPLE);
}

const LedgerHanded *
link_fixture_row (LinkFixture *fixture, guint i)
{
  return &g_array_index (fixture->rows, LedgerHanded, i);
}

gint64
link_fixture_count (LinkFixture *fixture, State state)
{
  gint64 counts[STATE_COUNT];

  g_assert_true (ledger_get_counts (fixture->core.database, 1, counts, NULL));
  return counts[state];
}

/* What a lane does when its transport has gone. */
void
link_fixture_settle (LinkFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (transport_link_is_settled (fixture->link));
  while (!transport_link_is_settled (fixture->link))
    g_assert_cmpint (transport_link_settle (fixture->link, &error), ==, TRANSPORT_SETTLED);
  g_assert_no_error (error);
  g_assert_cmpint (link_fixture_get (fixture, "SELECT count(*) FROM journal"), ==, 0);
}

void
link_fixture_begin (LinkFixture *fixture, gpointer tag)
{
  static const char *const columns[] = { "phone", NULL };
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  TransportMessage message = { .campaign = 1, .version = 1, .parts = g_variant_new ("a{ss}", NULL), .columns = columns,
                               .files = g_variant_new_array (G_VARIANT_TYPE ("(sssh)"), NULL, 0), .fds = fds };

  transport_link_begin (fixture->link, &message, tag);
}

void
link_fixture_renew (LinkFixture *fixture, TransportPurpose purpose)
{
  transport_link_free (fixture->link);
  fixture->link = transport_link_new (&fixture->core, purpose, purpose == TRANSPORT_SENDS ? 1 : 0, &events, fixture);
}

void
link_fixture_reopen_as (LinkFixture *fixture, TransportPurpose purpose)
{
  link_fixture_renew (fixture, purpose);
  link_fixture_open (fixture);
  g_assert_true (transport_link_is_settled (fixture->link));
  g_assert_cmpint (link_fixture_get (fixture, "SELECT count(*) FROM journal"), ==, 0);
}

int
link_fixture_main (int argc, char *argv[], const LinkTest *tests)
{
  fault_quark ();
  g_test_init (&argc, &argv, NULL);
  if (lasting_skip_all ())
    return 0;
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK); /* deaths and lies may be warned of */
  for (; tests->path != NULL; tests++)
    g_test_add (tests->path, LinkFixture, tests->data, link_fixture_set_up, tests->func, link_fixture_tear_down);
  return g_test_run ();
}
