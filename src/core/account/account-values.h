/* account-values.h - what the settings of one account are set to, as text by key, and the blob of fields (shared/wire/fields) that the store keeps.
 * Used in: core/account. Pure. */
#pragma once
#include <glib.h>

typedef struct AccountValues AccountValues;
AccountValues *account_values_new  (void);
AccountValues *account_values_copy (const AccountValues *self); /* (transfer full) */
void           account_values_free (AccountValues *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AccountValues, account_values_free)

const char *account_values_get (const AccountValues *self, const char *key); /* borrowed until it is set again; "": not set */
void        account_values_set (AccountValues *self, const char *key, const char *text); /* copies; "" takes it away */

/* (transfer full); the same values make the same blob. */
GBytes        *account_values_to_blob   (const AccountValues *self);
AccountValues *account_values_from_blob (const void *blob, gsize len); /* where it is broken the rest is not set */
