/* service.h - org.postrider.Gate1: connections by core's numbers, questions out, answers in.
 * Trust:  core calls; its arguments were checked against contract/. Used in: confined/gate (main). */
#pragma once
#include <gio/gio.h>

typedef struct GateService GateService;

GateService *gate_service_new    (void);
void         gate_service_free   (GateService *self); /* hangs up on all; NULL is a no-op */
gboolean     gate_service_export (GateService *self, GDBusConnection *connection, GError **error);
