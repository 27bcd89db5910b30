/* app-question.h - what the window's person is asked before something leaves the machine that did not before, or cannot be had back.
 * Used in: core/app. Contract: App1.Question, and org.postrider.Effect of each member. */
#pragma once
#include "account.h"
#include "core.h"

#define QUESTION_PLACE_MAX 400 /* octets; RFC 5321: an address has 254, a host 253. All of it: the end of a name says whose it is */

typedef struct {
  gboolean    is_asked;
  const char *title, *yes; /* static */
  GString    *text;        /* core's own facts: what will happen */
  char       *server;      /* owned; where a password that is typed goes, or NULL */
  char       *account;     /* owned; a yes agrees to where it sends, or NULL */
} Question;

void question_ask (Question *self, const char *title, const char *yes); /* static words */

char *question_quote        (const char *name);  /* (transfer full); it fits the dialog */
char *question_count_people (gint64 count);      /* (transfer full) */

/* An account that came before anybody was asked: once, when something would go there. what: goes on with "the account …". Returns: TRUE. */
gboolean question_ask_place (const Account *account, const char *what, Question *out);

/* The question before a member of App1; none, when nothing leaves or is lost. Errors: those that the call itself would have. */
typedef struct {
  const char *member;
  gboolean  (*ask) (Core *core, GVariant *arguments, Question *out, GError **error);
} QuestionRow;

/* Each ended by a member of NULL. */
extern const QuestionRow question_account_rows[], question_campaign_rows[], question_people_rows[];

/* Each member that is marked as more than harmless has its row. */
gboolean app_question_has (const char *member);
