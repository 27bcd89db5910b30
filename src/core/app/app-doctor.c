/* App1.Doctor: what is locked, which layers hold, what is missing and what to do about it.
 * Trust:  the lines of `postrider-NAME --layers` come from our own programs before any foreign byte; capped and made printable anyway. */
#include "connectors.h"

#include "contract-keys.h"
#include "database.h"
#include "keyring-slot.h"
#include "kind.h"
#include "program.h"
#include "sandbox-probe.h"
#include "superblock.h"
#include "text.h"
#include "vault.h"
#include "window-doctor.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define LAYERS_TIMEOUT_MS 15000          /* chosen: about 35 ms each; a machine that swaps takes longer */
#define LAYERS_MAX 32                    /* lines of one program */
#define LINE_MAX_BYTES 400
#define SPACE_WANTED_BYTES (200 << 20)   /* chosen: a campaign of 100,000 takes some tens of MiB */

typedef struct {
  const char *name;
  gboolean    is_optional; /* of the window: where it is not installed, nothing is said */
} Program;

/* NULL: those that send, one a kind of account */
static const Program programs[] = { { "dial", FALSE }, { "import", FALSE }, { NULL, FALSE }, { "sink", FALSE }, { "callback", FALSE }, { "oauth", FALSE }, { "keyring", FALSE }, { "desk", TRUE }, { "dialog", TRUE } };

/* Advice about a missing layer, by the beginning of its name. */
static const struct { const char *layer, *advice; } advices[] = {
  { "landlock", "a newer kernel has it (6.7 for ports), with landlock in the boot parameter lsm=" },
  { "namespaces", "kernel.unprivileged_userns_clone or the container's settings may allow them" },
  { "system calls", "a kernel with seccomp filters is needed" },
};

typedef struct {
  AppClient             *client;     /* reference */
  GDBusMethodInvocation *invocation; /* taken at the end */
  GVariantBuilder       *rows;
  GArray                *programs;    /* of Program */
  GPtrArray             *of_programs; /* of GPtrArray of GVariant: the rows of each, in the table's order */
  guint                  pending;
} Doctor;

typedef struct {
  Doctor      *doctor;
  guint        index;
  GSubprocess *process;
  guint        timer;
  gboolean     is_late;
} Probe;

/* --- rows --- */

static GVariant *
make_row (const char *what, const char *state, const char *text)
{
  GVariantBuilder row;

  g_variant_builder_init (&row, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&row, "{sv}", KEY_DOCTOR_WHAT, g_variant_new_string (what));
  g_variant_builder_add (&row, "{sv}", KEY_DOCTOR_STATE, g_variant_new_string (state));
  g_variant_builder_add (&row, "{sv}", KEY_DOCTOR_TEXT, g_variant_new_string (text));
  return g_variant_builder_end (&row);
}

static void
add_row (Doctor *self, const char *what, const char *state, const char *format, ...) G_GNUC_PRINTF (4, 5);

static void
add_row (Doctor *self, const char *what, const char *state, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list values;

  va_start (values, format);
  text = g_strdup_vprintf (format, values);
  va_end (values);
  g_variant_builder_add_value (self->rows, make_row (what, state, text));
}

/* --- core itself --- */

static void
add_vault (Doctor *self, Vault *vault)
{
  g_autofree char *tier = vault_describe_tier (vault);

  add_row (self, "vault", vault_get_state (vault) == VAULT_OPEN ? "ok" : "missing", "%s", tier);
}

static void
add_folder (Doctor *self, const char *what, const char *path)
{
  GStatBuf status;

  if (g_stat (path, &status) != 0)
    add_row (self, what, "missing", "%s cannot be looked at", path);
  else if (status.st_uid != geteuid ())
    add_row (self, what, "missing", "%s belongs to another user: use a folder of your own", path);
  else if ((status.st_mode & 077) != 0)
    add_row (self, what, "missing", "%s can be entered by others (mode %04o): chmod 700 it", path, (guint) status.st_mode & 07777);
  else
    add_row (self, what, "ok", "%s, open to you alone", path);
}

