#include "hidden-columns.h"

#include <string.h>

gboolean
hidden_column_is (const char *name)
{
  return name[0] == HIDDEN_MARK[0];
}

int
hidden_column_find (const char *const *columns, const char *name)
{
  for (int i = 0; columns != NULL && columns[i] != NULL; i++)
    if (strcmp (columns[i], name) == 0)
      return 2 + i;
  return HIDDEN_NONE;
}
