/* escape.c - makes every attempt inside and outside one lock, prints the table, and answers in TAP.
 * argv: the lock's name, then what the kernel is to lack (without.h). */
#include "escape.h"

#include "apart.h"
#include "callback-lock.h"
#include "dial-lock.h"
#include "gate-lock.h"
#include "import-lock.h"
#include "gmail-lock.h"
#include "keyring-lock.h"
#include "oauth-lock.h"
#include "sink-lock.h"
#include "smtp-lock.h"
#include "without.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHOWN_MIN 22 /* docs/design.md §11: at least so many attempts, each with a control that works */
#define EXEC_STATUS 42
#define ATTEMPT_SECONDS 5
#define LOCK_FAILED (-1)
#define KILLED (-2)
#define TIMED_OUT (-3)
#define NOT_RUN (-4)

typedef enum { ALLOWED, NEEDS_LANDLOCK } ExceptionKind;

static const struct { /* what a lock does not refuse, and why that is right */
  const char   *lock, *attempt;
  ExceptionKind kind;
  const char   *why;
} exceptions[] = {
  { "dial", "stat a file", ALLOWED, "the resolver looks whether its files have changed; Landlock has no right for it" },
  { "dial", "stat a file with AT_EMPTY_PATH", ALLOWED, "as stat: the same call" },
  { "dial", "stat /etc/passwd from a socket, with it", ALLOWED, "as stat: the same call" },
  { "dial", "ask for access", ALLOWED, "as stat" },
  { "dial", "send by UDP", ALLOWED, "DNS; no lock names hosts, and Landlock knows no UDP" },
  { "dial", "own: read /etc/hosts", ALLOWED, "the resolver's files" },
  { "dial", "own: connect to its port", ALLOWED, "its work" },
  { "dial", "read /etc/passwd", NEEDS_LANDLOCK, "it opens the resolver's files" },
  { "dial", "read a secret of the user", NEEDS_LANDLOCK, "it opens the resolver's files" },
  { "dial", "read another's environment", NEEDS_LANDLOCK, "it opens the resolver's files" },
  { "dial", "read another's memory by /proc", NEEDS_LANDLOCK, "it opens the resolver's files" },
  { "dial", "read another's memory map", NEEDS_LANDLOCK, "it opens the resolver's files" },
  { "dial", "list another's descriptors", NEEDS_LANDLOCK, "it opens the resolver's files" },
  { "dial", "connect by TCP", NEEDS_LANDLOCK, "a port that is not in its argv" },
  { "dial", "connect by TCP over IPv6", NEEDS_LANDLOCK, "a port that is not in its argv" },
  { "dial", "set an option of a given socket", ALLOWED, "it makes sockets ready for those who may not" },
  { "dial", "connect a given socket elsewhere", NEEDS_LANDLOCK, "a port that is not in its argv" },
  { "smtp", "outlive core", ALLOWED, "it finishes what is on the wire, then leaves" },
  { "gmail", "outlive core", ALLOWED, "it finishes what is on the wire, then leaves" },
  { "sink", "own: make a file in its folder", ALLOWED, "its work" },
  { "sink", "own: rename in its folder", ALLOWED, "its work: from tmp to new" },
  { "sink", "own: remove in its folder", ALLOWED, "its work: half messages" },
};

static Target target;
static Apart apart;

/* --- the two processes of an attempt --- */

static const LockTable *
get_lock (const char *name)
{
  guint16 port = target.own_port;

  if (strcmp (name, "dial") == 0)
    return dial_lock_for_connect (&port, 1);
  if (strcmp (name, "dial-listen") == 0)
    return &dial_lock_for_listen;
  if (strcmp (name, "import") == 0)
    return &import_lock;
  if (strcmp (name, "gate") == 0)
    return &gate_lock;
  if (strcmp (name, "gmail") == 0)
    return &gmail_lock;
  if (strcmp (name, "keyring") == 0)
    return &keyring_lock;
  if (strcmp (name, "oauth") == 0)
    return &oauth_lock;
  if (strcmp (name, "smtp") == 0)
    return &smtp_lock;
  if (strcmp (name, "callback") == 0)
    return &callback_lock;
  return strcmp (name, "sink") == 0 ? sink_lock_for (target.own_folder) : NULL;
}

static void
write_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_file_set_contents (path, "contents", -1, NULL);
}

