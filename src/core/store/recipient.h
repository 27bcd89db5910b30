/* recipient.h - rows of the ledger that change because their person does. Used in: core/store. Inside the caller's transaction. Errors: FAULT_IO. */
#pragma once
#include "store.h"

/* queued or later (`state`) -> skipped(reason); the tally follows. reason: a literal. */
gboolean recipient_skip (Store *store, gint64 campaign, gint64 recipient, gint64 state, const char *reason, GError **error);
