/* loopback.h - is the other end of a connection this machine? What lets a login go without TLS: read from a socket, never from a name.
 * Trust:  the text is a socket's own. Pure. Used in: core/worker, transports. Source: RFC 1122 §3.2.1.3, RFC 4291 §2.5.3. */
#pragma once
#include <glib.h>

gboolean is_loopback_address (const char *numeric_address); /* with port: "127.0.0.1:25", "[::1]:25" */
