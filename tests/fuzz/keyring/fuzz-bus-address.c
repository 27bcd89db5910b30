/* fuzz-bus-address.c - any text as a bus's address: nothing, or a path that means itself and fits a socket. */
#include "bus-address.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *raw = g_strndup ((const char *) data, size);
  gboolean is_abstract = FALSE;
  g_autofree char *path = bus_address_parse (raw, &is_abstract);

  if (path == NULL)
    return 0;
  g_assert (*path == '/' && strlen (path) < 108 && strstr (path, "/../") == NULL && strpbrk (path, " ,;%\n") == NULL);
  g_assert (g_str_has_prefix (raw, is_abstract ? "unix:abstract=/" : "unix:path=/"));
  return 0;
}
