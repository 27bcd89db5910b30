/* transport-service.h - Transport2 as core calls it, in front of the send queue and its channel.
 * Trust:  core calls; values were checked against contract/ on the way in. Used in: main of each transport. */
#pragma once
#include "channel.h"
#include <gio/gio.h>

typedef struct TransportService TransportService;

/* channel: borrowed for life. channel_self: its object, taken. Secrets, fds and rows arrive by calls. */
TransportService *transport_service_new  (const Channel *channel, gpointer channel_self);
void              transport_service_free (TransportService *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TransportService, transport_service_free)

GDBusInterfaceSkeleton *transport_service_get_skeleton (TransportService *self); /* borrowed; to be exported */

/* Core is gone: finish what is begun, begin nothing. Returns: is that done? May be asked again. A ServeDoneFunc. */
gboolean transport_service_is_done (gpointer self);
