/* sign-out.h - what a person granted an account is taken back at its provider, and forgotten here. Used in: core/app. Source: RFC 7009. */
#pragma once
#include "account.h"

typedef enum {
  SIGN_OUT_REVOKED,
  SIGN_OUT_NOT_REVOKED, /* the provider could not be asked, or said no; here it is forgotten all the same */
  SIGN_OUT_NOTHING      /* nobody was signed in, or the provider has no such thing */
} SignOutEnd;

const char *sign_out_end_to_word (SignOutEnd end); /* App1's: yes, no, none */

/* account: copied as far as needed. Errors: FAULT_NO_PERM (the vault is locked: nothing is forgotten), FAULT_IO. */
void     sign_out_async  (Core *core, const Account *account, GAsyncReadyCallback callback, gpointer data);
/* *out_text: (transfer full) a sentence, or "". */
gboolean sign_out_finish (GAsyncResult *result, SignOutEnd *out_end, char **out_text, GError **error);
