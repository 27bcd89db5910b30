/* service.h - org.postrider.Sink1: takes the listening socket, tells how many messages came.
 * Trust:  core calls; its arguments were checked against contract/. Used in: confined/sink (main). */
#pragma once
#include "auth.h"
#include "maildir.h"
#include "tls.h"

typedef struct SinkService SinkService;

/* All borrowed, must outlive it. They were made before the lock. */
SinkService *sink_service_new  (Maildir *maildir, SinkTls *tls, Auth *auth);
void         sink_service_free (SinkService *self); /* NULL is a no-op */
gboolean     sink_service_export (SinkService *self, GDBusConnection *connection, GError **error);
