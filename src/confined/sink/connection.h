/* connection.h - one client of the sink: a non-blocking socket, perhaps with TLS over it, that feeds a session.
 * Trust:  the client is hostile: bounded buffers, no read while replies wait. Used in: confined/sink (server). */
#pragma once
#include "maildir.h"
#include "tls.h"

#define CONNECTION_READ_OCTETS (64 * 1024) /* at a time; at least a TLS record (16 KiB), so that OpenSSL keeps none back */

typedef struct Connection Connection;

typedef enum { CONNECTION_CLOSED, CONNECTION_WANTS_READ, CONNECTION_WANTS_WRITE } ConnectionState;

/* Takes `fd`. options, maildir and tls (NULL: none) are borrowed and must outlive it. */
Connection *connection_new  (int fd, const SessionOptions *options, Maildir *maildir, Tls *tls);
void        connection_free (Connection *self); /* closes; NULL is a no-op */

/* Does what can be done now. buffer: CONNECTION_READ_OCTETS of scratch, shared by all. Returns: what to wait for next. */
ConnectionState connection_work (Connection *self, char *buffer);

int    connection_get_fd (const Connection *self);
gint64 connection_get_active_us (const Connection *self); /* monotonic time of the last work */
void   connection_say_idle (Connection *self);            /* 421, as far as it goes out at once; then free it */
