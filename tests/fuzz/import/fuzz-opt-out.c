/* What is judged does not depend on case, blanks and signs, of the column or of the value. */
#include "opt-out.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize len);

static char *
respell (const char *text, gsize len)
{
  GString *again = g_string_new ("_");

  for (gsize i = 0; i < len; i++) {
    g_string_append_c (again, g_ascii_toupper (text[i]));
    g_string_append_c (again, ' ');
  }
  return g_string_free (again, FALSE);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize len)
{
  const guint8 *end = memchr (data, '\0', len);
  gsize column_len = end != NULL ? (gsize) (end - data) : len;
  g_autofree char *column = g_strndup ((const char *) data, column_len), *column_again = respell (column, column_len), *value_again = NULL;
  Slice value = { end != NULL ? (const char *) end + 1 : "", end != NULL ? len - column_len - 1 : 0 };

  value_again = respell (value.data, value.len);
  g_assert_cmpint (opt_out_judge (column, value), ==, opt_out_judge (column_again, (Slice){ value_again, 2 * value.len + 1 }));
  g_assert_true (opt_out_is_reason (column) == opt_out_is_reason (column_again) && opt_out_is_time (column) == opt_out_is_time (column_again));
  return 0;
}
