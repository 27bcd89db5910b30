/* dialer.h - the confined dial as core uses it: started when needed, restarted when an account has a new port (its lock names ports).
 * Used in: core/worker, core/signin, core/app (sink, the check of a domain). */
#pragma once
#include "core.h"
#include "dialed-socket.h"

Dialer *dialer_new  (void);
void    dialer_free (Dialer *self);

/* Connects; several may run at once. Errors: FAULT_NO_HOST, FAULT_TEMP (no network), FAULT_UNAVAILABLE (refused). */
void dialer_connect_async  (Dialer *self, const char *host, guint16 port, guint timeout_ms, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer data);
/* Returns: a connected socket that the caller owns, or -1. *out_address (transfer full): the peer's, numeric,
 * as the socket itself says it. A socket to elsewhere than "localhost" or the address that `host` is ends dial. */
int  dialer_connect_finish (Dialer *self, GAsyncResult *result, char **out_address, GError **error);

/* DNS: type TXT, MX or HOST (Dial1.Lookup). Finish: (transfer full), possibly empty; NULL with FAULT_TEMP. */
void  dialer_lookup_async  (Dialer *self, const char *name, const char *type, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
GStrv dialer_lookup_finish (Dialer *self, GAsyncResult *result, GError **error);

/* A loopback listener, from a dial of its own that leaves at once. address: "127.0.0.1" or "::1" and nothing else (FAULT_USAGE).
 * port 0: any. Finish: the listening socket (owned), or -1. */
void dialer_listen_async  (const char *address, guint16 port, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
int  dialer_listen_finish (GAsyncResult *result, guint16 *out_port, GError **error);
