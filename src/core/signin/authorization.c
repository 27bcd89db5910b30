#include "authorization.h"

#include "redirect-query.h"
#include "text.h"
#include <sodium.h>
#include <string.h>

#define RANDOM_BYTES 32 /* 256 bits; RFC 7636 §4.1 wants as many for the verifier */
#define RANDOM_CHARS sodium_base64_ENCODED_LEN (RANDOM_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING) /* with the NUL */
#define SHOWN_MAX 300 /* octets of a stranger's words */

struct Authorization {
  const Provider *provider;
  char *url, *redirect, *host, *path, *issuer, *origin; /* issuer: NULL: none; origin: of the authorize endpoint */
  char  state[RANDOM_CHARS], verifier[RANDOM_CHARS];
  gboolean is_over; /* the right state came */
};

static void
make_random (char out[RANDOM_CHARS])
{
  guint8 octets[RANDOM_BYTES];

  randombytes_buf (octets, sizeof octets);
  sodium_bin2base64 (out, RANDOM_CHARS, octets, sizeof octets, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  sodium_memzero (octets, sizeof octets);
}

/* S256, RFC 7636 §4.2 */
static void
make_challenge (const char *verifier, char out[RANDOM_CHARS])
{
  guint8 hash[crypto_hash_sha256_BYTES];

  crypto_hash_sha256 (hash, (const guint8 *) verifier, strlen (verifier));
  sodium_bin2base64 (out, RANDOM_CHARS, hash, sizeof hash, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* scheme://host[:port] of an address, as an issuer without a path says it; NULL: it is no such address */
static char *
make_origin (const char *address)
{
  g_autoptr (GUri) uri = g_uri_parse (address, G_URI_FLAGS_NONE, NULL);

  if (uri == NULL || g_uri_get_host (uri) == NULL)
    return NULL;
  return g_uri_join (G_URI_FLAGS_NONE, g_uri_get_scheme (uri), NULL, g_uri_get_host (uri), g_uri_get_port (uri), "", NULL, NULL);
}

static void
append_parameter (GString *url, const char *key, const char *value)
{
  g_string_append_printf (url, "%c%s=", strchr (url->str, '?') != NULL ? '&' : '?', key);
  g_string_append_uri_escaped (url, value, NULL, FALSE);
}

static void
make_redirect (Authorization *self, guint16 port)
{
  char random[RANDOM_CHARS];

  make_random (random);
  self->path = self->provider->is_localhost ? g_strdup ("/") : g_strconcat ("/", random, NULL);
  self->host = g_strdup_printf ("%s:%u", self->provider->is_localhost ? "localhost" : "127.0.0.1", port);
  self->redirect = g_strconcat ("http://", self->host, self->path, NULL);
}

static void
make_url (Authorization *self, const AuthorizationSpec *spec, const char *authorize)
{
  GString *url = g_string_new (authorize);
  char challenge[RANDOM_CHARS];

  make_challenge (self->verifier, challenge);
  append_parameter (url, "response_type", "code");
  append_parameter (url, "client_id", spec->client_id);
  append_parameter (url, "redirect_uri", self->redirect);
  append_parameter (url, "scope", spec->provider->scopes[spec->use].scope);
  append_parameter (url, "state", self->state);
  append_parameter (url, "code_challenge", challenge);
  append_parameter (url, "code_challenge_method", "S256");
  if (spec->address != NULL)
    append_parameter (url, "login_hint", spec->address);
  if (spec->provider->extra != NULL)
    g_string_append_printf (url, "&%s", spec->provider->extra);
  self->url = g_string_free (url, FALSE);
}

Authorization *
authorization_new (const AuthorizationSpec *spec, GError **error)
{
  g_autofree char *authorize = spec->authorize != NULL ? g_strdup (spec->authorize) : provider_fill_tenant (spec->provider->authorize, spec->tenant, error);
  Authorization *self;

  if (authorize == NULL)
    return NULL;
  self = g_new0 (Authorization, 1);
  self->provider = spec->provider;
  self->issuer = g_strdup (spec->issuer != NULL ? spec->issuer : spec->provider->issuer);
  self->origin = make_origin (authorize);
  make_random (self->state);
  make_random (self->verifier);
  make_redirect (self, spec->port);
  make_url (self, spec, authorize);
  return self;
}

void
authorization_free (Authorization *self)
{
  if (self == NULL)
    return;
  sodium_memzero (self->url, strlen (self->url));
  g_free (self->url);
  g_free (self->redirect);
  g_free (self->host);
  g_free (self->path);
  g_free (self->issuer);
  g_free (self->origin);
  sodium_memzero (self, sizeof *self);
  g_free (self);
}

const char *
authorization_get_url (const Authorization *self)
{
  return self->url;
}

const char *
authorization_get_redirect (const Authorization *self)
{
  return self->redirect;
}

const char *
authorization_get_path (const Authorization *self)
{
  return self->path;
}

const char *
authorization_get_verifier (const Authorization *self)
{
  return self->verifier;
}

/* In a time that says nothing of how much of it is right. */
static gboolean
is_state (const Authorization *self, const SecretBytes *state)
{
  return state != NULL && secret_bytes_get_length (state) == strlen (self->state) &&
         sodium_memcmp (secret_bytes_peek (state), self->state, strlen (self->state)) == 0;
}

static AuthorizationAnswer
authorization_fail (SignInReason reason, SignInReason *out_reason, GError **error, const char *text)
{
  *out_reason = reason;
  g_set_error_literal (error, FAULT, (gint) sign_in_reason_to_fault (reason), text);
  return AUTHORIZATION_FAILED;
}

/* RFC 9207 §2.4. Without an issuer of its own a provider may still name itself: its authorize endpoint's origin, and no other. */
static gboolean
is_issuer (const Authorization *self, const RedirectQuery *query)
{
  if (query->iss == NULL)
    return self->issuer == NULL || query->error != NULL;
  return g_strcmp0 (query->iss, self->issuer != NULL ? self->issuer : self->origin) == 0;
}

static AuthorizationAnswer
fail_as_told (const RedirectQuery *query, SignInReason *out_reason, GError **error)
{
  SignInReason reason = sign_in_reason_from_error (query->error);
  g_autofree char *word = text_printable (query->error, -1, SHOWN_MAX);
  g_autofree char *words = text_printable (query->description != NULL ? query->description : "", -1, SHOWN_MAX);
  g_autofree char *text = strcmp (query->error, "access_denied") == 0 && *words == '\0'
    ? g_strdup ("the sign-in was cancelled in the browser") : g_strdup_printf ("the provider refused the sign-in: %s%s%s", word, *words != '\0' ? ": " : "", words);

  return authorization_fail (reason, out_reason, error, text);
}

static AuthorizationAnswer
authorization_judge (Authorization *self, RedirectQuery *query, SecretBytes **out_code, SignInReason *out_reason, GError **error)
{
  self->is_over = TRUE;
  if (query->is_doubled || query->is_torn)
    return authorization_fail (SIGN_IN_STATE, out_reason, error, "the provider's answer says a thing twice, or cannot be read; sign in again");
  if (!is_issuer (self, query))
    return authorization_fail (SIGN_IN_ISSUER, out_reason, error, "the answer comes from another provider than the one that was asked; nothing was taken from it");
  if ((query->code != NULL) == (query->error != NULL))
    return authorization_fail (SIGN_IN_STATE, out_reason, error, "the provider's answer is neither a yes nor a no; sign in again");
  if (query->error != NULL)
    return fail_as_told (query, out_reason, error);
  *out_code = g_steal_pointer (&query->code);
  return AUTHORIZATION_GRANTED;
}

AuthorizationAnswer
authorization_take (Authorization *self, const char *path, const char *host, const char *query, SecretBytes **out_code, SignInReason *out_reason, GError **error)
{
  g_autoptr (RedirectQuery) parsed = NULL;

  if (self->is_over || strcmp (path, self->path) != 0 || strcmp (host, self->host) != 0 || strlen (query) > AUTHORIZATION_QUERY_MAX)
    return AUTHORIZATION_FOREIGN;
  parsed = redirect_query_parse (query);
  if (!is_state (self, parsed->state))
    return AUTHORIZATION_FOREIGN;
  return authorization_judge (self, parsed, out_code, out_reason, error);
}

AuthorizationAnswer
authorization_take_pasted (Authorization *self, const char *address, SecretBytes **out_code, SignInReason *out_reason, GError **error)
{
  gsize len = strlen (self->redirect);
  g_autofree char *query = NULL;
  AuthorizationAnswer answer;

  if (strncmp (address, self->redirect, len) != 0 || address[len] != '?')
    return AUTHORIZATION_FOREIGN;
  query = g_strndup (address + len + 1, strcspn (address + len + 1, "#"));
  answer = authorization_take (self, self->path, self->host, query, out_code, out_reason, error);
  sodium_memzero (query, strlen (query));
  return answer;
}
