/* grant.h - what a person granted an account at its provider: its refresh token, sealed in the vault with where it may go, and what is known of it in
 * the store. Trust: whoever changes an account's row in the store does not get its token sent elsewhere: the seal does not fit any more.
 * Used in: core/grant, core/app. Source: RFC 6749 §1.5, §6; RFC 9700 §4.14. */
#pragma once
#include "account-provider.h"

typedef struct {
  gboolean is_there;  /* somebody signed in, and it was not taken back */
  char    *scope;     /* as granted */
  gint64   since_utc, until_utc; /* until: when the sign-in itself ends, 0: not said */
  char    *ended;     /* why it does not hold any more, a sentence; "": it does */
} Grant;

/* Returns: (transfer full), or NULL with FAULT_IO. */
Grant *grant_load (Core *core, gint64 account, GError **error);
void   grant_free (Grant *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Grant, grant_free)

/* A sign-in that has just been made: durable on return. scope: as granted. Errors: FAULT_NO_PERM (the vault is locked), FAULT_DATA (the token is longer
 * than is kept), FAULT_IO. */
gboolean grant_store (Core *core, const Account *account, const AccountProvider *provider, const SecretBytes *token, const char *scope, gint64 until_utc,
                      GError **error);

/* The refresh token. Returns: (transfer full), or NULL with FAULT_NO_PERM: nobody has signed in, it has ended, the account goes elsewhere now, or the
 * vault is locked. */
SecretBytes *grant_read_token (Core *core, const Account *account, const AccountProvider *provider, GError **error);

/* A provider that rotates gave `token` in place of `used`: durable on return. Where a newer sign-in has come meanwhile nothing is done. What cannot be written
 * is remembered, so that it is used and written next time. */
gboolean grant_rotate (Core *core, const Account *account, const AccountProvider *provider, const SecretBytes *used, const SecretBytes *token, GError **error);

/* It does not hold any more: why, a sentence. Only while `used` is still its token. */
gboolean grant_end (Core *core, const Account *account, const AccountProvider *provider, const SecretBytes *used, const char *why, GError **error);

/* Nobody is signed in. */
gboolean grant_forget (Core *core, const Account *account, GError **error);
