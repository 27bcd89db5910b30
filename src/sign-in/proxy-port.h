/* proxy-port.h - where the browser finds its proxy: a port on the loopback of this window's own network namespace, which nobody else can reach.
 * Trust:  who connects is the browser, or what took it over: not an octet is read here. Used in: sign-in (service). */
#pragma once
#include <gio/gio.h>

#define PROXY_PORT_WAITING_MAX 64 /* chosen, as gate's: the next are closed */

typedef struct ProxyPort ProxyPort;

/* knocked: somebody waits for proxy_port_pop(). Returns: (transfer full), or NULL with FAULT_OS. */
ProxyPort *proxy_port_new        (void (*knocked) (gpointer data), gpointer data, GError **error);
void       proxy_port_free       (ProxyPort *self); /* NULL is a no-op */
guint16    proxy_port_get_number (const ProxyPort *self);
int        proxy_port_pop        (ProxyPort *self); /* Returns: a connection that the caller owns; -1: nobody waits */
