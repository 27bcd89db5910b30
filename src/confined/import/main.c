/* Please add nothing here: what stands before lock_seal() runs unlocked, and this process reads strangers' files. */
#include "fault.h"
#include "import-lock.h"
#include "phone.h"
#include "serve.h"
#include "service.h"

#include <libxml/parser.h>
#include <locale.h>
#include <string.h>

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (GDBusInterfaceSkeleton) skeleton = NULL;

  if (!lock_enter (&import_lock, &error))
    return fault_leave (error);
  setlocale (LC_ALL, "C.UTF-8");
  xmlInitParser ();
  phone_warm_up ();
  if (!lock_seal (&import_lock, &error))
    return fault_leave (error);
  if (argc == 2 && strcmp (argv[1], "--layers") == 0) {
    lock_print_layers ();
    return 0;
  }
  connection = serve_connect (&error);
  skeleton = service_new ();
  if (connection == NULL || !serve_export (connection, skeleton, &error))
    return fault_leave (error);
  serve_run (connection, NULL, 0, NULL);
  return 0;
}
