#include "sasl.h"

#include "bearer.h"
#include "fault.h"
#include <gsasl.h>
#include <openssl/evp.h>
#include <string.h>

/* Chosen: servers ask for 4,096 to 600,000 rounds; a million takes half a second of the one loop that all connections share. */
#define ROUNDS_MAX 1000000

#define UNPREPARED (-1)

static char *
say_oauthbearer (const SaslLogin *login, GError **error)
{
  return bearer_say_oauthbearer (login->user, login->secret, login->host, login->port, error);
}

static char *
say_xoauth2 (const SaslLogin *login, GError **error)
{
  return bearer_say_xoauth2 (login->user, login->secret, error);
}

/* preparation: how both sides put the password through SASLprep (RFC 4013); they must come out with the same octets. For CRAM-MD5 it is
 * what libgsasl's client does. (2.2 hands its flag to libidn upside down: "allow" is the one that refuses what is unassigned.) */
static const struct {
  const char   *name;
  gboolean      is_client_first, has_proof;
  int           preparation;
  const EVP_MD *(*digest) (void); /* of SCRAM; else NULL */
  char         *(*say_token) (const SaslLogin *login, GError **error); /* of those that carry an access token; else NULL */
  const char   *regret; /* of them: the answer to the 334 that refuses it */
} mechanisms[] = { /* strongest first */
  { "SCRAM-SHA-256", TRUE, TRUE, 0, EVP_sha256, NULL, NULL },
  { "SCRAM-SHA-1", TRUE, TRUE, 0, EVP_sha1, NULL, NULL },
  { "CRAM-MD5", FALSE, FALSE, GSASL_ALLOW_UNASSIGNED, NULL, NULL, NULL },
  { "PLAIN", TRUE, FALSE, UNPREPARED, NULL, NULL, NULL },
  { "LOGIN", FALSE, FALSE, UNPREPARED, NULL, NULL, NULL },
  { "OAUTHBEARER", TRUE, FALSE, UNPREPARED, NULL, say_oauthbearer, "AQ==" }, /* RFC 7628 §3.2.3: one ^A */
  { "XOAUTH2", TRUE, FALSE, UNPREPARED, NULL, say_xoauth2, "" },
};

struct Sasl {
  gsize              mechanism; /* index */
  Gsasl             *library;
  Gsasl_session     *session;
  SaslLogin          login;
  gboolean           is_complete, has_too_many_rounds;
  gboolean           is_token_said;
  char              *refusal; /* owned; of a token; NULL: none was heard */
};

static void
wipe_foreign (char *text) /* libgsasl's; NULL is a no-op */
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  gsasl_free (text);
}

/* --- which --- */

static char *
sasl_prepare_text (const char *text, int preparation) /* NULL: it cannot be */
{
  char *prepared = NULL;

  return gsasl_saslprep (text, (Gsasl_saslprep_flags) preparation, &prepared, NULL) == GSASL_OK ? prepared : NULL;
}

/* RFC 4013 leaves printable ASCII alone: it is not given to libidn, which frees its copies as they are. */
static gboolean
is_prepared (const char *password)
{
  for (const char *p = password; *p != '\0'; p++)
    if (!g_ascii_isprint (*p))
      return FALSE;
  return TRUE;
}

static gboolean
can_carry (gsize mechanism, const char *password)
{
  char *prepared;
  gboolean is_ok;

  if (mechanisms[mechanism].preparation == UNPREPARED || is_prepared (password))
    return TRUE;
  prepared = sasl_prepare_text (password, mechanisms[mechanism].preparation);
  is_ok = prepared != NULL;
  wipe_foreign (prepared);
  return is_ok;
}

/* A password that SASLprep refuses (a control character, octets that are not UTF-8) is one octet string to PLAIN and LOGIN, and two or
 * none to mechanisms that prepare it: those come last then. */
static gboolean
sasl_choose (const char *const *offered, const SaslLogin *login, gsize *out_index)
{
  for (guint pass = 0; pass < 2; pass++)
    for (gsize i = 0; i < G_N_ELEMENTS (mechanisms); i++) {
      if ((mechanisms[i].say_token != NULL) != login->is_token || !g_strv_contains (offered, mechanisms[i].name) ||
          (pass == 0 && !can_carry (i, secret_bytes_peek (login->secret))))
        continue;
      *out_index = i;
      return TRUE;
    }
  return FALSE;
}

/* --- SCRAM's salted password --- */

/* By ourselves, not by libgsasl: it leaves its prepared copies of the password behind, takes any number of rounds, and has no way to salt
 * a password that SASLprep refuses, which servers that prepare nothing (Dovecot) or keep such octets as they are (PostgreSQL's rule) take. */
