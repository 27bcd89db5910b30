/* gmail-body.h - a message as the body of a request: alone, or as JSON.
 * Trust:  the message is ours, with strangers' values in it. Pure. Used in: confined/gmail. Source: RFC 4648 §5;
 *         https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.messages (raw). */
#pragma once
#include <glib.h>

#define GMAIL_JSON_MAX (5u << 20)    /* octets of a message that goes as JSON: Google's own line for simple uploads */
#define GMAIL_MESSAGE_MAX 36700160   /* octets that messages.send takes: docs/providers.md */

/* message: as by SMTP, octet for octet. Returns: (transfer full) */
GByteArray *gmail_body_build_json (const GByteArray *message);
