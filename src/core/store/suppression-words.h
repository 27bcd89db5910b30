/* suppression-words.h - whom a suppression is about, and why: columns suppression.kind and suppression.reason. Each word stands once, here; sql-words.h writes
 * them into a statement. Used in: core. */
#pragma once
#include <glib.h>

#define SUPPRESSION_KIND_WORD_EMAIL "email"
#define SUPPRESSION_KIND_WORD_PHONE "phone"
#define SUPPRESSION_KIND_WORD_WA_USER "wa-user" /* who shows WhatsApp no number */
#define SUPPRESSION_KIND_WORD_DOMAIN "domain"   /* "@example.org" (all at it) or "*.example.org" (all below it) */

#define SUPPRESSION_REASON_WORD_GONE "gone"           /* the server, or another program's list, says that the address is dead */
#define SUPPRESSION_REASON_WORD_COMPLAINT "complaint" /* they called it spam */
#define SUPPRESSION_REASON_WORD_LEFT "left"           /* they left a list, or everything */
#define SUPPRESSION_REASON_WORD_STOP "stop"           /* they answered STOP */
#define SUPPRESSION_REASON_WORD_PERSON "person"       /* whoever uses Postrider said so */
#define SUPPRESSION_REASON_WORD_IMPORT "import"       /* a list of another program, which says no more */

typedef enum {
  SUPPRESSION_REASON_GONE,
  SUPPRESSION_REASON_COMPLAINT,
  SUPPRESSION_REASON_LEFT,
  SUPPRESSION_REASON_STOP,
  SUPPRESSION_REASON_PERSON,
  SUPPRESSION_REASON_IMPORT,
} SuppressionReason;
