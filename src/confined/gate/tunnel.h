/* tunnel.h - one connection of a browser to its proxy: its CONNECT is read, somebody else says where it leads, then octets go both ways unread.
 * Trust:  both ends are hostile: what is kept of them is bounded, who is slow holds up only the other end, who is silent is left.
 * Used in: confined/gate (service). Source: RFC 9110 §9.3.6. */
#pragma once
#include "connect-head.h"

#define TUNNELS_MAX 64 /* at a time. Chosen: WebKit opens 17 */

typedef struct Tunnel Tunnel;

typedef struct {
  void (*asked) (Tunnel *tunnel, const ConnectTarget *target, gpointer data); /* once at most: say tunnel_open(), or free it */
  void (*ended) (Tunnel *tunnel, gpointer data);                              /* once, unless it is freed before: free it now */
} TunnelFuncs;

/* Takes `client`, a connected socket; funcs: kept by pointer. Returns: (transfer full), never NULL; callbacks come from the main loop. */
Tunnel *tunnel_new  (int client, const TunnelFuncs *funcs, gpointer data);
void    tunnel_free (Tunnel *self); /* closes both ends; NULL is a no-op */

/* Takes `server`, a connected socket. Where nothing was asked it is closed, and that is all. */
void    tunnel_open (Tunnel *self, int server);
