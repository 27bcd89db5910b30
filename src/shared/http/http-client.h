/* http-client.h - HTTP requests by libcurl on a connected socket that another process made: HTTP/1.1, one connection, one request at a time; the connection
 * is closed behind it, or kept for the next one. Who wants several connections has several clients.
 * Trust:  the server is hostile. Nothing is followed, kept or unpacked: no redirect, cookie, netrc, proxy, HTTP/0.9, Alt-Svc, compression; the head of an
 *         answer has at most 64 KiB, its body 1 MiB, and there is a limit in time for the whole. https with the name checked; http only where the
 *         address names this machine and the socket's other end is on it.
 * Used in: confined/oauth, confined/gmail, behind their locks, which answer connect() with EINPROGRESS: libcurl 7.88 calls it for sockets that are connected (later
 *         ones do not), and goes on after that answer alone.
 * Source: libcurl's CURLOPT_OPENSOCKETFUNCTION(3), CURLOPT_SOCKOPTFUNCTION(3), libcurl-multi(3); RFC 9110, 9112.
 * Secrets: what libcurl and OpenSSL allocate is wiped when they give it back, from http_client_new() on (wiped-memory.h), and so is the answer's body. Not wiped:
 *         what they leave on the stack and in registers, and the kernel's socket buffers. */
#pragma once
#include "http-message.h"

typedef struct HttpClient HttpClient;

/* Before the lock, and before anything else uses OpenSSL: loads libcurl and the system's authorities; each makes a pair of sockets. (transfer full) */
HttpClient *http_client_new  (void);
void        http_client_free (HttpClient *self); /* at the end of the process: what is under way is not answered; NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HttpClient, http_client_free)

/* data: for `done` and the request's `body`, borrowed until `done`. No seek and no second try: a connection that is lost is lost.
 * Returns: FALSE with FAULT_USAGE: an address that is not taken, a request under way, a second connection or none; then `done` is not called. */
gboolean http_client_send (HttpClient *self, const HttpRequest *request, HttpDoneFunc done, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean http_client_is_busy      (const HttpClient *self); /* a request is under way; not any more when `done` is called */
gboolean http_client_is_connected (const HttpClient *self); /* it has a connection, kept or in use, as far as it knows: an idle one may have ended */
