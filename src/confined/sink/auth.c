#include "auth.h"

#include <gsasl.h>
#include <string.h>

#include "fault.h"

struct Auth {
  Gsasl *gsasl;
  char  *user;
  char  *password;
};

struct AuthExchange {
  Gsasl_session *session;
  gboolean must_ask;    /* libgsasl's LOGIN first asks for the name, even if AUTH LOGIN came with it */
  gboolean is_finished; /* SCRAM's last word went out: an empty line must follow (RFC 4954 §4) */
};

static const char *const mechanisms[] = { "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256" };

static gboolean
is_equal_secret (const char *a, const char *b)
{
  gsize len = strlen (a);
  guint8 differs = strlen (b) != len;

  for (gsize i = 0; i < len && !differs; i++)
    differs = (guint8) (a[i] ^ b[i]);
  return !differs; /* not constant in time: the password is a throw-away one, the listener is on loopback */
}

static int
check_simple (const Auth *self, Gsasl_session *session)
{
  const char *user = gsasl_property_fast (session, GSASL_AUTHID);
  const char *password = gsasl_property_fast (session, GSASL_PASSWORD);

  return user != NULL && password != NULL && g_str_equal (user, self->user) && is_equal_secret (password, self->password)
           ? GSASL_OK : GSASL_AUTHENTICATION_ERROR;
}

static int
property_cb (Gsasl *gsasl, Gsasl_session *session, Gsasl_property property)
{
  const Auth *self = gsasl_callback_hook_get (gsasl);
  const char *user;

  switch (property) {
  case GSASL_VALIDATE_SIMPLE:
    return check_simple (self, session);
  case GSASL_PASSWORD:
    user = gsasl_property_fast (session, GSASL_AUTHID);
    if (user == NULL || !g_str_equal (user, self->user))
      return GSASL_NO_PASSWORD;
    return gsasl_property_set (session, GSASL_PASSWORD, self->password);
  case GSASL_SCRAM_ITER:
    return gsasl_property_set (session, GSASL_SCRAM_ITER, "4096"); /* RFC 5802's least */
  default:
    return GSASL_NO_CALLBACK;
  }
}

Auth *
auth_new (GError **error)
{
  Auth *self = g_new0 (Auth, 1);
  int code = gsasl_init (&self->gsasl);

  if (code != GSASL_OK) {
    g_set_error (error, FAULT, FAULT_SOFTWARE, "libgsasl did not start: %s.", gsasl_strerror (code));
    g_free (self);
    return NULL;
  }
  gsasl_callback_set (self->gsasl, property_cb);
  gsasl_callback_hook_set (self->gsasl, self);
  auth_set_user (self, "", "");
  return self;
}

void
auth_free (Auth *self)
{
  if (self == NULL)
    return;
  gsasl_done (self->gsasl);
  g_free (self->user);
  g_free (self->password);
  g_free (self);
}

void
auth_set_user (Auth *self, const char *user, const char *password)
{
  g_free (self->user);
  g_free (self->password);
  self->user = g_strdup (user);
  self->password = g_strdup (password);
}

gboolean
auth_has_user (const Auth *self)
{
  return *self->user != '\0';
}

AuthExchange *
auth_exchange_new (Auth *auth, const char *mechanism, gsize len)
{
  for (gsize i = 0; i < G_N_ELEMENTS (mechanisms); i++) {
    Gsasl_session *session = NULL;
    AuthExchange *self;

    if (strlen (mechanisms[i]) != len || g_ascii_strncasecmp (mechanisms[i], mechanism, len) != 0)
      continue;
    if (gsasl_server_start (auth->gsasl, mechanisms[i], &session) != GSASL_OK)
      return NULL;
    self = g_new0 (AuthExchange, 1);
    self->session = session;
    self->must_ask = g_str_equal (mechanisms[i], "LOGIN");
    return self;
  }
  return NULL;
}

void
auth_exchange_free (AuthExchange *self)
{
  if (self != NULL)
    gsasl_finish (self->session);
  g_free (self);
}

static AuthStep
auth_step (AuthExchange *self, const char *line, char **out_challenge)
{
  char *challenge = NULL;
  int code = gsasl_step64 (self->session, line, &challenge);

  *out_challenge = g_strdup (challenge != NULL ? challenge : "");
  gsasl_free (challenge);
  if (code == GSASL_NEEDS_MORE)
    return AUTH_MORE;
  if (code != GSASL_OK)
    return AUTH_FAILED;
  if (**out_challenge == '\0')
    return AUTH_DONE;
  self->is_finished = TRUE;
  return AUTH_MORE;
}

AuthStep
auth_exchange_step (AuthExchange *self, const char *line, char **out_challenge)
{
  if (self->is_finished) {
    *out_challenge = g_strdup ("");
    return line != NULL && *line == '\0' ? AUTH_DONE : AUTH_FAILED;
  }
  if (self->must_ask && line != NULL) {
    g_autofree char *question = NULL; /* the client has answered it already */

    if (auth_step (self, NULL, &question) == AUTH_FAILED) {
      *out_challenge = g_strdup ("");
      return AUTH_FAILED;
    }
  }
  self->must_ask = FALSE;
  return auth_step (self, line, out_challenge);
}
