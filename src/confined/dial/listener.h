/* listener.h - a listening socket on 127.0.0.1.
 * Used in: service.c, in a dial that was started with --listen. */
#pragma once
#include <glib.h>

/* port: 0 is any free one. Returns: a non-blocking, close-on-exec fd (yours) and its port; or -1 with
 * FAULT_UNAVAILABLE (in use), FAULT_NO_PERM or FAULT_OS. */
int listener_open (guint16 port, guint16 *out_port, GError **error);
