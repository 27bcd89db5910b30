/* http-transfer.h - one request as libcurl knows it: an easy handle with all that is switched off, its one socket, its answer.
 * Trust:  the server is hostile. Used in: http-client.c. Source: libcurl-easy(3), curl_easy_setopt(3). */
#pragma once
#include "http-message.h"
#include <curl/curl.h>

typedef struct HttpTransfer HttpTransfer;

typedef struct { /* the one connection that a client has; borrowed for the transfer's life */
  int      fd;        /* owned until libcurl has it, then -1 */
  gboolean is_open;   /* libcurl has one, kept or in use */
  gboolean is_near;   /* it ends on this machine */
} HttpSocket;

/* system_authorities: PEM, borrowed for the transfer's life. socket: where the request goes; request->fd is not looked at.
 * Returns: (transfer full), or NULL with FAULT_USAGE or FAULT_SOFTWARE. */
HttpTransfer *http_transfer_new  (const HttpRequest *request, HttpSocket *socket, GBytes *system_authorities, HttpDoneFunc done, gpointer data, GError **error);
void          http_transfer_free (HttpTransfer *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HttpTransfer, http_transfer_free)

CURL         *http_transfer_get_easy (HttpTransfer *self);
HttpTransfer *http_transfer_of_easy  (CURL *easy);
void          http_transfer_conclude (HttpTransfer *self, CURLcode code); /* calls `done` */
