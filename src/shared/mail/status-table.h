/* status-table.h - what a mail server's answer means: whose fault it is. The rows, with their sources, are in the file status-table.
 * Trust:  code, status and text are hostile; only compared. Used in: confined/smtp. Pure.
 * Source: RFC 5321 §4.2, RFC 3463, the IANA registry of enhanced status codes; each row names its own. */
#pragma once
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

typedef enum { /* explained in status-table */
  MEANING_NONE, /* no row fits: neither 4xx nor 5xx */
  MEANING_GONE, MEANING_ABSENT, MEANING_CLOSED, MEANING_FULL, MEANING_LATER,
  MEANING_CONTENT, MEANING_SIZE,
  MEANING_SENDER, MEANING_DOMAIN, MEANING_NOWHERE, MEANING_BLOCKED, MEANING_HOST, MEANING_HELO, MEANING_COMMAND, MEANING_RELAY,
  MEANING_LOGIN, MEANING_APP_PASSWORD, MEANING_NEW_PASSWORD, MEANING_NO_PASSWORDS, MEANING_SWITCH, MEANING_TOKEN, MEANING_EXPIRED,
  MEANING_TLS, MEANING_TLS_FIRST, MEANING_OFFERED_TLS,
  MEANING_LIMIT,
  MEANING_BUSY, MEANING_SLOW, MEANING_WARY, MEANING_FAULT, MEANING_STRANGER, MEANING_LOGIN_FAULT,
  MEANING_POLICY, MEANING_UNCLEAR,
  MEANING_COUNT
} Meaning;

#define STATUS_ANY 1000   /* not a subject or detail: RFC 3463 has three digits */
#define STATUS_VAGUE 1001 /* as subject: no status, or one that says nothing */

typedef struct {
  guint       phases;
  guint       code; /* 535 exactly; 4 or 5: the class; 0: any */
  guint       subject, detail;
  const char *words[3]; /* stand in the text in this order, lower case; "": no more */
  Meaning     meaning;
  const char *language, *source, *example; /* for people and tests */
  guint       line; /* in status-table */
} StatusRow;

extern const StatusRow status_rows[]; /* generated */
extern const gsize status_rows_count;

/* `text` (borrowed) is the answer's text. Returns: (static) the first row that fits, or NULL. */
const StatusRow *status_table_find (Phase phase, guint code, SmtpStatus status, const char *text);

/* The words that count: lower case, without what names somebody else (addresses, links, host names, anything in <>).
 * Returns: (transfer full). */
char *status_table_words (const char *text);
