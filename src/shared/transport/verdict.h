/* verdict.h - what an answer means: for the recipient, and for the account that sends.
 * Trust:  made by a channel from a server's hostile words, by a table of its own. Used in: transports. */
#pragma once
#include "journal.h"
#include "outcome.h"

#define VERDICT_TEXT_MAX 512 /* octets of an answer that is shown: as in contract/ */

#define PAUSE_CONTENT "content"   /* the letter is refused; counted by campaign and by equal answers */
#define PAUSE_HANGS_UP "hangs-up" /* the server goes away behind a letter, without an answer */
#define ROW_COUNT_SAME 3          /* chosen: the third equal answer to a letter is about the letter, not about three people */
#define ROW_COUNT_FEW 5           /* at most so many: answers that may be about us, and each costs a person */

typedef struct {
  Outcome       outcome; /* of the recipient; without meaning where the answer was to no row */
  OutcomeReason reason;
  const char   *pause;       /* static: a word of Transport2.Paused; NULL: the account goes on */
  guint         pause_after; /* answers of this kind in a row, without one accepted between them */
  const char   *advice;      /* static: what to do, or NULL */
} Verdict;

typedef struct { /* how one row ended */
  Verdict     verdict;
  guint       code; /* of the server's answer, below 2^24: what makes two refusals of a letter equal; 0: these are our words */
  const char *text; /* borrowed, printable, with the code */
  gint64      not_before_utc_s; /* of a *later*: when the server will take it again; 0: it did not say */
  const char *remote_id;        /* borrowed; the provider's own name of the message, as journal_id_is_valid() has it; NULL: none */
} RowResult;
