/* The compiled filter, walked through by a small interpreter: order of rows, halves of arguments, what is not named. */
#include "callback-lock.h"
#include "dial-lock.h"
#include "fault.h"
#include "import-lock.h"
#include "layers.h"
#include "gate-lock.h"
#include "gmail-lock.h"
#include "keyring-lock.h"
#include "oauth-lock.h"
#include "sink-lock.h"
#include "smtp-lock.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef POSTRIDER_LOCK_DEFAULT_KILL
#define DEFAULT SECCOMP_RET_KILL_PROCESS
#else
#define DEFAULT (SECCOMP_RET_ERRNO | ENOSYS)
#endif
#ifdef LOCK_HAS_FSTAT_TRAP
#define FSTAT SECCOMP_RET_TRAP
#else
#define FSTAT SECCOMP_RET_ALLOW
#endif
#ifdef POSTRIDER_SANITIZED
#define CLONE_REFUSED (SECCOMP_RET_ERRNO | EPERM)
#else
#define CLONE_REFUSED SECCOMP_RET_KILL_PROCESS
#endif
#define ERRNO(number) (SECCOMP_RET_ERRNO | (number))
#define HIGH G_GUINT64_CONSTANT (0x100000000)

static guint32
walk (const struct sock_filter *code, gsize len, const struct seccomp_data *data)
{
  guint32 a = 0;

  for (gsize at = 0; at < len; at++) {
    const struct sock_filter *i = &code[at];

    switch (i->code) {
    case BPF_LD | BPF_W | BPF_ABS:
      g_assert_cmpuint (i->k + 4, <=, sizeof *data);
      memcpy (&a, (const char *) data + i->k, 4);
      break;
    case BPF_ALU | BPF_AND | BPF_K:
      a &= i->k;
      break;
    case BPF_JMP | BPF_JEQ | BPF_K:
      at += a == i->k ? i->jt : i->jf;
      break;
    case BPF_JMP | BPF_JGE | BPF_K:
      at += a >= i->k ? i->jt : i->jf;
      break;
    case BPF_RET | BPF_K:
      return i->k;
    default:
      g_assert_not_reached ();
    }
  }
  g_assert_not_reached ();
}

static const LockSyscall extra[] = {
  { "openat", LOCK_ALLOW, 0, 2, 3, 0, "a crack in a base row" },
  { "getppid", LOCK_ERRNO, EPERM, -1, 0, 0, "a base row replaced" },
  { "lseek", LOCK_ERRNO, EIO, 1, G_MAXUINT64, HIGH, "both halves" },
  { "lseek", LOCK_KILL, 0, 2, G_MAXUINT32, 7, "a second row of the same name" },
  { NULL, LOCK_KILL, 0, -1, 0, 0, NULL },
};
static const LockTable plain = { .program = "test" }, opened = { .program = "test", .syscalls = extra };

