#include "page-address.h"

#include <string.h>

gboolean
page_address_is_page (const char *address)
{
  gsize len = address != NULL ? strcspn (address, "#") : 0;

  return len == strlen (PAGE_ADDRESS) && strncmp (address, PAGE_ADDRESS, len) == 0;
}

gboolean
page_address_is_mail (const char *address)
{
  const char *token;

  if (address == NULL || !g_str_has_prefix (address, PAGE_ADDRESS_MAIL))
    return FALSE;
  token = address + strlen (PAGE_ADDRESS_MAIL);
  return strlen (token) == PAGE_ADDRESS_TOKEN_LEN && strspn (token, "0123456789abcdef") == PAGE_ADDRESS_TOKEN_LEN;
}
