/* verdict.h - what a server's answer means for a recipient and for the lane: one table, first match wins.
 * Trust:  code, status and text are hostile; only compared. Used in: session, lane. Pure.
 * Source: RFC 5321 §4.2, RFC 3463, the IANA registry of enhanced status codes, facts/providers (Google, Microsoft, 2026). */
#pragma once
#include "journal.h"
#include "outcome.h"
#include "smtp-reply.h"

typedef enum { /* which command was answered; bits, so that a row may name several */
  PHASE_GREETING = 1 << 0,
  PHASE_EHLO = 1 << 1,
  PHASE_TLS = 1 << 2,
  PHASE_LOGIN = 1 << 3,
  PHASE_MAIL = 1 << 4,
  PHASE_RCPT = 1 << 5,
  PHASE_DATA = 1 << 6,
  PHASE_DOT = 1 << 7, /* the final dot, or BDAT LAST */
} Phase;

typedef struct {
  Outcome       outcome; /* of the recipient; without meaning before MAIL */
  OutcomeReason reason;
  const char   *pause;       /* word of Transport1.Paused, or NULL: the lane goes on */
  guint         pause_after; /* answers of this kind in a row, without one accepted between them */
  const char   *advice;      /* static: what to do, or NULL */
} Verdict;

/* `text` (borrowed) is the answer's text. Anything but 2xx; 354 is not for here. */
Verdict verdict_of (Phase phase, guint code, SmtpStatus status, const char *text);
