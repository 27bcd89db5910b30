/* postrider-core: the main process. It holds the power (store, vault, decisions) and so parses nothing foreign and has no network socket.
 * Started by the command line with fd 3 = a pipe on which it says "ready", "taken CODE sentence" (another core has the data folder)
 * or "fault CODE sentence". */
#include "app.h"
#include "clock.h"
#include "core.h"
#include "database.h"
#include "erase.h"
#include "fault.h"
#include "folder.h"
#include "home.h"
#include "lanes.h"
#include "parts.h"
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <sodium.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define IDLE_CHECK_S 2
#define IDLE_LEAVE_CHECKS 5 /* chosen: ten seconds without a client or work */
#define DRAIN_MAX_S 20 /* chosen: a transport finishes the wire in ten; then what it did is in its journal, and the next core reads it */
#define LOG_MAX_BYTES (4 * 1024 * 1024) /* chosen: then the older half is kept as core.log.1 */

typedef struct {
  Core       core;
  char      *home, *state, *socket;
  GMainLoop *loop;
  guint      idle_checks;
  gint64     alive_mono_us, alive_utc;
  gboolean   is_leaving;
} Main;

/* --- hardening: the facts say that an unhardened parent was readable and traceable by its own confined children's user --- */

static void
core_harden (void)
{
  struct rlimit none = { 0, 0 };

  prctl (PR_SET_DUMPABLE, 0);
  setrlimit (RLIMIT_CORE, &none);
  umask (077);
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN); /* a file that may not grow is told as a full disk, not by our death */
  close_range (4, ~0u, 0);
  if (fcntl (3, F_GETFD) >= 0)
    fcntl (3, F_SETFD, FD_CLOEXEC);
}

static void
open_log (const char *home)
{
  g_autofree char *path = g_build_filename (home, "core.log", NULL), *older = g_build_filename (home, "core.log.1", NULL);
  struct stat status;
  int fd;

  if (stat (path, &status) == 0 && status.st_size > LOG_MAX_BYTES)
    rename (path, older);
  fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return; /* a full or read-only disk: the store will say so */
  dup2 (fd, STDERR_FILENO);
  close (fd);
}

/* --- the one who started us --- */

static void
tell_starter (const char *line)
{
  if (fcntl (3, F_GETFD) < 0)
    return;
  if (write (3, line, strlen (line)) < 0)
    g_message ("nobody waits for us");
  close (3);
}

static int
leave_with (const char *how, GError *error)
{
  g_autofree char *line = g_strdup_printf ("%s %d %s\n", how, fault_exit_status (error), error->message);
  int status = fault_exit_status (error);

  g_printerr ("postrider-core: %s\n", error->message);
  tell_starter (line);
  g_error_free (error);
  return status;
}

/* --- data folder --- */

/* One core a data folder: the lock goes with the process. */
static gboolean
lock_home (const char *home, GError **error)
{
  g_autofree char *path = g_build_filename (home, "core.lock", NULL);
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (fd < 0) {
    g_set_error (error, FAULT, FAULT_CANT_CREATE, "the data folder %s cannot be written: %s", home, g_strerror (errno));
    return FALSE;
  }
  if (flock (fd, LOCK_EX | LOCK_NB) == 0)
    return TRUE; /* kept open for the life of the process */
  g_set_error (error, FAULT, FAULT_TEMP, "another Postrider is at work in %s", home);
  close (fd);
  return FALSE;
}

/* Outside the data folder, so that a copy of it is not a copy of both. */
static char *
find_state_folder (const char *home)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, home, -1);

  if (g_getenv ("POSTRIDER_HOME") != NULL)
    return g_strconcat (home, ".state", NULL); /* POSTRIDER_HOME moves all data */
  return g_strdup_printf ("%s/postrider/%.16s", g_get_user_state_dir (), hash);
}

static gboolean
make_state_folder (const char *state, GError **error)
{
  if (folder_make (state) && access (state, W_OK) == 0)
    return TRUE;
  g_set_error (error, FAULT, FAULT_CANT_CREATE, "the state folder %s cannot be written: %s", state, g_strerror (errno));
  return FALSE;
}

