/* postrider-shell: the window. It draws nothing itself and decides nothing: the page draws, core decides. Started by core inside an outer cage
 * (bwrap: no network, no home) with fd 3 = a socket to core. Nothing foreign is read before environment_clean(). */
#include "calls.h"
#include "conditions.h"
#include "environment.h"
#include "fault.h"
#include "rejects.h"
#include "window-calls.h"
#include "window.h"
#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#ifdef POSTRIDER_AUTOMATION
#include "drive.h"
#include "weaken.h"
#endif

static int
leave_with (const GError *error)
{
  fprintf (stderr, "postrider-shell: %s\n", error->message);
  return fault_exit_status (error);
}

/* --- what comes --- */

static void
core_told_cb (const char *member, GVariant *arguments, gpointer data)
{
  Shell *shell = data;

  if (strcmp (member, "WindowRaise") == 0) {
    gtk_window_present (shell->window);
  } else if (strcmp (member, "LookChanged") == 0) {
    g_autoptr (GVariant) look = g_variant_get_child_value (arguments, 0);

    window_take_look (shell, look);
  } else if (bridge_call_find (member, CONTRACT_SIGNAL) != NULL) {
    if (strcmp (member, "ImportRejected") == 0) {
      g_autoptr (GVariant) rows = g_variant_get_child_value (arguments, 0);

      rejects_add (shell->rejects, rows);
    }
    page_signals_tell (shell->signals, member, arguments);
  }
}

static void
core_lost_cb (gpointer data)
{
  window_core_lost (data);
}

static gboolean
message_cb (WebKitWebView *view, WebKitUserMessage *message, gpointer data)
{
  return calls_take (data, message);
}

static void
greeted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Shell *shell = data;
  g_autoptr (GError) error = NULL;
  G_GNUC_UNUSED g_autoptr (GVariant) reply = core_link_call_finish (shell->core, result, NULL, &error);

  if (reply == NULL)
    g_message ("core did not answer: %s", error->message); /* core_lost_cb() comes */
}

static void
ready_cb (WebKitWebView *view, gpointer data)
{
  Shell *shell = data;

  view_load (shell->view);
  gtk_window_present (shell->window);
  core_link_call_async (shell->core, "Hello", NULL, NULL, greeted_cb, shell); /* by this core knows that the window stands */
#ifdef POSTRIDER_AUTOMATION
  drive_begin (shell);
#endif
}

static void
ended_cb (WebKitWebView *view, gpointer data)
{
  window_page_ended (data);
}

static void
failed_cb (const GError *error, gpointer data)
{
  Shell *shell = data;

  shell->status = leave_with (error);
  g_main_loop_quit (shell->loop);
}

static gboolean
terminated_cb (gpointer data)
{
  Shell *shell = data;

  g_main_loop_quit (shell->loop);
  return G_SOURCE_CONTINUE;
}

/* --- life --- */

static gboolean
open_parts (Shell *shell, GError **error)
{
  static const CoreLinkFuncs core_funcs = { core_told_cb, core_lost_cb };
  static const ViewFuncs view_funcs = { ready_cb, ended_cb, failed_cb, message_cb };

  shell->files = file_table_new ();
  shell->mails = mail_store_new ();
  shell->rejects = rejects_new ();
  shell->view = view_new (shell->mails, &view_funcs, shell, error);
  if (shell->view == NULL)
    return FALSE;
  shell->signals = page_signals_new (view_get_widget (shell->view));
  window_build (shell);
  shell->core = core_link_new (&core_funcs, shell, error);
  if (shell->core == NULL)
    return FALSE;
  window_calls_ask_look (shell);
  return TRUE;
}

static void
close_parts (Shell *shell)
{
  if (shell->window != NULL)
    gtk_window_destroy (shell->window);
  g_clear_pointer (&shell->signals, page_signals_free);
  g_clear_pointer (&shell->view, view_free);
  g_clear_pointer (&shell->files, file_table_free);
  g_clear_pointer (&shell->rejects, rejects_free);
  g_clear_pointer (&shell->look, g_variant_unref);
}

static int
shell_run (void)
{
  g_autoptr (GError) error = NULL;
  Shell shell = { 0 };

  if (!gtk_init_check ()) {
    error = g_error_new (FAULT, FAULT_UNAVAILABLE, "There is no screen to open a window on. The command line works without one.");
    return leave_with (error);
  }
  shell.loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGTERM, terminated_cb, &shell);
  if (open_parts (&shell, &error))
    g_main_loop_run (shell.loop);
  else
    shell.status = leave_with (error);
  close_parts (&shell);
  return shell.status;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;

#ifdef POSTRIDER_AUTOMATION
  drive_take_arguments (&argc, argv);
#endif
  if (argc != 1) {
    error = g_error_new (FAULT, FAULT_USAGE, "This program is started by Postrider itself. Please use: postrider app");
    return leave_with (error);
  }
  conditions_harden ();
  fault_quark ();
  if (!conditions_hold (&error))
    return leave_with (error);
  environment_clean ();
  setlocale (LC_ALL, "");
  g_set_prgname ("org.postrider.Postrider"); /* docks and screen readers know the window by it (data/desktop) */
  g_set_application_name ("Postrider");
  return shell_run ();
}
