/* token-call.h - one call of core's: its descriptors, its secrets, the request that is under way, the tokens that come of it.
 * Trust:  core calls; what is answered is a stranger's. All secrets are wiped with the call. Used in: confined/oauth. */
#pragma once
#include "http-client.h"
#include "token-answer.h"
#include "token-request.h"
#include <gio/gunixfdlist.h>

#define TOKEN_TIMEOUT_MAX_MS 300000 /* contract: timeout_ms */

typedef struct TokenCall TokenCall;

/* Called once, from the main loop; by then the tokens stand in core's memory. answer: borrowed. error: NULL, or FAULT_IO: that memory takes none. */
typedef void (*TokenCallFunc) (const TokenAnswer *answer, gboolean is_begun, const GError *error, gpointer data);

typedef struct { /* all borrowed for the call; handles that a method does not have are NULL */
  const char  *url, *client_id, *redirect, *scope;
  guint        timeout_ms;
  GUnixFDList *fds;
  GVariant    *socket, *authorities, *client_secret, *code, *verifier, *token, *hold, *access_token, *refresh_token;
  SecretBytes *(*build) (const TokenRequest *request);
} TokenOrder;

/* Returns: TRUE: `done` comes, and the call frees itself behind it. FALSE with FAULT_USAGE, FAULT_DATA or FAULT_IO: it does not. */
gboolean token_call_start (HttpClient *http, const TokenOrder *order, TokenCallFunc done, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
