/* service.h - dial's side of org.postrider.Dial1: which calls are taken, where they run, how they are answered.
 * Trust:  core calls; the answers of name servers are hostile. Used in: main.c. */
#pragma once
#include "dial-lock.h"
#include <gio/gio.h>

typedef struct {
  guint16  ports[DIAL_PORTS_MAX]; /* the ones that may be connected to */
  gsize    n_ports;
  gboolean can_listen;
  const char *listen_address; /* the only one that may be asked for; borrowed of argv */
  guint16  listen_port;       /* the same */
  int      listener;    /* bound by service_warm_up(), owned by the process; -1: it failed */
  guint16  bound_port;
  GError  *listen_error;
} ServiceRights;

/* Reads --connect PORT…, --listen ADDRESS PORT. Returns: FALSE with FAULT_USAGE. */
gboolean service_rights_parse (ServiceRights *self, int argc, char *argv[], GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Before the lock: loads what name resolution would load later, without asking anyone anything; or binds the port to listen on,
 * so that the lock need not allow it (Landlock would not see a listen() without bind()). */
void service_warm_up (ServiceRights *rights);

/* After the seal, so that each thread wears it, and before lock_refuse_threads(). Not for a dial that listens. */
gboolean service_start_workers (GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* rights: borrowed, for the life of the skeleton. Returns: (transfer full) the skeleton, ready to be exported. */
GDBusInterfaceSkeleton *service_new (const ServiceRights *rights);
