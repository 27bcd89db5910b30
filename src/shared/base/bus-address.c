#include "bus-address.h"

#include <string.h>

char *
bus_address_parse (const char *raw_address, gboolean *out_is_abstract)
{
  static const char *const kinds[] = { "unix:path=", "unix:abstract=" };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    const char *value = g_str_has_prefix (raw_address, kinds[i]) ? raw_address + strlen (kinds[i]) : NULL;
    gsize len = value != NULL ? strcspn (value, ",;") : 0;
    g_autofree char *path = g_strndup (value != NULL ? value : "", len);

    if (value == NULL)
      continue;
    for (const char *p = path; *p != '\0'; p++)
      if (!g_ascii_isalnum (*p) && strchr ("-_./", *p) == NULL)
        return NULL;
    if (len < 2 || len > 107 || *path != '/' || strstr (path, "/../") != NULL || g_str_has_suffix (path, "/.."))
      return NULL;
    *out_is_abstract = i == 1;
    return g_steal_pointer (&path);
  }
  return NULL;
}
