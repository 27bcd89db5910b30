/* launch.h - starts core, apart from this terminal, and waits until it says that it is ready.
 * Trust:  core is ours; it gets a list of environment variables, no more. Used in: cli. Source: DESIGN §2. */
#pragma once
#include <glib.h>

/* Core gets a pipe as fd 3 and writes "ready" or "fault CODE text" there.
 * Returns: FALSE with core's own fault, FAULT_CONFIG (not installed), FAULT_OS, or FAULT_SOFTWARE (left without a word).
 * FAULT_TEMP: another core holds the data folder. */
gboolean launch_core (GError **error);
