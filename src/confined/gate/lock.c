/* lock.c - what postrider-gate may do: work on sockets that it was given, which the base table allows, and no more. */
#include "gate-lock.h"

#include "tunnel.h"

static const LockLimit limits[] = {
  { RLIMIT_NOFILE, 2 * TUNNELS_MAX + 32, "two sockets a tunnel" },
  { RLIMIT_FSIZE, 0, "it writes no file" },
  { RLIMIT_AS, (rlim_t) 1 << 30, "chosen: the buffers of all tunnels are 4 MiB; GDBus's threads have addresses for more" },
  { 0, 0, NULL },
};

const LockTable gate_lock = { .program = "gate", .limits = limits, .dies_with_parent = TRUE };
