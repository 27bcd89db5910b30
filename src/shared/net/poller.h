/* poller.h - all sockets of this process, waited for together: for the main loop one source, however many connections there are.
 * Trust:  none of its own. Used in: confined/smtp. Source: epoll(7).
 * Why: with ten connections a turn of GLib's loop costs as much as a message; here one wait serves all that are ready. */
#pragma once
#include <glib.h>

typedef struct Poller Poller;

/* Called from the main loop: octets, room or the end are there. owner: as given to poller_add(). It may remove any socket; an owner must
 * outlive the turn of the main loop in which its socket is removed. */
typedef void (*PollerFunc) (gpointer owner);

/* Before the lock: it makes a descriptor. (transfer full) */
Poller *poller_new  (PollerFunc ready);
void    poller_free (Poller *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Poller, poller_free)

void poller_add    (Poller *self, int fd, gpointer owner); /* fd: the caller's, to be removed before it is closed; waits for octets */
void poller_change (Poller *self, int fd, gpointer owner, gboolean wants_out);
void poller_remove (Poller *self, int fd);
