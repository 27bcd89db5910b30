#include "provider-client.h"

#include "provider-client-config.h"
#include <glib.h>
#include <string.h>

static const struct { const char *provider, *id, *secret; } clients[] = {
  { "google", GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET },
  { "microsoft", MICROSOFT_CLIENT_ID, "" },
};

const char *
provider_client_get_id (const char *provider)
{
  for (gsize i = 0; i < G_N_ELEMENTS (clients); i++)
    if (strcmp (clients[i].provider, provider) == 0)
      return clients[i].id;
  return "";
}

const char *
provider_client_get_secret (const char *provider)
{
  for (gsize i = 0; i < G_N_ELEMENTS (clients); i++)
    if (strcmp (clients[i].provider, provider) == 0)
      return clients[i].secret;
  return "";
}
