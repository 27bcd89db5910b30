/* Add nothing in front of the lock that reads what another program said: the session bus comes behind it. */
#include "bus.h"
#include "desk-lock.h"
#include "fault.h"
#include "serve.h"
#include "service.h"
#include <locale.h>
#include <stdio.h>
#include <string.h>

static gboolean
desk_serve (GError **error)
{
  g_autoptr (GDBusConnection) bus = bus_connect ();
  g_autoptr (GDBusConnection) core = serve_connect (error);
  DeskService *service;
  gboolean is_served;

  if (core == NULL)
    return FALSE;
  service = desk_service_new (bus);
  is_served = desk_service_export (service, core, error);
  if (is_served)
    serve_run (core, NULL, 0, NULL);
  desk_service_free (service);
  return is_served;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  gboolean is_asked = argc == 2 && strcmp (argv[1], "--layers") == 0;
  const LockTable *table = desk_lock (bus_is_abstract ());

  if (argc != 1 && !is_asked) {
    fputs ("usage: postrider-desk [--layers] (core starts this program; see `postrider app`)\n", stderr);
    return FAULT_USAGE;
  }
  if (!lock_enter (table, &error))
    return fault_leave (error);
  fault_quark ();
  setlocale (LC_ALL, "");
  if (!lock_seal (table, &error))
    return fault_leave (error);
  if (is_asked) {
    lock_print_layers ();
    return 0;
  }
  return desk_serve (&error) ? 0 : fault_leave (error);
}
