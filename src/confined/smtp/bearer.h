/* bearer.h - a login with an access token: what the client says by OAUTHBEARER and by XOAUTH2, and what a server's refusal says.
 * Trust:  a refusal is hostile. The token is the account's secret for an hour: no copy of it is left behind but what is returned. Pure.
 * Used in: sasl. Source: RFC 7628 §3.1, §3.2 (OAUTHBEARER), RFC 5801 §4 (a saslname), RFC 6750 §2.1 (a token's signs);
 * https://developers.google.com/workspace/gmail/imap/xoauth2-protocol (XOAUTH2, read in November 2026). */
#pragma once
#include "secret-bytes.h"

#define BEARER_REFUSAL_MAX 200 /* octets that are shown; chosen: Google's and Microsoft's have 70 to 100 */

/* port: 0: not known, and not said (RFC 7628 wants it for keyed tokens alone).
 * Returns: (transfer full) base64 to say, to be wiped with sasl_wipe(); or NULL with FAULT_DATA: the user name or the token cannot be said. */
char *bearer_say_oauthbearer (const char *user, const SecretBytes *token, const char *host, guint port, GError **error);
char *bearer_say_xoauth2     (const char *user, const SecretBytes *token, GError **error);

/* challenge: the base64 of the 334 behind a token that is refused: JSON, as a rule.
 * Returns: (transfer full) its words on one line, printable; "": none that can be read. */
char *bearer_read_refusal (const char *challenge);
