#include "endpoint.h"
#include "loopback.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* First octet: the form. What is taken can be connected to, and in the clear this machine alone. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = size > 0 ? g_strndup ((const char *) data + 1, size - 1) : NULL;
  EndpointForm form = size > 0 ? (EndpointForm) (data[0] % 3) : ENDPOINT_WHOLE;
  g_autoptr (GError) error = NULL;
  g_autoptr (Endpoint) endpoint = size > 0 ? endpoint_parse ("token", text, form, &error) : NULL;

  if (endpoint == NULL) {
    g_assert (size == 0 || g_utf8_validate (error->message, -1, NULL));
    return 0;
  }
  g_assert (endpoint->port != 0 && *endpoint->host != '\0' && strlen (endpoint->host) <= 253 && strpbrk (endpoint->host, " /@\r\n") == NULL);
  g_assert (form == ENDPOINT_SMTP || endpoint->is_tls || is_loopback_literal (endpoint->host));
  g_assert ((form == ENDPOINT_WHOLE) == (endpoint->target != NULL) && (endpoint->target == NULL || (*endpoint->target == '/' && strpbrk (endpoint->target, " \r\n") == NULL)));
  return 0;
}
