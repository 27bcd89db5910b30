#include "desk.h"

#include "box.h"
#include "contract-desk1.h"
#include "descriptor.h"
#include "fault.h"
#include "peer.h"
#include "process.h"
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define QUICK_MS 10000            /* chosen: a bus call; a portal that starts takes seconds */
#define PATIENT_MS (60 * 60 * 1000) /* chosen: a person in front of a file dialog */
#define RESTARTS_MAX 5            /* chosen: then it is missing until the window is opened anew */
#define RESTART_S 1
#define FLOOD_BYTES (1024 * 1024)

typedef struct DeskDialog DeskDialog;

struct Desk {
  Core            *core;
  Environment     *environment;
  const DeskFuncs *funcs;
  gpointer         data;
  Peer            *peer;
  PrDesk1         *proxy; /* NULL: it cannot be spoken to */
  Peer            *dialog; /* postrider-dialog, while one is open */
  DeskDialog      *opening; /* until that can be spoken to */
  GPtrArray       *calls;  /* of DeskCall: those on the way */
  guint            restarts, restart_timer;
  gboolean         has_reported;
  gboolean         is_inhibiting; /* said again to a desk that was started again */
  char            *why;
};

typedef struct {
  Desk        *desk; /* NULL: it was freed */
  char        *method;
  GVariant    *arguments;
  DeskDoneFunc done;
  gpointer     data;
} DeskCall;

static void desk_start_peer (Desk *self);

/* --- what is fit to go on --- */

static gboolean
is_name (const char *name)
{
  return *name != '\0' && strchr (name, '/') == NULL && strcmp (name, ".") != 0 && strcmp (name, "..") != 0;
}

gboolean
desk_check_chosen (GVariant *answer, GUnixFDList *fds)
{
  g_autoptr (GVariantIter) iter = NULL;
  const char *name;
  guint64 size;
  gint32 handle;
  gboolean is_fine = TRUE;

  g_variant_get (answer, "(a(sth))", &iter);
  while (is_fine && g_variant_iter_next (iter, "(&sth)", &name, &size, &handle)) {
    int fd = fds != NULL ? g_unix_fd_list_get (fds, handle, NULL) : -1;
    struct stat status;

    is_fine = fd >= 0 && is_name (name) && descriptor_has_mode (fd, O_RDONLY) && fstat (fd, &status) == 0 && S_ISREG (status.st_mode);
    if (fd >= 0)
      close (fd);
  }
  return is_fine;
}

gboolean
desk_check_saved (GVariant *answer, GUnixFDList *fds)
{
  const char *name;
  gint32 handle;
  struct stat status, null;
  gboolean is_fine;
  int fd;

  g_variant_get (answer, "(&sh)", &name, &handle);
  fd = fds != NULL ? g_unix_fd_list_get (fds, handle, NULL) : -1;
  if (fd < 0)
    return FALSE;
  is_fine = descriptor_has_mode (fd, O_WRONLY) && fstat (fd, &status) == 0;
  if (*name == '\0')
    is_fine = is_fine && stat ("/dev/null", &null) == 0 && S_ISCHR (status.st_mode) && status.st_rdev == null.st_rdev;
  else
    is_fine = is_fine && is_name (name) && S_ISREG (status.st_mode) && status.st_size == 0;
  close (fd);
  return is_fine;
}

gboolean
desk_is_path (const char *path)
{
  g_autofree char *canonical = *path == '/' ? g_canonicalize_filename (path, NULL) : NULL;

  return canonical != NULL && strlen (path) < PATH_MAX && path[1] != '\0' && path[1] != '/' && strcmp (canonical, path) == 0;
}

gboolean
desk_is_address (const char *address)
{
  static const char *const schemes[] = { "http://", "https://", "mailto:" };

  for (const char *p = address; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p))
      return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strncasecmp (address, schemes[i], strlen (schemes[i])) == 0 && address[strlen (schemes[i])] != '\0')
      return TRUE;
  return FALSE;
}

/* --- life --- */

static void
report_ready (Desk *self, const char *accessibility, gboolean has_reader)
{
  if (self->has_reported)
    return;
  self->has_reported = TRUE;
  self->funcs->ready (accessibility, has_reader, self->data);
}

static void
accessibility_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  DeskCall *call = data;
  g_autofree char *address = NULL;
  gboolean has_reader = FALSE;
  g_autoptr (GError) error = NULL;

  if (!pr_desk1_call_accessibility_finish (PR_DESK1 (source), &address, &has_reader, result, &error) && call->desk != NULL)
    g_message ("screen readers do not reach the window: %s", error->message);
  if (call->desk != NULL) {
    g_ptr_array_remove (call->desk->calls, call);
    report_ready (call->desk, address != NULL ? address : "", has_reader);
  }
  g_free (call);
}

