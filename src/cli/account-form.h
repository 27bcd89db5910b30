/* account-form.h - the options of `account add` and `account set`, drawn from core's table of kinds (App1.AccountKinds).
 * Used in: cli. */
#pragma once
#include "options.h"

typedef struct AccountForm AccountForm;

/* kinds: kept. has_kind: where there are several, --kind says which. Returns: (transfer full) */
AccountForm *account_form_new  (GVariant *kinds, gboolean has_kind);
void         account_form_free (AccountForm *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AccountForm, account_form_free)

OptionSet   account_form_get_set (AccountForm *self); /* borrowed: for options_parse() and options_help() */

/* Whether an account of the kind connects to anything, so that there is something to try. kind: its word; "": the first one. */
gboolean    account_form_has_endpoints (const AccountForm *self, const char *kind);

/* Whether people sign in to an account of the kind. kind: as above. */
gboolean    account_form_has_sign_in (const AccountForm *self, const char *kind);

/* KIND:ADDRESS. address: in: as given; out: without the kind in front. Returns: (borrowed) the kind; --kind where that was given; "": neither. */
const char *account_form_split_address (const AccountForm *self, const char **address);

/* The text that was given for the setting; NULL: none, or it is no text. */
const char *account_form_get_text (const AccountForm *self, const char *key);
gboolean    account_form_is_any_given (const AccountForm *self);
gboolean    account_form_is_given (const AccountForm *self, const char *key);

/* Adds what was given, and nothing else. Errors: FAULT_USAGE (a value that the table does not allow). */
gboolean    account_form_put (const AccountForm *self, GVariantDict *out, GError **error);
