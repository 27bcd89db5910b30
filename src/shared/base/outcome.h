/* outcome.h - states of one recipient, and what a transport may say of it. Source: docs/design.md §5. Numbers are stored: never reuse one. */
#pragma once
#include <glib.h>

/* Each number and each word stands once, here: the enumerations and core/store/sql-words.h, which writes them into a statement, take them from it. */
#define STATE_NUMBER_QUEUED 0
#define STATE_NUMBER_HANDED 1
#define STATE_NUMBER_ACCEPTED 2
#define STATE_NUMBER_REFUSED 3
#define STATE_NUMBER_LATER 4
#define STATE_NUMBER_UNKNOWN 5
#define STATE_NUMBER_SKIPPED 6

#define REASON_WORD_NONE ""
#define REASON_WORD_SUPPRESS "suppress"
#define REASON_WORD_SLOW "slow"
#define REASON_WORD_SIZE "size"
#define REASON_WORD_EXPIRED "expired"
#define REASON_WORD_DATA "data"
#define REASON_WORD_SUPPRESSED "suppressed"
#define REASON_WORD_CANCELLED "cancelled"
#define REASON_WORD_NO_ADDRESS "no-address"
#define REASON_WORD_NO_NUMBER "no-number"
#define REASON_WORD_MERGED "merged"
#define REASON_WORD_TREATED_AS_SENT "treated as sent"

typedef enum { /* also column recipient.state */
  STATE_QUEUED = STATE_NUMBER_QUEUED,
  STATE_HANDED = STATE_NUMBER_HANDED,
  STATE_ACCEPTED = STATE_NUMBER_ACCEPTED, /* the server took it */
  STATE_REFUSED = STATE_NUMBER_REFUSED,   /* never again */
  STATE_LATER = STATE_NUMBER_LATER,       /* not before a time */
  STATE_UNKNOWN = STATE_NUMBER_UNKNOWN,   /* perhaps gone out: people decide, no automatic retry */
  STATE_SKIPPED = STATE_NUMBER_SKIPPED,   /* with a reason */
  STATE_COUNT
} State;

typedef enum { /* also column recipient.reason, by its word; what a transport says is stored in journals by its number */
  REASON_NONE = 0,
  REASON_SUPPRESS = 1, /* the address is gone */
  REASON_SLOW = 2,     /* the server wants less of it */
  REASON_SIZE = 3,     /* too large for the server */
  REASON_EXPIRED = 4,  /* tried for as long as the campaign lasts */
  REASON_DATA = 5,     /* a value is missing or does not fit */
  REASON_SAID_COUNT,   /* a transport may say those above */
  REASON_SUPPRESSED = 64, /* from here on core alone, in the store alone. On the do-not-contact list */
  REASON_CANCELLED,       /* its campaign was */
  REASON_NO_ADDRESS,      /* the person has none for e-mail */
  REASON_MERGED,          /* two people became one, and the other has the letter */
  REASON_TREATED_AS_SENT, /* unknown, and a person said so */
  REASON_NO_NUMBER,       /* the person has no phone number */
  REASON_COUNT
} OutcomeReason;

typedef enum { /* one octet in frames and journals: a subset of State */
  OUTCOME_ACCEPTED = STATE_ACCEPTED,
  OUTCOME_REFUSED = STATE_REFUSED,
  OUTCOME_LATER = STATE_LATER,
  OUTCOME_UNKNOWN = STATE_UNKNOWN,
} Outcome;

const char *state_to_word (State state); /* static; "queued"… */
const char *outcome_reason_to_word (OutcomeReason reason); /* static; "": none, or not one of the above */
gboolean    outcome_reason_from_word (const char *word, gsize len, OutcomeReason *out_reason); /* of those that a transport may say */
gboolean    is_outcome (guint value);
