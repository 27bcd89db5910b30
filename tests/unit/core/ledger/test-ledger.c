/* The moves of one recipient: handed over, answered, put off, taken back, left out, resolved; and the counts that follow. */
#define ONE_CAMPAIGN_PATH "/core/ledger/ledger"
#include "one-campaign.h"

/* 1, 5, 15, 60 minutes, then every 4 hours, 24 hours in all; the last try falls on the end of the lifetime. */
static void
test_later (Fixture *fixture, gconstpointer data)
{
  static const gint64 delays_s[] = { 60, 300, 900, 3600, 14400, 14400, 14400, 14400, 14400, 14400, 14400 };
  gint64 now_utc = 100000;

  add_person (fixture, 1, "p@example.org");
  for (guint i = 0; i < G_N_ELEMENTS (delays_s); i++) {
    g_assert_cmpuint (hand_over (fixture, 1, now_utc), ==, 1);
    record (fixture, OUTCOME_LATER, REASON_NONE, i + 1, now_utc);
    if (now_utc >= 100000 + 86400) {
      g_assert_cmpint (get (fixture, "state", 1), ==, STATE_REFUSED);
      break;
    }
    g_assert_cmpint (get (fixture, "state", 1), ==, STATE_LATER);
    g_assert_cmpint (get (fixture, "not_before_utc", 1), ==, MIN (now_utc + delays_s[i], 100000 + 86400));
    g_assert_cmpuint (hand_over (fixture, 1, get (fixture, "not_before_utc", 1) - 1), ==, 0); /* not a second early */
    now_utc = get (fixture, "not_before_utc", 1);
  }
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_REFUSED);
  g_assert_cmpint (get_tally (fixture, STATE_LATER), ==, 0);
}

/* The server's time counts where it says one, for a week at most; what it calls the message stands beside. */
static void
test_not_before (Fixture *fixture, gconstpointer data)
{
  static const struct { gint64 asked_s, due_s; } cases[] = { /* behind the answer */
    { 0, 60 }, { 1, 1 }, { 2, 2 }, { 59, 59 }, { 61, 61 }, { 2 * 86400, 2 * 86400 }, { 7 * 86400, 7 * 86400 }, { 7 * 86400 + 1, 7 * 86400 }, { G_MAXINT64 - 1000, 7 * 86400 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    LedgerOutcome said = { .campaign = 1, .recipient = i + 1, .attempt = 1, .outcome = OUTCOME_LATER, .time_utc = 1000, .remote_id = "first",
                           .not_before_utc_s = cases[i].asked_s > 0 ? 1000 + cases[i].asked_s : 0 };
    gint64 row = (gint64) i + 1;
    g_autoptr (LedgerTally) tally = ledger_tally_new ();

    add_person (fixture, row, "p@example.org");
    g_assert_cmpuint (hand_over (fixture, 1, 1000), ==, 1);
    g_assert_cmpint (get (fixture, "provider_id IS NULL", row), ==, 1);
    g_assert_true (ledger_record (fixture->core.database, &said, tally, NULL));
    g_assert_cmpint (get (fixture, "state", row), ==, STATE_LATER);
    g_assert_cmpint (get (fixture, "not_before_utc", row), ==, 1000 + cases[i].due_s);
    g_assert_cmpint (get (fixture, "provider_id='first'", row), ==, 1);
    g_assert_cmpuint (hand_over (fixture, 1, 1000 + cases[i].due_s - 1), ==, 0);
    g_assert_cmpuint (hand_over (fixture, 1, 1000 + cases[i].due_s), ==, 1);
    g_assert_cmpint (get (fixture, "provider_id='first'", row), ==, 1); /* until another answer says otherwise */
    record_of (fixture, (guint64) row, OUTCOME_ACCEPTED, REASON_NONE, 2, 1001 + cases[i].due_s);
    g_assert_cmpint (get (fixture, "provider_id IS NULL", row), ==, 1);
  }
}

/* A day offline with a retry in the transport: it comes back to later, the day uses up nothing of its lifetime; another account's day neither adds. */
static void
test_offline (Fixture *fixture, gconstpointer data)
{
  const gint64 day_s = 86400;

  add_person (fixture, 1, "p@example.org");
  hand_over (fixture, 1, 1000);
  record (fixture, OUTCOME_LATER, REASON_NONE, 1, 1000);
  hand_over (fixture, 1, 1060);
  take_back (fixture, 2);
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_LATER);
  g_assert_cmpint (get (fixture, "attempt", 1), ==, 1);
  g_assert_cmpint (get_tally (fixture, STATE_LATER), ==, 1);
  g_assert_true (ledger_shift_lifetime (fixture->core.database, 2, day_s, NULL));
  g_assert_cmpint (get (fixture, "first_utc", 1), ==, 1000);
  g_assert_true (ledger_shift_lifetime (fixture->core.database, 1, day_s, NULL));
  g_assert_cmpint (get (fixture, "first_utc", 1), ==, 1000 + day_s);
  g_assert_cmpuint (hand_over (fixture, 1, 1060 + day_s), ==, 1); /* due */
  g_assert_true (ledger_shift_lifetime (fixture->core.database, 0, 5, NULL)); /* handed: shifted as well */
  g_assert_cmpint (get (fixture, "first_utc", 1), ==, 1005 + day_s);
  record (fixture, OUTCOME_LATER, REASON_NONE, 2, 1060 + day_s);
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_LATER); /* not expired */
}

