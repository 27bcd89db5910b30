/* gmail-answer.h - what an answer of Gmail's API to one message comes to, by a table.
 * Trust:  input is hostile: status, media type, body and Retry-After are a stranger's. Does no I/O. Used in: confined/gmail.
 * Source: https://developers.google.com/workspace/gmail/api/guides/handle-errors, …/reference/quota; RFC 9110 §10.2.3, §15; docs/providers.md. */
#pragma once
#include "http-message.h"
#include "verdict.h"

typedef enum {
  GMAIL_SENT,        /* a whole answer with an id */
  GMAIL_TOKEN,       /* the access token does not hold: nothing was processed */
  GMAIL_SLOW,        /* too many requests */
  GMAIL_LIMIT,       /* the mailbox takes no more before a time */
  GMAIL_DAY,         /* the project takes no more today */
  GMAIL_BUSY,        /* Gmail itself is out of order for a moment, and says so */
  GMAIL_SCOPE,       /* the sign-in does not allow to send */
  GMAIL_SWITCHED_OFF, /* the project has not switched the API on */
  GMAIL_POLICY,      /* the domain's administrator does not allow it */
  GMAIL_FORBIDDEN,   /* another 403 */
  GMAIL_ABSENT,      /* there is no such place, or no mailbox behind the account */
  GMAIL_RECIPIENT,   /* this person's address is not taken */
  GMAIL_CONTENT,     /* the message is not taken */
  GMAIL_SIZE,        /* it is too big */
  GMAIL_UNCLEAR,     /* no answer, or one that nobody can rely on: it may have been sent */
  GMAIL_MEANINGS
} GmailMeaning;

typedef struct {
  GmailMeaning meaning;
  Verdict      verdict;
  guint        code;      /* the status; 0: there was none */
  char        *text;      /* one line for people, never NULL */
  char        *remote_id; /* NULL: none */
  gint64       not_before_utc_s; /* a day from now at most; 0: not said */
} GmailAnswer;

/* is_whole: all octets of the message had been handed out. now_utc_s: of the clock. Returns: (transfer full), never NULL. */
GmailAnswer *gmail_answer_new  (const HttpAnswer *http, gboolean is_whole, gint64 now_utc_s);
void         gmail_answer_free (GmailAnswer *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GmailAnswer, gmail_answer_free)