static const struct {
  const LockTable *table;
  int              number;
  guint64          args[4];
  guint32          wanted;
} rows[] = {
  { &plain, SYS_read, { 0 }, SECCOMP_RET_ALLOW },
  { &plain, SYS_execve, { 0 }, SECCOMP_RET_KILL_PROCESS },
  { &plain, SYS_openat, { 0 }, ERRNO (EACCES) },
  { &plain, SYS_bpf, { 0 }, SECCOMP_RET_KILL_PROCESS },                          /* that an ordinary user may not is no wall of ours */
  { &plain, SYS_connect, { 0 }, ERRNO (EACCES) },                                /* a socket that was given could be sent elsewhere */
  { &plain, SYS_setsockopt, { 3, SOL_SOCKET, SO_SNDBUF }, ERRNO (EACCES) },
  { &plain, SYS_sendto, { 0, 0, 0, MSG_FASTOPEN }, ERRNO (EACCES) },
  { &plain, SYS_sendmsg, { 0, 0, MSG_FASTOPEN | MSG_NOSIGNAL }, ERRNO (EACCES) },
  { &plain, SYS_clone, { CLONE_THREAD | CLONE_NEWNET }, CLONE_REFUSED },
  { &plain, SYS_clone, { CLONE_VM }, CLONE_REFUSED },
  { &plain, SYS_prctl, { 15 /* PR_SET_NAME */ }, SECCOMP_RET_ALLOW },
  { &plain, SYS_prctl, { 4 /* PR_SET_DUMPABLE */, 1 }, DEFAULT },
  { &plain, SYS_reboot, { 0 }, DEFAULT },                                        /* nobody names it */
  { &plain, SYS_mmap, { 0, 0, PROT_READ | PROT_WRITE }, SECCOMP_RET_ALLOW },
  { &plain, SYS_mmap, { 0, 0, PROT_READ | PROT_EXEC }, ERRNO (EACCES) },
  { &plain, SYS_mprotect, { 0, 0, PROT_EXEC }, ERRNO (EACCES) },
  { &plain, SYS_clone, { CLONE_VM | CLONE_THREAD }, SECCOMP_RET_ALLOW },
  { &plain, SYS_clone3, { 0 }, ERRNO (ENOSYS) },
  { &plain, SYS_newfstatat, { 0, 0, 0, 0 }, ERRNO (EACCES) },
  { &plain, SYS_newfstatat, { 0, 0, 0, AT_EMPTY_PATH }, FSTAT },                 /* a path given with the flag is not seen from here */
  { &plain, SYS_statx, { 0, 0, AT_EMPTY_PATH }, ERRNO (EACCES) },
  { &plain, SYS_getsockopt, { 3, SOL_SOCKET, SO_TYPE }, SECCOMP_RET_ALLOW },
  { &plain, SYS_getsockopt, { 3, SOL_SOCKET, SO_PEERPIDFD }, ERRNO (EACCES) },
  { &plain, SYS_seccomp, { SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC }, SECCOMP_RET_ALLOW },
  { &plain, SYS_seccomp, { SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER }, ERRNO (EACCES) },
  { &plain, SYS_seccomp, { SECCOMP_SET_MODE_STRICT }, DEFAULT },
  { &plain, SYS_fcntl, { 0, 3 }, SECCOMP_RET_ALLOW },                            /* F_GETFL */
  { &plain, SYS_fcntl, { 0, HIGH | 3 }, SECCOMP_RET_ALLOW },                     /* the kernel ignores the upper half of an int too */
  { &plain, SYS_fcntl, { 0, 8 }, DEFAULT },                                      /* F_SETOWN */
  { &plain, SYS_sched_setattr, { 0 }, ERRNO (0) },                               /* says yes, does nothing */
  { &plain, SYS_sendto, { 0, 0, 0 }, SECCOMP_RET_ALLOW },
  { &opened, SYS_openat, { 0, 0, 0 }, SECCOMP_RET_ALLOW },                       /* the program's row comes first */
  { &opened, SYS_openat, { 0, 0, 1 }, ERRNO (EACCES) },                          /* what it does not match falls to the base */
  { &opened, SYS_getppid, { 0 }, ERRNO (EPERM) },
  { &opened, SYS_lseek, { 0, HIGH, 0 }, ERRNO (EIO) },
  { &opened, SYS_lseek, { 0, HIGH | 1, 0 }, SECCOMP_RET_ALLOW },                 /* lower half differs */
  { &opened, SYS_lseek, { 0, 0, 0 }, SECCOMP_RET_ALLOW },                        /* upper half differs */
  { &opened, SYS_lseek, { 0, 0, 7 }, SECCOMP_RET_KILL_PROCESS },
  { &opened, SYS_lseek, { 0, HIGH, 7 }, ERRNO (EIO) },                           /* the first that matches decides */
  { &opened, SYS_reboot, { 0 }, DEFAULT },
};

static void
test_verdicts (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    struct seccomp_data data = { .nr = rows[i].number, .arch = seccomp_arch_native (),
                                 .args = { rows[i].args[0], rows[i].args[1], rows[i].args[2], rows[i].args[3] } };
    g_autoptr (GError) error = NULL;
    gsize len = 0;
    g_autofree struct sock_filter *code = filter_compile (rows[i].table, &len, &error);

    g_assert_no_error (error);
    g_test_message ("row %" G_GSIZE_FORMAT, i);
    g_assert_cmphex (walk (code, len, &data), ==, rows[i].wanted);
  }
}

static void
test_self (void)
{
  struct seccomp_data mine = { .nr = SYS_tgkill, .arch = seccomp_arch_native (), .args = { (guint64) getpid () } };
  struct seccomp_data other = { .nr = SYS_tgkill, .arch = seccomp_arch_native (), .args = { (guint64) getpid () + 1 } };
  gsize len = 0;
  g_autofree struct sock_filter *code = filter_compile (&plain, &len, NULL);

  g_assert_cmphex (walk (code, len, &mine), ==, SECCOMP_RET_ALLOW);
  g_assert_cmphex (walk (code, len, &other), ==, SECCOMP_RET_KILL_PROCESS);
}

/* --- the tables of the programs --- */

