/* Sign-ins: what the browser is sent to, and which redirects end the wait. RFC 6749 §4.1, 7636, 8252, 9207. */
#include "authorization.h"

#include "fault.h"
#include <sodium.h>
#include <string.h>

#define PORT 49152
#define ISSUER "https://accounts.google.com"

typedef struct {
  Authorization *authorization;
  GHashTable    *asked; /* the parameters of its address */
} Fixture;

static GHashTable *
read_query (const char *address)
{
  g_autoptr (GError) error = NULL;
  GHashTable *asked = g_uri_parse_params (strchr (address, '?') + 1, -1, "&", G_URI_PARAMS_WWW_FORM, &error);

  g_assert_no_error (error);
  return asked;
}

static void
set_up_for (Fixture *self, const AuthorizationSpec *spec)
{
  g_autoptr (GError) error = NULL;

  self->authorization = authorization_new (spec, &error);
  g_assert_no_error (error);
  self->asked = read_query (authorization_get_url (self->authorization));
}

static void
set_up_google (Fixture *self, gconstpointer data)
{
  (void) data;
  set_up_for (self, &(AuthorizationSpec){ .provider = provider_find ("google"), .use = PROVIDER_USE_SEND, .client_id = "id & more", .address = "ana@example.org", .port = PORT });
}

static void
set_up_microsoft (Fixture *self, gconstpointer data)
{
  (void) data;
  set_up_for (self, &(AuthorizationSpec){ .provider = provider_find ("microsoft"), .use = PROVIDER_USE_SMTP, .tenant = "consumers", .client_id = "id", .port = PORT });
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  (void) data;
  authorization_free (self->authorization);
  g_hash_table_unref (self->asked);
}

static const char *
get_asked (const Fixture *self, const char *key)
{
  return g_hash_table_lookup (self->asked, key);
}

