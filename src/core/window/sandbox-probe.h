/* sandbox-probe.h - whether the window's walls stand on this machine: a box is built in a box, as WebKit will do it, around a program that does nothing.
 * Used in: core/window. */
#pragma once
#include <gio/gio.h>

/* error: NULL: they stand; else (borrowed) FAULT_CONFIG (bwrap is missing) or FAULT_UNAVAILABLE (not allowed here): what to do. */
typedef void (*SandboxProbeFunc) (const GError *error, gpointer data);

/* `done` is called once, never before this returns. Takes about 20 ms; 10 s at most. */
void sandbox_probe_run (SandboxProbeFunc done, gpointer data);
