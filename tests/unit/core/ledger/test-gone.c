#include "database-open.h"
#include "gone.h"

#include "database.h"
#include <string.h>

#define NOW 1000000

typedef struct {
  Database *database;
  char   *home;
  gint64  people;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autofree char *path = NULL;

  self->home = g_dir_make_tmp ("gone-XXXXXX", NULL);
  path = g_build_filename (self->home, "store.db", NULL);
  self->database = database_open (path, NULL);
  g_assert_nonnull (self->database);
  g_assert_cmpint (sqlite3_exec (database_get_sqlite (self->database), "PRAGMA synchronous=OFF", NULL, NULL, NULL), ==, SQLITE_OK); /* hundreds of answers, no cut */
  g_assert_true (database_run (self->database, NULL, "INSERT INTO account(id,name,address,created_utc) VALUES(1,'a','a@example.org',1)", ""));
  g_assert_true (database_run (self->database, NULL, "INSERT INTO campaign(id,identity,account,state,sender,subject,created_utc) VALUES(1,x'00',1,2,'a@example.org','s',1)", ""));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", self->home);

  database_close (self->database);
  g_assert_cmpint (system (command), ==, 0);
  g_free (self->home);
}

/* One more person of that domain is written to and answered. */
static void
answer (Fixture *self, const char *domain, Outcome outcome, gint64 time_utc)
{
  g_autoptr (LedgerTally) tally = ledger_tally_new ();
  gint64 id = ++self->people;
  g_autofree char *address = g_strdup_printf ("p%" G_GINT64_FORMAT "@%s", id, domain);
  LedgerOutcome answered = { 1, (guint64) id, 1, outcome, outcome == OUTCOME_REFUSED ? REASON_SUPPRESS : REASON_NONE, time_utc, "550 5.1.1 no" };

  g_assert_true (database_run (self->database, NULL, "INSERT INTO snapshot(campaign,id,contact,address,address_key) VALUES(1,?1,?1,?2,?2)", "is", id, address));
  g_assert_true (database_run (self->database, NULL, "INSERT INTO recipient(campaign,id,state,attempt) VALUES(1,?,1,1)", "i", id));
  ledger_tally_move (tally, 1, STATE_COUNT, STATE_HANDED, 1);
  g_assert_true (database_begin (self->database, NULL));
  g_assert_true (ledger_record (self->database, &answered, tally, NULL));
  g_assert_true (ledger_write_tally (self->database, tally, NULL));
  g_assert_true (database_commit (self->database, NULL));
}

static void
answer_many (Fixture *self, guint n, const char *domain, Outcome outcome, gint64 time_utc)
{
  while (n-- > 0)
    answer (self, domain, outcome, time_utc);
}

static gint64
count (Fixture *self, const char *sql)
{
  gint64 n = -1;

  g_assert_cmpint (database_get_int (self->database, &n, NULL, sql, ""), ==, 1);
  return n;
}

#define SUPPRESSED(self) count (self, "SELECT count(*) FROM suppression")
#define HELD(self) gone_count_held ((self)->database, 1, NULL)

static void
test_one_domain (Fixture *self, gconstpointer data)
{
  g_assert_true (database_run (self->database, NULL, "INSERT INTO suppression(address,source,created_utc) VALUES('p1@one.example','person',1),('p12@one.example','server',1)", ""));
  for (guint i = 0; i < 19; i++) { /* one in eleven: an old list, no outage */
    answer (self, "one.example", OUTCOME_REFUSED, NOW);
    answer_many (self, 10, "two.example", OUTCOME_ACCEPTED, NOW);
  }
  g_assert_cmpint (SUPPRESSED (self), ==, 19);
  g_assert_cmpint (HELD (self), ==, 0);
  answer (self, "one.example", OUTCOME_REFUSED, NOW);
  g_assert_cmpint (SUPPRESSED (self), ==, 2); /* what a person wrote down stays, and what another campaign was told before */
  g_assert_cmpint (HELD (self), ==, 20);
  answer (self, "two.example", OUTCOME_REFUSED, NOW); /* it was on the wire */
  g_assert_cmpint (HELD (self), ==, 21);
  g_assert_cmpint (SUPPRESSED (self), ==, 2);
  g_assert_cmpint (count (self, "SELECT count(*) FROM audit WHERE what='campaign.gone'"), ==, 1);
}

