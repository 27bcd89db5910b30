#include "process.h"

#include "fault.h"
#include "program.h"
#include "text.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <signal.h>
#include <stdlib.h>

#define STDERR_MAX_BYTES 16384 /* chosen: what a confined program may say into our log */
#define STDERR_CHUNK_BYTES 1024

#define FREE_FD_MIN 10 /* duplicates lie behind the numbers that the child knows */

struct Process {
  gatomicrefcount   references;
  char             *name; /* "postrider-smtp", "xdg-dbus-proxy" */
  GSubprocess      *process;
  GPid              pid;
  ProcessExitedFunc exited;
  gpointer          data;
  gsize             error_bytes;
};

static Process *
process_ref (Process *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

static void
process_unref (Process *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_free (self->name);
  g_clear_object (&self->process);
  g_free (self);
}

static void
exited_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Process *self = data;
  GSubprocess *process = G_SUBPROCESS (source);
  g_autofree char *why = NULL;

  g_subprocess_wait_finish (process, result, NULL);
  if (g_subprocess_get_if_signaled (process) && g_subprocess_get_term_sig (process) == SIGSYS)
    why = g_strdup ("its lock ended it: it tried a system call that it has no use for");
  else if (g_subprocess_get_if_signaled (process))
    why = g_strdup_printf ("it was ended by signal %d", g_subprocess_get_term_sig (process));
  else if (g_subprocess_get_exit_status (process) != 0)
    why = g_strdup_printf ("it left with status %d", g_subprocess_get_exit_status (process));
  self->exited (why, self->data);
  process_unref (self);
}

static void
error_chunk_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Process *self = data;
  g_autoptr (GBytes) chunk = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);
  gsize len = chunk != NULL ? g_bytes_get_size (chunk) : 0;

  if (len > 0 && self->error_bytes < STDERR_MAX_BYTES) {
    g_autofree char *shown = text_printable (g_bytes_get_data (chunk, NULL), (gssize) len, STDERR_CHUNK_BYTES);

    g_message ("%s says: %s", self->name, shown);
  }
  self->error_bytes += len;
  if (len > 0) /* beyond the cap it is still read, so that nobody blocks on us */
    g_input_stream_read_bytes_async (G_INPUT_STREAM (source), STDERR_CHUNK_BYTES, G_PRIORITY_LOW, NULL, error_chunk_cb, self);
  else
    process_unref (self);
}

static GStrv
make_environment (const char *const *further)
{
  /* An environment of its own, without the caller's: docs/sandbox.md says which two keep GLib from starting helpers.
   * The sanitizers' and GLib's own debug words pass, so that tests reach the inside. */
  static const char *const passed[] = { "LANG", "LC_ALL", "LC_CTYPE", "TZ", "G_DEBUG", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS",
#ifdef POSTRIDER_KILL_POINTS
                                         "POSTRIDER_KILL", "POSTRIDER_FAULTS", "LD_PRELOAD", /* tests/faults/shim */
#endif
  };
  GStrv environment = g_strdupv ((char *[]){ (char *) "GIO_USE_VFS=local", (char *) "GSETTINGS_BACKEND=memory",
                                             (char *) "GIO_USE_PROXY_RESOLVER=dummy", (char *) "PATH=/usr/bin:/bin", NULL });

  for (gsize i = 0; i < G_N_ELEMENTS (passed); i++)
    if (g_getenv (passed[i]) != NULL)
      environment = g_environ_setenv (environment, passed[i], g_getenv (passed[i]), TRUE);
  for (gsize i = 0; further != NULL && further[i] != NULL; i++) {
    g_auto (GStrv) pair = g_strsplit (further[i], "=", 2);

    environment = g_environ_setenv (environment, pair[0], pair[1] != NULL ? pair[1] : "", TRUE);
  }
  return environment;
}

static void
add_words (GPtrArray *argv, const char *const *words)
{
  for (gsize i = 0; words != NULL && words[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) words[i]);
}

/* Close-on-exec: only the launcher, in the child, lets it through exec. */
static gboolean
give_fd (GSubprocessLauncher *launcher, int fd, int target, GError **error)
{
  int given = fcntl (fd, F_DUPFD_CLOEXEC, FREE_FD_MIN);

  if (given < 0) {
    g_set_error (error, FAULT, FAULT_OS, "no descriptor: %s", g_strerror (errno));
    return FALSE;
  }
  g_subprocess_launcher_take_fd (launcher, given, target);
  return TRUE;
}

static gboolean
process_spawn (Process *self, const ProcessSpec *spec, int fd, GError **error)
{
  g_autofree char *path = *spec->program == '/' ? g_strdup (spec->program) : program_find (spec->program, error);
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_auto (GStrv) environment = make_environment (spec->environment);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();

  if (path == NULL)
    return FALSE;
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_subprocess_launcher_set_environ (launcher, environment);
  g_subprocess_launcher_set_cwd (launcher, "/");
  if (!give_fd (launcher, fd, 3, error) || (spec->wrapper_fd > 2 && !give_fd (launcher, spec->wrapper_fd, 4, error)))
    return FALSE;
  add_words (argv, spec->wrapper);
  g_ptr_array_add (argv, path);
  add_words (argv, spec->arguments);
  g_ptr_array_add (argv, NULL);
  self->process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, error);
  return self->process != NULL;
}

Process *
process_start (const ProcessSpec *spec, int fd, ProcessExitedFunc exited, gpointer data, GError **error)
{
  Process *self = g_new0 (Process, 1);
  const char *identifier;

  g_atomic_ref_count_init (&self->references);
  self->name = *spec->program == '/' ? g_path_get_basename (spec->program) : g_strconcat ("postrider-", spec->program, NULL);
  self->exited = exited;
  self->data = data;
  if (!process_spawn (self, spec, fd, error)) {
    process_unref (self);
    return NULL;
  }
  identifier = g_subprocess_get_identifier (self->process);
  self->pid = identifier != NULL ? atoi (identifier) : 0; /* GLib's thread may have seen it go by now */
  g_subprocess_wait_async (self->process, NULL, exited_cb, process_ref (self));
  g_input_stream_read_bytes_async (g_subprocess_get_stderr_pipe (self->process), STDERR_CHUNK_BYTES, G_PRIORITY_LOW, NULL,
                                   error_chunk_cb, process_ref (self));
  return self;
}

GPid
process_get_pid (Process *self)
{
  return self->pid;
}

void
process_kill (Process *self)
{
  g_subprocess_force_exit (self->process);
}

void
process_free (Process *self)
{
  if (self != NULL)
    process_unref (self);
}
