/* contract-watch.h - what a server says, held against the contract before it leaves: a wrong word of ours is our bug, found here and not by who reads it.
 * Trust:  our own words. Used in: core, in builds for tests; the tests' stand-in for core. */
#pragma once
#include <gio/gio.h>

/* Looks at each reply and signal that leaves by `connection` (borrowed; it keeps what it needs until the connection is gone). One that contract_check()
 * refuses ends the process with a sentence that names member and argument. To be called before the first message is read. */
void contract_watch (GDBusConnection *connection);