static void
test_a_fifth (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < 19; i++) {
    g_autofree char *domain = g_strdup_printf ("d%u.example", i);

    answer (self, domain, OUTCOME_REFUSED, NOW);
    answer_many (self, 4, "two.example", OUTCOME_ACCEPTED, NOW);
  }
  g_assert_cmpint (HELD (self), ==, 0);
  answer (self, "last.example", OUTCOME_REFUSED, NOW);
  g_assert_cmpint (HELD (self), ==, 20);
}

/* One in ten, on many domains, all day long: each is suppressed, nobody is asked. */
static void
test_old_list (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < 40; i++) {
    g_autofree char *domain = g_strdup_printf ("d%u.example", i);

    answer (self, domain, OUTCOME_REFUSED, NOW + i);
    answer_many (self, 9, "two.example", OUTCOME_ACCEPTED, NOW + i);
  }
  g_assert_cmpint (SUPPRESSED (self), ==, 40);
  g_assert_cmpint (HELD (self), ==, 0);
}

static void
test_an_hour (Fixture *self, gconstpointer data)
{
  answer_many (self, 19, "one.example", OUTCOME_REFUSED, NOW);
  answer_many (self, 1, "one.example", OUTCOME_REFUSED, NOW + GONE_WINDOW_S);
  g_assert_cmpint (HELD (self), ==, 0);
  g_assert_cmpint (count (self, "SELECT count(*) FROM gone"), ==, 1); /* nothing grows */
}

static void
test_suppress (Fixture *self, gconstpointer data)
{
  answer_many (self, 20, "one.example", OUTCOME_REFUSED, NOW);
  g_assert_cmpint (SUPPRESSED (self), ==, 0);
  g_assert_true (gone_suppress (self->database, 1, NULL));
  g_assert_cmpint (SUPPRESSED (self), ==, 20);
  g_assert_cmpint (HELD (self), ==, 0);
  answer_many (self, 39, "one.example", OUTCOME_REFUSED, NOW); /* who said so once is asked at twice as many */
  g_assert_cmpint (HELD (self), ==, 0);
  answer_many (self, 1, "one.example", OUTCOME_REFUSED, NOW);
  g_assert_cmpint (HELD (self), ==, 40);
  g_assert_cmpint (SUPPRESSED (self), ==, 20);
}

static void
test_again (Fixture *self, gconstpointer data)
{
  g_autoptr (LedgerTally) tally = ledger_tally_new ();
  gint64 counts[STATE_COUNT];

  answer_many (self, 20, "one.example", OUTCOME_REFUSED, NOW);
  g_assert_true (gone_retry (self->database, 1, tally, NULL));
  g_assert_true (ledger_write_tally (self->database, tally, NULL));
  g_assert_true (ledger_get_counts (self->database, 1, counts, NULL));
  g_assert_cmpint (counts[STATE_QUEUED], ==, 20);
  g_assert_cmpint (counts[STATE_REFUSED], ==, 0);
  g_assert_cmpint (count (self, "SELECT count(*) FROM recipient WHERE state=0"), ==, 20);
  g_assert_cmpint (HELD (self), ==, 0);
  g_assert_cmpint (SUPPRESSED (self), ==, 0);
}

int
main (int argc, char *argv[])
{
  static const struct {
    const char *name;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
    { "one-domain", test_one_domain }, { "a-fifth", test_a_fifth }, { "old-list", test_old_list }, { "an-hour", test_an_hour },
    { "suppress", test_suppress },     { "again", test_again },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path = g_strconcat ("/core/ledger/gone/gone/", tests[i].name, NULL);

    g_test_add (path, Fixture, NULL, set_up, tests[i].test, tear_down);
  }
  return g_test_run ();
}
