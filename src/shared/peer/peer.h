/* peer.h - a confined program as core sees it: started, spoken to over a private D-Bus, dropped when it lies.
 * Trust:  the peer is hostile. Each message that it sends is checked against contract/ before anyone sees it; a message that the
 *         contract does not have, a wrong type, an over-long value, an unasked reply or a flood ends it.
 * Used in: core. Source: docs/design.md §2, §4. */
#pragma once
#include <gio/gio.h>

#define PEER_PATH "/org/postrider"

typedef struct Peer Peer;

typedef struct {
  const char        *program;   /* "smtp": postrider-smtp beside us */
  const char *const *arguments; /* further ones, or NULL. Never a secret: others can read them */
  const char        *interface; /* the only one it may speak, e.g. "org.postrider.Dial1" */
  gsize              flood_bytes; /* received and not yet handled; 0: 64 MiB */
  const char *const *wrapper;     /* starts it (bwrap and its options), or NULL */
  int                wrapper_fd;  /* > 2: the wrapper finds a duplicate of it as fd 4 */
  const char *const *environment; /* NAME=VALUE, beside the few that every program gets, or NULL */
} PeerSpec;

typedef enum {
  PEER_ENDED,    /* left or crashed by itself, or peer_close() was called */
  PEER_VIOLATED, /* broke the contract (here or by peer_drop): nothing that it wrote proves anything */
} PeerEnd;

/* Called once, from the main loop, when it can be spoken to (error NULL) or could not be started (error borrowed; closed is not called). */
typedef void (*PeerReadyFunc)  (Peer *peer, const GError *error, gpointer data);
/* Called once after ready, when it is gone. why: a sentence for the log. */
typedef void (*PeerClosedFunc) (Peer *peer, PeerEnd end, const char *why, gpointer data);

/* Called at most once, between ready and closed, when it has broken the contract and is still alive: what must be durable before a
 * liar is killed is written here. It may neither free the peer nor drop it. (A peer that sends what is no D-Bus at all has been hung
 * up on by then.) */
typedef void (*PeerViolatedFunc) (Peer *peer, gpointer data);
void peer_set_violated_func (Peer *self, PeerViolatedFunc violated); /* in `ready` or before */

/* Starts it with fd 3 = socketpair, an allow-listed environment, stdin and stdout on /dev/null, stderr into our log (capped).
 * Returns: (transfer full), never NULL: what goes wrong is told to `ready`. Callbacks never come before this returns. */
Peer *peer_start (const PeerSpec *spec, PeerReadyFunc ready, PeerClosedFunc closed, gpointer data);

/* Borrowed; NULL before ready. It may be closed at any time, even in ready: then calls fail, and `closed` follows.
 * Make proxies with G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES: the contract has no properties, so an answer about them would be a violation. Give each call a time-out: a peer may stall, or send half an answer. */
GDBusConnection *peer_get_connection (Peer *self);
GPid             peer_get_pid (Peer *self);        /* 0 when gone */

void peer_drop  (Peer *self, const char *why); /* a violation that only the caller could see: kills it; `closed` follows */
void peer_close (Peer *self);                  /* we are done with it: closes the socket; killed if it stays for 15 s */
void peer_free  (Peer *self);                  /* closes without further callbacks; NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Peer, peer_free)
