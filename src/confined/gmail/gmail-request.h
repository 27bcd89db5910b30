/* gmail-request.h - one message on its way through the API: what is asked, where it writes down that it begins, what it waits for.
 * Used in: gmail-channel, gmail-line. Source: docs/design.md §5. */
#pragma once
#include "gmail-account.h"
#include "http-message.h"
#include "row.h"

typedef struct {
  SendQueue    *queue;    /* borrowed */
  Row          *row;      /* of the queue; NULL: it was given back, and no octet of it leaves any more */
  GmailEndpoint endpoint;
  GByteArray   *body;     /* owned */
  gsize         sent;     /* octets of it that were handed out */
  gboolean      is_begun; /* the journal says so, and the last octets may have left */
} GmailRequest;

/* Makes the message. row: taken on success. Returns: (transfer full), or NULL with any error: why it cannot be made, for people. */
GmailRequest *gmail_request_new  (SendQueue *queue, Row *row, GError **error);
void          gmail_request_free (GmailRequest *self); /* its row must have gone; NULL is a no-op */

/* An HttpBodyFunc; data: the request. Writes *begun* before it gives the last octets. */
gssize        gmail_request_read (char *buffer, gsize room, gpointer data);
gboolean      gmail_request_is_whole (const GmailRequest *self); /* all was handed out */
void          gmail_request_give_back (GmailRequest *self); /* to the queue, unless it is begun; a no-op without a row */
