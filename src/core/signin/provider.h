/* provider.h - who lets people sign in: where, for what, and by which rules. A provider is a row in provider.c, or what a person's file says.
 * Used in: core/signin. Source: docs/providers.md; RFC 6749, 7009 (revocation), 7636 (PKCE), 8252 (native apps), 9207 (iss). */
#pragma once
#include <glib.h>

/* What a sign-in is for. One use more is another sign-in: a person grants no more than what is needed now. */
typedef enum { PROVIDER_USE_SEND, PROVIDER_USE_SMTP, PROVIDER_USE_MAILBOX, PROVIDER_USES } ProviderUse;

typedef struct {
  const char *scope; /* as asked for, names between spaces; NULL: this provider has no such use */
  const char *box;   /* the tick box by which a person grants it; NULL: there is none, all or nothing */
} ProviderScope;

typedef struct {
  const char *word, *title;
  const char *authorize, *token; /* https; {tenant} stands for the account's tenant */
  const char *revoke;            /* NULL: it has no such thing */
  const char *issuer;            /* each redirect names it (RFC 9207); NULL: it names none */
  ProviderScope scopes[PROVIDER_USES];
  const char *extra;             /* further parameters of the request, "a=b&c=d"; or NULL */
  gboolean is_localhost;         /* the redirect is http://localhost:PORT/, no path; else http://127.0.0.1:PORT/PATH, any path */
  gboolean wants_secret;         /* its token endpoint takes no client without one, though every copy of a desktop program has it */
  gboolean may_embed;            /* it lets people sign in in a window of ours */
  gboolean rotates;              /* each refresh token is good for one use: the next one must be kept before its access token is used */
  const char *consent_page;      /* where a person takes back what was granted */
  const char *hosts;             /* beside authorize's, what its pages are made of: who may be reached from a window of ours (host-list.h); NULL: no more */
} Provider;

/* Returns: static, or NULL: there is none of this word. */
const Provider *provider_find (const char *word);
const Provider *provider_list (gsize *out_n); /* static; all rows */

/* An endpoint with the tenant in its place. tenant: a word, a domain or a UUID, of [A-Za-z0-9.-]; NULL where the endpoint has no hole.
 * Returns: (transfer full), or NULL with FAULT_USAGE (no such tenant can be). */
char *provider_fill_tenant (const char *endpoint, const char *tenant, GError **error);

/* Is all of what this use needs among the granted? granted: the token answer's `scope`; NULL: it named none, so all was granted (RFC 6749 §5.1).
 * Returns: FALSE with FAULT_NO_PERM: the sentence names the tick box. */
gboolean provider_check_granted (const Provider *self, ProviderUse use, const char *granted, GError **error);