/* As above, of those who are out for the first time, whose attempt is known as a range. */
static void
test_offline_at_once (Fixture *fixture, gconstpointer data)
{
  add_person (fixture, 1, "p@example.org");
  hand_over (fixture, 1, 1000);
  g_assert_true (ledger_shift_lifetime (fixture->core.database, 2, 500, NULL)); /* another account's */
  g_assert_cmpint (get (fixture, "first_utc", 1), ==, 1000);
  g_assert_true (ledger_shift_lifetime (fixture->core.database, 1, 500, NULL));
  g_assert_cmpint (get (fixture, "first_utc", 1), ==, 1500);
  record (fixture, OUTCOME_LATER, REASON_NONE, 1, 1600);
  g_assert_cmpint (get (fixture, "first_utc", 1), ==, 1500);
}

/* The clock was a year ahead: what was put off then does not wait for that year. */
static void
test_clock (Fixture *fixture, gconstpointer data)
{
  const gint64 year_s = 365 * 86400;

  add_person (fixture, 1, "p@example.org");
  hand_over (fixture, 1, 1000 + year_s);
  record (fixture, OUTCOME_LATER, REASON_NONE, 1, 1000 + year_s);
  g_assert_cmpuint (hand_over (fixture, 1, 1060), ==, 0);
  g_assert_true (ledger_follow_clock (fixture->core.database, -year_s, NULL));
  g_assert_cmpuint (hand_over (fixture, 1, 1060), ==, 1);
}

/* Rows with much in them go in several frames: Send takes 8 MiB. */
static void
test_large (Fixture *fixture, gconstpointer data)
{
  const gsize len = 1 << 20;
  g_autofree guint8 *value = g_malloc0 (4 + len);
  guint count, total = 0;

  value[2] = 16; /* 1 MiB, little-endian */
  for (gint64 id = 1; id <= 10; id++) {
    add_person (fixture, id, "p@example.org");
    g_assert_true (database_run (fixture->core.database, NULL, "UPDATE snapshot SET fields=? WHERE id=?", "bi", value, 4 + len, id));
  }
  for (; (count = hand_over (fixture, 1, 1000)) > 0; total += count)
    g_assert_cmpuint (count, <=, 3);
  g_assert_cmpuint (total, ==, 10);
}

