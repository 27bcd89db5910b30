#include "launch.h"

#include "fault.h"
#include "home.h"
#include "program.h"
#include "text.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define READY_FD 3
#define READY_MAX_MS 120000 /* chosen: recovery after a power cut reads every open campaign */
#define LINE_MAX_OCTETS 1024

static const char *const passed[] = { "HOME", "LANG", "PATH", "TZ", "DBUS_SESSION_BUS_ADDRESS", "CREDENTIALS_DIRECTORY",
                                      "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS",
#ifdef POSTRIDER_KILL_POINTS
                                      "POSTRIDER_KILL", "POSTRIDER_TIMEOUT_PERCENT", "POSTRIDER_JOURNAL_ROWS", "POSTRIDER_CLOCK", "POSTRIDER_WINDOW",
                                      "POSTRIDER_FAULTS", "LD_PRELOAD", /* tests/faults/shim */
#endif
                                      NULL };

static char **
build_environment (const char *home)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();
  g_auto (GStrv) names = g_listenv ();
  const char *chosen = g_getenv ("POSTRIDER_HOME");

  for (gsize i = 0; names[i] != NULL; i++)
    if (g_strv_contains (passed, names[i]) || g_str_has_prefix (names[i], "LC_") || g_str_has_prefix (names[i], "XDG_"))
      g_ptr_array_add (kept, g_strdup_printf ("%s=%s", names[i], g_getenv (names[i])));
  if (chosen != NULL && *chosen != '\0') /* the same folder, though core works elsewhere */
    g_ptr_array_add (kept, g_strdup_printf ("POSTRIDER_HOME=%s", home));
  g_ptr_array_add (kept, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&kept), FALSE);
}

/* Between fork and exec: nothing that allocates. */
static void
leave_terminal_cb (gpointer data)
{
  (void) setsid ();
}

static gboolean
launch_start (int pipe_fd, GError **error)
{
  g_autofree char *home = home_path (error);
  g_autofree char *program = home != NULL ? program_find ("core", error) : NULL;
  g_auto (GStrv) environment = program != NULL ? build_environment (home) : NULL;
  const char *const words[] = { program, NULL };
  const int target = READY_FD;
  g_autoptr (GError) local = NULL;

  if (program == NULL)
    return FALSE;
  if (g_spawn_async_with_pipes_and_fds (
          "/", words, (const char *const *) environment,
          G_SPAWN_STDIN_FROM_DEV_NULL | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, leave_terminal_cb, NULL,
          -1, -1, -1, &pipe_fd, &target, 1, NULL, NULL, NULL, NULL, &local))
    return TRUE;
  g_set_error (error, FAULT, FAULT_OS, "core could not be started: %s", local->message);
  return FALSE;
}

/* Returns: (transfer full) the first line, "" if core left without one, NULL when time is over. */
static char *
read_line (int fd)
{
  char line[LINE_MAX_OCTETS + 1] = "";
  gint64 deadline_us = g_get_monotonic_time () + 1000 * (gint64) READY_MAX_MS;
  gsize len = 0;

  while (len < LINE_MAX_OCTETS && memchr (line, '\n', len) == NULL) {
    struct pollfd waiting = { .fd = fd, .events = POLLIN };
    gint64 left_ms = (deadline_us - g_get_monotonic_time ()) / 1000;
    gssize n;

    if (left_ms <= 0)
      return NULL;
    if (poll (&waiting, 1, (int) left_ms) <= 0)
      continue;
    n = read (fd, line + len, LINE_MAX_OCTETS - len);
    if (n == 0 || (n < 0 && errno != EINTR))
      break;
    len += n > 0 ? (gsize) n : 0;
  }
  line[len] = '\0';
  return g_strndup (line, strcspn (line, "\n"));
}

static Launch
launch_judge (const char *line, GError **error)
{
  gboolean is_taken = line != NULL && g_str_has_prefix (line, "taken ");
  char *text = NULL;
  guint64 code;

  if (g_strcmp0 (line, "ready") == 0)
    return LAUNCH_READY;
  code = line != NULL && (is_taken || g_str_has_prefix (line, "fault ")) ? g_ascii_strtoull (line + 6, &text, 10) : 0;
  if (code >= FAULT_USAGE && code <= FAULT_CONFIG) {
    g_autofree char *shown = text_printable (*text == ' ' ? text + 1 : text, -1, LINE_MAX_OCTETS);

    g_set_error (error, FAULT, (int) code, "%s", shown);
  } else if (line == NULL) {
    g_set_error (error, FAULT, FAULT_TEMP,
                 "core was started but is not ready after %d s; try again, or see core.log in the data folder",
                 READY_MAX_MS / 1000);
  } else {
    g_set_error (error, FAULT, FAULT_SOFTWARE, "core was started but left without a word; see core.log in the data folder");
  }
  return is_taken ? LAUNCH_TAKEN : LAUNCH_FAILED;
}

Launch
launch_core (GError **error)
{
  g_autofree char *line = NULL;
  gboolean is_started;
  int fds[2];

  if (pipe2 (fds, O_CLOEXEC) != 0) {
    g_set_error (error, FAULT, FAULT_OS, "core could not be started: %s", g_strerror (errno));
    return LAUNCH_FAILED;
  }
  is_started = launch_start (fds[1], error);
  close (fds[1]);
  if (is_started)
    line = read_line (fds[0]);
  close (fds[0]);
  return is_started ? launch_judge (line, error) : LAUNCH_FAILED;
}
