/* isolated-sign-in.h - a sign-in that is shown in a window of its own: for whom there may be one, and that it lives no longer than the sign-in. One at a time.
 * Trust:  an address that the window hands over is judged as what comes to the listener is (sign-ins.h), and changes nothing where it is none of this sign-in's.
 * Used in: core/app, core/parts.c. */
#pragma once
#include "account.h"
#include "environment.h"
#include "sign-ins.h"

/* error: NULL: the window stands. Else (borrowed) why there is none: FAULT_UNAVAILABLE (the provider, the display or this machine does not allow it), FAULT_NO_PERM (root), FAULT_CONFIG. */
typedef void (*IsolatedSignInFunc) (const GError *error, gpointer data);

/* start: of this account's sign-in, which is waited for already; environment: of the person's desktop; NULL: none is known. Both borrowed. Another one that is open is closed, and cancelled
 * if it is another account's. `done` is called once, never before this returns. */
void isolated_sign_in_show (Core *core, const Account *account, const SignInStart *start, Environment *environment, IsolatedSignInFunc done, gpointer data);
void isolated_sign_in_free (IsolatedSignIn *self); /* closes its window; NULL is a no-op */
