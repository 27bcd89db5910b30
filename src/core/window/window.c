#include "window.h"

#include "app.h"
#include "box.h"
#include "bus-proxy.h"
#include "campaigns.h"
#include "fault.h"
#include "notices.h"
#include "program.h"
#include "reader.h"
#include "sandbox-probe.h"
#include "shell-process.h"
#include <unistd.h>

typedef enum {
  WINDOW_CLOSED,
  WINDOW_PREPARING, /* the walls are tried; meanwhile desk starts and looks for the screen readers' bus */
  WINDOW_STARTING, /* the shell has not said Hello yet */
  WINDOW_OPEN,
} WindowStage;

typedef struct {
  WindowOpenFunc done;
  gpointer       data;
} Waiter;

struct AppWindow {
  Core         *core;
  Notices      *notices;
  WindowStage   stage;
  GArray       *waiters; /* of Waiter */
  Environment  *environment; /* of the window, and of desk behind it */
  Display      *display;
  char         *program;
  Desk         *desk;
  BusProxy     *proxy;
  ShellProcess *shell;
  guint         opening; /* counts: what comes late from an earlier one is told apart */
  gboolean      do_walls_stand; /* tried for this opening */
  char         *accessibility; /* address of the screen readers' bus, "" none; NULL: desk has not said yet */
  gboolean      has_reader; /* a screen reader was on when desk said so */
};

typedef struct {
  Core *core; /* window is found through it: it may be gone */
  guint opening;
} ProbeRun;

static const char awake_why[] = "Postrider is sending messages";

/* --- the end --- */

static void
app_window_answer (AppWindow *self, const GError *error)
{
  g_autoptr (GArray) waiters = g_steal_pointer (&self->waiters);

  self->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  for (guint i = 0; i < waiters->len; i++) {
    Waiter *waiter = &g_array_index (waiters, Waiter, i);

    waiter->done (error, error == NULL && i == 0, waiter->data);
  }
}

static void
drop_desk (AppWindow *self)
{
  g_clear_pointer (&self->desk, desk_free);
  g_clear_pointer (&self->environment, environment_free);
}

/* Desk stays behind the window while messages go out: it keeps the machine awake and says how it ended. */
static void
close_window (AppWindow *self)
{
  if (self->stage != WINDOW_CLOSED)
    app_release (self->core);
  self->stage = WINDOW_CLOSED;
  g_clear_pointer (&self->shell, shell_process_free);
  g_clear_pointer (&self->proxy, bus_proxy_free);
  g_clear_pointer (&self->display, display_free);
  g_clear_pointer (&self->program, g_free);
  g_clear_pointer (&self->accessibility, g_free);
  if (!notices_are_busy (self->notices))
    drop_desk (self);
}

static void
tell_closed_cb (AppClient *client, gpointer data)
{
  if (!client->is_shell)
    pr_app1_emit_window_closed (client->skeleton, *(gboolean *) data);
}

/* `postrider app --stay` waits for it: whom it does not reach, core has left without a word. */
static void
tell_closed (AppWindow *self, gboolean is_failed)
{
  if (self->stage == WINDOW_OPEN && self->core->app != NULL)
    app_foreach (self->core->app, tell_closed_cb, &is_failed);
}

static void
app_window_fail (AppWindow *self, const GError *error)
{
  close_window (self);
  app_window_answer (self, error);
}

static void
ended_cb (const char *why, gpointer data)
{
  AppWindow *self = data;
  g_autoptr (GError) error = NULL;

  if (self->stage == WINDOW_STARTING)
    g_set_error (&error, FAULT, FAULT_UNAVAILABLE, "the window did not open: %s; core.log in the data folder says more", why != NULL ? why : "it was closed");
  else
    g_message ("the window is gone: %s", why != NULL ? why : "it was closed");
  tell_closed (self, why != NULL);
  close_window (self);
  app_window_answer (self, error);
}

/* --- the start, step by step --- */

static void
greeted_cb (gpointer data)
{
  AppWindow *self = data;

  if (self->stage != WINDOW_STARTING)
    return;
  self->stage = WINDOW_OPEN;
  app_window_answer (self, NULL);
}

