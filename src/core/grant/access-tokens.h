/* access-tokens.h - the short-lived tokens of all accounts that have a sign-in: kept in memory, renewed before they end, one renewal at a time and account.
 * A renewal may use up the refresh token (RFC 6749 §6), and a second use of that takes the whole sign-in back (RFC 9700 §4.14.2): none is begun while
 * an earlier worker may still be at it, also one that outlived its core.
 * Used in: core/worker (transports), core/grant, core/app. */
#pragma once
#include "account.h"

typedef struct AccessTokens AccessTokens;

AccessTokens *access_tokens_new  (Core *core);
void          access_tokens_free (AccessTokens *self); /* what waits ends with FAULT_TEMP; NULL is a no-op */

/* One that holds for some minutes more. refused: the number of one that a server refused, 0: none was.
 * Errors: FAULT_NO_PERM (sign in again: the sentence says why; or the vault is locked), FAULT_CONFIG (client id or secret), FAULT_TEMP (the provider does not
 * answer; or another renewal is under way and does not end), FAULT_IO. */
void         access_tokens_get_async  (AccessTokens *self, const Account *account, guint64 refused, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* Returns: (transfer full). *out_renew_utc: when to ask for the next one, 0: not known. *out_number: what it is called here. */
SecretBytes *access_tokens_get_finish (GAsyncResult *result, gint64 *out_renew_utc, guint64 *out_number, GError **error);

/* A sign-in has brought one. expires_s: 0: not said. */
void     access_tokens_put    (AccessTokens *self, gint64 account, const SecretBytes *token, guint expires_s);
void     access_tokens_forget (AccessTokens *self, gint64 account);
void     access_tokens_remove (AccessTokens *self, gint64 account); /* it is gone, and its lock file goes: no account has this number again */
gint64   access_tokens_get_expiry (AccessTokens *self, gint64 account); /* UTC seconds; 0: none is there, or it is not known */
