/* lock.h - a rule table becomes seccomp, Landlock, rlimits and namespaces. Three functions, in this order: around the warm-up, and
 * behind the last thread that a program starts.
 * Used in: main.c of each confined program. Source: docs/sandbox.md; seccomp(2), landlock(7), prctl(2). */
#pragma once
#include <glib.h>
#include <sys/resource.h>

typedef enum {
  LOCK_ALLOW,
  LOCK_ERRNO,
  LOCK_TRAP, /* newfstatat alone: fstat-trap.c does it again without a path */
  LOCK_KILL,
} LockVerdict;

/* Linux 6.5: descriptors of the process at the other end of a socket. Not in Debian 12's headers; include/uapi/asm-generic/socket.h. */
#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD 76
#define SO_PEERPIDFD 77
#endif

#define LOCK_VALUE_SELF G_MAXUINT64 /* as LockSyscall.value: our own process id */

/* Rows are tried in order, the program's before the base's (base-table.c): the first that matches decides. A call that no row matches
 * gets ENOSYS, or ends the process in builds with -Dkill-default=true. */
typedef struct { /* one allowed or refused system call; ends with name NULL */
  const char *name;
  LockVerdict verdict;
  int         errno_value; /* LOCK_ERRNO */
  int         argument;    /* index 0-5 that must match, or -1: any */
  guint64     mask, value; /* (argument & mask) == value */
  const char *why;
} LockSyscall;

typedef struct { /* ends with why NULL */
  int     resource; /* RLIMIT_* */
  rlim_t  value;
  const char *why;
} LockLimit;

typedef enum {
  LOCK_PATH_READ,
  LOCK_PATH_CHANGE, /* files and folders are made, written, renamed, removed */
  LOCK_PATH_SAVE,   /* files are made and written: nothing is run, removed, renamed, linked, no folder or device is made */
} LockPathRight;

typedef struct { /* a right over all that lies beneath; ends with path NULL */
  const char   *path;
  LockPathRight right;
  const char   *why;
} LockPath;

typedef struct { /* ends with why NULL */
  guint16     port;
  gboolean    is_bind; /* FALSE: connect */
  const char *why;
} LockPort;

typedef struct {
  const char        *program;
  const LockSyscall *syscalls; /* added to the base table that all share */
  const LockLimit   *limits;   /* added to CORE 0, NOFILE 64, or in place of one of these */
  const LockPath    *paths;    /* NULL: none at all */
  const LockPort    *ports;    /* NULL: none at all */
  gboolean dies_with_parent;   /* import, dial: yes. A transport finishes the wire first */
  gboolean keeps_network;      /* no empty network namespace: dial; desk where the session bus listens on an abstract socket */
  gboolean reaches_abstract;   /* abstract Unix sockets: the same of desk */
  gboolean is_looked_at;       /* stays dumpable: xdg-desktop-portal looks at /proc/PID/root and serves nobody where it may not */
  gboolean needs_landlock;     /* refuse to work without it */
} LockTable;

/* First thing in main, still one thread: closes fds from 4, rlimits, no_new_privs, namespaces where allowed, no capabilities,
 * not dumpable, MDWE. Returns: FALSE with FAULT_OS: leave. */
gboolean lock_enter (const LockTable *table, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* After the warm-up, before any thread and any foreign byte: Landlock, then seccomp. No way back. */
gboolean lock_seal (const LockTable *table, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* After the last thread was started (GDBus's own, dial's workers), before the first foreign byte: a second filter, for all threads, under
 * which `clone` fails with EAGAIN. It binds root too, and counts nobody else's threads; RLIMIT_NPROC does neither. */
gboolean lock_refuse_threads (GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Prints a line a layer: "layer<TAB>holds|missing|not needed<TAB>why". For `postrider-X --layers`, which core's doctor reads. */
void lock_print_layers (void);