static gboolean
restart_cb (gpointer data)
{
  Desk *self = data;

  self->restart_timer = 0;
  desk_start_peer (self);
  return G_SOURCE_REMOVE;
}

static void
forget_peer (Desk *self)
{
  g_clear_object (&self->proxy);
  g_clear_pointer (&self->peer, peer_free);
}

static void
desk_lost (Desk *self, const char *why)
{
  g_warning ("desk is gone: %s", why);
  forget_peer (self);
  report_ready (self, "", FALSE);
  if (self->restarts++ < RESTARTS_MAX)
    self->restart_timer = g_timeout_add_seconds (RESTART_S, restart_cb, self);
}

static void
closed_cb (Peer *peer, PeerEnd end, const char *why, gpointer data)
{
  desk_lost (data, why);
}

static void
look_changed_cb (PrDesk1 *proxy, GVariant *look, gpointer data)
{
  Desk *self = data;

  self->funcs->look_changed (look, self->data);
}

static void
activated_cb (PrDesk1 *proxy, const char *id, gpointer data)
{
  Desk *self = data;

  self->funcs->activated (id, self->data);
}

static void
ready_cb (Peer *peer, const GError *failed, gpointer data)
{
  Desk *self = data;
  g_autoptr (GError) error = NULL;
  DeskCall *call;

  if (failed == NULL)
    self->proxy = pr_desk1_proxy_new_sync (peer_get_connection (peer), G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES, NULL, PEER_PATH, NULL, &error);
  if (self->proxy == NULL) {
    desk_lost (self, failed != NULL ? failed->message : error->message);
    return;
  }
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (self->proxy), QUICK_MS);
  g_signal_connect (self->proxy, "look-changed", G_CALLBACK (look_changed_cb), self);
  g_signal_connect (self->proxy, "activated", G_CALLBACK (activated_cb), self);
  if (self->is_inhibiting)
    desk_inhibit (self, TRUE, self->why);
  call = g_new0 (DeskCall, 1);
  call->desk = self;
  g_ptr_array_add (self->calls, call);
  pr_desk1_call_accessibility (self->proxy, NULL, accessibility_cb, call);
}

/* With HOME: the dialog and a browser are the user's own. */
static char **
list_environment (Desk *self)
{
  g_auto (GStrv) pairs = environment_list (self->environment);

  return g_environ_setenv (g_steal_pointer (&pairs), "HOME", g_get_home_dir (), TRUE);
}

static Peer *
start_peer (Desk *self, const char *program, PeerReadyFunc ready, PeerClosedFunc closed, gpointer data)
{
  const char *bus = environment_get (self->environment, "DBUS_SESSION_BUS_ADDRESS");
  const char *const hidden[] = { self->core->home, self->core->state, NULL };
  g_auto (GStrv) wrapper = box_for_desk (hidden, bus != NULL && strstr (bus, "abstract=") != NULL);
  g_auto (GStrv) environment = list_environment (self);
  const PeerSpec spec = { .program = program, .interface = "org.postrider.Desk1", .flood_bytes = FLOOD_BYTES,
                          .wrapper = (const char *const *) wrapper, .environment = (const char *const *) environment };

  return peer_start (&spec, ready, closed, data);
}

static void
desk_start_peer (Desk *self)
{
  self->peer = start_peer (self, "desk", ready_cb, closed_cb, self);
}

Desk *
desk_start (Core *core, Environment *environment, const DeskFuncs *funcs, gpointer data)
{
  Desk *self = g_new0 (Desk, 1);

  self->core = core;
  self->environment = environment;
  self->funcs = funcs;
  self->data = data;
  self->calls = g_ptr_array_new ();
  desk_start_peer (self);
  return self;
}

/* --- calls with an answer --- */

static void
desk_call_finish (DeskCall *call, GVariant *answer, GUnixFDList *fds, const GError *error)
{
  if (call->desk != NULL)
    g_ptr_array_remove (call->desk->calls, call);
  call->done (answer, fds, error, call->data);
  g_clear_pointer (&call->arguments, g_variant_unref);
  g_free (call->method);
  g_free (call);
}

static gboolean
unreachable_cb (gpointer data)
{
  g_autoptr (GError) error = g_error_new_literal (FAULT, FAULT_UNAVAILABLE, "the desktop cannot be reached at the moment: try again, or open the window anew");

  desk_call_finish (data, NULL, NULL, error);
  return G_SOURCE_REMOVE;
}

