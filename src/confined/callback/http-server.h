/* http-server.h - listening sockets, whoever knocks there, and the heads of their requests: what fits no route is answered here and costs nothing.
 * Trust:  whoever connects is hostile; their number, memory and idle time are bounded, and no slow one holds up another.
 * Used in: confined/callback (service). */
#pragma once
#include "http-exchange.h"

#define HTTP_DESCRIPTORS (HTTP_LISTENERS_MAX * (HTTP_CONNECTIONS_MAX + 2) + 32) /* each client, those about to be closed, and our own */

typedef struct HttpServer HttpServer;

HttpServer *http_server_new  (HttpAskFunc ask, gpointer data, GError **error); /* before the lock. NULL with FAULT_OS */
void        http_server_free (HttpServer *self);                               /* hangs up on all; NULL is a no-op */

/* Takes `fd` and `routes` in any case. Returns: FALSE with FAULT_USAGE (it does not listen, the number is used, another purpose) or FAULT_OS. */
gboolean http_server_listen (HttpServer *self, int fd, guint32 number, RouteTable *routes, GError **error);
gboolean http_server_limit  (HttpServer *self, guint32 number, const HttpLimits *limits, GError **error); /* FALSE with FAULT_USAGE */
void     http_server_answer (HttpServer *self, guint32 serial, AnswerPage *page);                         /* page: transfer full */