static void
add_space (Doctor *self, const char *home)
{
  struct statvfs status;
  guint64 free_bytes = statvfs (home, &status) == 0 ? (guint64) status.f_bavail * status.f_frsize : 0;
  g_autofree char *shown = g_format_size_full (free_bytes, G_FORMAT_SIZE_IEC_UNITS);

  if (free_bytes < SPACE_WANTED_BYTES)
    add_row (self, "disk", "missing", "only %s are free where the data lies: make room before a large campaign", shown);
  else
    add_row (self, "disk", "ok", "%s are free where the data lies", shown);
}

/* Without it a copied folder cannot be told from its original. */
static void
add_machine (Doctor *self)
{
  g_autofree char *id = NULL;
  gsize len = 0;

  if (g_file_get_contents ("/etc/machine-id", &id, &len, NULL) && len >= 32)
    add_row (self, "machine id", "ok", "known: a copied data folder asks before it sends again");
  else
    add_row (self, "machine id", "missing", "/etc/machine-id is not there: open campaigns ask before they go on after a restart; systemd-machine-id-setup makes one");
}

/* Whether a crash of the program alone can be told from a loss on the disk: else all that was handed over is unknown after it. */
static void
add_witness (Doctor *self, const char *home)
{
  int fd = open (home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const char *type = fd >= 0 ? superblock_get_type (fd) : "unknown";

  if (fd >= 0 && superblock_get_witness (fd) != SUPERBLOCK_NONE)
    add_row (self, "data folder: disk", "ok", "%s: after a crash, who was not begun is sent to by itself", type);
  else
    add_row (self, "data folder: disk", "missing",
             "its file system (%s) does not tell whether it was mounted anew, or /sys/fs is hidden: after a crash, all who were handed over show as unknown. "
             "Keep the data on ext4, xfs, btrfs or f2fs (POSTRIDER_HOME)", type);
  if (fd >= 0)
    close (fd);
}

static void
add_core (Doctor *self, Core *core)
{
  gboolean is_dumpable = prctl (PR_GET_DUMPABLE) != 0;
  gsize home_len = strlen (core->home);
  gboolean is_apart = strncmp (core->state, core->home, home_len) != 0 || (core->state[home_len] != '/' && core->state[home_len] != '\0');

  add_row (self, "core: not dumpable", is_dumpable ? "missing" : "ok", "%s",
           is_dumpable ? "other programs of yours could read its memory" : "no core dump, its memory is closed to your other programs");
  add_row (self, "store", core->database != NULL ? "ok" : "missing", "%s", core->database != NULL ? "open" : "not open");
  add_vault (self, core->vault);
  add_folder (self, "data folder", core->home);
  add_folder (self, "state folder", core->state);
  add_row (self, "state folder apart", is_apart ? "ok" : "note", "%s",
           is_apart ? "a copy of the data folder takes neither the vault's key nor the ledger's mark along"
                    : "it lies inside the data folder: a copy of that takes the vault's key and the ledger's mark along");
  add_space (self, core->home);
  add_witness (self, core->home);
  add_machine (self);
}

/* --- the confined programs --- */

static const char *
find_advice (const char *layer)
{
  for (gsize i = 0; i < G_N_ELEMENTS (advices); i++)
    if (g_str_has_prefix (layer, advices[i].layer))
      return advices[i].advice;
  return NULL;
}

/* layer<TAB>holds|missing|not needed<TAB>why */
static GVariant *
make_layer_row (const char *program, const char *line)
{
  g_autofree char *shown = text_printable (line, -1, LINE_MAX_BYTES);
  g_auto (GStrv) raw = g_strsplit (line, "\t", 3);
  g_autofree char *layer = NULL, *why = NULL, *what = NULL, *text = NULL;
  gboolean is_missing;

  if (g_strv_length (raw) != 3)
    return make_row (program, "note", shown);
  layer = text_printable (raw[0], -1, LINE_MAX_BYTES);
  why = text_printable (raw[2], -1, LINE_MAX_BYTES);
  what = g_strdup_printf ("%s: %s", program, layer);
  is_missing = strcmp (raw[1], "missing") == 0;
  if (is_missing && find_advice (layer) != NULL)
    text = g_strdup_printf ("%s; %s", why, find_advice (layer));
  else
    text = strcmp (raw[1], "not needed") == 0 ? g_strdup_printf ("not needed: %s", why) : g_steal_pointer (&why);
  return make_row (what, is_missing ? "missing" : "ok", text);
}

static void
take_layers (GPtrArray *rows, const char *program, const char *output)
{
  g_auto (GStrv) lines = g_strsplit (output, "\n", LAYERS_MAX);

  for (gsize i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      g_ptr_array_add (rows, g_variant_ref_sink (make_layer_row (program, lines[i])));
}

static void
doctor_finish (Doctor *self)
{
  for (guint i = 0; i < self->of_programs->len; i++) {
    GPtrArray *rows = self->of_programs->pdata[i];

    for (guint j = 0; j < rows->len; j++)
      g_variant_builder_add_value (self->rows, rows->pdata[j]);
  }
  pr_app1_complete_doctor (self->client->skeleton, self->invocation, g_variant_builder_end (self->rows));
  g_variant_builder_unref (self->rows);
  g_ptr_array_unref (self->of_programs);
  g_array_unref (self->programs);
  app_client_unref (self->client);
  g_free (self);
}

static void
probe_ended (Doctor *self)
{
  if (--self->pending == 0)
    doctor_finish (self);
}

static void
add_failure (GPtrArray *rows, const char *program, const char *why)
{
  g_autofree char *shown = text_printable (why, -1, LINE_MAX_BYTES);
  g_autofree char *text = g_strdup_printf ("postrider-%s does not lock itself and so does no work: %s", program, *shown != '\0' ? shown : "it said nothing");

  g_ptr_array_add (rows, g_variant_ref_sink (make_row (program, "missing", text)));
}

static void
probe_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Probe *probe = data;
  g_autoptr (GSubprocess) process = probe->process;
  g_autofree char *output = NULL, *errors = NULL;
  g_autoptr (GError) error = NULL;
  const char *program = g_array_index (probe->doctor->programs, Program, probe->index).name;
  GPtrArray *rows = probe->doctor->of_programs->pdata[probe->index];
  gboolean is_read = g_subprocess_communicate_utf8_finish (process, result, &output, &errors, &error);

  if (!probe->is_late)
    g_source_remove (probe->timer);
  if (!is_read)
    add_failure (rows, program, error->message);
  else if (probe->is_late || !g_subprocess_get_if_exited (process) || g_subprocess_get_exit_status (process) != 0)
    add_failure (rows, program, probe->is_late ? "it did not answer in time" : errors);
  else
    take_layers (rows, program, output);
  probe_ended (probe->doctor);
}

static gboolean
late_cb (gpointer data)
{
  Probe *probe = data;

  probe->is_late = TRUE;
  g_subprocess_force_exit (probe->process);
  return G_SOURCE_REMOVE;
}

static void
start_probe (Doctor *self, guint index)
{
  static const char *const environment[] = { "GIO_USE_VFS=local", "GSETTINGS_BACKEND=memory", "PATH=/usr/bin:/bin", NULL };
  g_autoptr (GError) error = NULL;
  const Program *program = &g_array_index (self->programs, Program, index);
  g_autofree char *path = program_find (program->name, &error);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  GSubprocess *process = NULL;
  Probe *probe;

  g_ptr_array_add (self->of_programs, rows);
  g_subprocess_launcher_set_environ (launcher, (char **) environment);
  g_subprocess_launcher_set_cwd (launcher, "/");
  if (program->is_optional && (path == NULL || !window_doctor_is_installed ()))
    return;
  if (path != NULL)
    process = g_subprocess_launcher_spawn (launcher, &error, path, "--layers", NULL);
  if (process == NULL) {
    add_failure (rows, program->name, error->message);
    return;
  }
  self->pending++;
  probe = g_new0 (Probe, 1);
  *probe = (Probe){ .doctor = self, .index = index, .process = process };
  probe->timer = g_timeout_add (LAYERS_TIMEOUT_MS, late_cb, probe);
  g_subprocess_communicate_utf8_async (process, NULL, NULL, probe_cb, probe);
}

/* --- the keyring --- */

/* Also where something else has opened the vault: a slot that is lost is found before it is needed. */
static void
keyring_checked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Doctor *self = data;
  g_autoptr (GError) error = NULL;

  if (keyring_slot_finish (result, &error))
    add_row (self, "vault: keyring", "ok", "your keyring has the key");
  else
    add_row (self, "vault: keyring", "missing", "%s; if it does not come back, postrider vault change keyring puts a new key there", error->message);
  probe_ended (self);
}

