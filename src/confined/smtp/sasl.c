#include "sasl.h"

#include "fault.h"
#include <gsasl.h>
#include <string.h>

static const struct {
  const char *name;
  gboolean    is_client_first, has_proof;
} mechanisms[] = { /* strongest first */
  { "SCRAM-SHA-256", TRUE, TRUE },
  { "SCRAM-SHA-1", TRUE, TRUE },
  { "CRAM-MD5", FALSE, FALSE },
  { "PLAIN", TRUE, FALSE },
  { "LOGIN", FALSE, FALSE },
};

struct Sasl {
  gsize          mechanism; /* index */
  Gsasl         *library;
  Gsasl_session *session;
  gboolean       is_complete;
};

static gboolean
choose (const char *const *offered, const char *forced, gsize *out_index)
{
  for (gsize i = 0; i < G_N_ELEMENTS (mechanisms); i++) {
    if (forced != NULL && *forced != '\0' && g_ascii_strcasecmp (forced, mechanisms[i].name) != 0)
      continue;
    if (g_strv_contains (offered, mechanisms[i].name)) {
      *out_index = i;
      return TRUE;
    }
  }
  return FALSE;
}

Sasl *
sasl_new (const char *const *offered, const char *forced, const char *user, const SecretBytes *secret, const char *host,
          GError **error)
{
  g_autoptr (Sasl) self = g_new0 (Sasl, 1);
  gsize index;

  if (!choose (offered, forced, &index)) {
    g_autofree char *words = g_strjoinv (" ", (char **) offered);

    g_set_error (error, FAULT, FAULT_UNAVAILABLE, "no common way to log in: the server offers \"%s\", we speak %s", words,
                 forced != NULL && *forced != '\0' ? forced : "SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, PLAIN and LOGIN");
    return NULL;
  }
  self->mechanism = index;
  if (gsasl_init (&self->library) != GSASL_OK ||
      gsasl_client_start (self->library, mechanisms[index].name, &self->session) != GSASL_OK) {
    g_set_error (error, FAULT, FAULT_SOFTWARE, "libgsasl does not start %s", mechanisms[index].name);
    return NULL;
  }
  gsasl_property_set (self->session, GSASL_AUTHID, user);
  gsasl_property_set_raw (self->session, GSASL_PASSWORD, secret_bytes_peek (secret), secret_bytes_get_length (secret));
  gsasl_property_set (self->session, GSASL_SERVICE, "smtp");
  gsasl_property_set (self->session, GSASL_HOSTNAME, host);
  return g_steal_pointer (&self);
}

void
sasl_free (Sasl *self)
{
  if (self == NULL)
    return;
  if (self->session != NULL)
    gsasl_finish (self->session);
  if (self->library != NULL)
    gsasl_done (self->library);
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

/* Allocated by libgsasl: taken over as GLib memory, its own copy wiped. */
static char *
take_foreign (char *text)
{
  char *copy = g_strdup (text != NULL ? text : "");

  if (text != NULL) {
    explicit_bzero (text, strlen (text));
    gsasl_free (text);
  }
  return copy;
}

char *
sasl_step (Sasl *self, const char *challenge, GError **error)
{
  char *said = NULL;
  int result = gsasl_step64 (self->session, challenge, &said);

  if (result != GSASL_OK && result != GSASL_NEEDS_MORE) {
    g_set_error (error, FAULT, FAULT_PROTOCOL, "the login by %s broke off: %s", sasl_get_mechanism (self), gsasl_strerror (result));
    gsasl_free (said);
    return NULL;
  }
  self->is_complete = result == GSASL_OK;
  return take_foreign (said);
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
  g_autoptr (SecretBytes) secret = secret_bytes_new ("warm", 4);

  for (gsize i = 0; i < G_N_ELEMENTS (mechanisms); i++) {
    const char *offered[] = { mechanisms[i].name, NULL };
    g_autoptr (Sasl) sasl = sasl_new (offered, NULL, "user", secret, "example.org", NULL);
    char *said = sasl != NULL ? sasl_step (sasl, sasl_is_client_first (sasl) ? "" : "PHdhcm0+", NULL) : NULL;

    sasl_wipe (said);
    if (mechanisms[i].has_proof && sasl != NULL) /* a false nonce ends it, but only after all code was loaded */
      sasl_wipe (sasl_step (sasl, "cj14LHM9c2FsdCxpPTQwOTY=", NULL));
  }
}