static void
start_shell (AppWindow *self, const char *accessibility)
{
  static const ShellFuncs funcs = { greeted_cb, ended_cb };
  g_auto (GStrv) wrapper = box_for_window (self->environment, self->display, self->program, accessibility);
  g_autoptr (GError) error = NULL;

  self->stage = WINDOW_STARTING;
  self->shell = shell_process_start (self->core, (const char *const *) wrapper, self->display->cookie, &funcs, self, &error);
  if (self->shell == NULL)
    app_window_fail (self, error);
}

static void
proxy_ready_cb (BusProxy *proxy, const char *socket, gpointer data)
{
  AppWindow *self = data;

  if (self->stage == WINDOW_PREPARING)
    start_shell (self, socket);
}

/* The bus itself goes to a screen reader that listens, where the page can be heard: WebKit puts a filter of its own before the page,
 * which does not work behind a second one. */
static char *
find_bus (AppWindow *self)
{
  gboolean is_wanted = self->has_reader && reader_can_hear_page ();
  g_autofree char *bus = is_wanted ? reader_find_bus (self->accessibility) : NULL;

  if (bus != NULL)
    g_message ("a screen reader is on: its bus comes into the window's box as it is, so that the page is heard");
  else if (is_wanted)
    g_message ("a screen reader is on, but does not hear the page: its bus is no socket of this user in a folder named at-spi");
  return g_steal_pointer (&bus);
}

static void
go_on (AppWindow *self)
{
  g_autofree char *bus = NULL;

  if (!self->do_walls_stand || self->accessibility == NULL)
    return;
  bus = find_bus (self);
  if (bus != NULL) {
    start_shell (self, bus);
    return;
  }
  self->proxy = *self->accessibility != '\0' ? bus_proxy_start (self->accessibility, proxy_ready_cb, self) : NULL;
  if (self->proxy == NULL)
    start_shell (self, NULL);
}

static void
desk_ready_cb (const char *accessibility, gboolean has_reader, gpointer data)
{
  AppWindow *self = data;

  if (self->stage != WINDOW_PREPARING || self->accessibility != NULL)
    return;
  self->accessibility = g_strdup (accessibility);
  self->has_reader = has_reader;
  go_on (self);
}

static void
look_changed_cb (GVariant *look, gpointer data)
{
  AppWindow *self = data;

  if (self->shell != NULL)
    shell_process_tell_look (self->shell, look);
}

static void
raised_cb (const GError *error, gboolean is_new, gpointer data)
{
  if (error != NULL)
    g_message ("the window was not opened by a notification: %s", error->message);
}

/* A notification was clicked: the window comes to the front, or back. */
static void
activated_cb (const char *id, gpointer data)
{
  AppWindow *self = data;

  if (self->stage == WINDOW_OPEN)
    shell_process_raise (self->shell);
  else if (self->stage == WINDOW_CLOSED && self->environment != NULL) {
    g_auto (GStrv) pairs = environment_list (self->environment);
    g_autoptr (GVariant) values = NULL;
    GVariantBuilder builder;

    g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
    for (gsize i = 0; pairs[i] != NULL; i++) {
      g_auto (GStrv) pair = g_strsplit (pairs[i], "=", 2);

      g_variant_builder_add (&builder, "{ss}", pair[0], pair[1]);
    }
    values = g_variant_ref_sink (g_variant_builder_end (&builder));
    window_open (self, values, raised_cb, NULL);
  }
}

static void
start_desk (AppWindow *self)
{
  static const DeskFuncs funcs = { desk_ready_cb, look_changed_cb, activated_cb };

  self->desk = desk_start (self->core, self->environment, &funcs, self);
  if (notices_are_busy (self->notices))
    desk_inhibit (self->desk, TRUE, awake_why);
}

static void
tried_cb (const GError *error, gpointer data)
{
  g_autofree ProbeRun *run = data;
  AppWindow *self = run->core->window;

  app_release (run->core);
  if (self == NULL || self->opening != run->opening || self->stage != WINDOW_PREPARING)
    return;
  self->do_walls_stand = error == NULL;
  if (error != NULL)
    app_window_fail (self, error);
  else
    go_on (self);
}

