/* app - the window. What it needs to know of this desktop goes to core, which starts it. */
#include "commands.h"
#include "connect.h"
#include "desktop.h"
#include "fault.h"
#include "say.h"
#include <stdio.h>

typedef struct {
  gboolean stays;
} AppOptions;

static const Option app_options[] = {
  { "stay", 0, OPTION_FLAG, G_STRUCT_OFFSET (AppOptions, stays), NULL, "for menus: waits until the window is closed; what goes wrong is said in a window" },
  { 0 },
};

typedef struct {
  GMainLoop *loop;
  gboolean   is_closed; /* by somebody: else it is gone with core, or by itself */
} Stay;

static gboolean
open_window (Session *session, gboolean *out_is_new, GError **error)
{
  if (session_core (session, error) == NULL || !pr_app1_call_window_open_sync (session->core, desktop_read_environment (), out_is_new, NULL, error))
    return session_end (FALSE, error) == 0;
  if (session_is_for_programs (session))
    puts ("{\"schema\":1,\"open\":true}");
  session_say (session, "The window is open.");
  return TRUE;
}

/* --- for menus: nobody reads what a program that was started there writes --- */

static void
window_closed_cb (PrApp1 *core, gboolean is_failed, gpointer data)
{
  Stay *stay = data;

  stay->is_closed = !is_failed;
  g_main_loop_quit (stay->loop);
}

static void
core_gone_cb (GDBusConnection *connection, gboolean remote_vanished, GError *error, gpointer data)
{
  Stay *stay = data;

  stay->is_closed = connect_core_has_left (); /* its last word may have stayed on the way */
  g_main_loop_quit (stay->loop);
}

/* Opens it and stays until it is gone. Returns: FALSE with `error`: it did not open. */
static gboolean
open_and_stay (Session *session, gboolean *out_is_closed, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  GDBusConnection *connection = session_core (session, error) != NULL ? g_dbus_proxy_get_connection (G_DBUS_PROXY (session->core)) : NULL;
  Stay stay = { loop, FALSE };
  gboolean is_new = FALSE;
  gulong closed, gone;
  gboolean is_open;

  *out_is_closed = TRUE;
  if (connection == NULL)
    return FALSE;
  closed = g_signal_connect (session->core, "window-closed", G_CALLBACK (window_closed_cb), &stay);
  gone = g_signal_connect (connection, "closed", G_CALLBACK (core_gone_cb), &stay);
  is_open = open_window (session, &is_new, error);
  if (is_open && is_new && !g_dbus_connection_is_closed (connection))
    g_main_loop_run (loop);
  g_signal_handler_disconnect (session->core, closed);
  g_signal_handler_disconnect (connection, gone);
  *out_is_closed = !is_new || stay.is_closed;
  return is_open;
}

static int
app_stay (Session *session, GError **error)
{
  gboolean is_closed;

  for (;;) {
    if (!open_and_stay (session, &is_closed, error)) {
      say_to_person (*error != NULL ? (*error)->message : "the window did not open", NULL);
      return -1;
    }
    if (is_closed)
      return 0;
    session_clear (session); /* of the core that is gone */
    if (!say_to_person ("Postrider stopped by itself. What was sent is written down, and nobody gets a second copy.", "_Open again"))
      return 0;
  }
}

static int
run_app (Session *session, const void *values, char **words, GError **error)
{
  const AppOptions *options = values;
  gboolean is_new;

  if (options->stays)
    return app_stay (session, error);
  return open_window (session, &is_new, error) ? 0 : -1;
}

const Command app_commands[] = {
  { "app", "", "Opens the window, or brings it to the front", 0, 0, app_options, sizeof (AppOptions), run_app,
    "It needs a desktop (X11 or Wayland), an ordinary user, and what `postrider doctor` lists under “window”.\n"
    "Closing the window does not end a campaign: it asks whether to go on in the background or to pause.\n" },
  { 0 },
};
