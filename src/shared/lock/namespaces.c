#include "layers.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static gboolean
write_proc (const char *path, const char *text)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  gboolean is_written = fd >= 0 && write (fd, text, strlen (text)) == (gssize) strlen (text);

  if (fd >= 0)
    close (fd);
  return is_written;
}

/* The map is one to one: GDBus sends our uid, and core compares it with what the kernel says of us. */
static gboolean
namespaces_unshare (int flags)
{
  guint uid = geteuid (), gid = getegid ();
  char uid_line[32], gid_line[32];

  g_snprintf (uid_line, sizeof uid_line, "%u %u 1\n", uid, uid);
  g_snprintf (gid_line, sizeof gid_line, "%u %u 1\n", gid, gid);
  if (unshare (flags) != 0)
    return FALSE;
  if ((flags & CLONE_NEWUSER) == 0)
    return TRUE;
  return write_proc ("/proc/self/setgroups", "deny") && write_proc ("/proc/self/uid_map", uid_line) &&
         write_proc ("/proc/self/gid_map", gid_line);
}

/* Tried in a child first: where the new namespace cannot be mapped (no /proc, AppArmor), there is no way back out of it. */
static gboolean
can_enter (int flags, int *out_errno)
{
  int status = 0;
  pid_t child = fork ();

  if (child == 0) {
    errno = 0;
    _exit (namespaces_unshare (flags) ? 0 : MAX (1, errno & 0xff));
  }
  *out_errno = EAGAIN;
  if (child < 0)
    return FALSE;
  while (waitpid (child, &status, 0) < 0 && errno == EINTR)
    continue;
  *out_errno = WIFEXITED (status) ? WEXITSTATUS (status) : EPERM;
  return *out_errno == 0;
}

void
namespaces_enter (const LockTable *table)
{
  int inner = CLONE_NEWIPC | CLONE_NEWUTS | (table->keeps_network ? 0 : CLONE_NEWNET);
  int reason = 0;
  const char *what = table->keeps_network ? "own ipc and host name" : "own empty network, ipc and host name";
  gboolean has_user = can_enter (inner | CLONE_NEWUSER, &reason) && namespaces_unshare (inner | CLONE_NEWUSER);

  if (has_user)
    layer_note ("namespaces", LAYER_HOLDS, "own user, %s", what);
  else if (namespaces_unshare (inner)) /* root may do it without a user namespace */
    layer_note ("namespaces", LAYER_HOLDS, "%s; no user namespace: %s", what, g_strerror (reason));
  else
    layer_note ("namespaces", LAYER_MISSING, "not allowed here (%s); the other layers do not need them", g_strerror (reason));
}