static void
test_suppressed (Fixture *fixture, gconstpointer data)
{
  gint64 found = 0;

  g_assert_true (database_run (fixture->core.database, NULL, "INSERT INTO suppression(address,created_utc) VALUES('no@example.org',1),"
                               "('no-sender@example.org',1),('no-list@example.org',1),('no-phone@example.org',1)", ""));
  add_person (fixture, 1, "gone@example.org");
  add_person (fixture, 2, "no@example.org");
  add_person (fixture, 3, "no-sender@example.org");
  add_person (fixture, 4, "no-list@example.org");
  add_person (fixture, 5, "no-phone@example.org");
  g_assert_cmpuint (hand_over (fixture, 1, 1000), ==, 2); /* re-checked in the hand-over itself */
  for (gint64 id = 2; id <= 4; id++)
    g_assert_cmpint (get (fixture, "state=6 AND reason='suppressed'", id), ==, 1);
  g_assert_cmpint (get (fixture, "state", 5), ==, STATE_HANDED); /* of another kind */
  g_assert_cmpint (get_tally (fixture, STATE_SKIPPED), ==, 3);
  record (fixture, OUTCOME_REFUSED, REASON_SUPPRESS, 1, 1001);
  g_assert_cmpint (database_get_int (fixture->core.database, &found, NULL, "SELECT 1 FROM suppression WHERE address='gone@example.org' AND scope='all'"
                                     " AND kind='email' AND reason='gone' AND words='4xx' AND source='server:'||(SELECT tag FROM campaign WHERE id=1)", ""), ==, 1);
}

/* A campaign by an account of numbers is asked about numbers: in the hand-over, and when somebody is suppressed meanwhile. */
static void
test_suppressed_by_kind (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LedgerTally) tally = ledger_tally_new ();

  g_assert_true (database_run (fixture->core.database, NULL, "INSERT INTO suppression(kind,address,created_utc) VALUES('phone','no-phone@example.org',1)", ""));
  add_person (fixture, 1, "no-phone@example.org");
  add_person (fixture, 2, "no-phone@example.org");
  g_assert_cmpuint (hand_over_some (fixture, 1, 1000, 1), ==, 1);
  g_assert_true (ledger_skip_suppressed (fixture->core.database, tally, NULL));
  g_assert_cmpint (get (fixture, "state", 2), ==, STATE_QUEUED);
  g_assert_true (database_run (fixture->core.database, NULL, "UPDATE campaign SET address_kind='phone'", ""));
  g_assert_cmpuint (hand_over_some (fixture, 1, 1000, 1), ==, 0);
  g_assert_cmpint (get (fixture, "state=6 AND reason='suppressed'", 2), ==, 1);
  add_person (fixture, 3, "no-phone@example.org");
  g_assert_true (ledger_skip_suppressed (fixture->core.database, tally, NULL));
  g_assert_cmpint (get (fixture, "state=6 AND reason='suppressed'", 3), ==, 1);
}

/* An answer that comes twice, or under an attempt that is over, moves nothing. */
static void
test_stale (Fixture *fixture, gconstpointer data)
{
  add_person (fixture, 1, "p@example.org");
  hand_over (fixture, 1, 1000);
  record (fixture, OUTCOME_ACCEPTED, REASON_NONE, 2, 1001);
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_HANDED);
  record (fixture, OUTCOME_ACCEPTED, REASON_NONE, 1, 1001);
  record (fixture, OUTCOME_REFUSED, REASON_NONE, 1, 1002);
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_ACCEPTED);
  g_assert_cmpint (get_tally (fixture, STATE_ACCEPTED), ==, 1);
}

static void
test_resolve (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LedgerTally) tally = ledger_tally_new ();
  guint count = 0;

  add_person (fixture, 1, "p@example.org");
  add_person (fixture, 2, "q@example.org");
  add_person (fixture, 3, "q@example.org");
  hand_over (fixture, 1, 1000);
  record_of (fixture, 3, OUTCOME_ACCEPTED, REASON_NONE, 1, 1001); /* has it: nobody's to resolve */
  record_of (fixture, 1, OUTCOME_UNKNOWN, REASON_NONE, 1, 1001);
  record_of (fixture, 2, OUTCOME_UNKNOWN, REASON_NONE, 1, 1001);
  g_assert_true (ledger_resolve (fixture->core.database, 1, TRUE, "q@example.org", tally, &count, NULL));
  g_assert_cmpuint (count, ==, 1);
  g_assert_true (ledger_resolve (fixture->core.database, 1, FALSE, NULL, tally, &count, NULL));
  g_assert_cmpuint (count, ==, 2);
  g_assert_cmpint (get (fixture, "state=6 AND reason='treated as sent'", 1), ==, 1);
  g_assert_cmpint (get (fixture, "state=0 AND reason=''", 2), ==, 1);
  g_assert_cmpint (get (fixture, "first_utc", 2), ==, 0); /* days later: a new lifetime, else a first 4xx would be the last */
}

