/* http-exchange.h - whole requests, from head to answer, by libmicrohttpd: bodies, answers, their timing. It makes no thread and no socket.
 * Trust:  bodies are hostile; the library parses heads that request-head has let through. Used in: confined/callback (http-server).
 * Source: microhttpd.h of 0.9.75 (MHD_add_connection, MHD_suspend_connection, MHD_run). */
#pragma once
#include "http-connection.h"

typedef struct HttpExchange HttpExchange;

/* Called when core has to be asked: serial, route, head and body are the connection's. */
typedef void (*HttpAskFunc) (const HttpConnection *connection, gpointer data);

HttpExchange *http_exchange_new  (HttpAskFunc ask, gpointer data, GError **error); /* before the lock: its epoll set is made here. NULL with FAULT_OS */
void          http_exchange_free (HttpExchange *self);                             /* hangs up on all that it has; NULL is a no-op */

/* Takes over a connection in HTTP_HEAD whose head and route are set: it is freed when it ends. */
void http_exchange_take (HttpExchange *self, HttpConnection *connection);
void http_exchange_hang_up (HttpExchange *self, HttpConnection *connection); /* one that it has: freed before this returns, or soon */
void http_exchange_run (HttpExchange *self);                                 /* what is there to be done now; also once a second, for its clock */

/* page: transfer full. A serial that nobody waits for any more is a no-op. */
void http_exchange_answer (HttpExchange *self, guint32 serial, AnswerPage *page);
/* Whom core has left waiting for longer than their listener allows is told to come later. */
void http_exchange_give_up_late (HttpExchange *self, gint64 now_us);
