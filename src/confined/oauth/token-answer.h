/* token-answer.h - what a provider's answer to a request for tokens, or to their revocation, comes to.
 * Trust:  input is hostile: status, media type and body are a stranger's. Does no I/O. Used in: confined/oauth.
 * Source: RFC 6749 §4.1.4, §5.1, §5.2, Appendix A; RFC 6750 §2.1; RFC 7009 §2.2; developers.google.com/identity/protocols/oauth2 (refresh_token_expires_in). */
#pragma once
#include "http-message.h"
#include "secret-bytes.h"

#define TOKEN_EXPIRES_MAX_S (366 * 24 * 3600)              /* chosen: longer than any access token lives */
#define TOKEN_REFRESH_EXPIRES_MAX_S (20 * 366 * 24 * 3600) /* chosen */

typedef enum { /* words: token_outcome_to_word(), contract OAuth1 */
  TOKEN_DONE,
  TOKEN_INVALID_GRANT,
  TOKEN_INVALID_CLIENT,
  TOKEN_INVALID_SCOPE,
  TOKEN_REFUSED,
  TOKEN_NETWORK,
  TOKEN_CERTIFICATE,
  TOKEN_OUT_OF_ORDER,
} TokenOutcome;

typedef struct {
  TokenOutcome outcome;
  char        *text;              /* one line for people, never NULL; "" when done */
  SecretBytes *access_token;      /* NULL unless done, and after a revocation */
  SecretBytes *refresh_token;     /* NULL: none came */
  guint        expires_s;         /* 0: not said */
  guint        refresh_expires_s; /* 0: not said */
  char        *scope;             /* words with a space between; never NULL; "": not said */
  char        *address;           /* of whoever signed in (id-token.h); never NULL; "": not said */
} TokenAnswer;

/* Both: (transfer full), never NULL. */
TokenAnswer *token_answer_of_grant      (const HttpAnswer *answer); /* to Exchange and Refresh */
TokenAnswer *token_answer_of_revocation (const HttpAnswer *answer);
void         token_answer_free          (TokenAnswer *self); /* wipes; NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TokenAnswer, token_answer_free)

/* What the provider says for people must not hold `secret`, which it was told: else its words are dropped. NULL is a no-op. */
void token_answer_hide (TokenAnswer *self, const SecretBytes *secret);

const char *token_outcome_to_word (TokenOutcome outcome); /* static */
