#include "weaken.h"

static char **words;
static char *all;

void
weaken_set (const char *list)
{
  g_clear_pointer (&words, g_strfreev);
  g_free (all);
  all = g_strdup (list);
  if (list != NULL)
    words = g_strsplit (list, ",", -1);
}

gboolean
weaken_has (const char *word)
{
  return words != NULL && g_strv_contains ((const char *const *) words, word);
}

const char *
weaken_get (void)
{
  return all != NULL ? all : "";
}
