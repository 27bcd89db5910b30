/* listener.h - a listening socket on this machine's own address.
 * Used in: service.c, in a dial that was started with --listen. Source: RFC 1122 §3.2.1.3, RFC 4291 §2.5.3. */
#pragma once
#include <glib.h>

gboolean listener_is_address (const char *address); /* "127.0.0.1" or "::1": nothing else is ever listened on */

/* address: as above. port: 0 is any free one. Returns: a non-blocking, close-on-exec fd (yours) and its port; or -1 with
 * FAULT_USAGE (another address), FAULT_UNAVAILABLE (in use, or no such address here), FAULT_NO_PERM or FAULT_OS. */
int listener_open (const char *address, guint16 port, guint16 *out_port, GError **error);
