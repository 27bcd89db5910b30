/* connector.h - a host name and a port become a connected socket. Blocks: for worker threads.
 * Trust:  the name server's answers are hostile; glibc parses them. Used in: service.c.
 * Source: RFC 6761 §6.3 (localhost), RFC 8305 §5 (staggered attempts), getaddrinfo(3). */
#pragma once
#include <glib.h>

#define CONNECTOR_TIMEOUT_MAX_MS 300000 /* RFC 5321 §4.5.3.2 */

typedef struct {
  int   fd;      /* non-blocking, close-on-exec, NODELAY and KEEPALIVE set; -1: taken */
  char *address; /* "192.0.2.1:25", "[2001:db8::1]:25" */
} Connected;

void connected_free (Connected *self); /* closes fd; NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Connected, connected_free)

/* deadline_us: of g_get_monotonic_time(); getaddrinfo() may overrun it by the resolver's own time-outs.
 * Returns: (transfer full), or NULL with FAULT_NO_HOST, FAULT_TEMP (no network, no answer) or FAULT_UNAVAILABLE (refused). */
Connected *connector_connect (const char *host, guint16 port, gint64 deadline_us, GError **error);
