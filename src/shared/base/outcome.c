#include "outcome.h"

const char *
state_to_word (State state)
{
  static const char *const words[STATE_COUNT] = { "queued", "handed", "accepted", "refused", "later", "unknown", "skipped" };

  return (guint) state < STATE_COUNT ? words[state] : "?";
}

gboolean
is_outcome (guint value)
{
  return value >= OUTCOME_ACCEPTED && value <= OUTCOME_UNKNOWN;
}
