/* serve.h - the same private D-Bus seen from the confined program.
 * Used in: confined/<each>/main.c, after the lock (GDBus starts a thread, and Landlock binds only threads that come later). */
#pragma once
#include <gio/gio.h>

/* Connects fd 3. Messages wait until serve_run(), so export everything in between.
 * Returns: (transfer full), or NULL with `error` set. */
GDBusConnection *serve_connect (GError **error);

/* Exports `skeleton` at PEER_PATH, checks each call's arguments by contract_check(). */
gboolean serve_export (GDBusConnection *connection, GDBusInterfaceSkeleton *skeleton, GError **error);

/* Runs the default main loop until the connection closes (core left or dropped us) and `is_done` (NULL: at once) agrees;
 * it is asked again every 20 ms, for at most `grace_ms`. */
typedef gboolean (*ServeDoneFunc) (gpointer data);
void serve_run (GDBusConnection *connection, ServeDoneFunc is_done, guint grace_ms, gpointer data);
