#include "apart.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#define ALL_OF_THE_MACHINE (CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP)

static gboolean
raise_loopback (void)
{
  struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  gboolean is_up = fd >= 0 && ioctl (fd, SIOCSIFFLAGS, &request) == 0;

  if (fd >= 0)
    close (fd);
  return is_up;
}

void
apart_enter (Apart *self)
{
  *self = (Apart){ TRUE, TRUE, "" };
  if (geteuid () != 0)
    return;
  if (unshare (ALL_OF_THE_MACHINE) != 0 || !raise_loopback ()) {
    g_snprintf (self->why, sizeof self->why, "root, and no namespaces of its own here: %s", g_strerror (errno));
    self->has_controls = self->has_mounts = FALSE;
  } else if (mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) { /* in a chroot the root is no mount's root */
    g_snprintf (self->why, sizeof self->why, "the mounts cannot be made private here: %s", g_strerror (errno));
    self->has_mounts = FALSE;
  }
}
