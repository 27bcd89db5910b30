/* Please add nothing here: what stands before lock_seal() runs unlocked, and this process talks to whoever is on the session bus. */
#include "fault.h"
#include "keyring-item.h"
#include "keyring-lock.h"
#include "keyring-service.h"
#include "serve.h"
#include <locale.h>
#include <signal.h>
#include <string.h>

int
main (int argc, char *argv[])
{
  gboolean shows_layers = argc == 2 && strcmp (argv[1], "--layers") == 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (GDBusInterfaceSkeleton) service = NULL;

  if (!lock_enter (&keyring_lock, &error))
    return fault_leave (error);
  setlocale (LC_ALL, "");
  signal (SIGPIPE, SIG_IGN); /* a bus that hangs up is an answer of write() */
  signal (SIGXFSZ, SIG_IGN);
  signal (SIGINT, SIG_IGN); /* Ctrl-C reaches the whole terminal; core decides */
  keyring_item_warm_up ();
  if (!lock_seal (&keyring_lock, &error))
    return fault_leave (error);
  if (!shows_layers && (connection = serve_connect (&error)) == NULL)
    return fault_leave (error);
  if (!lock_refuse_threads (&error))
    return fault_leave (error);
  if (shows_layers) {
    lock_print_layers ();
    return 0;
  }
  service = keyring_service_new ();
  if (!serve_export (connection, service, &error))
    return fault_leave (error);
  serve_run (connection, NULL, 0, NULL);
  return 0;
}