static void
salt_password (const char *password, const EVP_MD *digest, const guint8 *salt, gsize salt_len, int rounds, guint8 *out)
{
  char *prepared = is_prepared (password) ? NULL : sasl_prepare_text (password, 0);

  PKCS5_PBKDF2_HMAC (prepared != NULL ? prepared : password, -1, salt, (int) salt_len, rounds, digest, EVP_MD_get_size (digest), out);
  wipe_foreign (prepared);
}

static int
give_salted (Sasl *self, const EVP_MD *digest)
{
  const char *salt = gsasl_property_fast (self->session, GSASL_SCRAM_SALT), *rounds = gsasl_property_fast (self->session, GSASL_SCRAM_ITER);
  guint64 n = rounds != NULL ? g_ascii_strtoull (rounds, NULL, 10) : 0;
  guint8 salted[EVP_MAX_MD_SIZE];
  char hex[2 * EVP_MAX_MD_SIZE + 1], *raw = NULL;
  size_t raw_len = 0;
  int result;

  self->has_too_many_rounds = n > ROUNDS_MAX;
  if (salt == NULL || n == 0 || n > ROUNDS_MAX || gsasl_base64_from (salt, strlen (salt), &raw, &raw_len) != GSASL_OK)
    return GSASL_NO_PASSWORD;
  salt_password (secret_bytes_peek (self->login.secret), digest, (const guint8 *) raw, raw_len, (int) n, salted);
  for (int i = 0; i < EVP_MD_get_size (digest); i++)
    g_snprintf (hex + 2 * i, 3, "%02x", salted[i]);
  result = gsasl_property_set (self->session, GSASL_SCRAM_SALTED_PASSWORD, hex);
  explicit_bzero (salted, sizeof salted);
  explicit_bzero (hex, sizeof hex);
  gsasl_free (raw);
  return result;
}

static int
property_cb (Gsasl *library, Gsasl_session *session, Gsasl_property property)
{
  Sasl *self = gsasl_callback_hook_get (library);

  if (property == GSASL_SCRAM_SALTED_PASSWORD && mechanisms[self->mechanism].digest != NULL)
    return give_salted (self, mechanisms[self->mechanism].digest ());
  return GSASL_NO_CALLBACK;
}

/* --- life --- */

static void
fail_to_choose (const char *const *offered, const SaslLogin *login, GError **error)
{
  g_autofree char *words = g_strjoinv (" ", (char **) offered);

  if (login->is_token)
    g_set_error (error, FAULT, FAULT_UNAVAILABLE, "this server takes no sign-in (access token): it offers \"%s\", we speak OAUTHBEARER and XOAUTH2. Check the "
                 "host, or give the account a password", words);
  else
    g_set_error (error, FAULT, FAULT_UNAVAILABLE, "no common way to log in: the server offers \"%s\", we speak SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, PLAIN "
                 "and LOGIN", words);
}

static gboolean
start_library (Sasl *self)
{
  const SaslLogin *login = &self->login;

  if (gsasl_init (&self->library) != GSASL_OK || gsasl_client_start (self->library, mechanisms[self->mechanism].name, &self->session) != GSASL_OK)
    return FALSE;
  gsasl_callback_hook_set (self->library, self);
  gsasl_callback_set (self->library, property_cb);
  gsasl_property_set (self->session, GSASL_AUTHID, login->user);
  if (mechanisms[self->mechanism].digest == NULL)
    gsasl_property_set_raw (self->session, GSASL_PASSWORD, secret_bytes_peek (login->secret), secret_bytes_get_length (login->secret));
  gsasl_property_set (self->session, GSASL_SERVICE, "smtp");
  gsasl_property_set (self->session, GSASL_HOSTNAME, login->host);
  return TRUE;
}

Sasl *
sasl_new (const char *const *offered, const SaslLogin *login, GError **error)
{
  g_autoptr (Sasl) self = g_new0 (Sasl, 1);

  self->login = *login;
  if (!sasl_choose (offered, login, &self->mechanism)) {
    fail_to_choose (offered, login, error);
    return NULL;
  }
  if (!login->is_token && !start_library (self)) {
    g_set_error (error, FAULT, FAULT_SOFTWARE, "libgsasl does not start %s", sasl_get_mechanism (self));
    return NULL;
  }
  return g_steal_pointer (&self);
}

/* libgsasl frees its properties as they are. */
static void
wipe_property (Gsasl_session *session, Gsasl_property property)
{
  const char *value = gsasl_property_fast (session, property);

  if (value != NULL)
    explicit_bzero ((char *) value, strlen (value));
}

void
sasl_free (Sasl *self)
{
  if (self == NULL)
    return;
  if (self->session != NULL) {
    wipe_property (self->session, GSASL_PASSWORD);
    wipe_property (self->session, GSASL_SCRAM_SALTED_PASSWORD);
    gsasl_finish (self->session);
  }
  if (self->library != NULL)
    gsasl_done (self->library);
  g_free (self->refusal);
  g_free (self);
}

