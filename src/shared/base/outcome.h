/* outcome.h - states of one recipient, and what a transport may say of it. Source: docs/design.md §5. Numbers are stored: never reuse one. */
#pragma once
#include <glib.h>

typedef enum { /* also column recipient.state */
  STATE_QUEUED = 0,
  STATE_HANDED = 1,
  STATE_ACCEPTED = 2, /* the server took it */
  STATE_REFUSED = 3,  /* never again */
  STATE_LATER = 4,    /* not before a time */
  STATE_UNKNOWN = 5,  /* may have gone out: people decide, no automatic retry */
  STATE_SKIPPED = 6,  /* with a reason */
  STATE_COUNT
} State;

typedef enum { /* one octet in frames and journals: a subset of State */
  OUTCOME_ACCEPTED = STATE_ACCEPTED,
  OUTCOME_REFUSED = STATE_REFUSED,
  OUTCOME_LATER = STATE_LATER,
  OUTCOME_UNKNOWN = STATE_UNKNOWN,
} Outcome;

const char *state_to_word (State state); /* static; "queued"… */
gboolean    is_outcome (guint value);
