/* attempts-process.c - other processes, other programs, the kernel's wider surface, rights. */
#include "escape.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define MUCH_MEMORY ((gsize) 64 << 30) /* more than any lock's RLIMIT_AS */

/* --- programs and processes --- */

static int do_exec (const Target *t) { execl ("/bin/sh", "sh", "-c", "exit 42", NULL); return errno; }

static int
do_fork (const Target *t)
{
  pid_t child = fork ();

  if (child == 0)
    _exit (0);
  return RESULT (child > 0);
}

static int
do_vfork (const Target *t)
{
  long child = syscall (SYS_clone, CLONE_VFORK | SIGCHLD, NULL, NULL, NULL, NULL);

  if (child == 0)
    _exit (0);
  return RESULT (child > 0);
}

static int
do_clone3 (const Target *t)
{
  struct clone_args arguments = { .exit_signal = SIGCHLD };
  long child = syscall (SYS_clone3, &arguments, sizeof arguments);

  if (child == 0)
    _exit (0);
  return RESULT (child > 0);
}

static int be_cloned (void *data) { return (int) syscall (SYS_exit, 0); }
static void *be_a_thread (void *data) { return data; }

static int
start_thread (const Target *t)
{
  pthread_t thread;

  return pthread_create (&thread, NULL, be_a_thread, NULL);
}

/* By the kernel itself: glibc tries clone3 first, which the lock does not have. */
static int
clone_thread (const Target *t)
{
  static char stack[65536];
  int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;

  return RESULT (clone (be_cloned, stack + sizeof stack, flags, NULL) > 0);
}

/* Who is still there when core has gone works for nobody. */
static int
outlive (const Target *t)
{
  pid_t core = getppid ();
  int ready = READY;

  if (write (3, &ready, sizeof ready) != sizeof ready)
    return errno;
  while (getppid () == core)
    g_usleep (10000);
  return 0;
}

static int take_memory (const Target *t) { return RESULT (mmap (NULL, MUCH_MEMORY, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) != MAP_FAILED); }

static int
open_filter (const Target *t)
{
  struct sock_filter allow = { BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW };
  struct sock_fprog program = { 1, &allow };

  prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  return RESULT (syscall (SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program) >= 0);
}

static int new_user (const Target *t) { return RESULT (unshare (CLONE_NEWUSER) == 0); }
static int new_mounts (const Target *t) { return RESULT (unshare (CLONE_NEWUSER | CLONE_NEWNS) == 0); }

static int
join_namespace (const Target *t)
{
  int fd = open ("/proc/self/ns/uts", O_RDONLY);

  return fd >= 0 ? RESULT (setns (fd, 0) == 0) : syscall (SYS_setns, 0, 0) == 0 ? 0 : errno;
}

/* --- other processes of the same user --- */

static int
open_of_victim (const Target *t, const char *what, int flags)
{
  char path[64], octet;
  int fd;

  snprintf (path, sizeof path, "/proc/%d/%s", t->victim, what);
  fd = open (path, flags);
  return RESULT (fd >= 0 && ((flags & O_DIRECTORY) != 0 || pread (fd, &octet, 1, strcmp (what, "mem") == 0 ? (off_t) (gsize) t->victim_secret : 0) == 1));
}

static int read_environ (const Target *t) { return open_of_victim (t, "environ", O_RDONLY); }
static int read_memory (const Target *t) { return open_of_victim (t, "mem", O_RDONLY); }
static int read_maps (const Target *t) { return open_of_victim (t, "maps", O_RDONLY); }
static int list_descriptors (const Target *t) { return open_of_victim (t, "fd", O_RDONLY | O_DIRECTORY); }
static int trace (const Target *t) { return RESULT (ptrace (PTRACE_SEIZE, t->victim, NULL, NULL) == 0); }

static int
read_by_call (const Target *t)
{
  char octet;
  struct iovec here = { &octet, 1 }, there = { t->victim_secret, 1 };

  return RESULT (process_vm_readv (t->victim, &here, 1, &there, 1, 0) == 1);
}

static int
write_by_call (const Target *t)
{
  char octet = '!';
  struct iovec here = { &octet, 1 }, there = { t->victim_secret, 1 };

  return RESULT (process_vm_writev (t->victim, &here, 1, &there, 1, 0) == 1);
}

