/* journal-owner.h - which process of an earlier core is still at work.
 * Its lock on the journal does not say: /proc/locks names who took it, the core that is dead; and its descriptors may not be looked at,
 * as it cannot be dumped. What anybody may see is its name, whose it is and whose child.
 * Used in: core/worker. Source: proc(5). */
#pragma once
#include <glib.h>

/* Processes of this user that have this name and no core above them. Returns: (transfer full) pids with spaces between, "" none. */
char *journal_owner_find (const char *name);
