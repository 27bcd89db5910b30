/* home.h - where the data lies, and the socket on which core listens there.
 * Trust:  environment and file system are the user's own; what another user could have laid out in /tmp is checked.
 * Used in: core, cli. Source: docs/design.md §2, §7; unix(7): a socket's path holds at most 108 octets. */
#pragma once
#include <glib.h>

#define HOME_SOCKET_MAX 100 /* octets; chosen: 108 with room for a NUL and a lock's suffix */

/* POSTRIDER_HOME, else $XDG_DATA_HOME/postrider, else ~/.local/share/postrider; made with mode 0700, or tightened to it.
 * Returns: (transfer full) an absolute path, or NULL with FAULT_CANT_CREATE (says why and what to do) or
 * FAULT_NO_PERM (another user's folder). */
char *home_path (GError **error);

/* <home>/core.sock; where that is too long, /tmp/postrider-UID-HASH/core.sock in a folder that only we can enter.
 * Returns: (transfer full), or NULL with an error of home_path(), or FAULT_NO_PERM: that folder is not ours. */
char *home_socket_path (GError **error);