/* A liar is dropped: by its answer nobody can tell what else it says wrong. */
static gboolean
is_answer_fine (DeskCall *call, GVariant *answer, GUnixFDList *fds)
{
  if (strcmp (call->method, "Choose") == 0 || strcmp (call->method, "Dropped") == 0)
    return desk_check_chosen (answer, fds);
  return strcmp (call->method, "Save") != 0 || desk_check_saved (answer, fds);
}

static void open_dialog (DeskCall *call);
static void open_program (DeskCall *call);

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  DeskCall *call = data;
  g_autoptr (GUnixFDList) fds = NULL;
  GError *raw_error = NULL;
  g_autoptr (GVariant) answer = g_dbus_proxy_call_with_unix_fd_list_finish (G_DBUS_PROXY (source), &fds, result, &raw_error);
  gboolean is_lost = raw_error != NULL && !g_dbus_error_is_remote_error (raw_error);
  g_autoptr (GError) error = raw_error != NULL ? fault_of_peer (raw_error) : NULL;
  gboolean is_desk = call->desk != NULL && call->desk->proxy == (gpointer) source;

  if (is_lost) /* desk died, was ended with the window, or never answered */
    unreachable_cb (call);
  else if (is_desk && g_error_matches (error, FAULT, FAULT_UNAVAILABLE) && (strcmp (call->method, "Choose") == 0 || strcmp (call->method, "Save") == 0))
    open_dialog (call);
  else if (is_desk && g_error_matches (error, FAULT, FAULT_UNAVAILABLE) && strcmp (call->method, "Show") == 0)
    open_program (call);
  else if (error != NULL || is_answer_fine (call, answer, fds))
    desk_call_finish (call, answer, fds, error);
  else {
    if (call->desk != NULL)
      peer_drop (is_desk ? call->desk->peer : call->desk->dialog, "it gave a file that is none, or not as it was asked for");
    unreachable_cb (call);
  }
}

static void
call_proxy (DeskCall *call, PrDesk1 *proxy, int timeout_ms)
{
  g_dbus_proxy_call_with_unix_fd_list (G_DBUS_PROXY (proxy), call->method, call->arguments, G_DBUS_CALL_FLAGS_NONE, timeout_ms, NULL, NULL, answered_cb, call);
}

static DeskCall *
call_new (Desk *self, const char *method, GVariant *arguments, DeskDoneFunc done, gpointer data)
{
  DeskCall *call = g_new0 (DeskCall, 1);

  *call = (DeskCall){ self, g_strdup (method), g_variant_ref_sink (arguments), done, data };
  g_ptr_array_add (self->calls, call);
  return call;
}

static void
desk_begin (Desk *self, const char *method, GVariant *arguments, int timeout_ms, DeskDoneFunc done, gpointer data)
{
  DeskCall *call = call_new (self, method, arguments, done, data);

  if (self->proxy != NULL)
    call_proxy (call, self->proxy, timeout_ms);
  else
    g_idle_add (unreachable_cb, call);
}

/* --- postrider-dialog: where the desktop has no portal, and for what no portal can ask --- */

/* A process that lives as long as one dialog: its answer has come when it may leave. */
struct DeskDialog {
  DeskCall *call;
  PrDesk1  *proxy;
};

static void
dialog_end (DeskDialog *dialog)
{
  g_clear_object (&dialog->proxy);
  g_free (dialog);
}

static void
dialog_answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  DeskDialog *dialog = data;
  Desk *desk = dialog->call->desk;

  answered_cb (source, result, dialog->call);
  if (desk != NULL) /* the call's owner is alive, so is this */
    g_clear_pointer (&desk->dialog, peer_free);
  dialog_end (dialog);
}

static void
dialog_ready_cb (Peer *peer, const GError *failed, gpointer data)
{
  DeskDialog *dialog = data;
  g_autoptr (GError) error = NULL;

  dialog->call->desk->opening = NULL;
  if (failed == NULL)
    dialog->proxy = pr_desk1_proxy_new_sync (peer_get_connection (peer), G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES, NULL, PEER_PATH, NULL, &error);
  if (dialog->proxy == NULL) {
    g_warning ("no file dialog: %s", failed != NULL ? failed->message : error->message);
    g_clear_pointer (&dialog->call->desk->dialog, peer_free);
    unreachable_cb (dialog->call);
    dialog_end (dialog);
    return;
  }
  g_dbus_proxy_call_with_unix_fd_list (G_DBUS_PROXY (dialog->proxy), dialog->call->method, dialog->call->arguments, G_DBUS_CALL_FLAGS_NONE, PATIENT_MS,
                                       NULL, NULL, dialog_answered_cb, dialog);
}

