/* guard.h - sees each message of a peer before anyone else does, in GDBus's worker thread.
 * Trust:  messages are hostile; only what contract/ allows, asked for where it must be, gets through.
 * Used in: peer.c. Source: D-Bus specification 0.41; docs/design.md §2, §4. */
#pragma once
#include <gio/gio.h>

typedef struct Guard Guard;

/* Called once, in the main loop, soon after the first violation that the guard itself sees: the owner ends the peer. Until then
 * nothing that it says gets through. */
typedef void (*GuardToldFunc) (gpointer data);

/* interface: the only one the peer may speak. flood_bytes: received and not yet handled. data: borrowed until guard_forget_owner(). */
Guard *guard_new   (const char *interface, gsize flood_bytes, GuardToldFunc told, gpointer data);
Guard *guard_ref   (Guard *self);
void   guard_unref (Guard *self); /* NULL is a no-op */

/* GDBusMessageFilterFunction; data: the guard. */
GDBusMessage *guard_cb (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer data);

void   guard_forget_owner (Guard *self); /* main loop alone */

/* Only notes it: who calls hangs up. The first violation stays, and from then on no message gets through. Any thread. */
void  guard_violate       (Guard *self, const char *what);
char *guard_dup_violation (Guard *self); /* (transfer full) or NULL */
