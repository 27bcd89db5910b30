#include "brake.h"

#include <string.h>

typedef struct {
  Brake   *brake;
  Campaign campaign, other;
  Phase    phase; /* in which all answers come */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->brake = brake_new ();
  self->phase = PHASE_DOT;
  self->campaign.streaks = streaks_new ();
  self->other.streaks = streaks_new ();
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  brake_free (self->brake);
  streaks_free (self->campaign.streaks);
  streaks_free (self->other.streaks);
}

/* One letter leaves and is answered. Returns: whether the lane stops over it. */
static gboolean
answer_row (Fixture *self, Row *row, const char *line, Verdict *out_verdict)
{
  static SmtpReply reply;
  g_autofree char *stop = NULL;
  SessionResult result = { { OUTCOME_ACCEPTED, REASON_NONE, NULL, 0, NULL }, 250, line };

  g_assert_true (smtp_reply_parse (line, strlen (line), &reply, NULL));
  result.code = reply.code;
  if (reply.code / 100 != 2)
    result.verdict = verdict_of (self->phase, reply.code, reply.status, reply.text);
  *out_verdict = brake_weigh (self->brake, row, &result, &stop);
  return stop != NULL;
}

static gboolean
answer (Fixture *self, Campaign *campaign, const char *line, Verdict *out_verdict)
{
  Row row = { .campaign = campaign, .attempt = 1 };

  g_assert_true (brake_take (self->brake, &row));
  return answer_row (self, &row, line, out_verdict);
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
  answer_row (self, &rows[0], "250 ok", &verdict);
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

  g_assert_false (answer (self, &self->campaign, "550 spam detected", &verdict));
  g_assert_false (answer (self, &self->campaign, "550 spam detected", &verdict));
  g_assert_false (answer (self, &self->campaign, "250 ok", &verdict)); /* begins anew */
  g_assert_false (answer (self, &self->campaign, "550 spam detected", &verdict));
  g_assert_false (answer (self, &self->campaign, "554 5.6.0 broken", &verdict)); /* another answer */
  g_assert_false (answer (self, &self->campaign, "550 spam detected", &verdict));
  g_assert_false (answer (self, &self->other, "250 ok", &verdict)); /* another letter */
  g_assert_cmpint (verdict.outcome, ==, OUTCOME_ACCEPTED);
  g_assert_true (answer (self, &self->campaign, "550 spam detected", &verdict));
  g_assert_cmpint (verdict.outcome, ==, OUTCOME_REFUSED);
  g_assert_cmpstr (verdict.pause, ==, PAUSE_CONTENT);
  g_assert_false (answer (self, &self->campaign, "550 spam detected", &verdict)); /* it was on the wire */
  g_assert_cmpint (verdict.outcome, ==, OUTCOME_LATER);
}

/* One network that goes away is one loss, however many connections it takes. */
static void
test_hangs_up (Fixture *self, gconstpointer data)
{
  SessionResult lost = { { OUTCOME_UNKNOWN, REASON_NONE, NULL, 0, NULL }, 0, "the connection ended" };
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
    gboolean is_stop = answer (self, &self->campaign, "451 4.7.1 try again later", &verdict);

    g_assert_cmpint (verdict.reason, ==, i < 3 ? REASON_NONE : REASON_SLOW);
    g_assert_true (is_stop == (i == 20));
  }
  answer (self, &self->campaign, "250 ok", &verdict);
  answer (self, &self->campaign, "451 4.7.1 try again later", &verdict);
  g_assert_cmpint (verdict.reason, ==, REASON_NONE);
}

/* Nobody is asked twice because of one person whose server thinks ill of us. */
static void
test_asked_once (Fixture *self, gconstpointer data)
{
  Row again = { .campaign = &self->campaign, .attempt = 2 };
  Verdict verdict;

  g_assert_true (answer (self, &self->campaign, "550 5.7.26 unauthenticated", &verdict));
  brake_release (self->brake);
  answer (self, &self->campaign, "250 ok", &verdict);
  g_assert_true (brake_take (self->brake, &again));
  g_assert_false (answer_row (self, &again, "550 5.7.26 unauthenticated", &verdict));
  g_assert_cmpint (verdict.outcome, ==, OUTCOME_LATER);
}

/* "Relay denied" to the first is about the account; behind somebody who passed it is about this one's domain. */
static void
test_relay (Fixture *self, gconstpointer data)
{
  Verdict verdict;

  self->phase = PHASE_RCPT;
  g_assert_true (answer (self, &self->campaign, "554 5.7.1 Relay access denied", &verdict));
  g_assert_cmpint (verdict.outcome, ==, OUTCOME_LATER);
  g_assert_cmpstr (verdict.pause, ==, "relay-denied");
  brake_release (self->brake);
  answer (self, &self->campaign, "250 ok", &verdict);
  g_assert_false (answer (self, &self->campaign, "554 5.7.1 Relay access denied", &verdict));
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
    answer (self, &self->campaign, "250 ok", &verdict);
  answer (self, &self->campaign, "550 spam detected", &verdict);
  answer (self, &self->campaign, "550 spam detected", &verdict);
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
    g_autofree char *path = g_strconcat ("/smtp/brake/", tests[i].name, NULL);

    g_test_add (path, Fixture, NULL, set_up, tests[i].test, tear_down);
  }
  return g_test_run ();
}
