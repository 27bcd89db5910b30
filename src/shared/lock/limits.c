#include "layers.h"

#include "fault.h"
#include <errno.h>
#include <pthread.h>

#define STACK_BYTES (8 * 1024 * 1024) /* Linux's own default */

static const LockLimit base_limits[] = {
  { RLIMIT_CORE, 0, "a core dump would hold addresses and secrets" },
  { RLIMIT_NOFILE, 64, "chosen: a connection pool and its attachments, not a scan" },
  { 0, 0, NULL },
};

static gboolean
has_limit (const LockLimit *limits, int resource)
{
  for (; limits != NULL && limits->why != NULL; limits++)
    if (limits->resource == resource)
      return TRUE;
  return FALSE;
}

/* `instead`: the program's own rows, which stand in place of a base row for the same resource (what is lowered can't be raised). */
static gboolean
set_limits (const LockLimit *limits, const LockLimit *instead, const char *program, GError **error)
{
  for (; limits != NULL && limits->why != NULL; limits++) {
    struct rlimit now, wanted;

    if (has_limit (instead, limits->resource))
      continue;
#ifdef POSTRIDER_SANITIZED
    if (limits->resource == RLIMIT_AS) /* the shadow memory alone takes terabytes of addresses */
      continue;
#endif
    if (getrlimit ((__rlimit_resource_t) limits->resource, &now) != 0)
      now.rlim_max = RLIM_INFINITY;
    wanted.rlim_cur = wanted.rlim_max = MIN (limits->value, now.rlim_max);
    if (setrlimit ((__rlimit_resource_t) limits->resource, &wanted) != 0) {
      g_set_error (error, FAULT, FAULT_OS, "postrider-%s could not limit itself: %s", program, g_strerror (errno));
      return FALSE;
    }
  }
  return TRUE;
}

/* glibc gives each thread a stack as large as `ulimit -s` of whoever started us: hundreds of MiB would use up RLIMIT_AS. */
static void
limit_stacks (void)
{
  pthread_attr_t attributes;
  size_t size = 0;

  if (pthread_getattr_default_np (&attributes) != 0)
    return;
  if (pthread_attr_getstacksize (&attributes, &size) == 0 && size > STACK_BYTES && pthread_attr_setstacksize (&attributes, STACK_BYTES) == 0)
    (void) pthread_setattr_default_np (&attributes);
  pthread_attr_destroy (&attributes);
}

gboolean
limits_set (const LockTable *table, GError **error)
{
  if (!set_limits (base_limits, table->limits, table->program, error) || !set_limits (table->limits, NULL, table->program, error))
    return FALSE;
  limit_stacks ();
#ifdef POSTRIDER_SANITIZED
  layer_note ("limits", LAYER_HOLDS, "all but RLIMIT_AS: this build has sanitizers");
#else
  layer_note ("limits", LAYER_HOLDS, "no core dump, few descriptors, and the program's own");
#endif
  return TRUE;
}
