/* The lock as a whole, put on in a child each time, since there is no way back. */
#include "fault.h"
#include "lock.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCK_LEN (4 * 1024 * 1024) /* so much that malloc maps it */

static const LockPath paths[] = { { "/etc", FALSE, "to read" }, { "/nonexistent", FALSE, "not there: no rule" }, { NULL, FALSE, NULL } };
static const LockSyscall opens[] = { { "openat", LOCK_ALLOW, 0, -1, 0, 0, "Landlock decides" }, { NULL, LOCK_KILL, 0, -1, 0, 0, NULL } };
static const LockLimit limits[] = { { RLIMIT_NOFILE, 20, "fewer" }, { RLIMIT_FSIZE, 0, "none" }, { 0, 0, NULL } };
static const LockTable plain = { .program = "test" };
static const LockTable reader = { .program = "test", .syscalls = opens, .paths = paths };
static const LockTable limited = { .program = "test", .limits = limits };

static gboolean
put_on (const LockTable *table)
{
  g_autoptr (GError) error = NULL;

  if (lock_enter (table, &error) && lock_seal (table, &error))
    return TRUE;
  fprintf (stderr, "%s\n", error->message);
  return FALSE;
}

static gpointer
add_one (gpointer data)
{
  return GINT_TO_POINTER (GPOINTER_TO_INT (data) + 1);
}

static gpointer
linger (gpointer data)
{
  g_usleep (5 * G_USEC_PER_SEC);
  return NULL;
}

/* Returns 0 when all is as it should be, else the number of the check. Runs in the child. */
static int
check_work (void)
{
  g_autofree char *block = NULL;
  gpointer result;

  if (!put_on (&plain))
    return 1;
  block = g_malloc0 (BLOCK_LEN);
  if (block[BLOCK_LEN - 1] != 0)
    return 4;
  result = g_thread_join (g_thread_new ("worker", add_one, GINT_TO_POINTER (1)));
  if (GPOINTER_TO_INT (result) != 2)
    return 2;
  return open ("/etc/passwd", O_RDONLY) >= 0 || errno != EACCES ? 3 : 0;
}

static int
check_enter (void)
{
  int high = fcntl (1, F_DUPFD, 100);
  struct rlimit core;
  g_autoptr (GError) error = NULL;

  if (!lock_enter (&limited, &error))
    return 1;
  if (high < 0 || fcntl (high, F_GETFD) >= 0)
    return 2; /* what it was not given is closed */
  if (prctl (PR_GET_DUMPABLE) != 0 || prctl (PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
    return 3;
  if (getrlimit (RLIMIT_CORE, &core) != 0 || core.rlim_max != 0 || getrlimit (RLIMIT_NOFILE, &core) != 0 || core.rlim_max != 20)
    return 4;
  return getuid () != geteuid () || getuid () == 65534 ? 5 : 0; /* the map of a new user namespace is one to one; see main() */
}

static int
check_paths (void)
{
  if (!put_on (&reader))
    return 1;
  if (open ("/etc/passwd", O_RDONLY) < 0)
    return 2;
  return open ("/proc/self/stat", O_RDONLY) >= 0 || open ("/etc/passwd", O_WRONLY) >= 0 ? 3 : 0;
}

static int
check_threads (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GThread) thread = NULL;

  if (!lock_enter (&plain, &error))
    return 1;
  thread = g_thread_new ("too early", linger, NULL);
  if (thread == NULL || lock_seal (&plain, &error) || !g_error_matches (error, FAULT, FAULT_SOFTWARE))
    return 2; /* it would have stayed outside Landlock */
  return 0;
}

/* What glibc makes of fstat() in this version works, in a thread too; the same call with a path, or with a wild one, does not. */
static gpointer
look (gpointer data)
{
  struct stat about;
  struct statx more;
  int fd = GPOINTER_TO_INT (data);

  if (fstat (fd, &about) != 0 || about.st_size != 3 || fstat (99, &about) == 0 || errno != EBADF)
    return GINT_TO_POINTER (2);
  errno = 0;
  if (fstatat (fd, "", &about, AT_EMPTY_PATH) != 0 || about.st_size != 3 || errno != 0)
    return GINT_TO_POINTER (3);
  if (fstatat (AT_FDCWD, "/etc/passwd", &about, AT_EMPTY_PATH) == 0 || errno != EACCES || fstatat (AT_FDCWD, "/etc/passwd", &about, 0) == 0)
    return GINT_TO_POINTER (4);
  return GINT_TO_POINTER (statx (AT_FDCWD, "/etc/passwd", AT_EMPTY_PATH, STATX_SIZE, &more) == 0 || errno != EACCES ? 5 : 0);
}

static int
check_fstat (void)
{
  int fd = memfd_create ("three", 0), result;
  sigset_t blocked;

  sigfillset (&blocked); /* as of a parent that blocks all: SIGSYS must come through */
  if (write (fd, "abc", 3) != 3 || dup2 (fd, 0) != 0 || sigprocmask (SIG_SETMASK, &blocked, NULL) != 0 || !put_on (&plain))
    return 1;
  result = GPOINTER_TO_INT (look (GINT_TO_POINTER (0)));
  return result != 0 ? result : GPOINTER_TO_INT (g_thread_join (g_thread_new ("looks", look, GINT_TO_POINTER (0))));
}

static gpointer
lend (gpointer data)
{
  GAsyncQueue *queue = data;

  g_async_queue_push (queue, g_async_queue_pop (queue));
  return NULL;
}

/* A thread that is there goes on, none comes, and the other filter still holds. */
static int
check_no_threads (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncQueue) queue = g_async_queue_new ();
  g_autoptr (GThread) before = NULL, after = NULL;

  if (!put_on (&plain))
    return 1;
  before = g_thread_new ("before", lend, queue);
  if (!lock_refuse_threads (&error))
    return 2;
  after = g_thread_try_new ("after", add_one, NULL, &error);
  if (after != NULL || !g_error_matches (error, G_THREAD_ERROR, G_THREAD_ERROR_AGAIN))
    return 3;
  g_async_queue_push (queue, queue);
  g_thread_join (g_steal_pointer (&before));
  return open ("/etc/passwd", O_RDONLY) >= 0 || errno != EACCES ? 4 : 0;
}

