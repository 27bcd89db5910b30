#include "token-answer.h"

#include "id-token.h"
#include "json-answer.h"
#include "text.h"
#include <string.h>

#define ERROR_MAX 64        /* chosen: octets of an error's name that people are shown */
#define DESCRIPTION_MAX 400 /* chosen: of its description; Microsoft's have about 300 */
#define SCOPE_MAX 4096
#define HIDDEN_MIN 8        /* chosen: what is shorter is no secret, and stands in any text */

const char *
token_outcome_to_word (TokenOutcome outcome)
{
  static const char *const words[] = {
    [TOKEN_DONE] = "done",
    [TOKEN_INVALID_GRANT] = "invalid_grant",
    [TOKEN_INVALID_CLIENT] = "invalid_client",
    [TOKEN_INVALID_SCOPE] = "invalid_scope",
    [TOKEN_REFUSED] = "refused",
    [TOKEN_NETWORK] = "network",
    [TOKEN_CERTIFICATE] = "certificate",
    [TOKEN_OUT_OF_ORDER] = "out_of_order",
  };

  return words[outcome];
}

/* Takes text. */
static TokenAnswer *
token_answer_new (TokenOutcome outcome, char *text)
{
  TokenAnswer *self = g_new0 (TokenAnswer, 1);

  self->outcome = outcome;
  self->text = text;
  self->scope = g_strdup ("");
  self->address = g_strdup ("");
  return self;
}

void
token_answer_free (TokenAnswer *self)
{
  if (self == NULL)
    return;
  secret_bytes_free (self->access_token);
  secret_bytes_free (self->refresh_token);
  g_free (self->text);
  g_free (self->scope);
  g_free (self->address);
  g_free (self);
}

static TokenAnswer *
token_answer_bad (const char *what)
{
  return token_answer_new (TOKEN_OUT_OF_ORDER, g_strconcat ("the provider's answer is not one that it should give: ", what, NULL));
}

void
token_answer_hide (TokenAnswer *self, const SecretBytes *secret)
{
  if (secret_bytes_get_length (secret) < HIDDEN_MIN)
    return;
  if (strstr (self->text, secret_bytes_peek (secret)) != NULL) {
    g_free (self->text);
    self->text = g_strdup ("the provider's own words are not shown: a secret stands in them");
  }
  if (strstr (self->address, secret_bytes_peek (secret)) != NULL)
    self->address[0] = '\0';
  if (strstr (self->scope, secret_bytes_peek (secret)) != NULL) { /* an empty scope would mean: as asked for */
    self->outcome = TOKEN_OUT_OF_ORDER;
    g_free (self->text);
    self->text = g_strdup ("the provider's answer is not one that it should give: a secret stands in its scope");
    self->scope[0] = '\0';
    self->expires_s = self->refresh_expires_s = 0;
    g_clear_pointer (&self->access_token, secret_bytes_free);
    g_clear_pointer (&self->refresh_token, secret_bytes_free);
  }
}

/* --- errors --- */

static TokenOutcome
token_classify_error (const char *name)
{
  static const struct { const char *name; TokenOutcome outcome; } rows[] = {
    { "invalid_grant", TOKEN_INVALID_GRANT },
    { "invalid_client", TOKEN_INVALID_CLIENT },
    { "unauthorized_client", TOKEN_INVALID_CLIENT },         /* a client that may not use this grant: its registration is to be mended */
    { "invalid_scope", TOKEN_INVALID_SCOPE },
    { "temporarily_unavailable", TOKEN_OUT_OF_ORDER },       /* RFC 6749 §4.1.2.1; seen here too */
    { "server_error", TOKEN_OUT_OF_ORDER },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].name, name) == 0)
      return rows[i].outcome;
  return TOKEN_REFUSED;
}

static TokenAnswer *
token_answer_of_error (const char *name, const char *description)
{
  g_autofree char *shown = text_printable (name, -1, ERROR_MAX), *words = NULL;

  if (*name == '\0') /* RFC 6749 §5.2: one of a list */
    return token_answer_bad ("its error has no name");
  if (description == NULL || *description == '\0')
    return token_answer_new (token_classify_error (name), g_steal_pointer (&shown));
  words = text_printable (description, -1, DESCRIPTION_MAX);
  return token_answer_new (token_classify_error (name), g_strdup_printf ("%s: %s", shown, words));
}

/* Returns: (transfer full), or NULL: nothing is wrong but what the body says. */
static TokenAnswer *
token_answer_of_transfer (const HttpAnswer *answer)
{
  switch (answer->end) {
  case HTTP_LOST:
    return token_answer_new (TOKEN_NETWORK, g_strdup (answer->text));
  case HTTP_UNTRUSTED:
    return token_answer_new (TOKEN_CERTIFICATE, g_strdup (answer->text));
  case HTTP_NONSENSE:
    return token_answer_new (TOKEN_OUT_OF_ORDER, g_strdup (answer->text));
  default:
    break;
  }
  if (answer->status >= 500 || answer->status == 429)
    return token_answer_new (TOKEN_OUT_OF_ORDER, g_strdup_printf ("the provider is out of order (HTTP status %u); try again later", answer->status));
  if (answer->status >= 300 && answer->status < 400)
    return token_answer_bad ("it sends elsewhere, which is not followed");
  return NULL;
}

/* Returns: (transfer full), or NULL with *out_problem. */
static JsonAnswer *
token_read_object (const HttpAnswer *answer, char **out_problem)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonAnswer) json = NULL;

  if (strcmp (answer->media_type, "application/json") != 0) {
    g_autofree char *shown = text_quote (answer->media_type, ERROR_MAX);

    *out_problem = g_strdup_printf ("HTTP status %u, its type is %s and not application/json", answer->status, shown);
    return NULL;
  }
  json = json_answer_parse (answer->body, answer->body_bytes, &error);
  if (json_answer_is_object (json))
    return g_steal_pointer (&json);
  *out_problem = g_strdup (error != NULL ? error->message : "no JSON object");
  return NULL;
}

