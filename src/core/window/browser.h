/* browser.h - an address is shown in the person's own browser, by desk; without a window too. Best effort: what fails is a line in the log.
 * Used in: core/app. */
#pragma once
#include "core.h"

/* environment: a{ss}, as WindowOpen; borrowed. Without a display in it nothing is done. Errors: FAULT_USAGE (it names the variable). */
gboolean browser_show (Core *core, GVariant *environment, const char *address, GError **error);
