#include "account.h"

#include "account-settings.h"
#include "contract-keys.h"
#include "provider.h"
#include <string.h>

/* What an account's settings are, and what follows from them. */

const char *
account_get_text (const Account *self, const char *key)
{
  return account_values_get (self->values, key);
}

guint
account_get_number (const Account *self, const char *key)
{
  return (guint) g_ascii_strtoull (account_get_text (self, key), NULL, 10);
}

gboolean
account_get_flag (const Account *self, const char *key)
{
  return *account_get_text (self, key) != '\0';
}

void
account_set_text (Account *self, const char *key, const char *text)
{
  account_values_set (self->values, key, text);
}

void
account_set_number (Account *self, const char *key, guint number)
{
  g_autofree char *text = number > 0 ? g_strdup_printf ("%u", number) : g_strdup ("");

  account_set_text (self, key, text);
}

GVariant *
account_get_value (const Account *self, const KindSetting *row)
{
  return row->seconds > 0 ? g_variant_new_uint32 (account_get_limit (self, row->seconds)) : setting_to_value (row, account_get_text (self, row->key));
}

void
account_describe_settings (const Account *self, GVariantBuilder *builder)
{
  g_variant_builder_add (builder, "{sv}", KEY_ACCOUNT_KIND, g_variant_new_string (self->kind->word));
  g_variant_builder_add (builder, "{sv}", KEY_ACCOUNT_ADDRESS, g_variant_new_string (self->address));
  for (const KindSetting *row = self->kind->settings; row->key != NULL; row++)
    if ((row->marks & SETTING_FILE) == 0)
      g_variant_builder_add (builder, "{sv}", row->key, account_get_value (self, row));
}

KindWay
account_get_way (const Account *self)
{
  const char *via = account_get_text (self, SETTING_VIA);

  for (const KindWay *way = self->kind->ways; way != NULL && way->word != NULL; way++)
    if (*via == '\0' || strcmp (way->word, via) == 0)
      return *way;
  return (KindWay){ .program = self->kind->program, .endpoints = self->kind->endpoints, .own_name_key = self->kind->own_name_key, .use = PROVIDER_USE_SMTP };
}

guint
account_get_units (const Account *self)
{
  return MAX (account_get_way (self).units, 1);
}

guint64
account_get_size_max (const Account *self)
{
  return self->server_size > 0 ? self->server_size : account_get_way (self).size_max;
}

GVariant *
account_to_transport_settings (const Account *self, const char *own_name)
{
  const char *own_name_key = account_get_way (self).own_name_key;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (const KindSetting *row = self->kind->settings; row->key != NULL; row++) {
    gboolean is_own_name = g_strcmp0 (row->key, own_name_key) == 0 && *account_get_text (self, row->key) == '\0';

    if ((row->marks & SETTING_TOLD) != 0)
      g_variant_builder_add (&builder, "{sv}", row->key, is_own_name ? g_variant_new_string (own_name) : account_get_value (self, row));
  }
  if (self->kind->secret == KIND_SECRET_OAUTH) /* else it is what it always was */
    g_variant_builder_add (&builder, "{sv}", KEY_TRANSPORT_SECRET, g_variant_new_string (kind_secret_to_word (self->kind->secret)));
  return g_variant_builder_end (&builder);
}

gboolean
account_wants_own_name (const Account *self)
{
  const char *key = account_get_way (self).own_name_key;

  return key != NULL && *account_get_text (self, key) == '\0' &&
         !account_settings_is_loopback_host (account_get_text (self, SETTING_HOST));
}

gboolean
account_get_endpoint (const Account *self, guint endpoint, const char **out_host, guint16 *out_port)
{
  const KindEndpoint *row = account_get_way (self).endpoints;

  for (; row != NULL && row->word != NULL && endpoint > 0; endpoint--)
    row++;
  if (row == NULL || row->word == NULL)
    return FALSE;
  *out_host = row->host_key != NULL ? account_get_text (self, row->host_key) : row->host;
  *out_port = row->port_key != NULL ? (guint16) account_get_number (self, row->port_key) : row->port;
  return **out_host != '\0' && *out_port != 0;
}

gboolean
account_has_own_endpoints (const Account *self)
{
  for (const KindSetting *row = self->kind->settings; row->key != NULL; row++)
    if ((row->marks & SETTING_OWN) != 0 && strcmp (row->key, SETTING_PROVIDER) != 0 && *account_get_text (self, row->key) != '\0')
      return TRUE;
  return FALSE;
}

char *
account_describe_place (const Account *self)
{
  return self->kind->describe_place != NULL ? self->kind->describe_place (self) : g_strdup (self->kind->title);
}
