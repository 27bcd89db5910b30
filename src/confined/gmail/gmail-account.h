/* gmail-account.h - what OpenAccount said: where the API is, by which access token, how much at a time.
 * Trust:  from core. Used in: confined/gmail. Source: RFC 6750 §2.1; https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.messages/send. */
#pragma once
#include "secret-bytes.h"
#include <glib.h>

#define GMAIL_IN_FLIGHT_MAX 20 /* docs/providers.md: more gains nothing within any quota */

typedef enum { GMAIL_API, GMAIL_UPLOAD, GMAIL_ENDPOINTS } GmailEndpoint; /* rows of the kind's table: core/account/kind-oauth.c */

typedef struct {
  char        *urls[GMAIL_ENDPOINTS]; /* where a message goes */
  char        *profile;     /* where a test asks */
  char        *authorities; /* PEM; NULL: the system's */
  guint        in_flight;   /* requests at a time: what the pace gives in a second, 1 to GMAIL_IN_FLIGHT_MAX */
  gint64       expires_utc_s; /* when the token is to be renewed; 0: nobody said */
  SecretBytes *authorization; /* a whole header; NULL: forgotten */
} GmailAccount;

/* settings: a{sv} of Transport2.OpenAccount. secret: the access token, taken. Returns: (transfer full), or NULL with FAULT_USAGE. */
GmailAccount *gmail_account_new  (GVariant *settings, SecretBytes *secret, GError **error);
void          gmail_account_free (GmailAccount *self); /* wipes the token; NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GmailAccount, gmail_account_free)

/* secret: taken. Returns: FALSE with FAULT_USAGE: it can be no token, and the one before is forgotten. */
gboolean gmail_account_renew       (GmailAccount *self, SecretBytes *secret, gint64 expires_utc_s, GError **error);
void     gmail_account_forget      (GmailAccount *self); /* wipes it now: no further request will be */
gboolean gmail_account_has_expired (const GmailAccount *self);
