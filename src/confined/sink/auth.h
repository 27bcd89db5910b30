/* auth.h - SASL, the server's side: one throw-away user with one password, by libgsasl.
 * Trust:  responses are hostile; libgsasl parses them, inside the lock. Used in: confined/sink (session).
 * Source: RFC 4954 (AUTH), RFC 4616 PLAIN, RFC 2195 CRAM-MD5, RFC 5802 and 7677 SCRAM. */
#pragma once
#include <glib.h>

#define AUTH_MECHANISMS "PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256"

typedef struct Auth         Auth;
typedef struct AuthExchange AuthExchange;

typedef enum {
  AUTH_MORE,   /* send the challenge, wait for a line */
  AUTH_DONE,   /* the user is who they say */
  AUTH_FAILED, /* wrong password, or nonsense: answer 535 */
} AuthStep;

Auth *auth_new  (GError **error); /* before the lock. FAULT_SOFTWARE when libgsasl does not start */
void  auth_free (Auth *self);     /* NULL is a no-op */
void  auth_set_user (Auth *self, const char *user, const char *password); /* copies; "" takes it away: AUTH is not offered */
gboolean auth_has_user (const Auth *self);

/* `mechanism` is `len` octets, any case. Returns: (transfer full), or NULL when we don't offer it. Must not outlive `auth`. */
AuthExchange *auth_exchange_new  (Auth *auth, const char *mechanism, gsize len);
void          auth_exchange_free (AuthExchange *self);

/* `line`: the client's base64 (borrowed), or NULL when it sent none with AUTH.
 * out_challenge (transfer full): base64 for AUTH_MORE, "" else. */
AuthStep auth_exchange_step (AuthExchange *self, const char *line, char **out_challenge);