static void
remove_in (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  if (unlink (path) != 0)
    (void) rmdir (path);
}

/* The same scene for each attempt, whatever the last one did. */
static void
prepare (void)
{
  static const char *const leftovers[] = { "made", "stolen", "new/old" };

  (void) umount2 (target.folder, MNT_DETACH);
  remove_in (target.folder, "made");
  for (gsize i = 0; i < G_N_ELEMENTS (leftovers); i++)
    remove_in (target.own_folder, leftovers[i]);
  write_file (target.folder, "scratch");
  write_file (target.own_folder, "old");
  {
    g_autofree char *empty = g_build_filename (target.own_folder, "empty", NULL);

    (void) mkdir (empty, 0700);
  }
}

static int
connect_to (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = g_htons (port), .sin_addr.s_addr = g_htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM, 0);

  return fd >= 0 && connect (fd, (const struct sockaddr *) &address, sizeof address) == 0 ? fd : -1;
}

/* On fd 0, which the lock leaves open. */
static void
give (Given given, const char *terminal)
{
  int fd = -1;

  close (0);
  if (given == GIVEN_SOCKET)
    fd = connect_to (target.own_port);
  else if (given == GIVEN_FILE)
    fd = open (target.scratch, O_RDWR);
  else if (terminal != NULL)
    fd = open (terminal, O_RDWR);
  if (fd != 0)
    (void) open ("/dev/null", O_RDONLY);
}

/* What it is given on fd 0, the way back on fd 3; never returns. */
static void
act (const Attempt *attempt, const LockTable *lock, const char *terminal, int back)
{
  g_autoptr (GError) error = NULL;
  int result;

  setsid ();
  give (attempt->given, terminal);
  if (back != 3)
    dup2 (back, 3);
  alarm (ATTEMPT_SECONDS);
  errno = 0;
  if (lock != NULL && (!lock_enter (lock, &error) || !lock_seal (lock, &error) || !lock_refuse_threads (&error))) {
    fprintf (stderr, "# %s\n", error->message);
    result = LOCK_FAILED;
  } else {
    errno = 0;
    result = attempt->run (&target);
  }
  if (write (3, &result, sizeof result) != sizeof result)
    _exit (1);
  _exit (0);
}

/* In core's stead, until it is killed. */
static void
stand_between (int back)
{
  close (back);
  for (;;)
    pause ();
}

/* Returns: 0: it worked; an errno; or KILLED, TIMED_OUT, LOCK_FAILED. */
static int
make_attempt (const Attempt *attempt, const LockTable *lock, const char *terminal)
{
  int fds[2], status = 0, result = EPROTO;
  gssize got;
  pid_t child;

  prepare ();
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0); /* as core's, on the same number */
  child = fork ();
  if (child == 0 && attempt->is_orphan && fork () > 0)
    stand_between (fds[1]);
  if (child == 0)
    act (attempt, lock, terminal, fds[1]);
  close (fds[1]);
  got = read (fds[0], &result, sizeof result);
  if (attempt->is_orphan)
    kill (child, SIGKILL);
  if (got == sizeof result && result == READY)
    got = read (fds[0], &result, sizeof result);
  close (fds[0]);
  waitpid (child, &status, 0);
  if (got == sizeof result)
    return result;
  if (WIFSIGNALED (status))
    return WTERMSIG (status) == SIGALRM ? TIMED_OUT : KILLED;
  return WEXITSTATUS (status) == EXEC_STATUS ? 0 : EPROTO;
}

static const char *
describe (int result)
{
  switch (result) {
  case 0:
    return "WORKS";
  case KILLED:
    return "killed";
  case TIMED_OUT:
    return "timed out";
  case LOCK_FAILED:
    return "lock failed";
  case NOT_RUN:
    return "not run";
  default:
    return strerrorname_np (result) != NULL ? strerrorname_np (result) : "?";
  }
}

/* --- what is aimed at --- */

static int
open_listener (int family, const void *address, socklen_t len, int type)
{
  int fd = socket (family, type | SOCK_CLOEXEC, 0);

  if (fd >= 0 && (bind (fd, address, len) != 0 || (type == SOCK_STREAM && listen (fd, 128) != 0))) {
    close (fd);
    return -1;
  }
  return fd;
}

