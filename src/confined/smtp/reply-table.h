/* reply-table.h - what a server's answer means for a recipient and for the lane: its meaning by shared/mail/status-table, then a row of ours.
 * Trust:  code, status and text are hostile; only compared. Used in: session, lane. Pure. */
#pragma once
#include "journal.h"
#include "outcome.h"
#include "status-table.h"

typedef struct {
  Outcome       outcome; /* of the recipient; without meaning before MAIL */
  OutcomeReason reason;
  const char   *pause;       /* word of Transport1.Paused, or NULL: the lane goes on */
  guint         pause_after; /* answers of this kind in a row, without one accepted between them */
  const char   *advice;      /* static: what to do, or NULL */
} Verdict;

#define PAUSE_CONTENT "content"   /* the letter is refused; counted by campaign and by equal answers */
#define PAUSE_HANGS_UP "hangs-up" /* the server goes away behind a letter, without an answer */
#define ROW_COUNT_SAME 3          /* chosen: the third equal answer to a letter is about the letter, not about three people */
#define ROW_COUNT_FEW 5           /* at most so many: answers that may be about us, and each costs a person */

/* `text` (borrowed) is the answer's text. Anything but 2xx; 354 is not for here. */
Verdict verdict_of (Phase phase, guint code, SmtpStatus status, const char *text);
