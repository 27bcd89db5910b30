/* service.h - Desk1 as desk serves it: its parts connected to one skeleton. Used in: desk, tests. */
#pragma once
#include <gio/gio.h>

typedef struct DeskService DeskService;

DeskService *desk_service_new    (GDBusConnection *bus); /* NULL: there is no session bus; kept */
void         desk_service_free   (DeskService *self);
gboolean     desk_service_export (DeskService *self, GDBusConnection *connection, GError **error);