static guint16
open_inet (int type, gboolean is_kept)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = g_htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof address;
  int fd = open_listener (AF_INET, &address, len, type);

  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &address, &len), ==, 0);
  if (!is_kept)
    close (fd);
  return g_ntohs (address.sin_port);
}

static void
open_sockets (void)
{
  struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  struct sockaddr_un name = { .sun_family = AF_UNIX }, path = { .sun_family = AF_UNIX };
  int fast_open = 16;

  target.port = open_inet (SOCK_STREAM, TRUE);
  (void) setsockopt (target.port, IPPROTO_TCP, 23, &fast_open, sizeof fast_open);
  v6.sin6_port = g_htons (target.port);
  (void) open_listener (AF_INET6, &v6, sizeof v6, SOCK_STREAM); /* where IPv6 is; else not shown */
  target.own_port = open_inet (SOCK_STREAM, TRUE);
  target.udp_port = open_inet (SOCK_DGRAM, TRUE);
  target.free_port = open_inet (SOCK_STREAM, FALSE);
  g_snprintf (target.abstract_name, sizeof target.abstract_name, "postrider-escape-%d", getpid ());
  memcpy (name.sun_path + 1, target.abstract_name, strlen (target.abstract_name));
  (void) open_listener (AF_UNIX, &name, (socklen_t) (offsetof (struct sockaddr_un, sun_path) + 1 + strlen (target.abstract_name)), SOCK_STREAM);
  g_strlcpy (path.sun_path, target.socket_path, sizeof path.sun_path);
  (void) open_listener (AF_UNIX, &path, sizeof path, SOCK_STREAM);
}

static void
start_victim (void)
{
  static char secret[] = "a secret in memory";
  int fds[2];
  char octet;

  target.victim_secret = secret;
  g_assert_cmpint (pipe (fds), ==, 0);
  target.victim = fork ();
  g_assert_cmpint (target.victim, >=, 0); /* -1 would be everybody to kill() */
  if (target.victim == 0) {
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    prctl (PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0); /* else Yama decides, and the control shows nothing */
    (void) !write (fds[1], "x", 1);
    for (;;)
      pause ();
  }
  g_assert_cmpint (read (fds[0], &octet, 1), ==, 1);
  close (fds[0]);
  close (fds[1]);
}

static void
set_scene (void)
{
  g_autofree char *folder = g_dir_make_tmp ("escape-XXXXXX", NULL), *fresh = NULL, *outside = NULL;

  g_strlcpy (target.folder, folder, sizeof target.folder);
  g_snprintf (target.secret, sizeof target.secret, "%s/secret", folder);
  g_snprintf (target.scratch, sizeof target.scratch, "%s/scratch", folder);
  g_snprintf (target.made, sizeof target.made, "%s/made", folder);
  g_snprintf (target.socket_path, sizeof target.socket_path, "%s/socket", folder);
  g_snprintf (target.own_folder, sizeof target.own_folder, "%s/own", folder);
  fresh = g_build_filename (target.own_folder, "new", NULL);
  outside = g_build_filename (target.own_folder, "outside", NULL);
  g_assert_cmpint (g_mkdir_with_parents (fresh, 0700), ==, 0);
  g_assert_cmpint (symlink (target.folder, outside), ==, 0);
  write_file (target.folder, "secret");
  open_sockets ();
  start_victim ();
}

