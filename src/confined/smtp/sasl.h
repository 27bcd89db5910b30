/* sasl.h - one login: which mechanism, and the octets to say, in base64 as SMTP wants them.
 * Trust:  challenges are hostile. Holds the account's secret for the time of the login. Does no I/O.
 * What held the password or what was made from it is wiped, but for what libgsasl leaves unseen (CRAM-MD5's copies,
 * SCRAM's salted octets on its stack) and libidn where a password is not printable ASCII.
 * Used in: session. Source: RFC 4954, RFC 4422, RFC 4013, RFC 5802, RFC 7677, RFC 2195; libgsasl. With an access token: bearer.h. */
#pragma once
#include "secret-bytes.h"
#include <glib.h>

typedef struct Sasl Sasl;

typedef struct { /* whose login it is; all borrowed until the Sasl is freed */
  const char        *user;
  const SecretBytes *secret;
  gboolean           is_token; /* the secret is an access token (RFC 6750), not a password */
  const char        *host;     /* as the account names it */
  guint              port;     /* that the connection leads to; 0: not known */
} SaslLogin;

/* Chooses the strongest of `offered` (NULL-terminated, upper case) that we speak. An access token goes by OAUTHBEARER or XOAUTH2 and by nothing
 * else, a password never by these.
 * A password that SASLprep refuses goes by PLAIN or LOGIN where these are offered.
 * Returns: (transfer full), or NULL with FAULT_UNAVAILABLE: nothing in common. */
Sasl *sasl_new  (const char *const *offered, const SaslLogin *login, GError **error);
void  sasl_free (Sasl *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sasl, sasl_free)

const char *sasl_get_mechanism (const Sasl *self);
/* RFC 4954 §4: a mechanism in which the client speaks first sends its first octets with AUTH. */
gboolean    sasl_is_client_first (const Sasl *self);

/* challenge: base64 as the server sent it ("" for none).
 * Returns: (transfer full) base64 to say: wipe it with sasl_wipe(); or NULL with FAULT_PROTOCOL, FAULT_DATA. */
char    *sasl_step (Sasl *self, const char *challenge, GError **error);
void     sasl_wipe (char *text); /* zeroes and frees; NULL is a no-op */
/* After the server's yes: has it proved that it knows the password, where the mechanism has such a proof? */
gboolean sasl_is_complete (const Sasl *self);

/* What the server said of an access token that it refuses, printable: "": nothing that can be read. NULL: it was not refused so. Borrowed. */
const char *sasl_get_refusal (const Sasl *self);

/* Loads what libgsasl and its hashes want, before the lock. */
void sasl_warm_up (void);