const char *
sasl_get_mechanism (const Sasl *self)
{
  return mechanisms[self->mechanism].name;
}

gboolean
sasl_is_client_first (const Sasl *self)
{
  return mechanisms[self->mechanism].is_client_first;
}

/* As gsasl_step64(), which leaves the octets behind that it encodes. */
static int
sasl_step_once (Sasl *self, const char *challenge, char **out_said)
{
  char *heard = NULL, *raw = NULL, *encoded = NULL;
  size_t heard_len = 0, raw_len = 0;
  int result = *challenge != '\0' ? gsasl_base64_from (challenge, strlen (challenge), &heard, &heard_len) : GSASL_OK, encoding = GSASL_OK;

  if (result == GSASL_OK)
    result = gsasl_step (self->session, heard, heard_len, &raw, &raw_len);
  gsasl_free (heard);
  if ((result == GSASL_OK || result == GSASL_NEEDS_MORE) && raw_len > 0)
    encoding = gsasl_base64_to (raw, raw_len, &encoded, NULL);
  if (raw != NULL)
    explicit_bzero (raw, raw_len);
  gsasl_free (raw);
  *out_said = g_strdup (encoded != NULL ? encoded : "");
  wipe_foreign (encoded);
  return encoding == GSASL_OK ? result : encoding;
}

static char *
sasl_explain (const Sasl *self, int result)
{
  const char *name = sasl_get_mechanism (self);

  if (result == GSASL_SASLPREP_ERROR)
    return g_strdup_printf ("the login by %s cannot carry this user name or password: one with letters, digits and signs only, without control "
                            "characters, works everywhere", name);
  if (self->has_too_many_rounds)
    return g_strdup_printf ("the login by %s broke off: the server asks for more than %d rounds of hashing", name, ROUNDS_MAX);
  return g_strdup_printf ("the login by %s broke off: %s", name, gsasl_strerror (result));
}

static char *
sasl_step_password (Sasl *self, const char *challenge, GError **error)
{
  g_autofree char *why = NULL;
  char *said = NULL;
  int result = sasl_step_once (self, challenge, &said);

  if (result != GSASL_OK && result != GSASL_NEEDS_MORE) {
    sasl_wipe (said);
    why = sasl_explain (self, result);
    g_set_error_literal (error, FAULT, FAULT_PROTOCOL, why);
    return NULL;
  }
  self->is_complete = result == GSASL_OK;
  return said;
}

/* All is in the first words. What is asked behind them is the refusal's reason, once; the answer to that brings the refusal itself. */
static char *
sasl_step_token (Sasl *self, const char *challenge, GError **error)
{
  gboolean is_first = !self->is_token_said;

  self->is_token_said = TRUE;
  if (is_first)
    return mechanisms[self->mechanism].say_token (&self->login, error);
  if (self->refusal != NULL) {
    g_set_error (error, FAULT, FAULT_PROTOCOL, "the login by %s broke off: the server goes on asking", sasl_get_mechanism (self));
    return NULL;
  }
  self->refusal = bearer_read_refusal (challenge);
  return g_strdup (mechanisms[self->mechanism].regret);
}

char *
sasl_step (Sasl *self, const char *challenge, GError **error)
{
  return self->login.is_token ? sasl_step_token (self, challenge, error) : sasl_step_password (self, challenge, error);
}

const char *
sasl_get_refusal (const Sasl *self)
{
  return self->refusal;
}

void
sasl_wipe (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

gboolean
sasl_is_complete (const Sasl *self)
{
  return self->is_complete || !mechanisms[self->mechanism].has_proof;
}

void
sasl_warm_up (void)
{
  g_autoptr (SecretBytes) secret = secret_bytes_new ("w\xc3\xa4rm", 5);

  for (gsize i = 0; i < G_N_ELEMENTS (mechanisms); i++) {
    const char *offered[] = { mechanisms[i].name, NULL };
    SaslLogin login = { "user", secret, mechanisms[i].say_token != NULL, "example.org", 0 };
    g_autoptr (Sasl) sasl = sasl_new (offered, &login, NULL);
    char *said = sasl != NULL ? sasl_step (sasl, sasl_is_client_first (sasl) ? "" : "PHdhcm0+", NULL) : NULL;
    guint8 salted[EVP_MAX_MD_SIZE];

    sasl_wipe (said);
    if (mechanisms[i].digest != NULL) /* what a server's first words set going */
      salt_password (secret_bytes_peek (secret), mechanisms[i].digest (), (const guint8 *) "salt", 4, 1, salted);
    if (mechanisms[i].has_proof && sasl != NULL) /* a false nonce ends it, but only after all code was loaded */
      sasl_wipe (sasl_step (sasl, "cj14LHM9c2FsdCxpPTQwOTY=", NULL));
  }
}
