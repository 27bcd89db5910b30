/* Please add nothing here: what stands before lock_seal() runs unlocked, and this process talks to strangers. */
#include "fault.h"
#include "gmail-channel.h"
#include "gmail-lock.h"
#include "http-client.h"
#include "serve.h"
#include "skeleton.h"
#include "transport-service.h"
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#define GRACE_MS 10000 /* docs/design.md §5: what is begun may take ten seconds when core is gone */

int
main (int argc, char *argv[])
{
  gboolean shows_layers = argc == 2 && strcmp (argv[1], "--layers") == 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (TransportService) service = NULL;
  gpointer channel;

  if (!lock_enter (&gmail_lock, &error))
    return fault_leave (error);
  setlocale (LC_ALL, "");
  signal (SIGPIPE, SIG_IGN); /* a server that hangs up is an answer of write() */
  signal (SIGXFSZ, SIG_IGN); /* a full journal too */
  signal (SIGINT, SIG_IGN);  /* Ctrl-C reaches the whole terminal; core decides, we finish the wire */
  signal (SIGHUP, SIG_IGN);
  signal (SIGTERM, SIG_IGN); /* a session that ends tells everybody at once: core drains, we leave with it */
  tzset ();
  channel = gmail_channel_new (); /* makes pairs of sockets, reads the system's authorities */
  service = transport_service_new (&gmail_channel, channel);
  skeleton_warm_up (); /* converters, MIME tables */
  if (!lock_seal (&gmail_lock, &error))
    return fault_leave (error);
  if (!shows_layers && (connection = serve_connect (&error)) == NULL)
    return fault_leave (error);
  if (!lock_refuse_threads (&error))
    return fault_leave (error);
  if (shows_layers) {
    lock_print_layers ();
    return 0;
  }
  if (!serve_export (connection, transport_service_get_skeleton (service), &error))
    return fault_leave (error);
  serve_run (connection, transport_service_is_done, GRACE_MS, service);
  return 0;
}
