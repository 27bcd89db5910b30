#include "kill-point.h"

#ifdef POSTRIDER_KILL_POINTS
#include <glib.h>
#include <signal.h>
#include <string.h>

/* tests/faults/shim notes who came by, where it is loaded. */
__attribute__ ((weak)) void kill_point_passed (const char *name);

void
kill_point (const char *name)
{
  static guint seen = 0;
  const char *wanted = g_getenv ("POSTRIDER_KILL"), *colon = wanted != NULL ? strchr (wanted, ':') : NULL;

  if (kill_point_passed != NULL)
    kill_point_passed (name);
  if (colon == NULL || strlen (name) != (gsize) (colon - wanted) || strncmp (name, wanted, strlen (name)) != 0)
    return;
  if (++seen == (guint) g_ascii_strtoull (colon + 1, NULL, 10))
    raise (g_str_has_suffix (colon, ":stop") ? SIGSTOP : SIGKILL);
}
#else
typedef int kill_point_is_compiled_out; /* ISO C wants a declaration */
#endif