static int do_kill (const Target *t) { return RESULT (kill (t->victim, SIGURG) == 0); }
static int do_tkill (const Target *t) { return RESULT (syscall (SYS_tkill, t->victim, SIGURG) == 0); }
static int do_tgkill (const Target *t) { return RESULT (syscall (SYS_tgkill, t->victim, t->victim, SIGURG) == 0); }

static int
do_queue (const Target *t)
{
  union sigval value = { .sival_int = 1 };

  return RESULT (sigqueue (t->victim, SIGURG, value) == 0);
}

static int
signal_by_pidfd (const Target *t)
{
  long fd = syscall (SYS_pidfd_open, t->victim, 0);

  return RESULT (fd >= 0 && syscall (SYS_pidfd_send_signal, fd, SIGURG, NULL, 0) == 0);
}

static int
take_descriptor (const Target *t)
{
  long fd = syscall (SYS_pidfd_open, t->victim, 0);

  return RESULT (fd >= 0 && syscall (SYS_pidfd_getfd, fd, 0, 0) >= 0);
}

static int
take_peer (const Target *t)
{
  int fd = -1;
  socklen_t len = sizeof fd;

  return RESULT (getsockopt (3, SOL_SOCKET, SO_PEERPIDFD, &fd, &len) == 0);
}

static int
ask_for_peers (const Target *t)
{
  int one = 1;

  return RESULT (setsockopt (3, SOL_SOCKET, SO_PASSPIDFD, &one, sizeof one) == 0);
}

static int signal_by_owner (const Target *t) { return RESULT (fcntl (3, F_SETOWN, t->victim) == 0); }
static int compare (const Target *t) { return RESULT (syscall (SYS_kcmp, getpid (), t->victim, 0, 0, 0) >= 0); }
static int limit_victim (const Target *t) { struct rlimit limit = { 32, 32 }; return RESULT (prlimit (t->victim, RLIMIT_NOFILE, &limit, NULL) == 0); }
static int renice (const Target *t) { return RESULT (setpriority (PRIO_PROCESS, (id_t) t->victim, 19) == 0); }

/* The lock answers with success and does nothing (GLib would complain): so look whether it was done. */
static int
reschedule (const Target *t)
{
  struct { guint32 size, policy; guint64 flags; gint32 nice; guint32 priority; guint64 rest[4]; } now, idle = { .size = 48, .policy = SCHED_IDLE };

  if (syscall (SYS_sched_setattr, t->victim, &idle, 0) != 0)
    return errno;
  return syscall (SYS_sched_getattr, t->victim, &now, 48, 0) == 0 && now.policy == SCHED_IDLE ? 0 : EPERM;
}

static int
pin (const Target *t)
{
  cpu_set_t one;

  CPU_ZERO (&one);
  CPU_SET (0, &one);
  return RESULT (sched_setaffinity (t->victim, sizeof one, &one) == 0);
}

/* --- the kernel's wider surface --- */

static int
load_bpf (const Target *t)
{
  union bpf_attr map;

  memset (&map, 0, sizeof map);
  map.map_type = BPF_MAP_TYPE_ARRAY;
  map.key_size = map.value_size = 4;
  map.max_entries = 1;
  return RESULT (syscall (SYS_bpf, BPF_MAP_CREATE, &map, sizeof map) >= 0);
}

static int
open_perf (const Target *t)
{
  struct perf_event_attr about = { .type = PERF_TYPE_SOFTWARE, .size = sizeof about, .config = PERF_COUNT_SW_CPU_CLOCK, .exclude_kernel = 1 };

  return RESULT (syscall (SYS_perf_event_open, &about, 0, -1, -1, 0) >= 0);
}

static int open_uring (const Target *t) { char parameters[256] = { 0 }; return RESULT (syscall (SYS_io_uring_setup, 1, parameters) >= 0); }
static int open_uffd (const Target *t) { return RESULT (syscall (SYS_userfaultfd, 1) >= 0); }
static int add_key (const Target *t) { return RESULT (syscall (SYS_add_key, "user", "postrider", "x", 1, KEY_SPEC_PROCESS_KEYRING) >= 0); }
static int use_keyctl (const Target *t) { return RESULT (syscall (SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1) >= 0); }
static int make_memfd (const Target *t) { return RESULT (syscall (SYS_memfd_create, "x", 0) >= 0); }
static int read_kernel_log (const Target *t) { return RESULT (syscall (SYS_syslog, 10, NULL, 0) >= 0); }

