#include "address-kind.h"

#include "address.h"
#include "suppression-words.h"
#include "typed-address.h"
#include <string.h>

static char *
parse_email (const char *typed)
{
  g_autofree char *address = typed_address_canonical (typed);

  return address != NULL && address_is_canonical (address, strlen (address)) ? g_steal_pointer (&address) : NULL;
}

static char *
key_of_phone (const char *typed)
{
  return g_strstrip (g_strdup (typed));
}

static char *
parse_phone (const char *typed)
{
  g_autofree char *number = key_of_phone (typed);

  return phone_is_e164 (number, strlen (number)) ? g_steal_pointer (&number) : NULL;
}

static const AddressKind address_kinds[] = {
  [KIND_ADDRESS_EMAIL] = { SUPPRESSION_KIND_WORD_EMAIL, "phone", "an", "address", "e-mail address", "x@example.org", "erased@example.invalid", REASON_NO_ADDRESS, parse_email,
                           typed_address_key }, /* RFC 2606 */
  /* ofcom.org.uk, "Numbers for use in TV and radio drama programmes", 2026-11-29: 01632 960000 to 960999 are nobody's */
  [KIND_ADDRESS_PHONE] = { SUPPRESSION_KIND_WORD_PHONE, "email", "a", "number", "phone number", "+441632960000", "+441632960000", REASON_NO_NUMBER, parse_phone, key_of_phone },
};

const AddressKind *
address_kind_get (KindAddress kind)
{
  return &address_kinds[kind];
}
