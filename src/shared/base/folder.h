/* folder.h - makes a folder so that a power cut does not take it away again.
 * Trust:  paths of our own. Used in: core, cli. Source: fsync(2): the name of a file is not on the disk before its folder is synced. */
#pragma once
#include <glib.h>

/* Makes `path` (absolute; mode 0700) and what is missing above it. What was there already is left as it is.
 * Returns: FALSE with errno: it is not there, or its name may not be on the disk (then it was taken away again). */
gboolean folder_make (const char *path);
