/* sasl.h - one login: which mechanism, and the octets to say, in base64 as SMTP wants them.
 * Trust:  challenges are hostile. Holds the account's secret for the time of the login. Does no I/O.
 * What held the password or what was made from it is wiped, but for what libgsasl leaves unseen (CRAM-MD5's copies,
 * SCRAM's salted octets on its stack) and libidn where a password is not printable ASCII.
 * Used in: session. Source: RFC 4954, RFC 4422, RFC 4013, RFC 5802, RFC 7677, RFC 2195; libgsasl. */
#pragma once
#include "secret-bytes.h"
#include <glib.h>

typedef struct Sasl Sasl;

/* Chooses the strongest of `offered` (NULL-terminated, upper case) that we speak.
 * A secret that SASLprep refuses goes by PLAIN or LOGIN where these are offered.
 * Returns: (transfer full), or NULL with FAULT_UNAVAILABLE: nothing in common. user, secret, host are borrowed until free. */
Sasl *sasl_new  (const char *const *offered, const char *user, const SecretBytes *secret, const char *host, GError **error);
void  sasl_free (Sasl *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sasl, sasl_free)

const char *sasl_get_mechanism (const Sasl *self);
/* RFC 4954 §4: a mechanism in which the client speaks first sends its first octets with AUTH. */
gboolean    sasl_is_client_first (const Sasl *self);

/* challenge: base64 as the server sent it ("" for none).
 * Returns: (transfer full) base64 to say: wipe it with sasl_wipe(); or NULL with FAULT_PROTOCOL. */
char    *sasl_step (Sasl *self, const char *challenge, GError **error);
void     sasl_wipe (char *text); /* zeroes and frees; NULL is a no-op */
/* After the server's yes: has it proved that it knows the password, where the mechanism has such a proof? */
gboolean sasl_is_complete (const Sasl *self);

/* Loads what libgsasl and its hashes want, before the lock. */
void sasl_warm_up (void);
