/* account-record.h - what core keeps for an account's transport, which has no place of its own: a session, a key, a counter.
 * Trust:  records come from a process that talks to strangers. Key and length are checked here; values are opaque and go back to that account's
 *         transport alone.
 * Used in: core/worker, core/account. Source: Transport2.StateChanged, kind.h (KindRecord). */
#pragma once
#include "account.h"

#define ACCOUNT_RECORD_KEY_MAX 200          /* octets */
#define ACCOUNT_RECORD_VALUE_MAX (64u << 10)
#define ACCOUNT_RECORDS_MAX 100000          /* of one account; chosen: ten thousand sessions and what belongs to them */
#define ACCOUNT_RECORDS_FIRST_MAX (8u << 20) /* octets of those that are handed over first */

/* frame: ay, as it came. Returns: FALSE with FAULT_PROTOCOL: it is no frame STATE of records that this kind has, or they would be too many. */
gboolean account_records_check (Core *core, const Account *account, GVariant *frame, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Are these such keys? */
gboolean account_records_check_keys (const AccountKind *kind, const char *const *keys, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All of a frame that was checked, in a transaction of its own; durable on return. FALSE with FAULT_IO. */
gboolean account_records_write (Core *core, gint64 account, GVariant *frame, GError **error);

/* Returns: a floating frame STATE of those that are there; or NULL with FAULT_IO. */
GVariant *account_records_read (Core *core, gint64 account, const char *const *keys, GError **error);
/* Those that its kind wants first. Returns: (transfer full) the octets of a frame STATE, none where there are none; or NULL with FAULT_IO, or FAULT_DATA:
 * they are more than ACCOUNT_RECORDS_FIRST_MAX. */
GBytes   *account_records_read_first (Core *core, const Account *account, GError **error);
