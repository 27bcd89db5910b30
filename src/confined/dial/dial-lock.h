/* dial-lock.h - dial's lock depends on its argv: the ports that core allowed.
 * Used in: main.c, tests/boundary. */
#pragma once
#include "lock.h"

#define DIAL_PORTS_MAX 16 /* chosen: accounts have a handful of ports; 53 comes on top */
#define DIAL_PORT_DNS 53  /* DNS over TCP, when an answer is too long for UDP */

/* Returns: (static) a lock that may connect to these ports and resolve names. */
const LockTable *dial_lock_for_connect (const guint16 *ports, gsize n_ports);

/* For a dial that has bound its one port before the lock: it passes that socket on and has no other right. */
extern const LockTable dial_lock_for_listen;
