/* Any valid UTF-8 comes out as valid UTF-8, and what has no encoded word as it was. */
#include "encoded-word.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize len);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize len)
{
  g_autofree char *text = g_strndup ((const char *) data, len), *decoded = NULL;

  if (!g_utf8_validate (text, -1, NULL))
    return 0;
  decoded = encoded_word_decode (text);
  g_assert_true (g_utf8_validate (decoded, -1, NULL));
  g_assert_true (strstr (text, "=?") != NULL || strcmp (text, decoded) == 0);
  return 0;
}
