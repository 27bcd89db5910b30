/* authorization.h - one sign-in under way: the address that a browser is to open, and whether a redirect answers it. Pure.
 * Trust:  path, Host and query come from whoever can reach the port: any process, any page in the browser. Nothing but the state proves anything.
 * Used in: core/signin. Source: RFC 6749 §4.1, RFC 7636 (S256 always), RFC 8252 §7.3 and §8, RFC 9207, RFC 9700 §2.1. */
#pragma once
#include "provider.h"
#include "secret-bytes.h"
#include "sign-in-reason.h"

#define AUTHORIZATION_QUERY_MAX 8192 /* octets; chosen: codes of 2 KB are seen */

typedef struct Authorization Authorization;

typedef struct {
  const Provider *provider; /* borrowed for life */
  ProviderUse     use;
  const char     *authorize, *issuer; /* in place of the row's, for a server of one's own; NULL: the row's */
  const char     *tenant;             /* NULL: none */
  const char     *client_id, *address; /* address: whose sign-in it is to be (login_hint); NULL: nobody's in particular */
  guint16         port;               /* where the redirect is listened for */
} AuthorizationSpec;

typedef enum {
  AUTHORIZATION_FOREIGN, /* not meant for this one: 404, and the wait goes on */
  AUTHORIZATION_GRANTED, /* *out_code: (transfer full) */
  AUTHORIZATION_FAILED   /* error and *out_reason are set: over */
} AuthorizationAnswer;

/* With a new state, verifier and path, 256 random bits each. Returns: (transfer full), or NULL with FAULT_USAGE (tenant). */
Authorization *authorization_new  (const AuthorizationSpec *spec, GError **error);
void           authorization_free (Authorization *self); /* wipes; NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Authorization, authorization_free)

const char *authorization_get_url      (const Authorization *self); /* borrowed; it holds the state */
const char *authorization_get_redirect (const Authorization *self); /* borrowed: the redirect_uri, said again at the token endpoint */
const char *authorization_get_path     (const Authorization *self); /* borrowed: what its route is */
const char *authorization_get_verifier (const Authorization *self); /* borrowed; secret */

/* A GET that arrived: path and Host as sent, query without "?". Only the right state ends the wait, once; what else comes is FOREIGN and changes nothing.
 * With the right state, a doubled key, code and error together, another's issuer, or neither code nor error is a failure.
 * Errors: as sign_in_reason_to_fault() of *out_reason, which is untouched else. */
AuthorizationAnswer authorization_take (Authorization *self, const char *path, const char *host, const char *query,
                                        SecretBytes **out_code, SignInReason *out_reason, GError **error);

/* The same for a whole address that a person pasted. FOREIGN: it is none of this sign-in's, and the person may try again. */
AuthorizationAnswer authorization_take_pasted (Authorization *self, const char *address, SecretBytes **out_code, SignInReason *out_reason, GError **error);
