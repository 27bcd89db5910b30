/* guard.h - sees each message of a peer before anyone else does, in GDBus's worker thread.
 * Trust:  messages are hostile; only what contract/ allows, asked for where it must be, gets through.
 * Used in: peer.c. Source: D-Bus specification 0.41; DESIGN §2, STYLE §7. */
#pragma once
#include <gio/gio.h>

typedef struct Guard Guard;

/* interface: the only one the peer may speak. flood_bytes: received and not yet handled. socket: kept; shut down at the
 * first violation that the guard itself sees. */
Guard *guard_new   (const char *interface, gsize flood_bytes, GSocket *socket);
Guard *guard_ref   (Guard *self);
void   guard_unref (Guard *self); /* NULL is a no-op */

/* GDBusMessageFilterFunction; data: the guard. */
GDBusMessage *guard_cb (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer data);

/* Only notes it: who calls hangs up. The first violation stays, and from then on no message gets through. Any thread. */
void  guard_violate       (Guard *self, const char *what);
char *guard_dup_violation (Guard *self); /* (transfer full) or NULL */
