/* What comes out is E.164. The first octet chooses the region. */
#include "address.h"
#include "phone.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize len);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize len)
{
  static const char *const regions[] = { "", "GB", "US", "DE", "IN", "BR", "AR", "IT" };
  char e164[PHONE_E164_LEN];

  if (len < 1 || phone_parse ((const char *) data + 1, len - 1, regions[data[0] % 8], e164) != PHONE_FINE)
    return 0;
  g_assert_true (phone_is_e164 (e164, strlen (e164)));
  return 0;
}
