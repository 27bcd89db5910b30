/* lock.c - desk talks on one bus and opens what people chose; the dialog draws with GTK and does the same. What Landlock cannot say (all but
 * some folders) says the box around both: core's data and state folders are empty in there (core/window/box.c). */
#include "desk-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define INT G_MAXUINT32
#define ALLOW(name, why) { name, LOCK_ALLOW, 0, -1, 0, 0, why }
#define ALLOW_IF(name, argument, mask, value, why) { name, LOCK_ALLOW, 0, argument, mask, value, why }
#define REFUSE(name, number, why) { name, LOCK_ERRNO, number, -1, 0, 0, why }
#define REFUSE_IF(name, number, argument, mask, value, why) { name, LOCK_ERRNO, number, argument, mask, value, why }

/* Both need these. */
#define FILES_AND_BUS \
  ALLOW_IF ("socket", 0, INT, AF_UNIX, "the session bus, the display"), \
  REFUSE ("socket", EAFNOSUPPORT, "no network"), \
  ALLOW ("connect", "Unix sockets alone: there are no others"), \
  REFUSE_IF ("openat", EACCES, 2, O_TMPFILE & ~O_DIRECTORY, O_TMPFILE & ~O_DIRECTORY, "files without a name"), \
  ALLOW ("openat", "what people chose. How: Landlock; where not: the box"), \
  ALLOW ("newfstatat", "is it a file?"), \
  ALLOW ("statx", "is it a file?"), \
  ALLOW ("stat", "is it a file?"), \
  ALLOW ("lstat", "is it a file?"), \
  ALLOW ("access", "is it there?"), \
  ALLOW ("faccessat", "is it there?"), \
  ALLOW ("faccessat2", "is it there?"), \
  ALLOW ("readlink", "where does it lead?"), \
  ALLOW ("readlinkat", "where does it lead?"), \
  ALLOW ("getcwd", "GLib"), \
  ALLOW ("uname", "GLib"), \
  ALLOW ("getdents64", "folders of locales and choices"), \
  REFUSE ("seccomp", EPERM, "it goes on making threads, so no second filter comes"), \
  REFUSE ("kill", EPERM, "g_bus asks whether somebody lives"), \
  REFUSE ("memfd_create", EPERM, "no files without a name")

static const LockSyscall desk_calls[] = { FILES_AND_BUS, { NULL, LOCK_KILL, 0, -1, 0, 0, NULL } };

static const LockSyscall dialog_calls[] = {
  ALLOW ("memfd_create", "the picture of the window goes to a Wayland compositor so"),
  ALLOW ("ftruncate", "as memfd_create"),
  ALLOW ("fallocate", "as memfd_create"),
  ALLOW_IF ("fcntl", 1, INT, F_ADD_SEALS, "as memfd_create"),
  ALLOW_IF ("fcntl", 1, INT, F_DUPFD, "libwayland, libxcb"),
  ALLOW_IF ("mmap", 2, PROT_WRITE, 0, "GTK loads modules and pictures' loaders: code from files, never writable"),
  REFUSE ("shmget", ENOSYS, "cairo's way to an X server: from another namespace that takes somebody else's memory of the same number for ours"),
  ALLOW ("socketpair", "GLib's workers"),
  ALLOW ("pipe2", "GLib's workers"),
  ALLOW ("inotify_init1", "the dialog sees a folder change"),
  ALLOW ("inotify_add_watch", "the dialog sees a folder change"),
  ALLOW ("inotify_rm_watch", "the dialog sees a folder change"),
  ALLOW ("statfs", "how a folder is to be shown"),
  ALLOW ("fstatfs", "how a folder is to be shown"),
  ALLOW ("sysinfo", "qsort, caches"),
  ALLOW ("getrusage", "GTK"),
  ALLOW ("prlimit64", "GLib"),
  ALLOW ("setsockopt", "libxcb, on a Unix socket"),
  ALLOW ("epoll_create1", "libwayland"),
  ALLOW ("epoll_ctl", "libwayland"),
  ALLOW ("epoll_wait", "libwayland"),
  ALLOW ("pwrite64", "caches of shaders and fonts: refused by Landlock where they lie"),
  ALLOW ("fadvise64", "pictures"),
  ALLOW ("msync", "caches"),
  ALLOW ("mincore", "drivers"),
  ALLOW ("getpgrp", "GTK"),
  ALLOW ("getresuid", "GTK asks whether it runs for somebody else"),
  ALLOW ("getresgid", "GTK asks whether it runs for somebody else"),
  REFUSE ("sched_setaffinity", EPERM, "threads of Mesa: they run anywhere"),
  ALLOW ("sched_getparam", "threads of Mesa"),
  ALLOW ("sched_getscheduler", "threads of Mesa"),
  REFUSE ("mkdir", EACCES, "GTK makes folders for its settings: copes"),
  REFUSE ("mkdirat", EACCES, "GTK makes folders for its settings: copes"),
  REFUSE ("rename", EACCES, "the list of recent files: copes"),
  REFUSE ("renameat", EACCES, "the list of recent files: copes"),
  REFUSE ("renameat2", EACCES, "the list of recent files: copes"),
  REFUSE ("unlink", EACCES, "the list of recent files: copes"),
  REFUSE ("unlinkat", EACCES, "the list of recent files: copes"),
  REFUSE ("chmod", EACCES, "the list of recent files: copes"),
  REFUSE ("fchmod", EACCES, "the list of recent files: copes"),
  REFUSE ("fork", EPERM, "no other program"),
  REFUSE ("vfork", EPERM, "no other program"),
  FILES_AND_BUS,
  { NULL, LOCK_KILL, 0, -1, 0, 0, NULL },
};

static const LockPath paths[] = {
  { "/", LOCK_PATH_SAVE, "a portal may answer with any path of the user's: read, or written anew, and nothing else" },
  { NULL, LOCK_PATH_READ, NULL },
};

static const LockPath dialog_paths[] = {
  { "/", LOCK_PATH_SAVE, "people choose any file of theirs" },
  { NULL, LOCK_PATH_READ, NULL },
};

static const LockLimit dialog_limits[] = { { RLIMIT_NOFILE, 1024, "modules, pictures, folders that are watched" }, { 0, 0, NULL } };

const LockTable *
desk_lock (gboolean needs_abstract)
{
  static LockTable table = { .program = "desk", .syscalls = desk_calls, .paths = paths, .dies_with_parent = TRUE, .is_looked_at = TRUE };

  table.keeps_network = table.reaches_abstract = needs_abstract;
  return &table;
}

/* The display's socket is a path; an X server that listens on an abstract one alone is out of reach, and the dialog says that it does not open. */
const LockTable dialog_lock = { .program = "dialog", .syscalls = dialog_calls, .limits = dialog_limits, .paths = dialog_paths, .dies_with_parent = TRUE };
