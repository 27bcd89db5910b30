#include "token-request.h"

#include "form-body.h"

static const char *
token_peek_secret (const SecretBytes *secret)
{
  return secret_bytes_get_length (secret) > 0 ? secret_bytes_peek (secret) : NULL;
}

SecretBytes *
token_request_build_exchange (const TokenRequest *request)
{
  const FormField fields[] = {
    { "grant_type", "authorization_code" },
    { "code", token_peek_secret (request->code) },
    { "redirect_uri", request->redirect },
    { "code_verifier", token_peek_secret (request->verifier) },
    { "client_id", request->client_id },
    { "client_secret", token_peek_secret (request->client_secret) },
    { NULL, NULL },
  };

  return form_body_build (fields);
}

SecretBytes *
token_request_build_refresh (const TokenRequest *request)
{
  const FormField fields[] = {
    { "grant_type", "refresh_token" },
    { "refresh_token", token_peek_secret (request->token) },
    { "scope", request->scope != NULL && *request->scope != '\0' ? request->scope : NULL },
    { "client_id", request->client_id },
    { "client_secret", token_peek_secret (request->client_secret) },
    { NULL, NULL },
  };

  return form_body_build (fields);
}

SecretBytes *
token_request_build_revoke (const TokenRequest *request)
{
  const FormField fields[] = {
    { "token", token_peek_secret (request->token) },
    { "token_type_hint", "refresh_token" },
    { "client_id", request->client_id },
    { "client_secret", token_peek_secret (request->client_secret) },
    { NULL, NULL },
  };

  return form_body_build (fields);
}