static int
check_filter_again (void)
{
  g_autoptr (GError) error = NULL;

  return put_on (&plain) && lock_refuse_threads (&error) ? !lock_refuse_threads (&error) : 1;
}

static int check_exec (void) { return put_on (&plain) ? execl ("/bin/true", "true", NULL) : 1; }
static int check_signal (void) { return put_on (&plain) ? kill (getppid (), 0) : 1; }
static int check_raise (void) { return put_on (&plain) ? raise (SIGUSR1) : 1; }

static const struct {
  const char *name;
  int (*check) (void);
  int signal; /* 0: it leaves with status 0 */
} rows[] = {
  { "work", check_work, 0 },
  { "enter", check_enter, 0 },
  { "paths", check_paths, 0 },
  { "threads", check_threads, 0 },
  { "fstat", check_fstat, 0 },
  { "no-threads", check_no_threads, 0 },
  { "filter-again", check_filter_again, SIGSYS },
  { "exec", check_exec, SIGSYS },
  { "signal", check_signal, SIGSYS },
  { "raise", check_raise, SIGUSR1 }, /* abort() must still work */
};

static void
test_row (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  int status = 0;
  pid_t child = fork ();

  if (child == 0)
    _exit (rows[i].check ());
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  if (rows[i].signal != 0) {
    g_assert_true (WIFSIGNALED (status));
    g_assert_cmpint (WTERMSIG (status), ==, rows[i].signal);
  } else {
    g_assert_true (WIFEXITED (status));
    g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  }
}

/* What doctor reads: three columns, known words. */
static void
test_layers (void)
{
  int fds[2], status = 0;
  g_auto (GStrv) lines = NULL;
  char text[8192] = "";
  gsize len = 0;
  pid_t child;

  g_assert_cmpint (pipe (fds), ==, 0);
  child = fork ();
  if (child == 0) {
    dup2 (fds[1], 1);
    if (!put_on (&plain))
      _exit (1);
    lock_print_layers ();
    _exit (0);
  }
  close (fds[1]);
  for (gssize n; (n = read (fds[0], text + len, sizeof text - 1 - len)) > 0;)
    len += (gsize) n;
  close (fds[0]);
  waitpid (child, &status, 0);
  g_assert_cmpint (status, ==, 0);
  g_strchomp (text);
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), >=, 10);
  for (char **line = lines; *line != NULL; line++) {
    g_auto (GStrv) columns = g_strsplit (*line, "\t", -1);

    g_assert_cmpuint (g_strv_length (columns), ==, 3);
    g_assert_true (g_strv_contains ((const char *const[]){ "holds", "missing", "not needed", NULL }, columns[1]));
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strdup_printf ("/lock/%s", rows[i].name);

    if (strcmp (rows[i].name, "enter") != 0 || getuid () != 65534)
      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_row);
  }
  g_test_add_func ("/lock/layers", test_layers);
  return g_test_run ();
}
