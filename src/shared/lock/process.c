#include "layers.h"

#include "fault.h"
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PRCTL_SET_MDWE 65 /* PR_SET_MDWE of Linux 6.3: not in Debian 12's headers */
#define MDWE_REFUSE_EXEC_GAIN 1

static gboolean
drop_capabilities (void)
{
  struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
  struct __user_cap_data_struct none[2] = { { 0, 0, 0 }, { 0, 0, 0 } };

  (void) prctl (PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  for (unsigned long bit = 0; prctl (PR_CAPBSET_READ, bit, 0, 0, 0) >= 0; bit++)
    (void) prctl (PR_CAPBSET_DROP, bit, 0, 0, 0); /* fails for who has none: then there is nothing to gain by exec either */
  return syscall (SYS_capset, &header, none) == 0;
}

static gboolean
process_failed (const LockTable *table, const char *what, GError **error)
{
  g_set_error (error, FAULT, FAULT_OS, "postrider-%s could not %s: %s", table->program, what, g_strerror (errno));
  return FALSE;
}

gboolean
process_harden (const LockTable *table, GError **error)
{
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return process_failed (table, "give up new rights", error);
  layer_note ("no new rights", LAYER_HOLDS, "no_new_privs");
  if (!drop_capabilities ())
    return process_failed (table, "drop its capabilities", error);
  layer_note ("capabilities", LAYER_HOLDS, "none");
  if (prctl (PRCTL_SET_MDWE, MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) == 0)
    layer_note ("memory", LAYER_HOLDS, "no page becomes executable");
  else
    layer_note ("memory", LAYER_MISSING, "needs Linux 6.3; the system call filter refuses executable pages too");
  /* Both last: a change of credentials undoes them. */
  if (table->dies_with_parent && prctl (PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
    return process_failed (table, "ask to die with its parent", error);
  layer_note ("dies with core", table->dies_with_parent ? LAYER_HOLDS : LAYER_NOT_NEEDED, "%s",
              table->dies_with_parent ? "parent-death signal" : "it finishes what is on the wire, then leaves");
  if (prctl (PR_SET_DUMPABLE, table->is_looked_at, 0, 0, 0) != 0)
    return process_failed (table, "forbid others to read it", error);
  if (table->is_looked_at)
    layer_note ("not dumpable", LAYER_NOT_NEEDED, "it holds no secret, and the desktop's portal wants to see who asks; no core dump");
  else
    layer_note ("not dumpable", LAYER_HOLDS, "no core dump, /proc of it is closed to the same user");
  return TRUE;
}
