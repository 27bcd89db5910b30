#include "brake.h"

typedef struct {
  Brake   *brake;
  CompiledCampaign campaign, other;
} Fixture;

/* what a channel's table makes of answers: its row, the code, the words */
static const RowResult ok = { { OUTCOME_ACCEPTED, REASON_NONE, NULL, 0, NULL }, 250, "250 ok" };
static const RowResult spam = { { OUTCOME_REFUSED, REASON_NONE, PAUSE_CONTENT, ROW_COUNT_SAME, NULL }, 550, "550 spam detected" };
static const RowResult broken = { { OUTCOME_REFUSED, REASON_NONE, PAUSE_CONTENT, ROW_COUNT_SAME, NULL }, 554, "554 5.6.0 broken" };
static const RowResult wary = { { OUTCOME_LATER, REASON_NONE, "busy", 20, NULL }, 451, "451 4.7.1 try again later" };
static const RowResult domain = { { OUTCOME_LATER, REASON_NONE, "policy", 1, NULL }, 550, "550 5.7.26 unauthenticated" };
static const RowResult relay = { { OUTCOME_LATER, REASON_NONE, "relay-denied", 1, NULL }, 554, "554 5.7.1 Relay access denied" };
static const RowResult lost = { { OUTCOME_UNKNOWN, REASON_NONE, NULL, 0, NULL }, 0, "the connection ended" };

static void
set_up (Fixture *self, gconstpointer data)
{
  self->brake = brake_new ();
  self->campaign.streaks = failure_streak_new ();
  self->other.streaks = failure_streak_new ();
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  brake_free (self->brake);
  failure_streak_free (self->campaign.streaks);
  failure_streak_free (self->other.streaks);
}

/* One letter leaves and is answered. Returns: whether the account stops over it. */
static gboolean
answer_row (Fixture *self, Row *row, const RowResult *result, Verdict *out_verdict)
{
  g_autofree char *stop = NULL;

  *out_verdict = brake_weigh (self->brake, row, result, &stop);
  return stop != NULL;
}

static gboolean
answer (Fixture *self, CompiledCampaign *campaign, const RowResult *result, Verdict *out_verdict)
{
  Row row = { .campaign = campaign, .attempt = 1 };

  g_assert_true (brake_take (self->brake, &row));
  return answer_row (self, &row, result, out_verdict);
}

static void
test_room (Fixture *self, gconstpointer data)
{
  Row rows[4] = { { .campaign = &self->campaign, .attempt = 1 } };
  Verdict verdict;

  for (guint i = 1; i < 4; i++)
    rows[i] = rows[0];
  g_assert_true (brake_take (self->brake, &rows[0]));
  g_assert_true (brake_take (self->brake, &rows[1]));
  g_assert_false (brake_take (self->brake, &rows[2]));
  g_assert_false (brake_is_eased (self->brake));
  answer_row (self, &rows[0], &ok, &verdict);
  g_assert_true (brake_is_eased (self->brake));
  g_assert_false (brake_is_eased (self->brake)); /* said once */
  for (guint i = 0; i < 5; i++)
    g_assert_true (brake_take (self->brake, &rows[2]));
  g_assert_false (brake_take (self->brake, &rows[3]));
  brake_give_back (self->brake);
  g_assert_true (brake_take (self->brake, &rows[3]));
}

static void
test_content (Fixture *self, gconstpointer data)
{
  Verdict verdict;

  g_assert_false (answer (self, &self->campaign, &spam, &verdict));
  g_assert_false (answer (self, &self->campaign, &spam, &verdict));
  g_assert_false (answer (self, &self->campaign, &ok, &verdict)); /* begins anew */
  g_assert_false (answer (self, &self->campaign, &spam, &verdict));
  g_assert_false (answer (self, &self->campaign, &broken, &verdict)); /* another answer */
  g_assert_false (answer (self, &self->campaign, &spam, &verdict));
  g_assert_false (answer (self, &self->other, &ok, &verdict)); /* another letter */
  g_assert_cmpint (verdict.outcome, ==, OUTCOME_ACCEPTED);
  g_assert_true (answer (self, &self->campaign, &spam, &verdict));
  g_assert_cmpint (verdict.outcome, ==, OUTCOME_REFUSED);
  g_assert_cmpstr (verdict.pause, ==, PAUSE_CONTENT);
  g_assert_false (answer (self, &self->campaign, &spam, &verdict)); /* it was on the wire */
  g_assert_cmpint (verdict.outcome, ==, OUTCOME_LATER);
}

