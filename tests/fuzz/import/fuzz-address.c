/* What comes out canonical is so by the strict check, stays so, and could not add a line or a second recipient anywhere. */
#include "address-idna.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize len);

static void
try_mailbox (const guint8 *data, gsize len)
{
  g_autofree char *text = g_strndup ((const char *) data, len), *name = NULL, *address = NULL;

  if (address_parse_mailbox (text, &name, &address, NULL)) {
    g_assert_true (g_utf8_validate (name, -1, NULL) && g_utf8_validate (address, -1, NULL));
    g_assert_null (strpbrk (name, "\r\n"));
    g_assert_null (strpbrk (address, "\r\n"));
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize len)
{
  AddressFlaw flaw;
  g_autofree char *canonical = address_canonical ((const char *) data, len, &flaw), *again = NULL, *key = NULL, *key_again = NULL;

  try_mailbox (data, len);
  phone_is_e164 ((const char *) data, len);
  if (address_is_canonical ((const char *) data, len))
    g_assert_true (g_utf8_validate ((const char *) data, (gssize) len, NULL));
  g_assert_cmpint (canonical != NULL, ==, flaw == ADDRESS_FINE);
  if (canonical == NULL)
    return 0;
  g_assert_true (address_is_canonical (canonical, strlen (canonical)));
  again = address_canonical (canonical, strlen (canonical), &flaw);
  g_assert_cmpstr (again, ==, canonical);
  for (const char *p = canonical; *p != '\0'; p++)
    g_assert_false (g_ascii_iscntrl (*p));
  key = address_key (canonical);
  key_again = address_key (key);
  g_assert_cmpstr (key, ==, key_again);
  return 0;
}
