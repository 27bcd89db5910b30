#include "quoted.h"

#include "text.h"

char *
quoted_new (const char *foreign, gsize max)
{
  g_autofree char *shown = text_printable (foreign, -1, max);
  GString *quoted = g_string_new (shown);

  g_string_replace (quoted, "“", "'", 0);
  g_string_replace (quoted, "”", "'", 0);
  g_string_prepend (quoted, "“");
  g_string_append (quoted, "”");
  return g_string_free (quoted, FALSE);
}
