#include "sandbox-probe.h"

#include "box.h"
#include "fault.h"
#include "text.h"
#include <string.h>

#define PROBE_MAX_S 10
#define WORDS_MAX_BYTES 200

typedef struct {
  SandboxProbeFunc done;
  gpointer         data;
  GSubprocess     *process; /* NULL: it did not start */
  GError          *error;
  guint            timer;
} SandboxProbe;

/* bwrap's own words are for those who know it; what can be done is for all. By a part of its words. */
static const struct { const char *words, *advice; } advices[] = {
  { "unprivileged_userns_clone", "run: sudo sysctl -w kernel.unprivileged_userns_clone=1" },
  { "No permissions to create", "run: sudo sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000" },
  { "No space left", "run: sudo sysctl -w user.max_user_namespaces=10000" },
  { "setting up uid map", "where AppArmor forbids them (Ubuntu): sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0" },
  { "Operation not permitted", "inside a container, its settings have to allow user namespaces" },
};

static const char *
find_advice (const char *words)
{
  for (gsize i = 0; i < G_N_ELEMENTS (advices); i++)
    if (strstr (words, advices[i].words) != NULL)
      return advices[i].advice;
  return "this machine's administrator can allow them";
}

static void
sandbox_probe_finish (SandboxProbe *self)
{
  self->done (self->error, self->data);
  g_clear_error (&self->error);
  g_clear_object (&self->process);
  g_free (self);
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  SandboxProbe *self = data;
  g_autofree char *words = NULL, *shown = NULL;

  g_subprocess_communicate_utf8_finish (self->process, result, NULL, &words, NULL);
  g_clear_handle_id (&self->timer, g_source_remove);
  if (!g_subprocess_get_successful (self->process)) {
    shown = text_printable (words != NULL ? words : "", -1, WORDS_MAX_BYTES);
    g_set_error (&self->error, FAULT, FAULT_UNAVAILABLE,
                 "the window needs user namespaces for its walls, and they are not allowed here: %s. The commands work without (postrider --help). (%s)",
                 find_advice (shown), *shown != '\0' ? g_strchomp (shown) : "it did not answer in time");
  }
  sandbox_probe_finish (self);
}

static gboolean
late_cb (gpointer data)
{
  SandboxProbe *self = data;

  self->timer = 0;
  g_subprocess_force_exit (self->process);
  return G_SOURCE_REMOVE;
}

static gboolean
unstarted_cb (gpointer data)
{
  sandbox_probe_finish (data);
  return G_SOURCE_REMOVE;
}

void
sandbox_probe_run (SandboxProbeFunc done, gpointer data)
{
  static const char *const words[] = {
    BOX_BWRAP, "--unshare-user", "--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--cap-drop", "ALL", "--die-with-parent",
    "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--",
    BOX_BWRAP, "--unshare-user", "--unshare-net", "--unshare-pid", "--ro-bind", "/", "/", "--proc", "/proc", "--", "/usr/bin/true", NULL };
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_auto (GStrv) environment = g_strdupv ((char *[]){ (char *) "PATH=/usr/bin", NULL });
  SandboxProbe *self = g_new0 (SandboxProbe, 1);

  self->done = done;
  self->data = data;
  g_subprocess_launcher_set_environ (launcher, environment);
  g_subprocess_launcher_set_cwd (launcher, "/");
  if (g_file_test (BOX_BWRAP, G_FILE_TEST_IS_EXECUTABLE))
    self->process = g_subprocess_launcher_spawnv (launcher, words, &self->error);
  else
    g_set_error_literal (&self->error, FAULT, FAULT_CONFIG, "the window needs bubblewrap for its walls: install the package bubblewrap");
  if (self->process == NULL) {
    g_idle_add (unstarted_cb, self);
    return; // cppcheck-suppress memleak; the callback has it
  }
  self->timer = g_timeout_add_seconds (PROBE_MAX_S, late_cb, self);
  g_subprocess_communicate_utf8_async (self->process, NULL, NULL, ended_cb, self);
}
