/* fuzz-slot-key.c - any octets as what a keyring keeps: no key, or one whose digits are these. */
#include "slot-key.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (SecretBytes) key = slot_key_parse ((const char *) data, size), digits = NULL;

  if (key == NULL)
    return 0;
  g_assert_cmpuint (secret_bytes_get_length (key), ==, SLOT_KEY_LEN);
  digits = slot_key_format (key);
  g_assert_cmpuint (secret_bytes_get_length (digits), ==, size);
  g_assert_cmpint (g_ascii_strncasecmp (secret_bytes_peek (digits), (const char *) data, size), ==, 0);
  return 0;
}