/* Send takes 8 MiB: one that is too large is refused by itself, and the others go. */
static void
test_too_large (Fixture *fixture, gconstpointer data)
{
  static const guint32 len = 6 * 1024 * 1024;
  g_autofree guint8 *big = g_malloc0 (4 + len);

  big[2] = (guint8) (len >> 16); /* one value in frame form */
  add_person (fixture, 1, "small@example.org");
  add_person (fixture, 2, "big@example.org");
  add_person (fixture, 3, "last@example.org");
  g_assert_true (database_run (fixture->core.database, NULL, "UPDATE snapshot SET fields=? WHERE id=2", "b", big, (gsize) (4 + len)));
  g_assert_cmpuint (hand_over (fixture, 1, 1000), ==, 2);
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_HANDED);
  g_assert_cmpint (get (fixture, "state", 2), ==, STATE_REFUSED);
  g_assert_cmpint (get (fixture, "reason='data' AND reply<>''", 2), ==, 1);
  g_assert_cmpint (get (fixture, "state", 3), ==, STATE_HANDED);
  g_assert_cmpint (get_tally (fixture, STATE_REFUSED), ==, 1);
}

/* All are settled: the range is dropped, and each keeps what became of it. */
static void
test_settled (Fixture *fixture, gconstpointer data)
{
  gint64 ranges = -1;

  add_person (fixture, 1, "p@example.org");
  add_person (fixture, 2, "p@example.org");
  g_assert_true (database_run (fixture->core.database, NULL, "INSERT INTO journal(serial,account,created_utc) VALUES(1,1,1)", ""));
  hand_over (fixture, 1, 1000);
  record (fixture, OUTCOME_ACCEPTED, REASON_NONE, 1, 1001);
  g_assert_true (ledger_forget_settled (fixture->core.database, 1, 1, 2, NULL)); /* the last one is still out */
  g_assert_cmpint (get (fixture, "state=1 AND attempt=1 AND time_utc=1000", 2), ==, 1);
  record_of (fixture, 2, OUTCOME_ACCEPTED, REASON_NONE, 1, 1001);
  g_assert_true (ledger_forget_settled (fixture->core.database, 1, 1, G_MAXUINT64, NULL));
  g_assert_cmpint (database_get_int (fixture->core.database, &ranges, NULL, "SELECT count(*) FROM handover", ""), ==, 1);
  g_assert_cmpint (ranges, ==, 0);
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_ACCEPTED);
  g_assert_cmpint (get (fixture, "version", 1), ==, 1);
  g_assert_cmpint (get (fixture, "first_utc", 1), ==, 1000);
}

static void
test_skip (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LedgerTally) tally = ledger_tally_new ();

  for (gint64 id = 1; id <= 4; id++)
    add_person (fixture, id, id == 3 ? "no@example.org" : "p@example.org");
  hand_over_some (fixture, 1, 1000, 1);
  g_assert_true (database_run (fixture->core.database, NULL, "INSERT INTO suppression(address,created_utc) VALUES('no@example.org',1)", ""));
  g_assert_true (ledger_skip_suppressed (fixture->core.database, tally, NULL));
  g_assert_true (ledger_write_tally (fixture->core.database, tally, NULL));
  g_assert_cmpint (get (fixture, "state", 3), ==, STATE_SKIPPED);
  g_assert_cmpint (get_tally (fixture, STATE_SKIPPED), ==, 1);
  g_assert_true (ledger_skip_rest (fixture->core.database, 1, REASON_CANCELLED, tally, NULL));
  g_assert_true (ledger_write_tally (fixture->core.database, tally, NULL));
  g_assert_cmpint (get (fixture, "state", 1), ==, STATE_HANDED); /* it is out: its answer is waited for */
  g_assert_cmpint (get (fixture, "state=6 AND reason='cancelled'", 2), ==, 1);
  g_assert_cmpint (get (fixture, "state=6 AND reason='suppressed'", 3), ==, 1);
  g_assert_cmpint (get (fixture, "state=6 AND reason='cancelled'", 4), ==, 1);
  g_assert_cmpint (get_tally (fixture, STATE_QUEUED), ==, 0);
  g_assert_cmpint (get_tally (fixture, STATE_SKIPPED), ==, 3);
}

