/* launch.h - starts core, apart from this terminal, and waits until it says that it is ready.
 * Trust:  core is ours; it gets a list of environment variables, no more. Used in: cli. Source: docs/design.md §2. */
#pragma once
#include <glib.h>

typedef enum {
  LAUNCH_READY,
  LAUNCH_TAKEN, /* another core holds the data folder: it starts, or finishes its work, or a command was faster. Wait for it */
  LAUNCH_FAILED,
} Launch;

/* Core gets a pipe as fd 3 and writes "ready", "taken CODE text" or "fault CODE text" there.
 * Errors, if not ready: core's own fault, FAULT_CONFIG (not installed), FAULT_OS, or FAULT_SOFTWARE (left without a word). */
Launch launch_core (GError **error);
