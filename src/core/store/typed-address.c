#include "typed-address.h"

#include "address-idna.h"
#include <string.h>

char *
typed_address_canonical (const char *typed)
{
  g_autofree char *text = g_strstrip (g_strdup (typed));
  AddressFlaw flaw;

  return address_canonical (text, strlen (text), &flaw);
}

char *
typed_address_key (const char *typed)
{
  g_autofree char *whole = strchr (typed, '@') == NULL ? g_strconcat ("x@", typed, NULL) : g_strdup (typed); /* a domain alone */
  g_autofree char *canonical = typed_address_canonical (whole);

  if (canonical == NULL)
    return address_key (typed);
  return address_key (strchr (typed, '@') == NULL ? strchr (canonical, '@') + 1 : canonical);
}
