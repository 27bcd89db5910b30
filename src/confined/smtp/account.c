#include "account.h"

#include "contract-keys.h"
#include "fault.h"
#include <string.h>

static char *
lookup_string (GVariant *settings, const char *name)
{
  const char *value = "";

  (void) g_variant_lookup (settings, name, "&s", &value);
  return g_strdup (value);
}

static guint
lookup_number (GVariant *settings, const char *name, guint fallback, guint least, guint most)
{
  guint value = fallback;

  (void) g_variant_lookup (settings, name, "u", &value);
  return CLAMP (value, least, most);
}

static gboolean
parse_tls (const char *word, AccountTls *out_tls)
{
  static const char *const words[] = { "none", "starttls", "implicit" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strcmp (word, words[i]) == 0) {
      *out_tls = (AccountTls) i;
      return TRUE;
    }
  *out_tls = ACCOUNT_TLS_STARTTLS;
  return *word == '\0';
}

static gboolean
parse_secret (const char *word, gboolean *out_is_token)
{
  *out_is_token = strcmp (word, "oauth") == 0;
  return *out_is_token || *word == '\0' || strcmp (word, "password") == 0;
}

/* It becomes part of a command line. */
static gboolean
is_helo (const char *text)
{
  for (; *text != '\0'; text++)
    if (!g_ascii_isgraph (*text))
      return FALSE;
  return TRUE;
}

SmtpAccount *
account_new (GVariant *settings, SecretBytes *secret, GError **error)
{
  g_autoptr (SmtpAccount) self = g_new0 (SmtpAccount, 1);
  g_autofree char *tls = lookup_string (settings, KEY_TRANSPORT_TLS), *kind = lookup_string (settings, KEY_TRANSPORT_SECRET);

  self->secret = secret;
  self->host = lookup_string (settings, KEY_TRANSPORT_HOST);
  self->user = lookup_string (settings, KEY_TRANSPORT_USER);
  self->pin = lookup_string (settings, KEY_TRANSPORT_PIN);
  self->helo = lookup_string (settings, KEY_TRANSPORT_HELO);
  self->authorities = lookup_string (settings, KEY_TRANSPORT_AUTHORITIES);
  (void) g_variant_lookup (settings, KEY_TRANSPORT_INSECURE, "b", &self->is_insecure);
  (void) g_variant_lookup (settings, KEY_TRANSPORT_EXPIRES, "x", &self->expires_utc_s);
  self->connections = lookup_number (settings, KEY_TRANSPORT_CONNECTIONS, 0, 0, G_MAXUINT);
  self->window = lookup_number (settings, KEY_TRANSPORT_WINDOW, ACCOUNT_WINDOW_DEFAULT, 1, ACCOUNT_WINDOW_MAX);
  self->window_max = lookup_number (settings, KEY_TRANSPORT_WINDOW_MAX, ACCOUNT_WINDOW_GROWN, 1, ACCOUNT_WINDOW_MAX);
  self->timeout_percent = lookup_number (settings, KEY_TRANSPORT_TIMEOUT_PERCENT, 100, 1, 1000);
  if (*self->host == '\0' || !is_helo (self->helo) || !parse_tls (tls, &self->tls)) {
    g_set_error (error, FAULT, FAULT_USAGE, "the account's host, helo or tls setting is not one that SMTP can use");
    return NULL;
  }
  if (!parse_secret (kind, &self->is_token) || (self->is_token && *self->user == '\0')) {
    g_set_error (error, FAULT, FAULT_USAGE, "SMTP logs in with a password, or as a user with an access token");
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
account_free (SmtpAccount *self)
{
  if (self == NULL)
    return;
  g_free (self->host);
  g_free (self->user);
  g_free (self->pin);
  g_free (self->helo);
  g_free (self->authorities);
  secret_bytes_free (self->secret);
  g_free (self);
}

void
account_renew_secret (SmtpAccount *self, SecretBytes *secret, gint64 expires_utc_s)
{
  secret_bytes_free (self->secret);
  self->secret = secret;
  self->expires_utc_s = expires_utc_s;
}

gboolean
account_has_expired (const SmtpAccount *self)
{
  return self->is_token && self->expires_utc_s > 0 && g_get_real_time () / G_USEC_PER_SEC >= self->expires_utc_s;
}

void
account_forget_secret (SmtpAccount *self)
{
  g_clear_pointer (&self->secret, secret_bytes_free);
}
