/* apart.h - namespaces of its own for who tries, as root, whether an attack works: it must not work on the machine.
 * Used in: escape.c. Source: unshare(2), mount_namespaces(7), netdevice(7). */
#pragma once
#include <glib.h>

typedef struct {
  gboolean has_controls;  /* else no control may be run at all */
  gboolean has_mounts;    /* else no control that mounts: what it mounts would be seen outside */
  char     why[160];      /* which of both is missing, and why; "": neither */
} Apart;

/* As root: leaves the machine's mounts, host name, IPC, network and cgroups behind; the new network has a loopback that is up.
 * As anybody else: nothing; the kernel lets them change nothing that is the machine's. */
void apart_enter (Apart *self);
