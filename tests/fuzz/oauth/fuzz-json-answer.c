#include "json-answer.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Whatever is taken holds what was asked of it, and is refused when a character stands behind it. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (JsonAnswer) json = json_answer_parse ((const char *) data, size, NULL);
  g_autofree char *more = g_malloc (size + 1);
  g_autoptr (JsonAnswer) refused = NULL;
  const char *text = json_answer_get_string (json);

  if (json == NULL)
    return 0;
  g_assert (g_utf8_validate_len ((const char *) data, (gssize) size, NULL));
  g_assert (text == NULL || g_utf8_validate (text, -1, NULL));
  memcpy (more, data, size);
  more[size] = ',';
  refused = json_answer_parse (more, size + 1, NULL);
  g_assert (refused == NULL);
  return 0;
}
