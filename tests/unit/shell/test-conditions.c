/* What the shell gives up before its first pixel: tried in a child each, with the control beside it. Sources: prctl(2), setrlimit(2), fcntl(2), shmget(2). */
#include "conditions.h"

#include "fault.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static gboolean
is_dumpable (void)
{
  return prctl (PR_GET_DUMPABLE, 0, 0, 0, 0) != 0;
}

static gboolean
dumps_core (void)
{
  struct rlimit limit;

  return getrlimit (RLIMIT_CORE, &limit) != 0 || limit.rlim_max != 0;
}

/* Whatever core had open when it started us: a file of the user's, another socket. */
static gboolean
inherits (void)
{
  return fcntl (10, F_GETFD) >= 0 || fcntl (4, F_GETFD) >= 0;
}

/* WebKit's processes and whatever they start. */
static gboolean
hands_on_core (void)
{
  return (fcntl (3, F_GETFD) & FD_CLOEXEC) == 0;
}

static gboolean
lost_core (void)
{
  return fcntl (3, F_GETFD) < 0;
}

static gboolean
shares_memory (void)
{
  int id = shmget (IPC_PRIVATE, 4096, IPC_CREAT | 0600);
  int saved = errno;

  if (id >= 0)
    shmctl (id, IPC_RMID, NULL);
  return id >= 0 || saved != ENOSYS;
}

static gboolean
dies_of_pipe (void)
{
  struct sigaction action;

  return sigaction (SIGPIPE, NULL, &action) != 0 || action.sa_handler != SIG_IGN;
}

static const struct {
  const char *name;
  gboolean  (*is_so) (void);
  gboolean    before; /* without it: the control */
} given_up[] = {
  { "dumpable", is_dumpable, TRUE },   { "core-dump", dumps_core, TRUE },      { "inherited", inherits, TRUE },       { "handed-on", hands_on_core, TRUE },
  { "core-lost", lost_core, FALSE },   { "memory", shares_memory, TRUE },      { "pipe", dies_of_pipe, TRUE },
};

/* As core starts it: its socket is 3, and here two more are open. */
static gboolean
try_in_child (gsize i, gboolean is_hardened)
{
  int status = 0;
  pid_t child = fork ();

  if (child == 0) {
    int fd = open ("/dev/null", O_RDONLY);

    dup2 (fd, 3);
    dup2 (fd, 4);
    dup2 (fd, 10);
    prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (is_hardened)
      conditions_harden ();
    _exit (given_up[i].is_so () ? 1 : 0);
  }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status) == 1;
}

static void
test_given_up (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);

  if (given_up[i].before && !try_in_child (i, FALSE)) {
    g_test_skip ("it is so without it: nothing to see here");
    return;
  }
  g_assert_false (try_in_child (i, TRUE));
}

/* --- what must hold --- */

/* is_caged: no_new_privs. user: who it is, if we may become that one. Returns: the code, 0: it holds (or would, but for user namespaces). */
static int
hold_in_child (int what_is_3, gboolean is_caged, uid_t user)
{
  int status = 0, ends[2];
  pid_t child = fork ();

  if (child == 0) {
    g_autoptr (GError) error = NULL;

    if (socketpair (AF_UNIX, SOCK_STREAM, 0, ends) != 0 || dup2 (what_is_3 == 0 ? open ("/dev/null", O_RDONLY) : ends[0], 3) != 3)
      _exit (127);
    if (is_caged)
      prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (getuid () == 0 && user != 0 && setresuid (user, user, user) != 0)
      _exit (127);
    _exit (conditions_hold (&error) ? 0 : error->code);
  }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  return WIFEXITED (status) ? WEXITSTATUS (status) : -1;
}

static void
test_hold (void)
{
  int held = hold_in_child (1, TRUE, 65534);

  g_assert_true (held == 0 || held == FAULT_UNAVAILABLE); /* the control; some machines have no user namespaces */
  g_assert_cmpint (hold_in_child (0, TRUE, 65534), ==, FAULT_USAGE);
  g_assert_cmpint (hold_in_child (1, FALSE, 65534), ==, FAULT_USAGE);
  if (getuid () == 0)
    g_assert_cmpint (hold_in_child (1, TRUE, 0), ==, FAULT_NO_PERM);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  fault_quark ();
  for (gsize i = 0; i < G_N_ELEMENTS (given_up); i++) {
    g_autofree char *path = g_strconcat ("/shell/conditions/", given_up[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_given_up);
  }
  g_test_add_func ("/shell/conditions/hold", test_hold);
  return g_test_run ();
}
