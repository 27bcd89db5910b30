/* The lock as a whole, put on in a child each time, since there is no way back. */
#include "fault.h"
#include "lock.h"
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCK_LEN (4 * 1024 * 1024) /* so much that malloc maps it */

static const LockPath paths[] = { { "/etc", FALSE, "to read" }, { "/nonexistent", FALSE, "not there: no rule" }, { NULL, FALSE, NULL } };
static const LockSyscall opens[] = { { "openat", LOCK_ALLOW, 0, -1, 0, 0, "Landlock decides" }, { NULL, LOCK_KILL, 0, -1, 0, 0, NULL } };
static const LockLimit limits[] = { { RLIMIT_NOFILE, 20, "fewer" }, { RLIMIT_FSIZE, 0, "none" }, { 0, 0, NULL } };
static const LockTable plain = { .program = "test" };
static const LockTable reader = { .program = "test", .syscalls = opens, .paths = paths };
static const LockLimit wider_limits[] = { { RLIMIT_NOFILE, 100, "more than the base has" }, { 0, 0, NULL } };
static const LockSyscall talks[] = {
  { "kill", LOCK_ALLOW, 0, -1, 0, 0, "Landlock decides" },    { "socket", LOCK_ALLOW, 0, -1, 0, 0, "Landlock decides" },
  { "connect", LOCK_ALLOW, 0, -1, 0, 0, "Landlock decides" }, { NULL, LOCK_KILL, 0, -1, 0, 0, NULL },
};
static const LockSyscall files[] = {
  { "openat", LOCK_ALLOW, 0, -1, 0, 0, "Landlock decides" },   { "unlinkat", LOCK_ALLOW, 0, -1, 0, 0, "Landlock decides" },
  { "mkdirat", LOCK_ALLOW, 0, -1, 0, 0, "Landlock decides" },  { "renameat", LOCK_ALLOW, 0, -1, 0, 0, "Landlock decides" },
  { NULL, LOCK_KILL, 0, -1, 0, 0, NULL },
};
static const LockTable dialer = { .program = "test", .dies_with_parent = TRUE, .keeps_network = TRUE };
static const LockTable talker = { .program = "test", .syscalls = talks, .keeps_network = TRUE };
static const LockTable wider = { .program = "test", .limits = wider_limits }, shown = { .program = "test", .is_looked_at = TRUE };
static const LockTable limited = { .program = "test", .limits = limits };

static char save_folder[] = "/tmp/postrider-save-XXXXXX"; /* main() makes it */

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
  if (getrlimit (RLIMIT_CORE, &core) != 0 || core.rlim_max != 0 || getrlimit (RLIMIT_NOFILE, &core) != 0 || core.rlim_max != 20 ||
      getrlimit (RLIMIT_FSIZE, &core) != 0 || core.rlim_max != 0)
    return 4;
  return getuid () != geteuid () || getuid () == 65534 ? 5 : 0; /* the map of a new user namespace is one to one; see main() */
}

/* A program's own limit stands in place of the base's: what is lowered cannot be raised. */
static int
check_wider (void)
{
  struct rlimit now, limit;
  g_autoptr (GError) error = NULL;

  if (getrlimit (RLIMIT_NOFILE, &now) != 0 || !lock_enter (&wider, &error) || getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return 1;
  return limit.rlim_max != MIN (100, now.rlim_max) ? 2 : 0;
}

static int
check_looked_at (void)
{
  g_autoptr (GError) error = NULL;

  return !lock_enter (&shown, &error) || prctl (PR_GET_DUMPABLE) != 1 ? 1 : 0;
}

/* Where the kernel gives no namespaces the lock goes on, and says so. */
static int
check_missing (void)
{
  g_autoptr (GError) error = NULL;
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ALLOW);
  char text[4096] = "";
  int said = memfd_create ("said", 0);

  if (filter == NULL || seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (unshare), 0) != 0 || seccomp_load (filter) != 0)
    return 1;
  if (dup2 (said, 1) != 1 || !lock_enter (&plain, &error))
    return 2;
  lock_print_layers ();
  return pread (1, text, sizeof text - 1, 0) <= 0 || strstr (text, "namespaces\tmissing\t") == NULL ? 3 : 0;
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

/* What a thread that was there before can start. Returns: NULL: nothing. */
static gpointer
lend (gpointer data)
{
  GAsyncQueue *queue = data;
  g_autoptr (GThread) further = NULL;

  g_async_queue_pop (queue);
  further = g_thread_try_new ("further", add_one, NULL, NULL);
  return further;
}

/* A thread that is there goes on and starts none either, none comes, and the other filter still holds. */
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
  if (g_thread_join (g_steal_pointer (&before)) != NULL)
    return 5; /* the filter is on the thread alone that put it on */
  return open ("/etc/passwd", O_RDONLY) >= 0 || errno != EACCES ? 4 : 0;
}

static char *
own (const char *kind)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/ns/%s", kind);

  return g_file_read_link (path, NULL);
}

/* Tried by other means than the lock's, so that one without namespaces is not taken for a machine without them. */
static gboolean
can_have_namespaces (void)
{
  int status = -1;

  return g_spawn_command_line_sync ("unshare --user --map-current-user --net --ipc --uts true", NULL, NULL, &status, NULL) && status == 0;
}

static int
check_namespaces_of (const LockTable *table)
{
  static const char *const kinds[] = { "ipc", "uts", "user", "net" };
  char *before[G_N_ELEMENTS (kinds)];
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    before[i] = own (kinds[i]);
  if (!lock_enter (table, &error))
    return 1;
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autofree char *now = own (kinds[i]), *old = before[i];
    gboolean is_kept = strcmp (kinds[i], "net") == 0 && table->keeps_network;

    if ((g_strcmp0 (old, now) == 0) != is_kept)
      return 10 + (int) i;
  }
  return 0;
}