static const LockTable *
get_table (guint i)
{
  static const guint16 ports[] = { 25 };
  const LockTable *const tables[] = { &smtp_lock, &import_lock, &sink_lock, &callback_lock, &dial_lock_for_listen, dial_lock_for_connect (ports, 1), &oauth_lock, &gmail_lock, &keyring_lock, &gate_lock };

  return i < G_N_ELEMENTS (tables) ? tables[i] : NULL;
}

/* Returns: whether the call goes through. The last of the arguments stands for all behind it. */
static gboolean
is_allowed (const struct sock_filter *code, gsize len, const char *call, const guint64 args[3])
{
  struct seccomp_data data = { .nr = seccomp_syscall_resolve_name (call), .arch = seccomp_arch_native (),
                               .args = { args[0], args[1], args[2], args[2], args[2], args[2] } };

  return data.nr >= 0 && (walk (code, len, &data) & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ALLOW;
}

/* No program here has a use for any of these, with whatever arguments. systemd.exec(5), SystemCallFilter: @clock, @debug, @io-uring, @keyring, @module,
 * @mount, @process, @privileged, @raw-io, @reboot, @resources, @setuid, @swap. */
static void
test_never (void)
{
  static const char *const calls[] = {
    "adjtimex", "clock_adjtime", "clock_settime", "settimeofday", "lookup_dcookie", "perf_event_open", "pidfd_getfd", "ptrace", "io_uring_enter",
    "io_uring_register", "io_uring_setup", "add_key", "keyctl", "request_key", "delete_module", "finit_module", "init_module", "chroot", "fsconfig",
    "fsmount", "fsopen", "fspick", "mount", "mount_setattr", "move_mount", "open_tree", "pivot_root", "umount2", "execve", "execveat", "fork", "kill",
    "pidfd_open", "pidfd_send_signal", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "setns", "tkill", "unshare", "vfork", "acct", "bpf", "capset", "fanotify_init",
    "fanotify_mark", "nfsservctl", "open_by_handle_at", "quotactl", "setdomainname", "setfsgid", "setfsuid", "setgroups", "sethostname", "setresgid",
    "setresuid", "setreuid", "setregid", "setuid", "setgid", "vhangup", "ioperm", "iopl", "kexec_file_load", "kexec_load", "reboot", "ioprio_set", "mbind",
    "migrate_pages", "move_pages", "sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler", "set_mempolicy", "setpriority", "setrlimit",
    "swapoff", "swapon", "userfaultfd", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "memfd_create", "personality", "name_to_handle_at",
    "chmod", "fchmod", "fchmodat", "chown", "fchown", "lchown", "fchownat", "link", "linkat", "symlink", "symlinkat", "mknod", "mknodat", "truncate", "ftruncate",
    "setxattr", "fsetxattr", "lsetxattr", "syslog", "modify_ldt", "uselib", "socketpair", "bind", "listen", "accept", "pipe", "chdir", "fchdir", "msgget", "shmget",
    "semget", "mq_open", "landlock_add_rule", "inotify_init1", "sendfile", "splice", "vmsplice", "remap_file_pages", "pkey_mprotect", "memfd_secret",
  };

  static const guint64 zeros[3] = { 0, 0, 0 }, ones[3] = { G_MAXUINT64, G_MAXUINT64, G_MAXUINT64 };

  for (guint i = 0; get_table (i) != NULL; i++) {
    gsize len = 0;
    g_autofree struct sock_filter *code = filter_compile (get_table (i), &len, NULL);

    for (gsize j = 0; j < G_N_ELEMENTS (calls); j++) {
      if (is_allowed (code, len, calls[j], zeros) || is_allowed (code, len, calls[j], ones))
        g_test_message ("%s may call %s", get_table (i)->program, calls[j]);
      g_assert_false (is_allowed (code, len, calls[j], zeros));
      g_assert_false (is_allowed (code, len, calls[j], ones));
    }
  }
}

/* What one of them may and the others may not; dial: in which Landlock decides the rest. */
static void
test_own (void)
{
  enum { SMTP = 1 << 0, IMPORT = 1 << 1, SINK = 1 << 2, CALLBACK = 1 << 3, LISTENER = 1 << 4, DIAL = 1 << 5, OAUTH = 1 << 6, GMAIL = 1 << 7, KEYRING = 1 << 8 };
  static const struct {
    const char *call;
    guint64     args[3];
    guint       allowed;
  } own[] = {
    { "connect", { 5 }, DIAL },
    { "socket", { AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0 }, DIAL },
    { "socket", { AF_INET6, SOCK_DGRAM, 0 }, DIAL },
    { "socket", { AF_INET, SOCK_RAW, 1 }, 0 },
    { "socket", { AF_INET, SOCK_STREAM, 262 }, 0 }, /* MPTCP */
    { "socket", { AF_UNIX, SOCK_STREAM, 0 }, 0 },
    { "socket", { AF_PACKET, SOCK_RAW, 0 }, 0 },
    { "setsockopt", { 5, SOL_SOCKET, SO_KEEPALIVE }, DIAL },
    { "setsockopt", { 5, SOL_SOCKET, SO_PASSPIDFD }, 0 },
    { "setsockopt", { 5, 6 /* TCP */, 1 }, DIAL | SINK | CALLBACK },
    { "setsockopt", { 5, 255, 1 }, 0 },
    { "accept4", { 5 }, SINK | CALLBACK },
    { "openat", { 0, 0, O_RDONLY }, DIAL },
    { "openat", { 0, 0, O_WRONLY | O_CREAT | O_EXCL }, SINK },
    { "openat", { 0, 0, O_RDWR | O_CREAT | O_EXCL }, 0 },
    { "openat", { 0, 0, O_WRONLY }, 0 },
    { "openat", { 0, 0, O_WRONLY | O_CREAT }, 0 },
    { "openat", { 0, 0, O_RDONLY | O_CREAT }, 0 },
    { "unlinkat", { 0, 0, 0 }, SINK },
    { "unlinkat", { 0, 0, AT_REMOVEDIR }, 0 },
    { "renameat", { 0 }, SINK },
    { "mkdirat", { 0 }, 0 },
    { "mlock", { 0 }, SMTP | OAUTH | GMAIL | KEYRING },
    { "sendmmsg", { 0 }, DIAL },
    { "epoll_create1", { 0 }, SINK },
    { "epoll_ctl", { 0 }, SMTP | SINK | CALLBACK },
  };

  for (guint i = 0; get_table (i) != NULL; i++) {
    gsize len = 0;
    g_autofree struct sock_filter *code = filter_compile (get_table (i), &len, NULL);

    for (gsize j = 0; j < G_N_ELEMENTS (own); j++) {
      g_test_message ("%s, row %" G_GSIZE_FORMAT ": %s", get_table (i)->program, j, own[j].call);
      g_assert_cmpint (is_allowed (code, len, own[j].call, own[j].args), ==, (own[j].allowed >> i & 1) != 0);
    }
  }
}

/* Whatever the number: another architecture or the x32 numbers are never looked at. */
static void
test_architecture (void)
{
  gsize len = 0;
  g_autofree struct sock_filter *code = filter_compile (&plain, &len, NULL);

  for (int number = 0; number < 512; number++) {
    struct seccomp_data strange = { .nr = number, .arch = seccomp_arch_native () ^ 1 };
    struct seccomp_data x32 = { .nr = number | 0x40000000, .arch = seccomp_arch_native () };
    struct seccomp_data any = { .nr = number, .arch = seccomp_arch_native () };

    g_assert_cmphex (walk (code, len, &strange), ==, SECCOMP_RET_KILL_PROCESS);
    g_assert_cmphex (walk (code, len, &x32), ==, SECCOMP_RET_KILL_PROCESS);
    walk (code, len, &any); /* ends, within the program */
  }
  g_assert_cmpuint (len, <=, BPF_MAXINSNS);
}

/* A table with a typing error must not become a lock with a hole, or one that nobody asked for. */
static void
test_unknown_name (void)
{
  static const LockSyscall wrong[] = { { "opennat", LOCK_ALLOW, 0, -1, 0, 0, "" }, { NULL, LOCK_KILL, 0, -1, 0, 0, NULL } };
  static const LockTable table = { .program = "test", .syscalls = wrong };
  g_autoptr (GError) error = NULL;
  gsize len = 0;

  g_assert_null (filter_compile (&table, &len, &error));
  g_assert_error (error, FAULT, FAULT_SOFTWARE);
}

static void
test_reasons (void)
{
  for (const LockSyscall *row = lock_base_table; row->name != NULL; row++) {
    g_assert_nonnull (row->why);
    g_assert_cmpuint (strlen (row->why), >, 3);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/lock/filter/verdicts", test_verdicts);
  g_test_add_func ("/shared/lock/filter/self", test_self);
  g_test_add_func ("/shared/lock/filter/never", test_never);
  g_test_add_func ("/shared/lock/filter/own", test_own);
  g_test_add_func ("/shared/lock/filter/architecture", test_architecture);
  g_test_add_func ("/shared/lock/filter/unknown-name", test_unknown_name);
  g_test_add_func ("/shared/lock/filter/reasons", test_reasons);
  return g_test_run ();
}
