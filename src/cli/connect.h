/* connect.h - the way to core: its socket, or a core that is started now. Used in: cli. Source: docs/design.md §2. */
#pragma once
#include "contract-app1.h"

/* Connects to the core of the data folder; starts one when none listens; replaces an older one (it finishes the wire first).
 * Returns: (transfer full) a proxy without a time limit on calls, or NULL with FAULT_*. */
PrApp1 *connect_core (GError **error);

/* Core left in order: it took its socket away. One that died left it lying there. */
gboolean connect_core_has_left (void);

/* Turns what a failed call left in `error` into FAULT with a sentence for people (in place). */
void connect_explain (GError **error);
