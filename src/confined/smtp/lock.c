#include "smtp-lock.h"

#define ALLOW(name, why) { name, LOCK_ALLOW, 0, -1, 0, 0, why }

/* Works on what it was given: sockets from dial, the journal, attachments. It makes no socket, opens no file. */
static const LockSyscall syscalls[] = {
  ALLOW ("mlock", "the password stays out of swap"),
  ALLOW ("epoll_ctl", "connections come and go; the descriptor was made before the lock"),
  ALLOW ("epoll_wait", "all sockets in one wait"),
  ALLOW ("epoll_pwait", "the same, where the C library has it so"),
  ALLOW ("munlock", "the password's memory is given back"),
  { NULL, LOCK_KILL, 0, -1, 0, 0, NULL },
};

static const LockLimit limits[] = {
  { RLIMIT_FSIZE, (rlim_t) 4 << 30, "the journal: 256 octets a message, so sixteen million messages in one process's life" },
  { RLIMIT_AS, (rlim_t) 8 << 30, "100 connections with the longest message in each (64 MiB), 16 campaigns with all their files, and our own" },
  { RLIMIT_NOFILE, 256, "100 connections, 40 files of a campaign twice over, and our own" },
  { 0, 0, NULL },
};

const LockTable smtp_lock = {
  .program = "smtp",
  .syscalls = syscalls,
  .limits = limits,
  .dies_with_parent = FALSE, /* it finishes what is on the wire */
};