/* Rows that wait for a retry, or came back, are no less to be cancelled, or left out, than those that never left. */
static void
test_skip_waiting (Fixture *fixture, gconstpointer data)
{
  static const char *const addresses[] = { "p@example.org", "no@example.org", "no-sender@example.org", "no-list@example.org", "no-phone@example.org" };
  g_autoptr (LedgerTally) tally = ledger_tally_new ();

  for (gint64 id = 1; id <= 10; id++)
    add_person (fixture, id, addresses[(id - 1) % 5]);
  g_assert_cmpuint (hand_over (fixture, 1, 1000), ==, 10); /* nobody is suppressed yet */
  for (gint64 id = 1; id <= 5; id++)
    record_of (fixture, (guint64) id, OUTCOME_LATER, REASON_NONE, 1, 1000);
  for (gint64 id = 6; id <= 10; id++)
    g_assert_true (ledger_take_back (fixture->core.database, 1, (guint64) id, 1, tally, NULL));
  g_assert_true (database_run (fixture->core.database, NULL, "INSERT INTO suppression(address,created_utc) VALUES('no@example.org',1),"
                               "('no-sender@example.org',1),('no-list@example.org',1),('no-phone@example.org',1)", ""));
  g_assert_true (database_run (fixture->core.database, NULL, "UPDATE campaign SET state=4", "")); /* paused: that is no reason to keep them */
  g_assert_true (ledger_skip_suppressed (fixture->core.database, tally, NULL));
  for (gint64 id = 1; id <= 10; id++)
    g_assert_cmpint (get (fixture, "state=6 AND reason='suppressed'", id), ==, (id - 1) % 5 >= 1 && (id - 1) % 5 <= 3);
  g_assert_true (ledger_skip_rest (fixture->core.database, 1, REASON_CANCELLED, tally, NULL));
  g_assert_true (ledger_write_tally (fixture->core.database, tally, NULL));
  for (gint64 id = 1; id <= 10; id++)
    g_assert_cmpint (get (fixture, "state", id), ==, STATE_SKIPPED);
  g_assert_cmpint (get_tally (fixture, STATE_SKIPPED), ==, 10);
  g_assert_cmpint (get_tally (fixture, STATE_LATER), ==, 0);
}

/* A tally that is too small already: what is taken off it ends at none. */
static void
test_tally_floor (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LedgerTally) tally = ledger_tally_new ();

  ledger_tally_move (tally, 1, STATE_HANDED, STATE_ACCEPTED, 3);
  g_assert_true (ledger_write_tally (fixture->core.database, tally, NULL));
  g_assert_cmpint (get_tally (fixture, STATE_HANDED), ==, 0);
  g_assert_cmpint (get_tally (fixture, STATE_ACCEPTED), ==, 3);
  ledger_tally_move (tally, 1, STATE_ACCEPTED, STATE_REFUSED, 5);
  g_assert_true (ledger_write_tally (fixture->core.database, tally, NULL));
  g_assert_cmpint (get_tally (fixture, STATE_ACCEPTED), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (lasting_skip_all ())
    return 0;
  add ("later", 0, test_later);
  add ("not-before", 0, test_not_before);
  add ("offline", 0, test_offline);
  add ("offline-at-once", 0, test_offline_at_once);
  add ("clock", 0, test_clock);
  add ("large", 0, test_large);
  add ("suppressed", 0, test_suppressed);
  add ("suppressed-by-kind", 0, test_suppressed_by_kind);
  add ("stale", 0, test_stale);
  add ("resolve", 0, test_resolve);
  add ("too-large", 0, test_too_large);
  add ("settled", 0, test_settled);
  add ("skip", 0, test_skip);
  add ("skip-waiting", 0, test_skip_waiting);
  add ("tally", 0, test_tally_floor);
  return g_test_run ();
}