static void
try_walls (AppWindow *self)
{
  ProbeRun *run = g_new0 (ProbeRun, 1);

  *run = (ProbeRun){ self->core, ++self->opening };
  self->do_walls_stand = FALSE;
  app_hold (self->core);
  sandbox_probe_run (tried_cb, run);
}

static gboolean
app_window_prepare (AppWindow *self, GVariant *values, GError **error)
{
  g_autoptr (Environment) environment = environment_parse (values, error);
  g_autoptr (Display) display = environment != NULL ? display_find (environment, g_get_home_dir (), error) : NULL;
  g_autofree char *program = display != NULL ? program_find ("shell", NULL) : NULL;

  if (display == NULL)
    return FALSE;
  if (program == NULL) {
    g_set_error_literal (error, FAULT, FAULT_CONFIG, "this Postrider was installed without its window: install the whole of it, or use the commands (postrider --help)");
    return FALSE;
  }
  drop_desk (self); /* of an earlier window: another desktop maybe */
  self->environment = g_steal_pointer (&environment);
  self->display = g_steal_pointer (&display);
  self->program = g_steal_pointer (&program);
  return TRUE;
}

static gboolean
may_open (AppWindow *self, GError **error)
{
  if (geteuid () == 0)
    g_set_error_literal (error, FAULT, FAULT_NO_PERM, "the window does not open for root: its walls would not hold. Log in as an ordinary user and run postrider app there");
  else if (self->core->is_leaving)
    g_set_error_literal (error, FAULT, FAULT_TEMP, "Postrider is just leaving: try again in a moment");
  else
    return TRUE;
  return FALSE;
}

void
window_open (AppWindow *self, GVariant *environment, WindowOpenFunc done, gpointer data)
{
  const Waiter waiter = { done, data };
  g_autoptr (GError) error = NULL;

  if (!may_open (self, &error) || (self->stage == WINDOW_CLOSED && !app_window_prepare (self, environment, &error))) {
    done (error, FALSE, data);
    return;
  }
  if (self->stage == WINDOW_OPEN) {
    shell_process_raise (self->shell);
    done (NULL, FALSE, data);
    return;
  }
  g_array_append_val (self->waiters, waiter);
  if (self->stage != WINDOW_CLOSED)
    return; /* the window is on its way already */
  self->stage = WINDOW_PREPARING;
  app_hold (self->core);
  try_walls (self);
  start_desk (self);
}

/* --- what campaigns do --- */

static void
notify_cb (const char *id, const char *title, const char *body, gpointer data)
{
  AppWindow *self = data;

  if (self->desk != NULL)
    desk_notify (self->desk, id, title, body);
}

static void
inhibit_cb (gboolean is_on, gpointer data)
{
  AppWindow *self = data;

  if (self->desk != NULL)
    desk_inhibit (self->desk, is_on, awake_why);
}

void
window_note_campaign (AppWindow *self, guint64 campaign)
{
  g_autoptr (GVariant) numbers = NULL;

  if (self->desk == NULL && !notices_are_busy (self->notices))
    return; /* no desk to tell and no notice to take back: this comes five times a second */
  numbers = campaigns_describe (self->core, campaign, FALSE, NULL);
  if (numbers == NULL)
    return;
  g_variant_ref_sink (numbers);
  notices_take (self->notices, numbers);
}

/* --- */

AppWindow *
window_new (Core *core)
{
  static const NoticesFuncs funcs = { notify_cb, inhibit_cb };
  AppWindow *self = g_new0 (AppWindow, 1);

  self->core = core;
  self->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  self->notices = notices_new (&funcs, self);
  return self;
}

void
window_free (AppWindow *self)
{
  g_autoptr (GError) error = g_error_new_literal (FAULT, FAULT_TEMP, "Postrider is just leaving: try again in a moment");

  if (self == NULL)
    return;
  self->core->window = NULL;
  tell_closed (self, FALSE);
  app_window_fail (self, error);
  drop_desk (self);
  notices_free (self->notices);
  g_array_unref (self->waiters);
  g_free (self);
}

Desk *
window_get_desk (AppWindow *self)
{
  return self->desk;
}

Environment *
window_get_environment (AppWindow *self)
{
  return self->environment;
}
