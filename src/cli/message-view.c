#include "message-view.h"

#include "text.h"
#include <string.h>

#define LINE_MAX_OCTETS 4096

static void
append_lines (GString *out, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (gsize i = 0; lines[i] != NULL; i++) {
    g_autofree char *shown = text_printable (g_strchomp (lines[i]), -1, LINE_MAX_OCTETS);

    g_string_append_printf (out, "%s\n", shown);
  }
}

char *
message_view (const char *data, gsize len)
{
  g_autofree char *raw = g_strndup (data, len);
  g_autoptr (GString) out = g_string_new (NULL);

  append_lines (out, raw);
  return g_string_free (g_steal_pointer (&out), FALSE);
}
