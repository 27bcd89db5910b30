/* answer-page.h - what a client may be shown: pages from a fixed table, whose holes core's words fill. No script, nothing of the request.
 * Trust:  words may quote strangers: each is escaped for its place. Used in: confined/callback. Pure.
 * Source: RFC 9111 §5.2.2.5 (no-store), Referrer Policy and Content Security Policy Level 3 (W3C), Fetch (WHATWG: nosniff, CORP). */
#pragma once
#include <gio/gio.h>

typedef struct {
  guint       status;
  const char *type;   /* media type; static */
  const char *policy; /* of Content-Security-Policy; static */
  char       *text;   /* owned */
} AnswerPage;

typedef struct {
  const char *name, *value;
} AnswerField;

extern const AnswerField answer_fields[]; /* of every answer, beside type, policy and length; ends with name NULL */

/* words: as many as the page has holes. Returns: (transfer full), or NULL with FAULT_USAGE. */
AnswerPage *answer_page_new  (guint status, const char *word, const char *const *words, GError **error);
void        answer_page_free (AnswerPage *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnswerPage, answer_page_free)

/* A whole answer with its head, as octets: what is sent where no library is asked. word: of a page without holes. Returns: (transfer full). */
char *answer_page_dup_raw (guint status, const char *word);
