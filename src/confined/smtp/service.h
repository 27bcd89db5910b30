/* service.h - Transport1 as core calls it, in front of the lane.
 * Trust:  core calls; values were checked against contract/ on the way in. Used in: main. */
#pragma once
#include "lane.h"

typedef struct Service Service;

/* tls, poller: borrowed for life; secrets, fds and rows arrive by calls. */
Service *service_new  (TlsContext *tls, Poller *poller);
void     service_free (Service *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Service, service_free)

GDBusInterfaceSkeleton *service_get_skeleton (Service *self); /* borrowed; to be exported */

/* Core is gone: finish what is begun, begin nothing. Returns: is that done? May be asked again. A ServeDoneFunc. */
gboolean service_is_done (gpointer self);
