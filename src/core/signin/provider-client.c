#include "provider-client.h"

#include "provider-client-config.h"
#include <glib.h>
#include <string.h>

typedef struct {
  const char *provider, *id, *secret;
} ProviderClient;

static const ProviderClient clients[] = {
  { "google", GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET },
  { "microsoft", MICROSOFT_CLIENT_ID, "" },
};

static const ProviderClient *
find_client (const char *provider)
{
  static const ProviderClient none = { "", "", "" };

  for (gsize i = 0; i < G_N_ELEMENTS (clients); i++)
    if (strcmp (clients[i].provider, provider) == 0)
      return &clients[i];
  return &none;
}

const char *
provider_client_get_id (const char *provider)
{
  return find_client (provider)->id;
}

const char *
provider_client_get_secret (const char *provider)
{
  return find_client (provider)->secret;
}
