/* The compiled filter, walked through by a small interpreter: order of rows, halves of arguments, what is not named. */
#include "fault.h"
#include "layers.h"
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
  g_test_add_func ("/lock/filter/verdicts", test_verdicts);
  g_test_add_func ("/lock/filter/self", test_self);
  g_test_add_func ("/lock/filter/architecture", test_architecture);
  g_test_add_func ("/lock/filter/unknown-name", test_unknown_name);
  g_test_add_func ("/lock/filter/reasons", test_reasons);
  return g_test_run ();
}
