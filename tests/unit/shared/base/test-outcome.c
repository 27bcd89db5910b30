#include "outcome.h"

#include <string.h>

/* They are in people's stores and journals, and in what scripts read: none is changed or given again. */
static const struct { State state; guint number; const char *word; } states[] = {
  { STATE_QUEUED, 0, "queued" }, { STATE_HANDED, 1, "handed" },   { STATE_ACCEPTED, 2, "accepted" }, { STATE_REFUSED, 3, "refused" },
  { STATE_LATER, 4, "later" },   { STATE_UNKNOWN, 5, "unknown" }, { STATE_SKIPPED, 6, "skipped" },
};

static const struct { OutcomeReason reason; int number; const char *word; } reasons[] = { /* number -1: in the store alone, by its word */
  { REASON_NONE, 0, "" },
  { REASON_SUPPRESS, 1, "suppress" },
  { REASON_SLOW, 2, "slow" },
  { REASON_SIZE, 3, "size" },
  { REASON_EXPIRED, 4, "expired" },
  { REASON_DATA, 5, "data" },
  { REASON_SUPPRESSED, -1, "suppressed" },
  { REASON_CANCELLED, -1, "cancelled" },
  { REASON_NO_ADDRESS, -1, "no-address" },
  { REASON_NO_NUMBER, -1, "no-number" },
  { REASON_MERGED, -1, "merged" },
  { REASON_TREATED_AS_SENT, -1, "treated as sent" },
};

static void
test_states (void)
{
  g_assert_cmpuint (G_N_ELEMENTS (states), ==, STATE_COUNT);
  for (gsize i = 0; i < G_N_ELEMENTS (states); i++) {
    g_assert_cmpuint (states[i].state, ==, states[i].number);
    g_assert_cmpstr (state_to_word (states[i].state), ==, states[i].word);
  }
  g_assert_cmpstr (state_to_word (STATE_COUNT), ==, "?");
}

static void
test_reasons (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++) {
    const char *word = outcome_reason_to_word (reasons[i].reason);
    OutcomeReason back;

    g_assert_cmpstr (word, ==, reasons[i].word);
    g_assert_true (reasons[i].number < 0 || (guint) reasons[i].number == reasons[i].reason);
    g_assert_cmpint (outcome_reason_from_word (word, strlen (word), &back), ==, reasons[i].number >= 0); /* a transport gives none of core's */
    g_assert_true (reasons[i].number < 0 || back == reasons[i].reason);
  }
}

static void
test_no_reasons (void)
{
  OutcomeReason reason;

  g_assert_cmpstr (outcome_reason_to_word (REASON_COUNT), ==, "");
  g_assert_cmpstr (outcome_reason_to_word (REASON_SAID_COUNT), ==, ""); /* between the transports' and core's */
  g_assert_false (outcome_reason_from_word ("suppressors", 11, &reason)); /* not by its beginning */
  g_assert_false (outcome_reason_from_word ("Size", 4, &reason));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/base/outcome/states", test_states);
  g_test_add_func ("/shared/base/outcome/reasons", test_reasons);
  g_test_add_func ("/shared/base/outcome/no-reasons", test_no_reasons);
  return g_test_run ();
}
