/* connection.h - one client of the sink: a non-blocking socket, perhaps with TLS over it, that feeds a session.
 * Trust:  the client is hostile: bounded buffers, no read while replies wait. Used in: confined/sink (server). */
#pragma once
#include "maildir.h"
#include "tls.h"

#define SINK_CONNECTION_READ_OCTETS (64 * 1024) /* at a time; at least a TLS record (16 KiB), so that OpenSSL keeps none back */

typedef struct SinkConnection SinkConnection;

typedef enum { SINK_CONNECTION_CLOSED, SINK_CONNECTION_WANTS_READ, SINK_CONNECTION_WANTS_WRITE } SinkConnectionState;

/* Takes `fd`. options, maildir and tls (NULL: none) are borrowed and must outlive it. */
SinkConnection *sink_connection_new  (int fd, const SinkSessionOptions *options, Maildir *maildir, SinkTls *tls);
void            sink_connection_free (SinkConnection *self); /* closes; NULL is a no-op */

/* Works as far as the socket lets it. buffer: SINK_CONNECTION_READ_OCTETS of scratch, shared by all. Returns: what to wait for next. */
SinkConnectionState sink_connection_work (SinkConnection *self, char *buffer);

int    sink_connection_get_fd (const SinkConnection *self);
gint64 sink_connection_get_active_us (const SinkConnection *self); /* monotonic time of the last work */
void   sink_connection_say_idle (SinkConnection *self);            /* 421, as far as it goes out at once; then free it */
