/* history.h - when a campaign's letters were answered, counted from the ledger, and what people did with it meanwhile, from the log.
 * Used in: core/app. Contract: App1.CampaignHistory. */
#pragma once
#include "core.h"

/* Those behind recipient `after`, at most some 100,000, in steps of step_s seconds (at least 1). Returns: a floating aa{sv} (time x, the step's
 * begin; state s; count t), out_scanned the last id that was looked at, 0 at the end; or NULL. Errors: FAULT_NO_INPUT (no such campaign). */
GVariant *history_count (Core *core, guint64 campaign, guint step_s, guint64 after, guint64 *out_scanned, GError **error);

/* Started, paused, corrected, cancelled, ended: at most 200, oldest first. Returns: a floating aa{sv} (time x, what s, text s); or NULL. */
GVariant *history_marks (Core *core, guint64 campaign, GError **error);
