/* Each item lies within the line, in order, and is what it says. */
#include "text-list.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize len);

static void
assert_within (Slice slice, const char *line, gsize len)
{
  if (slice.len > 0)
    g_assert_true (slice.data >= line && slice.data + slice.len <= line + len);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize len)
{
  const char *line = (const char *) data;
  TextLine reader;
  TextItem item;

  text_line_open (&reader, line, len);
  while (text_line_next (&reader, &item)) {
    assert_within (item.name, line, len);
    assert_within (item.value, line, len);
    if (item.kind == TEXT_ITEM_EMAIL)
      g_assert_nonnull (memchr (item.value.data, '@', item.value.len));
    else if (item.kind == TEXT_ITEM_PHONE)
      g_assert_true (text_is_phone_like (item.value.data, item.value.len));
    else
      g_assert_cmpuint (item.name.len, >, 0);
  }
  g_assert_false (text_line_next (&reader, &item));
  return 0;
}
