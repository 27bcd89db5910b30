/* http-transfer.h - one request as libcurl knows it: an easy handle with all that is switched off, its one socket, its answer.
 * Trust:  the server is hostile. Used in: http-client.c. Source: libcurl-easy(3), curl_easy_setopt(3). */
#pragma once
#include "http-message.h"
#include <curl/curl.h>

typedef struct HttpTransfer HttpTransfer;

/* system_authorities: PEM, borrowed for the transfer's life. Takes request->fd.
 * Returns: (transfer full), or NULL with FAULT_USAGE or FAULT_SOFTWARE. */
HttpTransfer *http_transfer_new  (const HttpRequest *request, GBytes *system_authorities, HttpDoneFunc done, gpointer data, GError **error);
void          http_transfer_free (HttpTransfer *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HttpTransfer, http_transfer_free)

CURL         *http_transfer_get_easy (HttpTransfer *self);
HttpTransfer *http_transfer_of_easy  (CURL *easy);
void          http_transfer_conclude (HttpTransfer *self, CURLcode code); /* calls `done` */
