/* Add nothing in front of the lock: a display's and a folder's bytes come behind it. */
#include "desk-lock.h"
#include "dialog.h"
#include "fault.h"
#include "message.h"
#include "serve.h"
#include <gtk/gtk.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

static gboolean
find_screen (GError **error)
{
  if (gtk_init_check ())
    return TRUE;
  g_set_error_literal (error, FAULT, FAULT_UNAVAILABLE, "the file dialog finds no screen");
  return FALSE;
}

/* For `postrider app`, which nobody sees when it was started from a menu. words: text, and a button or nothing. Returns: 0: the button. */
static int
dialog_say (char *words[], GError **error)
{
  if (!find_screen (error))
    return fault_leave (*error);
  return message_show (words[0], words[1]) ? 0 : 1;
}

static gboolean
dialog_serve (GError **error)
{
  g_autoptr (GDBusConnection) core = serve_connect (error);
  Dialog *dialog;
  gboolean is_served;

  if (core == NULL || !find_screen (error))
    return FALSE;
  dialog = dialog_new ();
  is_served = dialog_export (dialog, core, error);
  if (is_served)
    serve_run (core, NULL, 0, NULL);
  dialog_free (dialog);
  return is_served;
}

/* No bus, no GPU, no helper programs: the dialog draws, reads folders and answers. */
static void
keep_to_itself (void)
{
  g_setenv ("GSK_RENDERER", "cairo", TRUE);
  g_setenv ("GTK_USE_PORTAL", "0", TRUE);
  g_setenv ("GTK_A11Y", "none", TRUE);
  g_setenv ("GIO_USE_VOLUME_MONITOR", "unix", TRUE);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  gboolean is_asked = argc == 2 && strcmp (argv[1], "--layers") == 0;

  gboolean is_said = (argc == 3 || argc == 4) && strcmp (argv[1], "--say") == 0;

  if (argc != 1 && !is_asked && !is_said) {
    fputs ("usage: postrider-dialog [--layers | --say TEXT [BUTTON]] (core and `postrider app` start this program)\n", stderr);
    return FAULT_USAGE;
  }
  if (!lock_enter (&dialog_lock, &error))
    return fault_leave (error);
  fault_quark ();
  keep_to_itself ();
  setlocale (LC_ALL, "");
  if (!lock_seal (&dialog_lock, &error))
    return fault_leave (error);
  if (is_asked) {
    lock_print_layers ();
    return 0;
  }
  if (is_said)
    return dialog_say (argv + 2, &error);
  return dialog_serve (&error) ? 0 : fault_leave (error);
}
