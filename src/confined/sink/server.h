/* server.h - accepts clients on a listening socket and lets each work in turn: one thread, one epoll set in GLib's main loop.
 * Trust:  whoever connects is hostile; their number, memory and idle time are bounded. Used in: confined/sink (service). */
#pragma once
#include "maildir.h"
#include "tls.h"

#define SERVER_CONNECTIONS_MAX 512     /* chosen: ten times the pool of any client we know; 64 MiB of buffers at worst */
#define SERVER_IDLE_S 300              /* RFC 5321 §4.5.3.2.7: five minutes at least */
#define SERVER_DESCRIPTORS (2 * SERVER_CONNECTIONS_MAX + 32) /* a socket and a file under tmp each, and our own */

typedef struct Server Server;

/* Takes `listener` (a listening stream socket). options, maildir, tls (NULL: none) are borrowed and must outlive it.
 * Returns: (transfer full), working as soon as the main loop runs; or NULL with FAULT_OS or FAULT_USAGE (it does not listen). */
Server *server_new  (int listener, const SinkSessionOptions *options, Maildir *maildir, SinkTls *tls, GError **error);
void    server_free (Server *self); /* hangs up on all; NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Server, server_free)
