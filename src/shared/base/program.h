/* program.h - where our own programs lie, seen from the one that runs.
 * Trust:  never from the environment or PATH: only beside /proc/self/exe. Used in: cli, core. */
#pragma once
#include <glib.h>

/* `name` is "core", "smtp"… Returns: (transfer full) the absolute path of postrider-NAME,
 * installed (../libexec/postrider) or in a build tree; or NULL with FAULT_CONFIG. */
char *program_find (const char *name, GError **error);
