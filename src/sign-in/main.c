/* postrider-sign-in: a window in which somebody signs in at a provider. Started by core inside an outer cage (bwrap: no network, no home) with fd 3 = a socket to core.
 * Nothing foreign is read before environment_clean(). */
#include "conditions.h"
#include "environment.h"
#include "fault.h"
#include "serve.h"
#include "service.h"
#include <gtk/gtk.h>
#include <locale.h>

static gboolean
sign_in_run (GError **error)
{
  g_autoptr (GDBusConnection) connection = NULL;
  SignInService *service;
  gboolean is_fine;

  if (!gtk_init_check ()) {
    g_set_error_literal (error, FAULT, FAULT_UNAVAILABLE, "there is no screen to open a window on");
    return FALSE;
  }
  connection = serve_connect (error);
  if (connection == NULL)
    return FALSE;
  service = sign_in_service_new ();
  is_fine = sign_in_service_export (service, connection, error);
  if (is_fine)
    serve_run (connection, NULL, 0, NULL);
  sign_in_service_free (service);
  return is_fine;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;

  conditions_harden ();
  fault_quark ();
  if (argc != 1)
    g_set_error_literal (&error, FAULT, FAULT_USAGE, "this program is started by Postrider itself: postrider account sign-in NAME --window");
  if (error != NULL || !conditions_hold (&error))
    return fault_leave (error);
  environment_clean ();
  setlocale (LC_ALL, "");
  g_set_prgname ("org.postrider.Postrider"); /* docks and screen readers know the window by it (data/desktop) */
  g_set_application_name ("Postrider");
  return sign_in_run (&error) ? 0 : fault_leave (error);
}