static void
start_keyring (Doctor *self, Core *core)
{
  if (!vault_has_slot (core->vault, VAULT_SLOT_KEYRING))
    return;
  self->pending++;
  keyring_slot_check_async (core->keyring_slot, self->client->gone, keyring_checked_cb, self);
}

/* --- the window --- */

static void
window_row_cb (const char *what, const char *state, const char *text, gpointer data)
{
  add_row (data, what, state, "%s", text);
}

static void
walls_cb (const GError *error, gpointer data)
{
  Doctor *self = data;

  add_row (self, "window: walls", error == NULL ? "ok" : "missing", "%s",
           error == NULL ? "user namespaces are allowed: a box in a box stands, as the window needs it" : error->message);
  probe_ended (self);
}

static gboolean
has_program (const GArray *programs_found, const char *name)
{
  for (guint i = 0; i < programs_found->len; i++)
    if (strcmp (g_array_index (programs_found, Program, i).name, name) == 0)
      return TRUE;
  return FALSE;
}

static void
add_program (GArray *found, const char *name)
{
  Program program = { name, FALSE };

  if (name != NULL && !has_program (found, name))
    g_array_append_val (found, program);
}

static void
add_programs_of (GArray *found, const AccountKind *kind)
{
  add_program (found, kind->program);
  for (const KindWay *way = kind->ways; way != NULL && way->word != NULL; way++)
    add_program (found, way->program);
}

