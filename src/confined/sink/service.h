/* service.h - org.postrider.Sink1: takes the listening socket, tells how many messages came.
 * Trust:  core calls; its arguments were checked against contract/. Used in: confined/sink (main). */
#pragma once
#include "auth.h"
#include "maildir.h"
#include "tls.h"

typedef struct Service Service;

/* All borrowed, must outlive it. They were made before the lock. */
Service *service_new  (Maildir *maildir, Tls *tls, Auth *auth);
void     service_free (Service *self); /* NULL is a no-op */
gboolean service_export (Service *self, GDBusConnection *connection, GError **error);
