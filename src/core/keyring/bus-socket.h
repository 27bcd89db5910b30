/* bus-socket.h - a socket to the session bus of whoever started core. Nothing is said over it here: it is handed to a locked program, which could not connect it.
 * Trust:  the address comes from the environment. Used in: core/keyring. Source: D-Bus specification 0.41; unix(7). */
#pragma once
#include <glib.h>

/* $DBUS_SESSION_BUS_ADDRESS, else $XDG_RUNTIME_DIR/bus; Unix sockets of the same user alone. Does not wait.
 * Returns: a descriptor that the caller owns, or -1 with FAULT_UNAVAILABLE (there is none). */
int bus_socket_connect (GError **error);
