#include "records.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  for (RecordsType type = RECORDS_TXT; type <= RECORDS_HOST; type++) {
    g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);

    records_parse (data, size, type, found);
    g_assert (found->len <= RECORDS_MAX);
    for (guint i = 0; i < found->len; i++)
      g_assert (g_utf8_validate (found->pdata[i], -1, NULL) && strpbrk (found->pdata[i], "\r\n\x1b") == NULL);
  }
  return 0;
}
