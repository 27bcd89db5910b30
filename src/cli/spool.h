/* spool.h - a file for core as a read-only, seekable descriptor; what comes by pipe is laid down first. Used in: cli (import). */
#pragma once
#include <glib.h>

/* path: "-" is standard input. What is no regular file is copied into one without a name in the data folder (gone when closed).
 * Returns: a descriptor, or -1 with FAULT_NO_INPUT (not there, a folder), FAULT_NO_PERM, FAULT_DATA (over 1 GiB) or FAULT_IO (no room). */
int spool_open (const char *path, GError **error);