/* Returns: (transfer full) of Program, none twice: kinds may share one */
static GArray *
list_programs (void)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (Program));

  for (gsize i = 0; i < G_N_ELEMENTS (programs); i++) {
    if (programs[i].name != NULL)
      g_array_append_val (found, programs[i]);
    for (const AccountKind *const *kind = kinds; programs[i].name == NULL && *kind != NULL; kind++)
      add_programs_of (found, *kind);
  }
  return found;
}

static gboolean
handle_doctor (PrApp1 *skeleton, GDBusMethodInvocation *invocation, gpointer data)
{
  Doctor *self = g_new0 (Doctor, 1);

  self->client = app_client_ref (data);
  self->invocation = invocation;
  self->rows = g_variant_builder_new (G_VARIANT_TYPE ("aa{sv}"));
  self->programs = list_programs ();
  self->of_programs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  self->pending = 1;
  add_core (self, self->client->core);
  start_keyring (self, self->client->core);
  window_doctor_look (window_row_cb, self);
  for (guint i = 0; i < self->programs->len; i++)
    start_probe (self, i);
  if (window_doctor_is_installed ()) {
    self->pending++;
    sandbox_probe_run (walls_cb, self);
  }
  probe_ended (self);
  return TRUE;
}

void
app_doctor_connect (AppClient *client)
{
  g_signal_connect (client->skeleton, "handle-doctor", G_CALLBACK (handle_doctor), client);
}
