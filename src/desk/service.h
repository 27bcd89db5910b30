/* service.h - Desk1 as desk serves it: its parts connected to one skeleton. Used in: desk, tests. */
#pragma once
#include <gio/gio.h>

typedef struct Service Service;

Service *service_new    (GDBusConnection *bus); /* NULL: there is no session bus; kept */
void     service_free   (Service *self);
gboolean service_export (Service *self, GDBusConnection *connection, GError **error);
