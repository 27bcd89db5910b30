/* token-request.h - the three requests to a provider, as forms.
 * Trust:  core names all of it. Pure. Used in: confined/oauth. Source: RFC 6749 §2.3.1, §4.1.3, §6; RFC 7636 §4.5; RFC 7009 §2.1. */
#pragma once
#include "secret-bytes.h"

typedef struct { /* all borrowed; what a request does not have is NULL */
  const char        *client_id, *redirect, *scope; /* scope "": not sent */
  const SecretBytes *client_secret, *code, *verifier, *token; /* client_secret empty: not sent */
} TokenRequest;

/* All: (transfer full), never NULL. */
SecretBytes *token_request_build_exchange (const TokenRequest *request);
SecretBytes *token_request_build_refresh  (const TokenRequest *request);
SecretBytes *token_request_build_revoke   (const TokenRequest *request);
