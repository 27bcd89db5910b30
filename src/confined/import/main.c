/* Please add nothing here: what stands before lock_seal() runs unlocked, and this process reads strangers' files. */
#include "charset.h"
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
  gboolean shows_layers = argc == 2 && strcmp (argv[1], "--layers") == 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (GDBusInterfaceSkeleton) skeleton = NULL;

  if (!lock_enter (&import_lock, &error))
    return fault_leave (error);
  setlocale (LC_ALL, "C.UTF-8");
  xmlInitParser ();
  phone_warm_up ();
  charset_warm_up ();
  if (!lock_seal (&import_lock, &error))
    return fault_leave (error);
  if (!shows_layers && (connection = serve_connect (&error)) == NULL)
    return fault_leave (error);
  if (!lock_refuse_threads (&error))
    return fault_leave (error);
  if (shows_layers) {
    lock_print_layers ();
    return 0;
  }
  skeleton = import_service_new ();
  if (!serve_export (connection, skeleton, &error))
    return fault_leave (error);
  serve_run (connection, NULL, 0, NULL);
  return 0;
}
