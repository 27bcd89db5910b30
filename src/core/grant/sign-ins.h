/* sign-ins.h - people who are signing in at their account's provider just now, one at a time and account: the address for a browser, the wait for what comes
 * back, the exchange of the code, and what is kept of it.
 * Trust:  whatever comes to the port, or is pasted, may be anybody's: the state alone proves that it belongs here (authorization.h).
 * Used in: core/app. Source: RFC 8252, RFC 7636, RFC 9207, RFC 9700; App1. */
#pragma once
#include "account.h"
#include "sign-in-reason.h"

typedef struct SignIns SignIns;

/* A sign-in has been made: for those who wait for one. */
typedef void (*SignInsDoneFunc) (gint64 account, gpointer data);

SignIns *sign_ins_new  (Core *core, SignInsDoneFunc done, gpointer data); /* done: NULL: nobody */
void     sign_ins_free (SignIns *self); /* NULL is a no-op */

typedef struct { /* all owned */
  char  *url;      /* for a browser; it holds the state */
  char  *redirect; /* where it leads back to */
  gint64 until_utc;
} SignInStart;
void sign_in_start_free (SignInStart *self); /* wipes; NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignInStart, sign_in_start_free)

/* Ends one that this account has already. Finish: (transfer full); it is waited for from then on.
 * Errors: FAULT_USAGE (no account of that kind), FAULT_CONFIG, FAULT_NO_PERM (the vault is locked), FAULT_TEMP (no port), G_IO_ERROR_CANCELLED. */
void         sign_ins_start_async  (SignIns *self, const Account *account, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
SignInStart *sign_ins_start_finish (GAsyncResult *result, GError **error);

typedef struct { /* all owned */
  SignInReason reason; /* SIGN_IN_NONE: signed in */
  char  *text;         /* why not; "" */
  char  *scope;        /* as granted */
  gint64 expires_utc;  /* of the access token; 0: not said */
} SignInEnd;
void sign_in_end_free (SignInEnd *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignInEnd, sign_in_end_free)

/* How the one that was started last ended, or will. Errors: FAULT_USAGE (none was), G_IO_ERROR_CANCELLED (this wait alone). */
void       sign_ins_wait_async  (SignIns *self, const Account *account, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
SignInEnd *sign_ins_wait_finish (GAsyncResult *result, GError **error);

/* The address that the browser was led back to, by a person's hand. Returns: FALSE with FAULT_DATA: it is none of this sign-in's, try again; FAULT_USAGE: nobody
 * waits for one. */
gboolean sign_ins_paste  (SignIns *self, const Account *account, const char *address, GError **error);
void     sign_ins_cancel (SignIns *self, gint64 account); /* it ends as DENIED; a no-op where there is none */
void     sign_ins_fail   (SignIns *self, gint64 account, const char *why); /* what showed it is gone: it ends as NETWORK; a no-op where there is none, or where its code is being exchanged */
