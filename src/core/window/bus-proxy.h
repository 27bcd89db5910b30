/* bus-proxy.h - screen readers reach the window through xdg-dbus-proxy, which lets through what they need and nothing else.
 * Trust:  the address comes from the session bus by way of desk: hostile. Used in: core/window.
 * Source: xdg-dbus-proxy(1); the list of calls is Flatpak's (common/flatpak-run-dbus.c) and WebKit's. */
#pragma once
#include <gio/gio.h>

#define BUS_PROXY_PROGRAM "/usr/bin/xdg-dbus-proxy"

typedef struct BusProxy BusProxy;

/* socket: (borrowed) where it listens; NULL: there will be none (said in the log). */
typedef void (*BusProxyFunc) (BusProxy *proxy, const char *socket, gpointer data);

/* raw_address: of the accessibility bus. Returns: (transfer full), or NULL: no bus that is fit for it. `ready` comes once, later. */
BusProxy *bus_proxy_start (const char *raw_address, BusProxyFunc ready, gpointer data);
void      bus_proxy_free  (BusProxy *self); /* ends it; no call of `ready` any more; NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusProxy, bus_proxy_free)
