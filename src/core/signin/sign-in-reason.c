#include "sign-in-reason.h"

#include <string.h>

static const struct { const char *word; Fault fault; } reasons[SIGN_IN_REASONS] = {
  [SIGN_IN_NONE] = { "", FAULT_SOFTWARE },
  [SIGN_IN_DENIED] = { "denied", FAULT_NO_PERM },
  [SIGN_IN_TIMEOUT] = { "timeout", FAULT_TEMP },
  [SIGN_IN_STATE] = { "state", FAULT_PROTOCOL },
  [SIGN_IN_SCOPE] = { "scope", FAULT_NO_PERM },
  [SIGN_IN_ISSUER] = { "issuer", FAULT_PROTOCOL },
  [SIGN_IN_NETWORK] = { "network", FAULT_TEMP },
  [SIGN_IN_TOKEN] = { "token", FAULT_NO_PERM },
  [SIGN_IN_CLIENT] = { "client", FAULT_CONFIG },
};

static const struct { const char *error; SignInReason reason; } errors[] = {
  { "invalid_scope", SIGN_IN_SCOPE },
  { "invalid_grant", SIGN_IN_TOKEN },
  { "server_error", SIGN_IN_NETWORK },
  { "temporarily_unavailable", SIGN_IN_NETWORK },
  { "invalid_request", SIGN_IN_CLIENT },
  { "invalid_client", SIGN_IN_CLIENT },
  { "unauthorized_client", SIGN_IN_CLIENT },
  { "unsupported_response_type", SIGN_IN_CLIENT },
  { "unsupported_grant_type", SIGN_IN_CLIENT },
};

const char *
sign_in_reason_to_word (SignInReason self)
{
  return reasons[self].word;
}

Fault
sign_in_reason_to_fault (SignInReason self)
{
  return reasons[self].fault;
}

SignInReason
sign_in_reason_from_error (const char *word)
{
  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++)
    if (strcmp (errors[i].error, word) == 0)
      return errors[i].reason;
  return SIGN_IN_DENIED;
}
