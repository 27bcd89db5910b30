#include "conditions.h"

#include "fault.h"
#include "weaken.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef POSTRIDER_AUTOMATION
#define LAST_FD 4 /* the test's own channel */
#else
#define LAST_FD 3
#endif

static gboolean
is_root (void)
{
  return getuid () == 0 || geteuid () == 0;
}

/* Tried, not read: sysctls, AppArmor and container rules each forbid it in another way. */
static gboolean
can_make_namespaces (void)
{
  int status = 1;
  pid_t child = fork ();

  if (child == 0)
    _exit (unshare (CLONE_NEWUSER) == 0 ? 0 : 1);
  return child > 0 && waitpid (child, &status, 0) == child && WIFEXITED (status) && WEXITSTATUS (status) == 0;
}

static gboolean
is_socket (int fd)
{
  struct stat found;

  return fstat (fd, &found) == 0 && S_ISSOCK (found.st_mode);
}

gboolean
conditions_hold (GError **error)
{
  if (is_root ()) {
    g_set_error (error, FAULT, FAULT_NO_PERM,
                 "The window does not open for the administrator (root): it could not be locked in. Please log in as an ordinary user.");
    return FALSE;
  }
  if (!is_socket (3)) {
    g_set_error (error, FAULT, FAULT_USAGE, "This program is started by Postrider itself. Please use: postrider app");
    return FALSE;
  }
  if (prctl (PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 && !WEAKENED ("cage")) {
    g_set_error (error, FAULT, FAULT_USAGE, "The window was started without its protection. Please use: postrider app");
    return FALSE;
  }
  if (!can_make_namespaces ()) {
    g_set_error (error, FAULT, FAULT_UNAVAILABLE,
                 "This system does not let programs lock themselves in (user namespaces are switched off), and without that the window "
                 "stays closed. An administrator can allow it: sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces=10000. "
                 "The command line works meanwhile.");
    return FALSE;
  }
  return TRUE;
}

/* No wall: cairo must see that there is no System V memory to draw through. Ours would have a number in a namespace of our own, and an X server that
 * is outside of it takes another program's memory of the same number for ours: its words in our window, or an X error, which ends us. */
static void
refuse_shared_memory (void)
{
  struct sock_filter code[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_shmget, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = { G_N_ELEMENTS (code), code };

  prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program); /* fails without the cage, where it is not needed */
}

void
conditions_harden (void)
{
  struct rlimit none = { 0, 0 };

  refuse_shared_memory ();
  prctl (PR_SET_DUMPABLE, 0);
  setrlimit (RLIMIT_CORE, &none);
  signal (SIGPIPE, SIG_IGN);
  close_range (LAST_FD + 1, ~0u, 0);
  for (int fd = 3; fd <= LAST_FD; fd++)
    if (fcntl (fd, F_GETFD) >= 0)
      fcntl (fd, F_SETFD, FD_CLOEXEC);
}
