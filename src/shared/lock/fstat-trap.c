/* fstat-trap.c - fstat() and the stat of any path are one system call to glibc before 2.39: newfstatat with AT_EMPTY_PATH. What tells them
 * apart is a string, which no filter can see. So the filter stops the call (SECCOMP_RET_TRAP), and the process makes it again as fstat,
 * which takes no path. Who has taken over the process may undo this handler; the kernel then answers nothing at all.
 * Source: seccomp(2); the same way in Chromium, sandbox/linux/seccomp-bpf-helpers/sigsys_handlers.cc (SIGSYSFstatatHandler). */
#include "layers.h"

#include "fault.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#ifdef LOCK_HAS_FSTAT_TRAP

typedef struct {
  guint64 arguments[4];
  guint64 result;
} Trapped;

#ifdef __x86_64__
static void
trapped_read (Trapped *self, const mcontext_t *registers)
{
  static const int at[] = { REG_RDI, REG_RSI, REG_RDX, REG_R10 };

  for (gsize i = 0; i < G_N_ELEMENTS (at); i++)
    self->arguments[i] = (guint64) registers->gregs[at[i]];
}

static void
trapped_return (const Trapped *self, mcontext_t *registers)
{
  registers->gregs[REG_RAX] = (greg_t) self->result;
}
#else
static void
trapped_read (Trapped *self, const mcontext_t *registers)
{
  for (gsize i = 0; i < G_N_ELEMENTS (self->arguments); i++)
    self->arguments[i] = registers->regs[i];
}

static void
trapped_return (const Trapped *self, mcontext_t *registers)
{
  registers->regs[0] = self->result;
}
#endif

/* Runs inside a system call of whatever code it was: nothing but system calls in here. */
static void
trapped_cb (int signal, siginfo_t *info, void *data)
{
  ucontext_t *context = data;
  int before = errno;
  Trapped call;
  const char *path;

  trapped_read (&call, &context->uc_mcontext);
  path = (const char *) (gsize) call.arguments[1];
  if (info->si_syscall != SYS_newfstatat || (call.arguments[3] & AT_EMPTY_PATH) == 0 || (path != NULL && *path != '\0'))
    call.result = (guint64) -EACCES;
  else
    call.result = syscall (SYS_fstat, (int) call.arguments[0], (void *) (gsize) call.arguments[2]) == 0 ? 0 : (guint64) -errno;
  trapped_return (&call, &context->uc_mcontext);
  errno = before;
}

gboolean
fstat_trap_set (GError **error)
{
  struct sigaction action = { .sa_sigaction = trapped_cb, .sa_flags = SA_SIGINFO };
  sigset_t mask;

  sigemptyset (&mask);
  sigaddset (&mask, SIGSYS);
  if (sigaction (SIGSYS, &action, NULL) == 0 && sigprocmask (SIG_UNBLOCK, &mask, NULL) == 0) /* blocked, it would end the process */
    return TRUE;
  g_set_error (error, FAULT, FAULT_OS, "the lock could not take over fstat: %s", g_strerror (errno));
  return FALSE;
}

#else

gboolean
fstat_trap_set (GError **error)
{
  return TRUE;
}

#endif
