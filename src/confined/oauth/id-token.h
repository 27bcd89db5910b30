/* id-token.h - who signed in, as an ID token beside the access token says it. Its signature is not looked at: it comes by TLS from the token endpoint
 * itself, and opens nothing.
 * Trust:  input is hostile. Does no I/O. Used in: confined/oauth.
 * Source: OpenID Connect Core 1.0 §2, §3.1.3.7 (6), §5.1 (email, email_verified); RFC 7519 §3; RFC 4648 §5. */
#pragma once
#include <glib.h>

#define ID_TOKEN_MAX (16 * 1024)   /* chosen: octets */
#define ID_TOKEN_ADDRESS_MAX 320   /* RFC 3696 erratum 1690 has 254; contract (OAuth1) */

/* token: NULL is taken. Returns: (transfer full), or NULL: it says no address, or one that the provider has not verified. */
char *id_token_dup_address (const char *token);
