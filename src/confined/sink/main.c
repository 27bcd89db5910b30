/* Add nothing in front of the lock that reads what a stranger wrote. Nothing has been read from the network before serve_run(). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "serve.h"
#include "service.h"
#include "sink-lock.h"

#define GRACE_MS 0 /* a client that is not answered yet sends again */

static int
sink_fail (const GError *error)
{
  fprintf (stderr, "postrider-sink: %s\n", error->message);
  return fault_exit_status (error);
}

static int
sink_serve (GDBusConnection *connection, SinkService *service, GError **error)
{
  if (!sink_service_export (service, connection, error))
    return sink_fail (*error);
  serve_run (connection, NULL, GRACE_MS, NULL);
  return 0;
}

static int
sink_usage (void)
{
  fputs ("usage: postrider-sink --dir ABSOLUTE_PATH | --layers (core starts this program; see `postrider sink`)\n", stderr);
  return FAULT_USAGE;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = NULL;
  gboolean is_asked = argc == 2 && strcmp (argv[1], "--layers") == 0;
  gboolean is_serving = argc == 3 && strcmp (argv[1], "--dir") == 0 && *argv[2] == '/';
  const LockTable *table = is_serving ? sink_lock_for (argv[2]) : &sink_lock;
  Maildir *maildir = NULL;
  SinkService *service;
  Auth *auth;
  SinkTls *tls;
  int status;

  if (!is_asked && !is_serving)
    return sink_usage ();
  if (!lock_enter (table, &error))
    return sink_fail (error);
  fault_quark ();
  if ((is_serving && (maildir = maildir_open (argv[2], &error)) == NULL) || (tls = sink_tls_new (&error)) == NULL ||
      (auth = auth_new (&error)) == NULL || !lock_seal (table, &error))
    return sink_fail (error);
  if (!is_asked && (connection = serve_connect (&error)) == NULL)
    return sink_fail (error);
  if (!lock_refuse_threads (&error))
    return sink_fail (error);
  if (is_asked) {
    lock_print_layers ();
    return 0;
  }
  service = sink_service_new (maildir, tls, auth);
  status = sink_serve (connection, service, &error);
  sink_service_free (service);
  auth_free (auth);
  sink_tls_free (tls);
  maildir_free (maildir);
  return status;
}
