/* loopback.h - is the other end of a connection this machine? What lets a login go without TLS: read from a socket, never from a name.
 * Trust:  the text is a socket's own, but a literal's. Pure. Used in: core, shared/http, transports. Source: RFC 1122 §3.2.1.3, RFC 4291 §2.5.3. */
#pragma once
#include <glib.h>

gboolean is_loopback_address (const char *numeric_address); /* with port: "127.0.0.1:25", "[::1]:25" */

/* As a person writes it, without port and brackets: 127.0.0.0/8 or ::1, by number and not by another spelling. */
gboolean is_loopback_literal (const char *host);