static int
map_executable (const Target *t)
{
  return RESULT (mmap (NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
}

static int
make_executable (const Target *t)
{
  void *page = mmap (NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  return RESULT (page != MAP_FAILED && mprotect (page, 4096, PROT_READ | PROT_EXEC) == 0);
}

static int type_on_terminal (const Target *t) { return RESULT (ioctl (0, TIOCSTI, "x") == 0); }
static int ask_terminal (const Target *t) { struct winsize size; return RESULT (ioctl (0, TIOCGWINSZ, &size) == 0); }

#ifdef __x86_64__
static int
call_32_bit (const Target *t)
{
  int number = 20; /* getpid */

  __asm__ volatile ("int $0x80" : "+a" (number) : : "memory");
  return number > 0 ? 0 : -number;
}
#endif

/* --- rights --- */

static int become_other (const Target *t) { return RESULT (setresuid (65533, 65533, 65533) == 0); }
static int change_group (const Target *t) { return RESULT (setresgid (getgid (), getgid (), getgid ()) == 0); }
static int set_dumpable (const Target *t) { return RESULT (prctl (PR_SET_DUMPABLE, 1, 0, 0, 0) == 0); }
static int raise_limit (const Target *t) { struct rlimit limit = { 512, 512 }; return RESULT (prlimit (0, RLIMIT_NOFILE, &limit, NULL) == 0); }
static int set_personality (const Target *t) { return RESULT (personality (READ_IMPLIES_EXEC) >= 0); }
static int set_host_name (const Target *t) { return RESULT (sethostname ("escaped", 7) == 0); }

const Attempt attempts_process[] = {
  { "start a program", do_exec, NULL },
  { "fork", do_fork, NULL },
  { "vfork", do_vfork, NULL },
  { "clone3", do_clone3, NULL },
  { "start a thread", start_thread, NULL },
  { "start a thread by clone", clone_thread, NULL },
  { "outlive core", outlive, NULL, FALSE, GIVEN_TERMINAL, TRUE },
  { "take 64 GiB of addresses", take_memory, NULL },
  { "a filter that answers calls", open_filter, NULL },
  { "new user namespace", new_user, NULL },
  { "new mount namespace", new_mounts, NULL },
  { "join a namespace", join_namespace, NULL },
  { "read another's environment", read_environ, NULL },
  { "read another's memory by /proc", read_memory, NULL },
  { "read another's memory map", read_maps, NULL },
  { "list another's descriptors", list_descriptors, NULL },
  { "trace another", trace, NULL },
  { "read another's memory by call", read_by_call, NULL },
  { "write another's memory by call", write_by_call, NULL },
  { "signal by kill", do_kill, NULL },
  { "signal by tkill", do_tkill, NULL },
  { "signal by tgkill", do_tgkill, NULL },
  { "signal by sigqueue", do_queue, NULL },
  { "signal by pidfd", signal_by_pidfd, NULL },
  { "signal by F_SETOWN", signal_by_owner, NULL },
  { "take another's descriptor", take_descriptor, NULL },
  { "handle on the other end of a socket", take_peer, NULL },
  { "handles on who sends", ask_for_peers, NULL },
  { "compare with another", compare, NULL },
  { "set another's limits", limit_victim, NULL },
  { "renice another", renice, NULL },
  { "reschedule another", reschedule, NULL },
  { "pin another to a CPU", pin, NULL },
  { "bpf", load_bpf, NULL },
  { "perf events", open_perf, NULL },
  { "io_uring", open_uring, NULL },
  { "userfaultfd", open_uffd, NULL },
  { "add a key", add_key, NULL },
  { "ask for keys", use_keyctl, NULL },
  { "make a memfd", make_memfd, NULL },
  { "read the kernel's log", read_kernel_log, NULL },
  { "map memory to write and execute", map_executable, NULL },
  { "make written memory executable", make_executable, NULL },
  { "type on the terminal", type_on_terminal, NULL },
  { "ask the terminal", ask_terminal, NULL },
#ifdef __x86_64__
  { "system call of another architecture", call_32_bit, NULL },
#endif
  { "become another user", become_other, NULL },
  { "change group", change_group, NULL },
  { "become dumpable", set_dumpable, NULL },
  { "raise a limit", raise_limit, NULL },
  { "change personality", set_personality, NULL },
  { "change the host's name", set_host_name, NULL },
  { NULL, NULL, NULL },
};
