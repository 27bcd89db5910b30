#include "outcome.h"

#include <string.h>

const char *
state_to_word (State state)
{
  static const char *const words[STATE_COUNT] = {
    [STATE_QUEUED] = "queued", [STATE_HANDED] = "handed",   [STATE_ACCEPTED] = "accepted", [STATE_REFUSED] = "refused",
    [STATE_LATER] = "later",   [STATE_UNKNOWN] = "unknown", [STATE_SKIPPED] = "skipped",
  };

  return (guint) state < STATE_COUNT ? words[state] : "?";
}

static const char *const reasons[REASON_COUNT] = {
  [REASON_NONE] = REASON_WORD_NONE,
  [REASON_SUPPRESS] = REASON_WORD_SUPPRESS,
  [REASON_SLOW] = REASON_WORD_SLOW,
  [REASON_SIZE] = REASON_WORD_SIZE,
  [REASON_EXPIRED] = REASON_WORD_EXPIRED,
  [REASON_DATA] = REASON_WORD_DATA,
  [REASON_SUPPRESSED] = REASON_WORD_SUPPRESSED,
  [REASON_CANCELLED] = REASON_WORD_CANCELLED,
  [REASON_NO_ADDRESS] = REASON_WORD_NO_ADDRESS,
  [REASON_NO_NUMBER] = REASON_WORD_NO_NUMBER,
  [REASON_MERGED] = REASON_WORD_MERGED,
  [REASON_TREATED_AS_SENT] = REASON_WORD_TREATED_AS_SENT,
};

const char *
outcome_reason_to_word (OutcomeReason reason)
{
  return (guint) reason < REASON_COUNT && reasons[reason] != NULL ? reasons[reason] : REASON_WORD_NONE;
}

gboolean
outcome_reason_from_word (const char *word, gsize len, OutcomeReason *out_reason)
{
  for (guint i = 0; i < REASON_SAID_COUNT; i++)
    if (strlen (reasons[i]) == len && memcmp (reasons[i], word, len) == 0) {
      *out_reason = i;
      return TRUE;
    }
  return FALSE;
}

gboolean
is_outcome (guint value)
{
  return value >= OUTCOME_ACCEPTED && value <= OUTCOME_UNKNOWN;
}
