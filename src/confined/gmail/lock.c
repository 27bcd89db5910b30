#include "gmail-lock.h"

#include <errno.h>

#define ALLOW(name, why) { name, LOCK_ALLOW, 0, -1, 0, 0, why }
#define REFUSE(name, number, why) { name, LOCK_ERRNO, number, -1, 0, 0, why }

/* Works on what it was given: sockets from dial, the journal, attachments. It makes no socket, opens no file. */
static const LockSyscall syscalls[] = {
  REFUSE ("connect", EINPROGRESS, "libcurl 7.88 calls it for a socket that is connected, and goes on after this answer alone; nothing is connected by it"),
  ALLOW ("mlock", "the access token stays out of swap"),
  ALLOW ("munlock", "its memory is given back"),
  { NULL, LOCK_KILL, 0, -1, 0, 0, NULL },
};

static const LockLimit limits[] = {
  { RLIMIT_FSIZE, (rlim_t) 4 << 30, "the journal: 256 octets a message, so sixteen million messages in one process's life" },
  { RLIMIT_AS, (rlim_t) 8 << 30, "20 requests with the longest message in each (35 MiB), 16 campaigns with all their files, and our own" },
  { RLIMIT_NOFILE, 256, "20 connections and what wakes them, 40 files of a campaign twice over, and our own" },
  { 0, 0, NULL },
};

const LockTable gmail_lock = {
  .program = "gmail",
  .syscalls = syscalls,
  .limits = limits,
  .dies_with_parent = FALSE, /* it finishes what is on the wire */
};
