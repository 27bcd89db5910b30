/* recipient.h - rows of the ledger that change because their person does. Used in: core/store. Inside the caller's transaction. Errors: FAULT_IO. */
#pragma once
#include "database.h"
#include "outcome.h"

/* queued or later (`state`) -> skipped(reason); the tally follows. */
gboolean recipient_skip (Database *database, gint64 campaign, gint64 recipient, gint64 state, OutcomeReason reason, GError **error);
