#include "gmail-account.h"

#include "contract-keys.h"
#include "fault.h"
#include <string.h>

#define UNITS_A_MESSAGE 100 /* docs/providers.md: messages.send */
#define USER_PATH "/gmail/v1/users/me/"

static const char *
peek_text (GVariant *settings, const char *key)
{
  const char *value = "";

  (void) g_variant_lookup (settings, key, "&s", &value);
  return value;
}

/* A server of one's own, or the provider's host. Returns: (transfer full) */
static char *
make_origin (GVariant *settings, const char *own_key, const char *host_key)
{
  const char *own = peek_text (settings, own_key);
  gsize len = strlen (own);

  if (len > 0)
    return g_strndup (own, own[len - 1] == '/' ? len - 1 : len);
  return g_strconcat ("https://", peek_text (settings, host_key), NULL);
}

static void
take_addresses (GmailAccount *self, GVariant *settings)
{
  g_autofree char *api = make_origin (settings, KEY_TRANSPORT_API, KEY_TRANSPORT_HOST);
  g_autofree char *upload = make_origin (settings, KEY_TRANSPORT_UPLOAD, KEY_TRANSPORT_UPLOAD_HOST);

  self->urls[GMAIL_API] = g_strconcat (api, USER_PATH "messages/send", NULL);
  self->urls[GMAIL_UPLOAD] = g_strconcat (upload, "/upload" USER_PATH "messages/send?uploadType=media", NULL);
  self->profile = g_strconcat (api, USER_PATH "profile", NULL);
}

/* What the pace gives in a second, and never more than core connects. */
static guint
count_in_flight (GVariant *settings)
{
  guint units = 0, connections = 0;

  (void) g_variant_lookup (settings, KEY_TRANSPORT_UNITS_PER_MINUTE, "u", &units);
  (void) g_variant_lookup (settings, KEY_TRANSPORT_CONNECTIONS, "u", &connections);
  return CLAMP (MIN (units / UNITS_A_MESSAGE / 60, connections > 0 ? connections : GMAIL_IN_FLIGHT_MAX), 1, GMAIL_IN_FLIGHT_MAX);
}

static gboolean
is_token (const SecretBytes *secret)
{
  const char *text = secret_bytes_peek (secret);
  gsize len = secret_bytes_get_length (secret);

  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isgraph (text[i]))
      return FALSE;
  return len > 0;
}

/* Takes the token. Returns: (transfer full) "Authorization: Bearer …" */
static SecretBytes *
make_header (SecretBytes *token)
{
  static const char name[] = "Authorization: Bearer ";
  char header[sizeof name + SECRET_BYTES_MAX];
  gsize len = secret_bytes_get_length (token);
  SecretBytes *made;

  memcpy (header, name, sizeof name - 1);
  memcpy (header + sizeof name - 1, secret_bytes_peek (token), len);
  made = secret_bytes_new (header, sizeof name - 1 + len);
  explicit_bzero (header, sizeof header);
  secret_bytes_free (token);
  return made;
}

gboolean
gmail_account_renew (GmailAccount *self, SecretBytes *secret, gint64 expires_utc_s, GError **error)
{
  gmail_account_forget (self);
  if (!is_token (secret)) {
    secret_bytes_free (secret);
    g_set_error_literal (error, FAULT, FAULT_USAGE, "Gmail's API takes an access token of visible characters");
    return FALSE;
  }
  self->authorization = make_header (secret);
  self->expires_utc_s = expires_utc_s;
  return TRUE;
}

GmailAccount *
gmail_account_new (GVariant *settings, SecretBytes *secret, GError **error)
{
  g_autoptr (GmailAccount) self = g_new0 (GmailAccount, 1);
  const char *authorities = peek_text (settings, KEY_TRANSPORT_AUTHORITIES);
  gint64 expires_utc_s = 0;

  (void) g_variant_lookup (settings, KEY_TRANSPORT_EXPIRES, "x", &expires_utc_s);
  if (!gmail_account_renew (self, secret, expires_utc_s, error))
    return NULL;
  if (strcmp (peek_text (settings, KEY_TRANSPORT_SECRET), "oauth") != 0 || *peek_text (settings, KEY_TRANSPORT_HOST) == '\0' ||
      *peek_text (settings, KEY_TRANSPORT_UPLOAD_HOST) == '\0') {
    g_set_error_literal (error, FAULT, FAULT_USAGE, "Gmail's API needs a sign-in, a host and a host for uploads");
    return NULL;
  }
  take_addresses (self, settings);
  self->authorities = *authorities != '\0' ? g_strdup (authorities) : NULL;
  self->in_flight = count_in_flight (settings);
  return g_steal_pointer (&self);
}

void
gmail_account_free (GmailAccount *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < GMAIL_ENDPOINTS; i++)
    g_free (self->urls[i]);
  g_free (self->profile);
  g_free (self->authorities);
  gmail_account_forget (self);
  g_free (self);
}

void
gmail_account_forget (GmailAccount *self)
{
  g_clear_pointer (&self->authorization, secret_bytes_free);
}

gboolean
gmail_account_has_expired (const GmailAccount *self)
{
  return self->expires_utc_s > 0 && g_get_real_time () / G_USEC_PER_SEC >= self->expires_utc_s;
}
