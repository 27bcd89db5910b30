/* api-server.h - an HTTP server that answers as it is told, request by request, on 127.0.0.1, in threads of its own. For tests.
 * It keeps what it got: whole requests, in the order in which they were whole. */
#pragma once
#include <glib.h>

typedef struct { /* what becomes of one request, in the order in which they begin; the last row goes on for ever */
  const char *answer;    /* all of it; NULL: none */
  gssize      read_most; /* the connection is reset after so many octets of the request; 0: all is read */
  gssize      say_most;  /* it ends after so many octets of the answer; 0: all is said */
  gboolean    closes;    /* it ends behind the answer */
  guint       delay_ms;  /* before the answer */
  guint       pause_ms;  /* behind the request's first octet, before the rest is read */
} ApiTurn;

typedef struct {
  char   *head;
  GBytes *body;
} ApiRequest;

typedef struct ApiServer ApiServer;

/* turns: borrowed for life. Returns: (transfer full) */
ApiServer *api_server_new  (const ApiTurn *turns, guint n);
void       api_server_free (ApiServer *self); /* all connections have to be closed by then */

int        api_server_connect (ApiServer *self, const char **out_peer); /* a connected socket, the caller's; out_peer: borrowed */
const char *api_server_get_origin (ApiServer *self);
guint      api_server_count (ApiServer *self);                 /* whole requests */
guint      api_server_count_begun (ApiServer *self);           /* of which it has seen an octet */
const ApiRequest *api_server_get (ApiServer *self, guint index); /* borrowed */
GByteArray *api_server_get_message (ApiServer *self, guint index); /* (transfer full) what it holds, by JSON or alone */
