/* rollback-guard.h - a mark outside the data folder that says how far the ledger has come, and where it lived: a restored or copied folder
 * must not send again. Source: docs/design.md §5. What it cannot see: a whole machine rolled back, mark and all.
 * Used in: core. */
#pragma once
#include "core.h"

/* After each hand-over: 8 octets, no flush (after a power cut it may be behind, which alarms nobody). */
void rollback_guard_write (Core *core, gint64 turn);

/* The same with the turn that the store has reached. */
void rollback_guard_update (Core *core);

/* At start, before any lane: is this the folder that was here last, on the machine that it was on?
 * Returns: NULL when it is; else (transfer full) a sentence that says what differs. Then campaigns that are open pause and ask.
 * Writes the mark of a fresh folder. */
char *rollback_guard_check (Core *core, GError **error);

/* The person confirmed: this folder, here, is the one that goes on. */
gboolean rollback_guard_adopt (Core *core, GError **error);
