#include "lock.h"

#include "fault.h"
#include "layers.h"
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifdef POSTRIDER_SANITIZED
#include <sanitizer/lsan_interface.h>
#endif

static gboolean is_sealed = FALSE;

#ifdef POSTRIDER_SANITIZED
/* The leak check at exit traces its own process, which the lock refuses with death. Unit tests look for leaks outside the lock. */
int
__lsan_is_turned_off (void)
{
  return is_sealed;
}
#endif

gboolean
lock_enter (const LockTable *table, GError **error)
{
  signal (SIGXFSZ, SIG_IGN); /* a log line into a file must fail under RLIMIT_FSIZE, not end us */
  signal (SIGPIPE, SIG_IGN); /* a write to a peer who has hung up must fail too */
  if (syscall (SYS_close_range, 4u, ~0u, 0u) != 0) {
    g_set_error (error, FAULT, FAULT_OS, "postrider-%s could not close what it was not given: %s", table->program, g_strerror (errno));
    return FALSE;
  }
  layer_note ("descriptors", LAYER_HOLDS, "only 0 to 3 were kept");
  namespaces_enter (table);
  return limits_set (table, error) && process_harden (table, error);
}

static gboolean
has_one_thread_by_proc (void)
{
  char line[1024];
  FILE *file = fopen ("/proc/self/stat", "re");
  guint count = 1;

  if (file == NULL)
    return TRUE;
  if (fgets (line, sizeof line, file) != NULL) {
    const char *at = strrchr (line, ')'); /* the name in front may hold anything */

    if (at == NULL || sscanf (at, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %u", &count) != 1)
      count = 1;
  }
  fclose (file);
  return count == 1;
}

/* Landlock binds the calling thread and those that it starts. A thread of the warm-up would stay outside.
 * unshare(CLONE_VM) does nothing for who is alone and fails with EINVAL for who is not; containers may forbid it. */
static gboolean
has_one_thread (void)
{
  if (unshare (CLONE_VM) == 0)
    return TRUE;
  return errno != EINVAL && has_one_thread_by_proc ();
}

gboolean
lock_seal (const LockTable *table, GError **error)
{
  if (!has_one_thread ()) {
    g_set_error (error, FAULT, FAULT_SOFTWARE, "postrider-%s had threads before its lock", table->program);
    return FALSE;
  }
  if (!landlock_seal (table, error))
    return FALSE;
  is_sealed = filter_seal (table, error);
  return is_sealed;
}
