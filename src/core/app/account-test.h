/* account-test.h - tries an account: dials, lets a confined transport greet and log in, asks DNS about the sender's domain.
 * Trust:  the report comes from a process that talked to a stranger: every value is checked for type, capped and made printable.
 * Used in: core/app. */
#pragma once
#include "account.h"

/* Errors: FAULT_NO_PERM (no password), those of dialer_connect, FAULT_UNAVAILABLE (the transport ended or stalled),
 * FAULT_PROTOCOL (it lied). What the server said no to is no error: it stands in the report. */
void      account_test_async  (Core *core, const Account *account, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
GVariant *account_test_finish (GAsyncResult *result, GError **error); /* (transfer full) a{sv} as AccountTest's report */

/* Pure: the transport's report checked and made presentable; what is missing gets an empty value.
 * Returns: FALSE with FAULT_PROTOCOL: a value of the wrong type. */
gboolean  account_test_check_report (GVariant *raw_report, GVariantBuilder *out_report, guint64 *out_size, GError **error);