static void
clear_scene (void)
{
  static const char *const files[] = { "old", "empty", "outside", "new" };

  prepare ();
  kill (target.victim, SIGKILL);
  waitpid (target.victim, NULL, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    remove_in (target.own_folder, files[i]);
  remove_in (target.folder, "own");
  remove_in (target.folder, "secret");
  remove_in (target.folder, "scratch");
  remove_in (target.folder, "socket");
  (void) rmdir (target.folder);
}

/* --- verdicts --- */

typedef struct {
  guint n, failed, shown, not_shown;
} Tally;

static int
find_exception (const char *lock, const char *attempt)
{
  for (gsize i = 0; i < G_N_ELEMENTS (exceptions); i++)
    if (strcmp (exceptions[i].lock, lock) == 0 && strcmp (exceptions[i].attempt, attempt) == 0)
      return (int) i;
  return -1;
}

static void
judge (Tally *tally, const char *lock, const Attempt *attempt, int inside, int outside, gboolean has_landlock)
{
  int exception = find_exception (lock, attempt->name);
  gboolean is_open = exception >= 0 && (exceptions[exception].kind == ALLOWED || !has_landlock);
  gboolean is_fine = inside == 0 ? is_open : inside != LOCK_FAILED && (exception < 0 || exceptions[exception].kind == NEEDS_LANDLOCK);
  const char *note = "";

  if (inside == 0 && is_open) {
    note = exceptions[exception].kind == ALLOWED ? "allowed: " : "open without Landlock: ";
  } else if (outside != 0) {
    note = outside == NOT_RUN ? "not shown: " : "not shown";
    tally->not_shown++;
    is_fine = is_fine || (inside != 0 && inside != LOCK_FAILED); /* an allowed one that does not work outside either */
  } else {
    tally->shown += inside != 0;
  }
  tally->failed += !is_fine;
  printf ("%s %u - %s: %-38s inside %-13s outside %-13s%s%s%s\n", is_fine ? "ok" : "not ok", ++tally->n, lock, attempt->name,
          describe (inside), describe (outside), *note != '\0' ? " # " : "", note,
          inside == 0 && is_open ? exceptions[exception].why : outside == NOT_RUN ? apart.why : "");
}

/* Never in the machine's own namespaces. */
static int
make_control (const Attempt *attempt, const char *terminal)
{
  return apart.has_controls && (apart.has_mounts || !attempt->mounts) ? make_attempt (attempt, NULL, terminal) : NOT_RUN;
}

static void
attempt_all (Tally *tally, const char *lock, const char *terminal, gboolean has_landlock)
{
  const Attempt *const groups[] = { attempts_files, attempts_network, attempts_process };

  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
    for (const Attempt *attempt = groups[i]; attempt->name != NULL; attempt++)
      if (attempt->only == NULL || strcmp (attempt->only, lock) == 0) {
        int inside = make_attempt (attempt, get_lock (lock), terminal); /* first: a control may leave the victim changed */
        int outside = make_control (attempt, terminal);

        judge (tally, lock, attempt, inside, outside, has_landlock);
      }
}

static void
conclude (Tally *tally, const char *lock)
{
  gboolean is_enough = tally->shown >= SHOWN_MIN || !apart.has_controls;

  tally->failed += !is_enough;
  printf ("%s %u - %s: %u attempts fail inside and work outside (at least %d); %u not shown%s%s\n1..%u\n", is_enough ? "ok" : "not ok",
          tally->n + 1, lock, tally->shown, SHOWN_MIN, tally->not_shown, apart.has_controls ? "" : " # SKIP ", apart.has_controls ? "" : apart.why,
          tally->n + 1);
}

static int do_nothing (const Target *t) { return 0; }

int
main (int argc, char *argv[])
{
  static const Attempt nothing = { "nothing", do_nothing, NULL };
  const char *lock = argc > 1 ? argv[1] : "", *terminal = NULL;
  gboolean has_landlock;
  int master = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC);
  Tally tally = { 0 };

#ifdef POSTRIDER_SANITIZED
  printf ("1..0 # SKIP the locks are tried in builds without sanitizers, which need rights of their own\n");
  return 0;
#endif
  if (master >= 0 && grantpt (master) == 0 && unlockpt (master) == 0)
    terminal = ptsname (master);
  setvbuf (stdout, NULL, _IOLBF, 0);
  apart_enter (&apart);
  if (argc < 2 || without_apply (argv + 2) != 0) {
    fputs ("escape: LOCK [namespaces] [landlock]\n", stderr);
    return 64;
  }
  has_landlock = syscall (SYS_landlock_create_ruleset, NULL, 0, 1u) >= 4;
  set_scene ();
  if (get_lock (lock) == NULL)
    return 64;
  printf ("# %s as uid %u, Landlock %s\n", lock, geteuid (), has_landlock ? "with ports" : "absent or without ports");
  if (make_attempt (&nothing, get_lock (lock), terminal) != 0) {
    gboolean is_right = !has_landlock && get_lock (lock)->needs_landlock;

    printf ("%s 1 - %s refuses to work without its lock\n1..1\n", is_right ? "ok" : "not ok", lock);
    clear_scene ();
    return !is_right;
  }
  attempt_all (&tally, lock, terminal, has_landlock);
  conclude (&tally, lock);
  clear_scene ();
  return tally.failed > 0;
}
