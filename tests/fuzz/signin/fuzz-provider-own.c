#include "endpoint.h"
#include "provider-own.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_address (const char *key, const char *address)
{
  g_autoptr (Endpoint) endpoint = address != NULL ? endpoint_parse (key, address, ENDPOINT_WHOLE, NULL) : NULL;

  g_assert (address == NULL || endpoint != NULL);
}

/* A file that is taken has all that a sign-in needs, each of it of the form that it should have. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (ProviderOwn) own = provider_own_new (text, &error);
  const Provider *row = own != NULL ? provider_own_get (own) : NULL;

  if (row == NULL) {
    g_assert (g_utf8_validate (error->message, -1, NULL));
    return 0;
  }
  g_assert (row->title != NULL && row->authorize != NULL && row->token != NULL);
  check_address ("authorize", row->authorize);
  check_address ("token", row->token);
  check_address ("revoke", row->revoke);
  for (guint use = 0; use < PROVIDER_USES; use++)
    g_assert (row->scopes[use].scope == NULL || strpbrk (row->scopes[use].scope, "\r\n") == NULL);
  return 0;
}
