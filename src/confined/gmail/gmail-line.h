/* gmail-line.h - one connection to the API, kept from request to request: one request at a time, so that nobody has to guess which of several was answered.
 * Trust:  the server is hostile; libcurl speaks with it. Used in: gmail-channel. Source: RFC 9112 §9.3; docs/decisions/one-request-a-connection.md. */
#pragma once
#include "gmail-account.h"
#include "gmail-request.h"
#include "http-client.h"

#define GMAIL_PER_CONNECTION 500 /* requests before a fresh one; chosen: servers end a connection after some hundred, at times in the middle of one */

typedef struct GmailLine GmailLine;

/* request: NULL: it was a test. answer: borrowed. The line is free again, and may be used. */
typedef void (*GmailLineFunc) (GmailLine *line, GmailRequest *request, const HttpAnswer *answer, gpointer data);

GmailLine *gmail_line_new  (GmailLineFunc answered, gpointer data); /* before the lock (http_client_new) */
void       gmail_line_free (GmailLine *self); /* a request that is under way is freed unanswered; NULL is a no-op */
void       gmail_line_take_socket (GmailLine *self, int fd, GmailEndpoint endpoint); /* fd: taken. Only when it is vacant */

gboolean   gmail_line_is_vacant (const GmailLine *self); /* neither connected nor busy */
gboolean   gmail_line_is_ready  (const GmailLine *self, GmailEndpoint endpoint); /* connected there, and free */
gboolean   gmail_line_is_at     (const GmailLine *self, GmailEndpoint endpoint); /* connected there, free or not */
gboolean   gmail_line_is_fresh  (const GmailLine *self); /* nothing but the last request was asked on its connection */
GmailEndpoint gmail_line_get_endpoint (const GmailLine *self);
GmailRequest *gmail_line_get_request (const GmailLine *self); /* borrowed; NULL: none */

/* request: taken, also on failure, where its row was given back; `answered` follows on success. Returns: FALSE with FAULT_USAGE or FAULT_SOFTWARE: nothing left. */
gboolean   gmail_line_send (GmailLine *self, const GmailAccount *account, GmailRequest *request, GError **error);
gboolean   gmail_line_test (GmailLine *self, const GmailAccount *account, GError **error); /* asks who we are; `answered` follows */
