/* connection.h - one socket with its TLS, its session and its clock, driven by the main loop.
 * Trust:  the server is hostile. Used in: smtp-channel. Source: RFC 5321 §4.5.3.2 (time-outs). */
#pragma once
#include "poller.h"
#include "session.h"
#include "tls.h"

typedef struct Connection Connection;

typedef struct {
  void (*turned) (Connection *connection, gpointer data); /* after each turn: answers may have come */
  void (*silent) (Connection *connection, const char *text, gpointer data); /* once: no greeting yet; it is still waited for */
  void (*closed) (Connection *connection, gpointer data); /* once; free it then or later, not within a hook */
} ConnectionEvents;

/* Takes fd (connected, non-blocking). The others are borrowed for life; poller: made with connection_ready. Nothing is called back before
 * this returns. */
Connection *connection_new  (int fd, Poller *poller, const SmtpAccount *account, ServerTraits *traits, TlsContext *tls, gboolean is_test,
                             const SessionHooks *hooks, const ConnectionEvents *events, gpointer data);
void        connection_ready (gpointer connection); /* a PollerFunc */
void        connection_free (Connection *self); /* without `closed`; NULL is a no-op */

SmtpSession    *connection_get_session (Connection *self); /* borrowed */
const TlsFacts *connection_get_tls (Connection *self);     /* borrowed; NULL before the handshake */
void            connection_wake (Connection *self);        /* rows or orders came: take a turn soon */