static void
test_url (Fixture *self, gconstpointer data)
{
  guint8 hash[crypto_hash_sha256_BYTES];
  char challenge[64];

  (void) data;
  crypto_hash_sha256 (hash, (const guint8 *) authorization_get_verifier (self->authorization), strlen (authorization_get_verifier (self->authorization)));
  sodium_bin2base64 (challenge, sizeof challenge, hash, sizeof hash, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  g_assert_true (g_str_has_prefix (authorization_get_url (self->authorization), "https://accounts.google.com/o/oauth2/v2/auth?"));
  g_assert_cmpstr (get_asked (self, "response_type"), ==, "code");
  g_assert_cmpstr (get_asked (self, "client_id"), ==, "id & more");
  g_assert_cmpstr (get_asked (self, "scope"), ==, "https://www.googleapis.com/auth/gmail.send");
  g_assert_cmpstr (get_asked (self, "redirect_uri"), ==, authorization_get_redirect (self->authorization));
  g_assert_cmpstr (get_asked (self, "code_challenge"), ==, challenge);
  g_assert_cmpstr (get_asked (self, "code_challenge_method"), ==, "S256");
  g_assert_cmpstr (get_asked (self, "login_hint"), ==, "ana@example.org");
  g_assert_cmpstr (get_asked (self, "access_type"), ==, "offline");
  g_assert_cmpuint (strlen (get_asked (self, "state")), ==, 43);
  g_assert_cmpuint (strlen (authorization_get_verifier (self->authorization)), ==, 43); /* RFC 7636 §4.1: 43 at least */
  g_assert_cmpuint (strlen (authorization_get_path (self->authorization)), ==, 44);
  g_assert_null (strstr (authorization_get_url (self->authorization), authorization_get_verifier (self->authorization)));
}

/* facts of Microsoft: http://localhost as registered, any port, no path */
static void
test_localhost (Fixture *self, gconstpointer data)
{
  (void) data;
  g_assert_cmpstr (authorization_get_redirect (self->authorization), ==, "http://localhost:49152/");
  g_assert_cmpstr (authorization_get_path (self->authorization), ==, "/");
  g_assert_true (g_str_has_prefix (authorization_get_url (self->authorization), "https://login.microsoftonline.com/consumers/oauth2/v2.0/authorize?"));
  g_assert_null (get_asked (self, "login_hint"));
}

static void
test_random (Fixture *self, gconstpointer data)
{
  Fixture other;

  set_up_google (&other, data);
  g_assert_cmpstr (get_asked (&other, "state"), !=, get_asked (self, "state"));
  g_assert_cmpstr (authorization_get_verifier (other.authorization), !=, authorization_get_verifier (self->authorization));
  g_assert_cmpstr (authorization_get_path (other.authorization), !=, authorization_get_path (self->authorization));
  tear_down (&other, data);
}

/* --- redirects --- */

typedef struct {
  const char *name;
  const char *path, *host;   /* NULL: the right one */
  const char *query;         /* {state}: the right one */
  AuthorizationAnswer answer;
  const char *word;          /* FAILED: the reason */
  const char *text;          /* FAILED: in its sentence */
} Row;

#define ISS "&iss=https%3A%2F%2Faccounts.google.com"
static const Row google_rows[] = {
  { "granted", NULL, NULL, "state={state}&code=4%2F0Ab" ISS, AUTHORIZATION_GRANTED, NULL, NULL },
  { "granted-with-more", NULL, NULL, "code=4%2F0Ab&scope=a+b&authuser=0&prompt=consent&state={state}" ISS, AUTHORIZATION_GRANTED, NULL, NULL },
  { "key-with-escapes", NULL, NULL, "st%61te={state}&code=4%2F0Ab" ISS, AUTHORIZATION_GRANTED, NULL, NULL },
  { "no-state", NULL, NULL, "code=4" ISS, AUTHORIZATION_FOREIGN, NULL, NULL },
  { "empty-state", NULL, NULL, "state=&code=4" ISS, AUTHORIZATION_FOREIGN, NULL, NULL },
  { "longer-state", NULL, NULL, "state={state}A&code=4" ISS, AUTHORIZATION_FOREIGN, NULL, NULL },
  { "state-with-a-nul", NULL, NULL, "state={state}%00&code=4" ISS, AUTHORIZATION_FOREIGN, NULL, NULL },
  { "state-in-another-case", NULL, NULL, "STATE={state}&code=4" ISS, AUTHORIZATION_FOREIGN, NULL, NULL },
  { "wrong-state-first", NULL, NULL, "state=A&state={state}&code=4" ISS, AUTHORIZATION_FOREIGN, NULL, NULL },
  { "empty", NULL, NULL, "", AUTHORIZATION_FOREIGN, NULL, NULL },
  { "another-path", "/", NULL, "state={state}&code=4" ISS, AUTHORIZATION_FOREIGN, NULL, NULL },
  { "another-host", NULL, "localhost:49152", "state={state}&code=4" ISS, AUTHORIZATION_FOREIGN, NULL, NULL },
  { "another-port", NULL, "127.0.0.1:80", "state={state}&code=4" ISS, AUTHORIZATION_FOREIGN, NULL, NULL },
  { "host-without-port", NULL, "127.0.0.1", "state={state}&code=4" ISS, AUTHORIZATION_FOREIGN, NULL, NULL },
  { "rebound-name", NULL, "rebound.example:49152", "state={state}&code=4" ISS, AUTHORIZATION_FOREIGN, NULL, NULL },
  { "denied", NULL, NULL, "error=access_denied&state={state}", AUTHORIZATION_FAILED, "denied", "cancelled in the browser" },
  { "refused", NULL, NULL, "error=org_internal&error_description=only+inside%0A&state={state}" ISS, AUTHORIZATION_FAILED, "denied", "org_internal: only inside?" },
  { "scope", NULL, NULL, "error=invalid_scope&state={state}", AUTHORIZATION_FAILED, "scope", "invalid_scope" },
  { "client", NULL, NULL, "error=unauthorized_client&state={state}", AUTHORIZATION_FAILED, "client", "unauthorized_client" },
  { "out-of-order", NULL, NULL, "error=temporarily_unavailable&state={state}", AUTHORIZATION_FAILED, "network", "temporarily_unavailable" },
  { "code-and-error", NULL, NULL, "code=4&error=access_denied&state={state}" ISS, AUTHORIZATION_FAILED, "state", "neither a yes nor a no" },
  { "neither", NULL, NULL, "state={state}" ISS, AUTHORIZATION_FAILED, "state", "neither a yes nor a no" },
  { "empty-code", NULL, NULL, "state={state}&code=" ISS, AUTHORIZATION_FAILED, "state", "neither a yes nor a no" },
  { "empty-error", NULL, NULL, "state={state}&error=" ISS, AUTHORIZATION_FAILED, "state", "neither a yes nor a no" },
  { "code-and-empty-error", NULL, NULL, "state={state}&code=4%2F0Ab&error=" ISS, AUTHORIZATION_GRANTED, NULL, NULL },
  { "doubled-by-an-empty-one", NULL, NULL, "state={state}&code=&code=4" ISS, AUTHORIZATION_FAILED, "state", "says a thing twice" },
  { "doubled-state", NULL, NULL, "state={state}&state=A&code=4" ISS, AUTHORIZATION_FAILED, "state", "says a thing twice" },
  { "doubled-code", NULL, NULL, "code=4&code=5&state={state}" ISS, AUTHORIZATION_FAILED, "state", "says a thing twice" },
  { "doubled-by-escape", NULL, NULL, "code=4&c%6Fde=5&state={state}" ISS, AUTHORIZATION_FAILED, "state", "says a thing twice" },
  { "doubled-iss", NULL, NULL, "code=4&state={state}" ISS ISS, AUTHORIZATION_FAILED, "state", "says a thing twice" },
  { "torn", NULL, NULL, "state={state}&code=4%zz" ISS, AUTHORIZATION_FAILED, "state", "cannot be read" },
  { "no-iss", NULL, NULL, "state={state}&code=4", AUTHORIZATION_FAILED, "issuer", "another provider" },
  { "foreign-iss", NULL, NULL, "state={state}&code=4&iss=https%3A%2F%2Faccounts.example", AUTHORIZATION_FAILED, "issuer", "another provider" },
  { "longer-iss", NULL, NULL, "state={state}&code=4" ISS "%2F", AUTHORIZATION_FAILED, "issuer", "another provider" },
  { "foreign-iss-with-error", NULL, NULL, "state={state}&error=access_denied&iss=https%3A%2F%2Faccounts.example", AUTHORIZATION_FAILED, "issuer", "another provider" },
};

static const Row microsoft_rows[] = {
  { "granted", NULL, NULL, "code=0.AX&state={state}&session_state=1", AUTHORIZATION_GRANTED, NULL, NULL },
  { "own-iss", NULL, NULL, "code=0.AX&state={state}&iss=https%3A%2F%2Flogin.microsoftonline.com", AUTHORIZATION_GRANTED, NULL, NULL },
  { "foreign-iss", NULL, NULL, "code=0.AX&state={state}" ISS, AUTHORIZATION_FAILED, "issuer", "another provider" },
  { "by-number", NULL, "127.0.0.1:49152", "code=0.AX&state={state}", AUTHORIZATION_FOREIGN, NULL, NULL },
};

static char *
fill (const Fixture *self, const char *query)
{
  GString *filled = g_string_new (query);

  g_string_replace (filled, "{state}", get_asked (self, "state"), 0);
  return g_string_free (filled, FALSE);
}

static AuthorizationAnswer
play (Fixture *self, const Row *row, SecretBytes **out_code, SignInReason *out_reason, GError **error)
{
  g_autofree char *query = fill (self, row->query);
  g_autofree char *host = g_strndup (authorization_get_redirect (self->authorization) + strlen ("http://"),
                                     strcspn (authorization_get_redirect (self->authorization) + strlen ("http://"), "/"));

  return authorization_take (self->authorization, row->path != NULL ? row->path : authorization_get_path (self->authorization), row->host != NULL ? row->host : host, query,
                             out_code, out_reason, error);
}

/* A foreign one changed nothing: the right one still ends the wait. Any other has ended it: the right one comes too late. */
static void
check_after (Fixture *self, const Row *right, AuthorizationAnswer answer)
{
  g_autoptr (SecretBytes) code = NULL;
  SignInReason reason = SIGN_IN_NONE;

  g_assert_cmpint (play (self, right, &code, &reason, NULL), ==, answer == AUTHORIZATION_FOREIGN ? AUTHORIZATION_GRANTED : AUTHORIZATION_FOREIGN);
}

static void
test_redirect (Fixture *self, gconstpointer data)
{
  const Row *row = data, *right = self->authorization != NULL && strstr (authorization_get_redirect (self->authorization), "localhost") != NULL ? microsoft_rows : google_rows;
  g_autoptr (SecretBytes) code = NULL;
  g_autoptr (GError) error = NULL;
  SignInReason reason = SIGN_IN_NONE;

  g_assert_cmpint (play (self, row, &code, &reason, &error), ==, row->answer);
  g_assert_cmpstr (sign_in_reason_to_word (reason), ==, row->word != NULL ? row->word : "");
  if (row->answer == AUTHORIZATION_FAILED) {
    g_assert_error (error, FAULT, (gint) sign_in_reason_to_fault (reason));
    g_assert_nonnull (strstr (error->message, row->text));
  } else {
    g_assert_no_error (error);
  }
  g_assert_true ((code != NULL) == (row->answer == AUTHORIZATION_GRANTED));
  check_after (self, right, row->answer);
}

static void
test_code (Fixture *self, gconstpointer data)
{
  g_autoptr (SecretBytes) code = NULL;
  SignInReason reason = SIGN_IN_NONE;

  (void) data;
  g_assert_cmpint (play (self, &google_rows[0], &code, &reason, NULL), ==, AUTHORIZATION_GRANTED);
  g_assert_cmpstr (secret_bytes_peek (code), ==, "4/0Ab");
}

static void
test_long (Fixture *self, gconstpointer data)
{
  g_autofree char *filler = g_strnfill (AUTHORIZATION_QUERY_MAX, 'A');
  g_autofree char *query = g_strdup_printf ("state=%s&code=%s", get_asked (self, "state"), filler);
  g_autoptr (SecretBytes) code = NULL;
  SignInReason reason = SIGN_IN_NONE;

  (void) data;
  g_assert_cmpint (authorization_take (self->authorization, "/", "localhost:49152", query, &code, &reason, NULL), ==, AUTHORIZATION_FOREIGN);
  check_after (self, microsoft_rows, AUTHORIZATION_FOREIGN);
}

static void
test_pasted (Fixture *self, gconstpointer data)
{
  g_autofree char *good = g_strdup_printf ("http://localhost:49152/?code=0.AX&state=%s#", get_asked (self, "state"));
  g_autofree char *elsewhere = g_strdup_printf ("http://localhost:49153/?code=0.AX&state=%s", get_asked (self, "state"));
  const char *const foreign[] = { "", "http://localhost:49152/", "http://localhost:49152/?code=0.AX&state=A", elsewhere, authorization_get_url (self->authorization) };
  g_autoptr (SecretBytes) code = NULL;
  SignInReason reason = SIGN_IN_NONE;

  (void) data;
  for (gsize i = 0; i < G_N_ELEMENTS (foreign); i++)
    g_assert_cmpint (authorization_take_pasted (self->authorization, foreign[i], &code, &reason, NULL), ==, AUTHORIZATION_FOREIGN);
  g_assert_cmpint (authorization_take_pasted (self->authorization, good, &code, &reason, NULL), ==, AUTHORIZATION_GRANTED);
  g_assert_cmpstr (secret_bytes_peek (code), ==, "0.AX");
}

/* --endpoint authorize=… issuer=… */
static void
test_own (void)
{
  Fixture own;
  const Row granted = { "", NULL, NULL, "state={state}&code=4&iss=http%3A%2F%2F127.0.0.1%3A4000", AUTHORIZATION_GRANTED, NULL, NULL };
  g_autoptr (SecretBytes) code = NULL;
  SignInReason reason = SIGN_IN_NONE;

  set_up_for (&own, &(AuthorizationSpec){ .provider = provider_find ("google"), .use = PROVIDER_USE_SMTP, .authorize = "http://127.0.0.1:4000/auth?own=1",
                                          .issuer = "http://127.0.0.1:4000", .client_id = "id", .port = PORT });
  g_assert_true (g_str_has_prefix (authorization_get_url (own.authorization), "http://127.0.0.1:4000/auth?own=1&response_type=code&"));
  g_assert_cmpint (play (&own, &granted, &code, &reason, NULL), ==, AUTHORIZATION_GRANTED);
  tear_down (&own, NULL);
}

static void
add_rows (const char *provider, const Row *rows, gsize n, void (*set_up) (Fixture *self, gconstpointer data))
{
  for (gsize i = 0; i < n; i++) {
    g_autofree char *path = g_strdup_printf ("/core/signin/authorization/redirect/%s/%s", provider, rows[i].name);

    g_test_add (path, Fixture, &rows[i], set_up, test_redirect, tear_down);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (sodium_init () < 0)
    return 1;
  g_test_add ("/core/signin/authorization/url", Fixture, NULL, set_up_google, test_url, tear_down);
  g_test_add ("/core/signin/authorization/localhost", Fixture, NULL, set_up_microsoft, test_localhost, tear_down);
  g_test_add ("/core/signin/authorization/random", Fixture, NULL, set_up_google, test_random, tear_down);
  g_test_add ("/core/signin/authorization/code", Fixture, NULL, set_up_google, test_code, tear_down);
  g_test_add ("/core/signin/authorization/long", Fixture, NULL, set_up_microsoft, test_long, tear_down);
  g_test_add ("/core/signin/authorization/pasted", Fixture, NULL, set_up_microsoft, test_pasted, tear_down);
  g_test_add_func ("/core/signin/authorization/own", test_own);
  add_rows ("google", google_rows, G_N_ELEMENTS (google_rows), set_up_google);
  add_rows ("microsoft", microsoft_rows, G_N_ELEMENTS (microsoft_rows), set_up_microsoft);
  return g_test_run ();
}