/* --- life --- */

static void
drained_cb (gpointer data)
{
  Main *self = data;

  g_main_loop_quit (self->loop);
}

/* A store that takes nothing, a server that does not answer: it must not hold up whoever shuts the machine down. */
static gboolean
drain_over_cb (gpointer data)
{
  g_warning ("leaving before all was settled: the next start reads the rest from the journals");
  drained_cb (data);
  return G_SOURCE_REMOVE;
}

static gboolean
terminate_cb (gpointer data)
{
  Main *self = data;

  if (!self->is_leaving) {
    g_timeout_add_seconds (DRAIN_MAX_S, drain_over_cb, self);
    lanes_drain (self->core.lanes, drained_cb, self);
  }
  self->is_leaving = TRUE;
  return G_SOURCE_CONTINUE;
}

static void
note_alive (gpointer data)
{
  Main *self = data;
  gint64 now_us = g_get_monotonic_time (), now_utc = clock_now_utc (), slept_s;

  slept_s = (now_utc - self->alive_utc) - (now_us - self->alive_mono_us) / G_USEC_PER_SEC; /* the monotonic clock stops in sleep */
  if (now_us - self->alive_mono_us < PARTS_ALIVE_EVERY_S * G_USEC_PER_SEC && ABS (slept_s) <= PARTS_ALIVE_EVERY_S)
    return;
  if (!parts_shift_times (&self->core, slept_s, now_utc))
    return; /* a full disk: again in a moment */
  self->alive_mono_us = now_us;
  self->alive_utc = now_utc;
}

static gboolean
idle_cb (gpointer data)
{
  Main *self = data;
  gboolean is_idle = !app_take_visited (self->core.app) && !lanes_are_busy (self->core.lanes);

  if (!is_idle)
    note_alive (self);
  self->idle_checks = is_idle ? self->idle_checks + 1 : 0;
  if (self->idle_checks >= IDLE_LEAVE_CHECKS)
    terminate_cb (self);
  return G_SOURCE_CONTINUE;
}

/* Asked for in this run, or in one that did not come to it. */
static gboolean
erase_if_asked (Main *self, GError **error)
{
  return self->home == NULL || self->state == NULL || !erase_is_requested (self->home) || erase_carry_out (self->home, self->state, error);
}

static int
main_run (Main *self)
{
  GError *error = NULL;

  self->home = home_path (&error);
  if (self->home == NULL)
    return leave_with ("fault", error);
  open_log (self->home);
  self->state = find_state_folder (self->home);
  self->socket = home_socket_path (&error);
  if (self->socket != NULL && !lock_home (self->home, &error))
    return leave_with (error->code == FAULT_TEMP ? "taken" : "fault", error);
  if (self->socket == NULL || !make_state_folder (self->state, &error) || !erase_if_asked (self, &error) ||
      !parts_open (&self->core, self->home, self->state, self->socket, &error))
    return leave_with ("fault", error);
  self->alive_mono_us = g_get_monotonic_time ();
  self->alive_utc = clock_now_utc ();
  self->core.note_clock = note_alive;
  self->core.note_clock_data = self;
  self->loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGTERM, terminate_cb, self);
  g_unix_signal_add (SIGINT, terminate_cb, self);
  g_timeout_add_seconds (IDLE_CHECK_S, idle_cb, self);
  tell_starter ("ready\n");
  g_main_loop_run (self->loop);
  g_main_loop_unref (self->loop);
  return 0;
}

int
main (void)
{
  Main self = { 0 };
  g_autoptr (GError) error = NULL;
  int status;

  core_harden ();
  setlocale (LC_ALL, "");
  fault_quark ();
  if (sodium_init () < 0)
    return FAULT_OS;
  status = main_run (&self);
  parts_close (&self.core);
  if (status == 0 && !erase_if_asked (&self, &error))
    g_printerr ("postrider-core: %s\n", error->message); /* the next core tries again, and says so */
  g_free (self.home);
  g_free (self.state);
  g_free (self.socket);
  return status;
}