static void
dialog_closed_cb (Peer *peer, PeerEnd end, const char *why, gpointer data)
{
  g_message ("the file dialog left: %s", why); /* its call fails by itself */
}

static void
open_dialog (DeskCall *call)
{
  DeskDialog *dialog = g_new0 (DeskDialog, 1);

  dialog->call = call;
  call->desk->opening = dialog;
  call->desk->dialog = start_peer (call->desk, "dialog", dialog_ready_cb, dialog_closed_cb, dialog);
}

void
desk_free (Desk *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->restart_timer, g_source_remove);
  for (guint i = 0; i < self->calls->len; i++)
    ((DeskCall *) self->calls->pdata[i])->desk = NULL;
  g_ptr_array_unref (self->calls);
  g_clear_pointer (&self->dialog, peer_free); /* a call that is on the way fails by that */
  if (self->opening != NULL) {
    unreachable_cb (self->opening->call);
    dialog_end (self->opening);
  }
  forget_peer (self);
  g_free (self->why);
  g_free (self);
}

/* --- postrider-show: the same for addresses. A browser has to start outside of every lock --- */

static void
shown_cb (const char *why, gpointer data)
{
  DeskCall *call = data;
  g_autoptr (GError) error = NULL;

  if (why != NULL)
    g_set_error_literal (&error, FAULT, FAULT_UNAVAILABLE, "there is no program for this address on your desktop: set one in its settings, or copy the address");
  desk_call_finish (call, NULL, NULL, error);
}

static void
open_program (DeskCall *call)
{
  const char *address;
  const char *arguments[] = { NULL, NULL };
  g_auto (GStrv) environment = list_environment (call->desk);
  const ProcessSpec spec = { .program = "show", .arguments = arguments, .environment = (const char *const *) environment };
  g_autoptr (GError) error = NULL;
  Process *process;
  int null_fd = open ("/dev/null", O_RDWR | O_CLOEXEC);

  g_variant_get (call->arguments, "(&s)", &address);
  arguments[0] = address;
  process = process_start (&spec, null_fd, shown_cb, call, &error);
  close (null_fd);
  if (process == NULL)
    desk_call_finish (call, NULL, NULL, error);
  process_free (process);
}

/* --- */

void
desk_choose (Desk *self, const char *title, const char *const *patterns, gboolean is_multiple, DeskDoneFunc done, gpointer data)
{
  desk_begin (self, "Choose", g_variant_new ("(s^asb)", title, patterns, is_multiple), PATIENT_MS, done, data);
}

void
desk_dropped (Desk *self, const char *const *paths, DeskDoneFunc done, gpointer data)
{
  open_dialog (call_new (self, "Dropped", g_variant_new ("(^as)", paths), done, data));
}

void
desk_save (Desk *self, const char *title, const char *name, DeskDoneFunc done, gpointer data)
{
  desk_begin (self, "Save", g_variant_new ("(ss)", title, name), PATIENT_MS, done, data);
}

void
desk_show (Desk *self, const char *address, DeskDoneFunc done, gpointer data)
{
  desk_begin (self, "Show", g_variant_new ("(s)", address), QUICK_MS, done, data);
}

void
desk_look (Desk *self, DeskDoneFunc done, gpointer data)
{
  desk_begin (self, "Look", g_variant_new ("()"), QUICK_MS, done, data);
}

static void
noted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_proxy_call_finish (G_DBUS_PROXY (source), result, &error);

  if (answer == NULL)
    g_message ("desk could not do it: %s", error->message);
}

static void
desk_tell (Desk *self, const char *method, GVariant *arguments)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (arguments);

  if (self->proxy != NULL)
    g_dbus_proxy_call (G_DBUS_PROXY (self->proxy), method, owned, G_DBUS_CALL_FLAGS_NONE, QUICK_MS, NULL, noted_cb, NULL);
}

void
desk_notify (Desk *self, const char *id, const char *title, const char *body)
{
  desk_tell (self, "Notify", g_variant_new ("(sss)", id, title, body));
}

void
desk_inhibit (Desk *self, gboolean is_on, const char *why)
{
  g_autofree char *kept = g_strdup (why);

  g_free (self->why);
  self->why = g_steal_pointer (&kept);
  self->is_inhibiting = is_on;
  desk_tell (self, "Inhibit", g_variant_new ("(bs)", is_on, self->why));
}
