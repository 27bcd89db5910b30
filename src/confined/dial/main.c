/* Please add nothing here: what stands before lock_seal() runs unlocked, and this process reads strangers' answers. */
#include "fault.h"
#include "serve.h"
#include "service.h"
#include <locale.h>
#include <string.h>

static const guint16 usual_ports[] = { 25, 465, 587 }; /* for --layers alone */

int
main (int argc, char *argv[])
{
  gboolean shows_layers = argc == 2 && strcmp (argv[1], "--layers") == 0;
  ServiceRights rights = { 0 };
  const LockTable *table;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (GDBusInterfaceSkeleton) skeleton = NULL;

  if (!shows_layers && !service_rights_parse (&rights, argc, argv, &error))
    return fault_leave (error);
  table = shows_layers        ? dial_lock_for_connect (usual_ports, G_N_ELEMENTS (usual_ports))
          : rights.can_listen ? &dial_lock_for_listen
                              : dial_lock_for_connect (rights.ports, rights.n_ports);
  if (!lock_enter (table, &error))
    return fault_leave (error);
  setlocale (LC_ALL, "");
  service_warm_up (&rights);
  if (!lock_seal (table, &error) || (!rights.can_listen && !service_start_workers (&error)))
    return fault_leave (error);
  if (!shows_layers && (connection = serve_connect (&error)) == NULL)
    return fault_leave (error);
  if (!lock_refuse_threads (&error))
    return fault_leave (error);
  if (shows_layers) {
    lock_print_layers ();
    return 0;
  }
  skeleton = service_new (&rights);
  if (!serve_export (connection, skeleton, &error))
    return fault_leave (error);
  serve_run (connection, NULL, 0, NULL);
  return 0;
}
