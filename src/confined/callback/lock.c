/* lock.c - rows that callback adds to the base table: clients, on sockets that it was given. */
#include "callback-lock.h"

#include "http-server.h"
#include <netinet/in.h>

#define INT G_MAXUINT32 /* the kernel looks at the lower half of an int only */

static const LockSyscall syscalls[] = {
  { "accept4", LOCK_ALLOW, 0, -1, 0, 0, "clients, on the sockets that it was given" },
  { "epoll_ctl", LOCK_ALLOW, 0, -1, 0, 0, "many clients in one thread; both sets were made before the lock" },
  { "epoll_wait", LOCK_ALLOW, 0, -1, 0, 0, "many clients in one thread" },
  { "epoll_pwait", LOCK_ALLOW, 0, -1, 0, 0, "epoll_wait on other architectures" },
  { "setsockopt", LOCK_ALLOW, 0, 1, INT, IPPROTO_TCP, "libmicrohttpd sends an answer in one piece; other levels fall to the base table: refused" },
  { NULL, LOCK_KILL, 0, -1, 0, 0, NULL },
};

static const LockLimit limits[] = {
  { RLIMIT_NOFILE, HTTP_DESCRIPTORS, "a socket for each client" },
  { RLIMIT_FSIZE, 0, "it writes no file" },
  { RLIMIT_AS, (rlim_t) 1 << 30, "chosen: the bodies of a listener at their worst, as they are copied to D-Bus" },
  { 0, 0, NULL },
};

const LockTable callback_lock = { .program = "callback", .syscalls = syscalls, .limits = limits, .dies_with_parent = TRUE };
