/* account.h - what OpenAccount said: where, as whom, how carefully.
 * Trust:  from core. Used in: smtp-channel, session, connection. */
#pragma once
#include "secret-bytes.h"
#include <glib.h>

#define ACCOUNT_WINDOW_DEFAULT 10 /* chosen: 138 messages a second over 50 ms (docs/design.md §9), more than providers allow; in doubt after a break: ten */
#define ACCOUNT_WINDOW_GROWN 256  /* chosen: 1,000 a second over 50 ms; no further by itself, for all that is in it is in doubt after a break */
#define ACCOUNT_WINDOW_MAX 1000   /* docs/design.md §9: tried that deep; deeper gains nothing */

typedef enum { ACCOUNT_TLS_NONE, ACCOUNT_TLS_STARTTLS, ACCOUNT_TLS_IMPLICIT } AccountTls;

typedef struct {
  char        *host, *user, *pin, *helo, *authorities; /* never NULL; authorities: PEM, "": the system's */
  AccountTls   tls;
  gboolean     is_insecure; /* a login without TLS is fine, wherever the peer is; never with an access token */
  gboolean     is_token;    /* the secret is an access token of a sign-in (RFC 6750), not a password */
  gint64       expires_utc_s; /* when that token ends; 0: nobody said */
  guint        connections;     /* never ask for more at a time; 0: no limit of the account's */
  guint        window, window_max; /* 1..ACCOUNT_WINDOW_MAX: at first, and where the round trip is long */
  guint        timeout_percent; /* of RFC 5321's times */
  SecretBytes *secret; /* kept as long as a further connection may have to log in: until Drain; NULL from then on */
} SmtpAccount;

/* settings: a{sv} of Transport2.OpenAccount. secret: taken. Returns: (transfer full), or NULL with FAULT_USAGE: which setting is wrong. */
SmtpAccount *account_new (GVariant *settings, SecretBytes *secret, GError **error);
void     account_free (SmtpAccount *self); /* wipes the secret; NULL is a no-op */
/* secret: taken, in place of the one that it has, which is wiped: no login may be under way by that. */
void     account_renew_secret  (SmtpAccount *self, SecretBytes *secret, gint64 expires_utc_s);
gboolean account_has_expired   (const SmtpAccount *self); /* its token's end has come */
void     account_forget_secret (SmtpAccount *self); /* wipes it now: no further login will be */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SmtpAccount, account_free)
