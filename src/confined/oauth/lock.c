#include "oauth-lock.h"
#include "secret-bytes.h"

#include <errno.h>

#define ALLOW(name, why) { name, LOCK_ALLOW, 0, -1, 0, 0, why }
#define REFUSE(name, number, why) { name, LOCK_ERRNO, number, -1, 0, 0, why }

/* Works on what it was given: a socket from dial, memory to read secrets from and to write tokens to. */
static const LockSyscall syscalls[] = {
  REFUSE ("connect", EINPROGRESS, "libcurl 7.88 calls it for a socket that is connected, and goes on after this answer alone; nothing is connected by it"),
  ALLOW ("mlock", "secrets stay out of swap"),
  ALLOW ("munlock", "their memory is given back"),
  { NULL, LOCK_KILL, 0, -1, 0, 0, NULL },
};

static const LockLimit limits[] = {
  { RLIMIT_FSIZE, SECRET_BYTES_MAX, "a token, into the memory that core gave for it" },
  { RLIMIT_AS, (rlim_t) 1 << 30, "chosen: one answer of 1 MiB, the system's authorities, and 30 libraries that libcurl brings" },
  { 0, 0, NULL },
};

const LockTable oauth_lock = {
  .program = "oauth",
  .syscalls = syscalls,
  .limits = limits,
  .dies_with_parent = TRUE, /* nobody is left to store what it would get; what is not begun yet must not begin */
};
