/* dialed-socket.h - a socket that dial gave us: what it is and where it goes is read from the socket itself.
 * Trust:  dial has read a stranger's DNS answers: its words about the socket are not believed.
 * Used in: core/dial. */
#pragma once
#include <gio/gio.h>
#include <gio/gunixfdlist.h>

typedef struct {
  int     fd;      /* owned; -1: taken */
  char   *address; /* owned; numeric, with port */
  guint16 port;    /* the peer's; of a listener its own */
} DialedSocket;

/* Takes fd number `handle` out of the list. Returns: (transfer full), non-blocking; or NULL: it is no TCP socket, or neither connected
 * nor (is_listener) listening. */
DialedSocket *dialed_socket_take (GUnixFDList *fds, GVariant *handle, gboolean is_listener);
/* Could `name` have led here? "localhost" is this machine and an address is itself (RFC 6761 §6.3); of other names nobody can tell. */
gboolean dialed_socket_is_at (const DialedSocket *self, const char *name);
void     dialed_socket_free (DialedSocket *self); /* closes; NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DialedSocket, dialed_socket_free)
