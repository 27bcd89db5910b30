/* Please add nothing here: what stands before lock_seal() runs unlocked, and this process talks to strangers. */
#include "fault.h"
#include "http-client.h"
#include "oauth-lock.h"
#include "oauth-service.h"
#include "serve.h"
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <time.h>

int
main (int argc, char *argv[])
{
  gboolean shows_layers = argc == 2 && strcmp (argv[1], "--layers") == 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (HttpClient) http = NULL;
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (OauthService) service = NULL;

  if (!lock_enter (&oauth_lock, &error))
    return fault_leave (error);
  setlocale (LC_ALL, "");
  signal (SIGPIPE, SIG_IGN); /* a server that hangs up is an answer of write() */
  signal (SIGXFSZ, SIG_IGN);
  signal (SIGINT, SIG_IGN); /* Ctrl-C reaches the whole terminal; core decides */
  tzset ();
  http = http_client_new (); /* makes a pair of sockets, reads the system's authorities */
  if (!lock_seal (&oauth_lock, &error))
    return fault_leave (error);
  if (!shows_layers && (connection = serve_connect (&error)) == NULL)
    return fault_leave (error);
  if (!lock_refuse_threads (&error))
    return fault_leave (error);
  if (shows_layers) {
    lock_print_layers ();
    return 0;
  }
  service = oauth_service_new (http);
  if (!serve_export (connection, oauth_service_get_skeleton (service), &error))
    return fault_leave (error);
  serve_run (connection, NULL, 0, NULL);
  return 0;
}
