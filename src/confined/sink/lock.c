/* lock.c - rows that the sink adds to the base table. It alone of the locked programs makes files: new ones, in one folder. */
#include "sink-lock.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>

#include "server.h"

#define ONLY_NEW_FILES (O_ACCMODE | O_CREAT | O_EXCL)
#define INT G_MAXUINT32 /* the kernel looks at the lower half of an int only */
#define MEGABYTE (1024 * 1024)

static const LockSyscall syscalls[] = {
  { "accept4", LOCK_ALLOW, 0, -1, 0, 0, "clients, on the listener that it was given" },
  { "epoll_create1", LOCK_ALLOW, 0, -1, 0, 0, "many clients in one thread" },
  { "epoll_ctl", LOCK_ALLOW, 0, -1, 0, 0, "many clients in one thread" },
  { "epoll_wait", LOCK_ALLOW, 0, -1, 0, 0, "many clients in one thread" },
  { "epoll_pwait", LOCK_ALLOW, 0, -1, 0, 0, "epoll_wait on other architectures" },
  { "setsockopt", LOCK_ALLOW, 0, 1, INT, IPPROTO_TCP, "no delay for short replies; other levels fall to the base table: refused" },
  { "openat", LOCK_ALLOW, 0, 2, ONLY_NEW_FILES, O_WRONLY | O_CREAT | O_EXCL,
    "a file that is not there yet, to write: what was captured cannot be read again. Where: Landlock" },
  { "renameat", LOCK_ALLOW, 0, -1, 0, 0, "from tmp into new when a message is complete. Where: Landlock" },
  { "renameat2", LOCK_ALLOW, 0, -1, 0, 0, "renameat on other architectures" },
  { "unlinkat", LOCK_ALLOW, 0, 2, INT, 0, "half messages under tmp; no folders. Where: Landlock" },
  { NULL, LOCK_KILL, 0, -1, 0, 0, NULL },
};

static const LockLimit limits[] = {
  { RLIMIT_NOFILE, SERVER_DESCRIPTORS, "a socket and a file for each client" },
  { RLIMIT_FSIZE, SINK_SESSION_MESSAGE_MAX + MEGABYTE, "the largest message and its envelope" },
  { RLIMIT_AS, 2048ul * MEGABYTE, "chosen: the buffers of all clients at their worst, twice" },
  { 0, 0, NULL },
};

#define SINK_LOCK(its_paths) \
  { .program = "sink", .syscalls = syscalls, .limits = limits, .paths = its_paths, .dies_with_parent = TRUE, .needs_landlock = TRUE }

const LockTable sink_lock = SINK_LOCK (NULL);

const LockTable *
sink_lock_for (const char *folder)
{
  static LockPath paths[2];
  static const LockTable table = SINK_LOCK (paths);

  paths[0] = (LockPath) { folder, TRUE, "the Maildir that the user has named" };
  return &table;
}
