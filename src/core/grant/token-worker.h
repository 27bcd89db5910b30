/* token-worker.h - one request to a provider for tokens, made by a postrider-oauth of its own: a process sees one secret, for one call.
 * Trust:  the process talks to strangers: its answer is checked by the contract and here; a token's octets are looked at by nobody.
 * Used in: core/grant. Source: OAuth1. */
#pragma once
#include "account-provider.h"

typedef enum {
  GRANT_DONE, GRANT_INVALID_GRANT, GRANT_INVALID_CLIENT, GRANT_INVALID_SCOPE, GRANT_REFUSED, GRANT_NETWORK, GRANT_CERTIFICATE, GRANT_OUT_OF_ORDER
} GrantOutcome; /* words of OAuth1, in its order */

typedef struct {
  GrantOutcome outcome;
  char        *text;      /* for people; "" when it is done */
  gboolean     is_begun;  /* the provider may have acted on it */
  SecretBytes *access_token, *refresh_token; /* NULL: none came */
  guint        expires_s, refresh_expires_s; /* 0: not said */
  char        *scope;     /* "": as asked for */
  char        *address;   /* of whoever signed in; "": not said */
} GrantAnswer;

void grant_answer_free (GrantAnswer *self); /* wipes; NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GrantAnswer, grant_answer_free)

typedef enum { TOKEN_WORK_EXCHANGE, TOKEN_WORK_REFRESH, TOKEN_WORK_REVOKE } TokenWorkKind;

typedef struct { /* all borrowed until the call returns */
  TokenWorkKind      kind;
  const SecretBytes *secret;   /* the code, or the refresh token */
  const char        *verifier, *redirect; /* of EXCHANGE */
  int                hold;     /* of REFRESH: a locked file, duplicated */
} TokenWork;

/* Whatever becomes of the network or the process is an answer. Errors: FAULT_NO_PERM (the vault is locked), FAULT_OS, G_IO_ERROR_CANCELLED (what was sent
 * may still be acted on). */
void         token_worker_ask_async  (Core *core, const Account *account, const AccountProvider *provider, const TokenWork *work, GCancellable *cancellable,
                                      GAsyncReadyCallback callback, gpointer data);
GrantAnswer *token_worker_ask_finish (GAsyncResult *result, GError **error); /* (transfer full) */