static int check_namespaces (void) { return check_namespaces_of (&plain); }
static int check_network_kept (void) { return check_namespaces_of (&dialer); }

/* prctl(2): what the kernel will do when the parent is gone. */
static int
check_dies (const LockTable *table, int wanted)
{
  g_autoptr (GError) error = NULL;
  int signal_number = -1;

  if (!lock_enter (table, &error))
    return 1;
  return prctl (PR_GET_PDEATHSIG, &signal_number) != 0 || signal_number != wanted ? 2 : 0;
}

static int check_dies_with_parent (void) { return check_dies (&dialer, SIGKILL); }
static int check_outlives_parent (void) { return check_dies (&plain, 0); }

/* No right is left, and none can come back: neither by what is held nor by what a program could bring. */
static int
check_capabilities (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *status = NULL;

  if (!lock_enter (&plain, &error) || !g_file_get_contents ("/proc/self/status", &status, NULL, NULL))
    return 1;
  for (const char *const *name = (const char *const[]){ "CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:", NULL }; *name != NULL; name++) {
    const char *line = strstr (status, *name);

    if (line == NULL || (strspn (line + strlen (*name), "\t0") != strcspn (line + strlen (*name), "\n") && (getuid () == 0 || strcmp (*name, "CapBnd:") != 0)))
      return 2;
  }
  return 0;
}

/* PR_SET_MDWE, Linux 6.3: not in Debian 12's headers. */
static int
check_no_code (void)
{
  g_autoptr (GError) error = NULL;
  gboolean has_it = prctl (66 /* PR_GET_MDWE */, 0, 0, 0, 0) == 0;
  void *page = mmap (NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (page == MAP_FAILED || !lock_enter (&plain, &error))
    return 1;
  return has_it && mprotect (page, 4096, PROT_READ | PROT_EXEC) == 0 ? 2 : 0;
}

static int
get_landlock (void)
{
  return (int) syscall (SYS_landlock_create_ruleset, NULL, 0, 1u);
}

/* Where the filter lets a signal or a connection through, Landlock does not (ABI 6). */
static int
check_scope (void)
{
  gboolean has_scopes = get_landlock () >= 6;
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  socklen_t len = sizeof address;
  int listener = socket (AF_UNIX, SOCK_STREAM, 0), fd;

  if (bind (listener, (const struct sockaddr *) &address, sizeof address.sun_family) != 0 || listen (listener, 1) != 0 || /* unix(7): any abstract name */
      getsockname (listener, (struct sockaddr *) &address, &len) != 0 || dup2 (listener, 0) != 0 || !put_on (&talker))
    return 1;
  if (has_scopes && (kill (getppid (), 0) == 0 || errno != EPERM))
    return 2;
  fd = socket (AF_UNIX, SOCK_STREAM, 0);
  return has_scopes && (connect (fd, (const struct sockaddr *) &address, len) == 0 || errno != EPERM) ? 3 : 0;
}

/* As desk saves: files are made, read and written; nothing is removed, renamed, run, no folder is made. */
static int
check_save (void)
{
  const LockPath saved[] = { { save_folder, LOCK_PATH_SAVE, "to save" }, { NULL, LOCK_PATH_READ, NULL } };
  const LockTable saver = { .program = "test", .syscalls = files, .paths = saved };
  gboolean has_landlock = get_landlock () >= 1;
  int fd, folder_fd;

  if (chdir (save_folder) != 0 || !put_on (&saver))
    return 1;
  fd = open ("made", O_RDWR | O_CREAT | O_EXCL, 0700);
  if (fd < 0 || write (fd, "x", 1) != 1 || close (fd) != 0 || open ("made", O_RDONLY) < 0)
    return 2;
  folder_fd = open (".", O_RDONLY | O_DIRECTORY);
  if (folder_fd < 0)
    return 3;
  if (has_landlock && (unlinkat (AT_FDCWD, "made", 0) == 0 || mkdirat (AT_FDCWD, "folder", 0700) == 0 || renameat (AT_FDCWD, "made", AT_FDCWD, "other") == 0))
    return 4;
  return has_landlock && open ("/etc/passwd", O_RDONLY) >= 0 ? 5 : 0;
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
  { "wider", check_wider, 0 },
  { "looked-at", check_looked_at, 0 },
  { "missing", check_missing, 0 },
  { "namespaces", check_namespaces, 0 },
  { "network-kept", check_network_kept, 0 },
  { "dies-with-parent", check_dies_with_parent, 0 },
  { "outlives-parent", check_outlives_parent, 0 },
  { "capabilities", check_capabilities, 0 },
  { "no-code", check_no_code, 0 },
  { "scope", check_scope, 0 },
  { "save", check_save, 0 },
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
  pid_t child;

  if ((rows[i].check == check_namespaces || rows[i].check == check_network_kept) && !can_have_namespaces ()) {
    g_test_skip ("no namespaces here for this user");
    return;
  }
  child = fork ();
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
  g_autofree char *made = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strdup_printf ("/shared/lock/lock/%s", rows[i].name);

    if (strcmp (rows[i].name, "enter") != 0 || getuid () != 65534)
      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_row);
  }
  g_test_add_func ("/shared/lock/lock/layers", test_layers);
  g_assert_nonnull (mkdtemp (save_folder));
  status = g_test_run ();
  made = g_build_filename (save_folder, "made", NULL);
  unlink (made);
  rmdir (save_folder);
  return status;
}
