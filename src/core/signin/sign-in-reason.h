/* sign-in-reason.h - why a sign-in came to nothing: the word that programs read, and the exit status that goes with it.
 * Used in: core/signin. Words are App1's and those of `--jsonl`. */
#pragma once
#include "fault.h"

typedef enum {
  SIGN_IN_NONE, /* it did not fail */
  SIGN_IN_DENIED, SIGN_IN_TIMEOUT, SIGN_IN_STATE, SIGN_IN_SCOPE, SIGN_IN_ISSUER, SIGN_IN_NETWORK, SIGN_IN_TOKEN, SIGN_IN_CLIENT,
  SIGN_IN_REASONS
} SignInReason;

const char *sign_in_reason_to_word  (SignInReason self); /* "" for NONE */
Fault       sign_in_reason_to_fault (SignInReason self); /* not NONE */

/* What `error` of a redirect or of a token answer means. Source: RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core §3.1.2.6. */
SignInReason sign_in_reason_from_error (const char *word);
