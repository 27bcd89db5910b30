/* recovery.h - what a transport left in its journal becomes the ledger's truth: the table of docs/design.md §5.
 * Trust:  the file was written by a confined program: only rows that the ledger itself handed over under this journal are touched.
 * Used in: core/dispatch. Each journal is home/journals/SERIAL; core holds flock(LOCK_EX) on it through the fd that it also passes on,
 * so that the lock outlasts core and is free only when the transport is gone too. */
#pragma once
#include "core.h"
#include "ledger.h"

typedef struct Journal Journal;

/* Makes and locks the next journal of an account; its row is in the store when this returns.
 * (transfer full) or NULL: FAULT_CANT_CREATE, FAULT_IO. */
Journal *journal_create (Core *core, gint64 account, GError **error);
void     journal_free   (Journal *self); /* closes our fd; the file stays */
int      journal_get_fd (const Journal *self); /* borrowed */
guint64  journal_get_serial (const Journal *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Journal, journal_free)

typedef enum { RECOVERY_DONE, RECOVERY_BUSY, RECOVERY_FAILED } RecoveryResult;

/* Applies the table to all that is still handed under `serial` and then drops row and file. One transaction.
 * Its transport must be gone: with `journal` NULL the lock on the file is tried first (BUSY: a transport still holds it; try again soon). */
RecoveryResult recovery_apply (Core *core, guint64 serial, Journal *journal, GError **error);

/* The transport of this journal lied: from now on its journal proves nothing. Durable before the peer is killed. */
gboolean recovery_mark_dropped (Core *core, guint64 serial, GError **error);

/* At start: removes files whose journal was recovered already. */
void recovery_sweep (Core *core);

/* Serials of an account's journals that nobody has recovered yet, oldest first. */
GArray *recovery_list (Core *core, gint64 account, GError **error); /* (transfer full) of guint64 */
