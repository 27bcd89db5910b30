#include "null-lock.h"

#define ALLOW(name, why) { name, LOCK_ALLOW, 0, -1, 0, 0, why }

/* Works on what it was given, and on one file that it opened before: no socket is made, no name is looked up. */
static const LockSyscall syscalls[] = {
  ALLOW ("mlock", "the secret stays out of swap, though this kind has none"),
  ALLOW ("munlock", "its memory is given back"),
  { NULL, LOCK_KILL, 0, -1, 0, 0, NULL },
};

static const LockLimit limits[] = {
  { RLIMIT_FSIZE, (rlim_t) 1 << 30, "the journal, and the file of what was sent" },
  { RLIMIT_AS, (rlim_t) 2 << 30, "one message at a time" },
  { 0, 0, NULL },
};

const LockTable null_lock = {
  .program = "null",
  .syscalls = syscalls,
  .limits = limits,
  .dies_with_parent = FALSE, /* it finishes the message that it has begun */
};