/* One network that goes away is one loss, however many connections it takes. */
static void
test_hangs_up (Fixture *self, gconstpointer data)
{
  Row before = { .campaign = &self->campaign, .attempt = 1 };
  char *stop = NULL;

  g_assert_true (brake_take (self->brake, &before));
  for (guint i = 0; i < 3; i++) {
    Row row = { .campaign = &self->campaign, .attempt = 1 };

    g_assert_true (brake_take (self->brake, &row));
    brake_weigh (self->brake, &row, &lost, &stop);
    g_assert_null (stop);
    stop = brake_weigh_end (self->brake);
    g_assert_true ((stop != NULL) == (i == 2));
    g_clear_pointer (&stop, g_free);
    if (i == 0)
      brake_weigh (self->brake, &before, &lost, &stop);
    g_assert_null (brake_weigh_end (self->brake));
  }
}

static void
test_pace (Fixture *self, gconstpointer data)
{
  Verdict verdict;

  for (guint i = 1; i <= 20; i++) {
    gboolean is_stop = answer (self, &self->campaign, &wary, &verdict);

    g_assert_cmpint (verdict.reason, ==, i < 3 ? REASON_NONE : REASON_SLOW);
    g_assert_true (is_stop == (i == 20));
  }
  answer (self, &self->campaign, &ok, &verdict);
  answer (self, &self->campaign, &wary, &verdict);
  g_assert_cmpint (verdict.reason, ==, REASON_NONE);
}

/* Nobody is asked twice because of one person whose server thinks ill of us. */
static void
test_asked_once (Fixture *self, gconstpointer data)
{
  Row again = { .campaign = &self->campaign, .attempt = 2 };
  Verdict verdict;

  g_assert_true (answer (self, &self->campaign, &domain, &verdict));
  brake_release (self->brake);
  answer (self, &self->campaign, &ok, &verdict);
  g_assert_true (brake_take (self->brake, &again));
  g_assert_false (answer_row (self, &again, &domain, &verdict));
  g_assert_cmpint (verdict.outcome, ==, OUTCOME_LATER);
}

/* "Relay denied" to the first is about the account; behind somebody who passed it is about this one's domain. */
static void
test_relay (Fixture *self, gconstpointer data)
{
  Verdict verdict;

  g_assert_true (answer (self, &self->campaign, &relay, &verdict));
  g_assert_cmpint (verdict.outcome, ==, OUTCOME_LATER);
  g_assert_cmpstr (verdict.pause, ==, "relay-denied");
  brake_release (self->brake);
  answer (self, &self->campaign, &ok, &verdict);
  g_assert_false (answer (self, &self->campaign, &relay, &verdict));
  g_assert_cmpint (verdict.outcome, ==, OUTCOME_REFUSED);
}

/* From the second like refusal on no more is risked than the first two; what is out then is answered first. */
static void
test_tightens (Fixture *self, gconstpointer data)
{
  Row row = { .campaign = &self->campaign, .attempt = 1 };
  Verdict verdict;
  guint n = 0;

  for (guint i = 0; i < 10; i++)
    answer (self, &self->campaign, &ok, &verdict);
  answer (self, &self->campaign, &spam, &verdict);
  answer (self, &self->campaign, &spam, &verdict);
  while (n < 50 && brake_take (self->brake, &row))
    n++;
  g_assert_cmpuint (n, ==, 2);
}

int
main (int argc, char *argv[])
{
  static const struct {
    const char *name;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
    { "room", test_room }, { "content", test_content }, { "hangs-up", test_hangs_up }, { "pace", test_pace }, { "asked-once", test_asked_once },
    { "relay", test_relay }, { "tightens", test_tightens },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path = g_strconcat ("/shared/transport/brake/brake/", tests[i].name, NULL);

    g_test_add (path, Fixture, NULL, set_up, tests[i].test, tear_down);
  }
  return g_test_run ();
}
