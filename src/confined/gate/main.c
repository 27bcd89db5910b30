/* Add nothing in front of the lock that reads what a stranger wrote. Nothing has been read from the network before serve_run(). */
#include "fault.h"
#include "gate-lock.h"
#include "serve.h"
#include "service.h"
#include <string.h>

int
main (int argc, char *argv[])
{
  gboolean shows_layers = argc == 2 && strcmp (argv[1], "--layers") == 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = NULL;
  GateService *service;

  fault_quark ();
  if (argc > 1 && !shows_layers) {
    g_set_error_literal (&error, FAULT, FAULT_USAGE, "postrider-gate takes nothing but --layers; it is started by postrider-core");
    return fault_leave (error);
  }
  if (!lock_enter (&gate_lock, &error) || !lock_seal (&gate_lock, &error) ||
      (!shows_layers && (connection = serve_connect (&error)) == NULL) || !lock_refuse_threads (&error))
    return fault_leave (error);
  service = gate_service_new ();
  if (shows_layers) {
    lock_print_layers ();
  } else if (gate_service_export (service, connection, &error)) {
    serve_run (connection, NULL, 0, NULL);
  }
  gate_service_free (service);
  return error != NULL ? fault_leave (error) : 0;
}