/* --- tokens --- */

/* RFC 6750 §2.1 and RFC 6749 Appendix A.12, A.17: visible characters; they go into a header and into SASL. */
static SecretBytes *
token_dup_secret (const JsonAnswer *json, const char *key)
{
  const char *text = json_answer_get_string (json_answer_get_member (json, key));
  gsize len = text != NULL ? strlen (text) : 0;

  if (len == 0 || len > SECRET_BYTES_MAX)
    return NULL;
  for (const char *p = text; *p != '\0'; p++)
    if (*p < 0x21 || *p > 0x7e)
      return NULL;
  return secret_bytes_new (text, len);
}

/* Seconds from 1 to `most`, as a number or as digits in a string (Microsoft's older endpoint). Not there, or null: 0. FALSE: anything else. */
static gboolean
token_read_seconds (const JsonAnswer *json, const char *key, guint most, guint *out_seconds)
{
  const JsonAnswer *member = json_answer_get_member (json, key);
  const char *text = json_answer_get_string (member);
  gint64 value = 0;
  guint64 digits = 0;

  if (text != NULL && g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &digits, NULL))
    value = (gint64) digits;
  else if (member != NULL && !json_answer_get_integer (member, &value))
    return FALSE;
  if (member != NULL && (value < 1 || value > most))
    return FALSE;
  *out_seconds = (guint) value;
  return TRUE;
}

/* RFC 6749 §3.3: words of %x21 / %x23-5B / %x5D-7E, a space between. */
static gboolean
token_is_scope (const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    if (*p < 0x20 || *p > 0x7e || *p == '"' || *p == '\\')
      return FALSE;
  return strlen (text) <= SCOPE_MAX;
}

/* An ID token that says nothing takes nothing away. */
static void
token_fill_address (TokenAnswer *self, const JsonAnswer *json)
{
  g_autofree char *address = id_token_dup_address (json_answer_get_string (json_answer_get_member (json, "id_token")));

  if (address == NULL)
    return;
  g_free (self->address);
  self->address = g_steal_pointer (&address);
}

/* Returns: NULL, or what is wrong, static. */
static const char *
token_fill (TokenAnswer *self, const JsonAnswer *json)
{
  const JsonAnswer *scope = json_answer_get_member (json, "scope"), *refresh = json_answer_get_member (json, "refresh_token");
  const char *type = json_answer_get_string (json_answer_get_member (json, "token_type"));

  if (type == NULL || g_ascii_strcasecmp (type, "Bearer") != 0)
    return "its token is not of the type Bearer";
  if ((self->access_token = token_dup_secret (json, "access_token")) == NULL)
    return "there is no access token in it";
  if (refresh != NULL && (self->refresh_token = token_dup_secret (json, "refresh_token")) == NULL)
    return "its refresh token is none";
  if (!token_read_seconds (json, "expires_in", TOKEN_EXPIRES_MAX_S, &self->expires_s))
    return "its expires_in is not a time that a token lives";
  if (!token_read_seconds (json, "refresh_token_expires_in", TOKEN_REFRESH_EXPIRES_MAX_S, &self->refresh_expires_s))
    return "its refresh_token_expires_in is not a time that a token lives";
  if (scope != NULL && (json_answer_get_string (scope) == NULL || !token_is_scope (json_answer_get_string (scope))))
    return "its scope is none";
  if (scope != NULL) {
    g_free (self->scope);
    self->scope = g_strdup (json_answer_get_string (scope));
  }
  token_fill_address (self, json);
  return NULL;
}

TokenAnswer *
token_answer_of_grant (const HttpAnswer *answer)
{
  g_autoptr (TokenAnswer) self = token_answer_of_transfer (answer);
  g_autofree char *problem = NULL;
  g_autoptr (JsonAnswer) json = NULL;
  const char *name, *wrong;

  if (self != NULL)
    return g_steal_pointer (&self);
  json = token_read_object (answer, &problem);
  if (json == NULL)
    return token_answer_bad (problem);
  name = json_answer_get_string (json_answer_get_member (json, "error"));
  if (name != NULL)
    return token_answer_of_error (name, json_answer_get_string (json_answer_get_member (json, "error_description")));
  if (answer->status != 200)
    return token_answer_bad ("its status is no success, and it names no error");
  self = token_answer_new (TOKEN_DONE, g_strdup (""));
  wrong = token_fill (self, json);
  return wrong != NULL ? token_answer_bad (wrong) : g_steal_pointer (&self);
}

/* --- revocation --- */

TokenAnswer *
token_answer_of_revocation (const HttpAnswer *answer)
{
  g_autoptr (TokenAnswer) self = token_answer_of_transfer (answer);
  g_autofree char *problem = NULL;
  g_autoptr (JsonAnswer) json = NULL;
  const char *name;

  if (self != NULL)
    return g_steal_pointer (&self);
  if (answer->status == 200) /* RFC 7009 §2.2: the body says nothing */
    return token_answer_new (TOKEN_DONE, g_strdup (""));
  json = token_read_object (answer, &problem);
  if (json == NULL)
    return token_answer_bad (problem);
  name = json_answer_get_string (json_answer_get_member (json, "error"));
  if (name == NULL)
    return token_answer_bad ("its status is no success, and it names no error");
  if (strcmp (name, "invalid_token") == 0) /* Google's word for a token that is dead already */
    return token_answer_new (TOKEN_DONE, g_strdup (""));
  return token_answer_of_error (name, json_answer_get_string (json_answer_get_member (json, "error_description")));
}
