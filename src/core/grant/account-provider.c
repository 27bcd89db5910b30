#include "account-provider.h"

#include "fault.h"
#include "provider-own.h"
#include <sodium.h>
#include <string.h>

/* Returns: FALSE with `error`. */
static gboolean
find_row (AccountProvider *self, const Account *account, GError **error)
{
  if (account->kind->provider != NULL) {
    self->provider = provider_find (account->kind->provider);
    return TRUE;
  }
  self->own = provider_own_new (account_get_text (account, SETTING_PROVIDER), error);
  self->provider = self->own != NULL ? provider_own_get (self->own) : NULL;
  return self->own != NULL;
}

/* The account's own, else the row's. Returns: (transfer full), or NULL: none. */
static char *
pick_endpoint (const Account *account, const char *key, const char *row)
{
  const char *own = account_get_text (account, key);

  return *own != '\0' ? g_strdup (own) : g_strdup (row);
}

static gboolean
fill_endpoint (char **endpoint, const char *tenant, GError **error)
{
  char *filled = *endpoint != NULL ? provider_fill_tenant (*endpoint, tenant, error) : NULL;

  if (*endpoint != NULL && filled == NULL)
    return FALSE;
  g_free (*endpoint);
  *endpoint = filled;
  return TRUE;
}

AccountProvider *
account_provider_new (const Account *account, GError **error)
{
  g_autoptr (AccountProvider) self = g_new0 (AccountProvider, 1);
  const char *tenant = account_get_text (account, SETTING_TENANT);

  if (!find_row (self, account, error))
    return NULL;
  self->use = (ProviderUse) account_get_way (account).use;
  self->authorize = pick_endpoint (account, SETTING_AUTHORIZE, self->provider->authorize);
  self->token = pick_endpoint (account, SETTING_TOKEN, self->provider->token);
  self->revoke = pick_endpoint (account, SETTING_REVOKE, self->provider->revoke);
  self->issuer = pick_endpoint (account, SETTING_ISSUER, self->provider->issuer);
  self->client_id = g_strdup (account_get_text (account, SETTING_CLIENT_ID));
  self->tenant = *tenant != '\0' ? g_strdup (tenant) : NULL;
  self->authorities = g_strdup (account_get_text (account, SETTING_AUTHORITIES));
  if (!fill_endpoint (&self->authorize, self->tenant, error) || !fill_endpoint (&self->token, self->tenant, error) ||
      !fill_endpoint (&self->revoke, self->tenant, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
account_provider_free (AccountProvider *self)
{
  if (self == NULL)
    return;
  g_free (self->authorize);
  g_free (self->token);
  g_free (self->revoke);
  g_free (self->issuer);
  g_free (self->client_id);
  g_free (self->tenant);
  g_free (self->authorities);
  provider_own_free (self->own);
  g_free (self);
}

void
account_provider_hash (const AccountProvider *self, guint8 out[ACCOUNT_PROVIDER_HASH_LEN])
{
  const char *const texts[] = { self->authorize, self->token, self->revoke, self->issuer, self->client_id, self->authorities };
  crypto_generichash_state state;

  crypto_generichash_init (&state, NULL, 0, ACCOUNT_PROVIDER_HASH_LEN);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    const char *text = texts[i] != NULL ? texts[i] : "";

    crypto_generichash_update (&state, (const guint8 *) text, strlen (text) + 1); /* with its NUL: none runs into the next */
  }
  crypto_generichash_final (&state, out, ACCOUNT_PROVIDER_HASH_LEN);
}
