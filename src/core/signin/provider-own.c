#include "provider-own.h"

#include "endpoint.h"
#include "fault.h"
#include "host-list.h"
#include "text.h"
#include <string.h>

#define GROUP "provider"
#define VALUE_MAX 2048 /* octets; chosen */
#define SHOWN_MAX 200

struct ProviderOwn {
  GPtrArray *texts; /* all that the row borrows */
  Provider   row;
  char      *smtp;
};

static const char *const keys[] = { "name", "authorize", "token", "revoke", "issuer", "scopes", "redirect", "extra", "pkce", "secret", "embedded", "hosts", "rotates", "consent_page", "smtp", NULL };

static gboolean
own_refuse (GError **error, const char *key, const char *why)
{
  g_set_error (error, FAULT, FAULT_DATA, "the provider's file: %s %s", key, why);
  return FALSE;
}

static gboolean
is_line (const char *text)
{
  g_autofree char *shown = text_printable (text, -1, VALUE_MAX);

  return strlen (text) <= VALUE_MAX && strcmp (shown, text) == 0;
}

/* *out: borrowed from the row; NULL: not there, or empty. */
static gboolean
take_text (ProviderOwn *self, GKeyFile *file, const char *key, gboolean is_required, const char **out, GError **error)
{
  g_autofree char *value = g_key_file_get_string (file, GROUP, key, NULL);

  *out = NULL;
  if (value == NULL || *g_strstrip (value) == '\0')
    return !is_required || own_refuse (error, key, "is missing");
  if (!is_line (value))
    return own_refuse (error, key, "is too long, or has characters that cannot be shown");
  *out = value;
  g_ptr_array_add (self->texts, g_steal_pointer (&value));
  return TRUE;
}

static gboolean
take_address (ProviderOwn *self, GKeyFile *file, const char *key, gboolean is_required, EndpointForm form, const char **out, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (Endpoint) endpoint = NULL;

  if (!take_text (self, file, key, is_required, out, error) || *out == NULL)
    return *out != NULL || !is_required;
  endpoint = endpoint_parse (key, *out, form, &failed);
  if (endpoint == NULL)
    g_set_error (error, FAULT, FAULT_DATA, "the provider's file: %s", failed->message);
  return endpoint != NULL;
}

/* Of a window in which people may sign in. */
static gboolean
take_hosts (ProviderOwn *self, GKeyFile *file, GError **error)
{
  g_autoptr (GError) failed = NULL;

  if (!take_text (self, file, "hosts", FALSE, &self->row.hosts, error))
    return FALSE;
  if (self->row.hosts == NULL || host_list_check (self->row.hosts, &failed))
    return self->row.hosts == NULL || self->row.may_embed || own_refuse (error, "hosts", "goes with embedded=yes");
  return own_refuse (error, "hosts:", failed->message);
}

static gboolean
take_flag (GKeyFile *file, const char *key, gboolean *out, GError **error)
{
  g_autofree char *value = g_key_file_get_string (file, GROUP, key, NULL);

  *out = value != NULL && strcmp (g_strstrip (value), "yes") == 0;
  return value == NULL || *out || strcmp (value, "no") == 0 || own_refuse (error, key, "is yes or no");
}

static gboolean
take_redirect (ProviderOwn *self, GKeyFile *file, GError **error)
{
  g_autofree char *value = g_key_file_get_string (file, GROUP, "redirect", NULL);

  self->row.is_localhost = value != NULL && strcmp (g_strstrip (value), "localhost") == 0;
  return value == NULL || self->row.is_localhost || strcmp (value, "127.0.0.1") == 0 || own_refuse (error, "redirect", "is 127.0.0.1 or localhost");
}

/* S256 always: a provider without it is none for a program on a desktop (RFC 8252 §6). */
static gboolean
check_pkce (GKeyFile *file, GError **error)
{
  g_autofree char *value = g_key_file_get_string (file, GROUP, "pkce", NULL);

  return value == NULL || strcmp (g_strstrip (value), "yes") == 0 || strcmp (value, "S256") == 0 ||
         own_refuse (error, "pkce", "is S256: a sign-in without it is not safe on a desktop");
}

static gboolean
check_keys (GKeyFile *file, GError **error)
{
  g_auto (GStrv) names = g_key_file_get_keys (file, GROUP, NULL, NULL);

  if (names == NULL)
    return own_refuse (error, "the group [" GROUP "]", "is missing");
  for (gsize i = 0; names[i] != NULL; i++) {
    g_autofree char *shown = text_quote (names[i], SHOWN_MAX);

    if (!g_strv_contains (keys, names[i]))
      return own_refuse (error, shown, "is no key of it");
  }
  return TRUE;
}

static gboolean
take_all (ProviderOwn *self, GKeyFile *file, GError **error)
{
  Provider *row = &self->row;
  const char *scopes, *smtp;

  if (!check_keys (file, error) || !take_text (self, file, "name", TRUE, &row->title, error) ||
      !take_address (self, file, "authorize", TRUE, ENDPOINT_WHOLE, &row->authorize, error) ||
      !take_address (self, file, "token", TRUE, ENDPOINT_WHOLE, &row->token, error) ||
      !take_address (self, file, "revoke", FALSE, ENDPOINT_WHOLE, &row->revoke, error) ||
      !take_address (self, file, "issuer", FALSE, ENDPOINT_WHOLE, &row->issuer, error) ||
      !take_address (self, file, "consent_page", FALSE, ENDPOINT_WHOLE, &row->consent_page, error) ||
      !take_address (self, file, "smtp", FALSE, ENDPOINT_SMTP, &smtp, error) ||
      !take_text (self, file, "scopes", TRUE, &scopes, error) || !take_text (self, file, "extra", FALSE, &row->extra, error) ||
      !take_flag (file, "secret", &row->wants_secret, error) || !take_flag (file, "embedded", &row->may_embed, error) ||
      !take_hosts (self, file, error) || !take_flag (file, "rotates", &row->rotates, error) || !take_redirect (self, file, error) || !check_pkce (file, error))
    return FALSE;
  row->word = "own";
  row->scopes[PROVIDER_USE_SMTP].scope = scopes;
  self->smtp = g_strdup (smtp);
  return TRUE;
}

ProviderOwn *
provider_own_new (const char *text, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (ProviderOwn) self = g_new0 (ProviderOwn, 1);
  g_autoptr (GError) failed = NULL;

  self->texts = g_ptr_array_new_with_free_func (g_free);
  if (strlen (text) > PROVIDER_OWN_MAX_BYTES) {
    own_refuse (error, "it", "is far too large for one");
    return NULL;
  }
  if (!g_key_file_load_from_data (file, text, strlen (text), G_KEY_FILE_NONE, &failed)) {
    g_autofree char *shown = text_printable (failed->message, -1, SHOWN_MAX);

    own_refuse (error, "it cannot be read:", shown);
    return NULL;
  }
  return take_all (self, file, error) ? g_steal_pointer (&self) : NULL;
}

void
provider_own_free (ProviderOwn *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->texts);
  g_free (self->smtp);
  g_free (self);
}

const Provider *
provider_own_get (const ProviderOwn *self)
{
  return &self->row;
}

const char *
provider_own_get_smtp (const ProviderOwn *self)
{
  return self->smtp;
}
