/* service.h - org.postrider.Callback1: sockets and routes in, questions out, answers in.
 * Trust:  core calls; its arguments were checked against contract/. Used in: confined/callback (main). */
#pragma once
#include <gio/gio.h>

typedef struct CallbackService CallbackService;

CallbackService *callback_service_new  (GError **error);         /* before the lock. NULL with FAULT_OS */
void             callback_service_free (CallbackService *self); /* NULL is a no-op */
gboolean         callback_service_export (CallbackService *self, GDBusConnection *connection, GError **error);
