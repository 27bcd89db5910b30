/* attempts-network.c - sockets of every kind that could carry something away. */
#include "escape.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static struct sockaddr_in
loopback (guint16 port)
{
  return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = g_htons (port), .sin_addr.s_addr = g_htonl (INADDR_LOOPBACK) };
}

static int
connect_by (guint16 port, int protocol)
{
  struct sockaddr_in address = loopback (port);
  int fd = socket (AF_INET, SOCK_STREAM, protocol);

  return RESULT (fd >= 0 && connect (fd, (const struct sockaddr *) &address, sizeof address) == 0);
}

static int connect_tcp (const Target *t) { return connect_by (t->port, 0); }
static int connect_mptcp (const Target *t) { return connect_by (t->port, IPPROTO_MPTCP); }
static int dial_connect (const Target *t) { return connect_by (t->own_port, 0); }

static int
connect_tcp6 (const Target *t)
{
  struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = g_htons (t->port), .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  int fd = socket (AF_INET6, SOCK_STREAM, 0);

  return RESULT (fd >= 0 && connect (fd, (const struct sockaddr *) &address, sizeof address) == 0);
}

static int
connect_fast_open (const Target *t)
{
  struct sockaddr_in address = loopback (t->port);
  int fd = socket (AF_INET, SOCK_STREAM, 0);

  return RESULT (fd >= 0 && sendto (fd, "x", 1, MSG_FASTOPEN, (const struct sockaddr *) &address, sizeof address) == 1);
}

static int
bind_tcp (guint16 port, gboolean listens)
{
  struct sockaddr_in address = loopback (port);
  int one = 1, fd = socket (AF_INET, SOCK_STREAM, 0);

  if (fd >= 0)
    (void) setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  return RESULT (fd >= 0 && bind (fd, (const struct sockaddr *) &address, sizeof address) == 0 && (!listens || listen (fd, 1) == 0));
}

static int bind_free (const Target *t) { return bind_tcp (t->free_port, FALSE); }
static int listen_free (const Target *t) { return bind_tcp (t->free_port, TRUE); }
static int listen_unbound (const Target *t) { int fd = socket (AF_INET, SOCK_STREAM, 0); return RESULT (fd >= 0 && listen (fd, 1) == 0); }

static int
send_udp (const Target *t)
{
  struct sockaddr_in address = loopback (t->udp_port);
  int fd = socket (AF_INET, SOCK_DGRAM, 0);

  return RESULT (fd >= 0 && sendto (fd, "x", 1, 0, (const struct sockaddr *) &address, sizeof address) == 1);
}

static int
connect_unix (const Target *t)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM, 0);

  g_strlcpy (address.sun_path, t->socket_path, sizeof address.sun_path);
  return RESULT (fd >= 0 && connect (fd, (const struct sockaddr *) &address, sizeof address) == 0);
}

static int
connect_abstract (const Target *t)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM, 0);

  memcpy (address.sun_path + 1, t->abstract_name, strlen (t->abstract_name));
  return RESULT (fd >= 0 && connect (fd, (const struct sockaddr *) &address,
                                     (socklen_t) (offsetof (struct sockaddr_un, sun_path) + 1 + strlen (t->abstract_name))) == 0);
}

/* The association is dissolved first (connect(2), AF_UNSPEC). */
static int
redirect (const Target *t)
{
  struct sockaddr none = { .sa_family = AF_UNSPEC };
  struct sockaddr_in address = loopback (t->port);

  return RESULT (connect (0, &none, sizeof none) == 0 && connect (0, (const struct sockaddr *) &address, sizeof address) == 0);
}

static int set_option (const Target *t) { int size = 65536; return RESULT (setsockopt (0, SOL_SOCKET, SO_SNDBUF, &size, sizeof size) == 0); }
static int make_pair (const Target *t) { int fds[2]; return RESULT (socketpair (AF_UNIX, SOCK_STREAM, 0, fds) == 0); }
static int open_netlink (const Target *t) { return RESULT (socket (AF_NETLINK, SOCK_RAW, 0) >= 0); }
static int open_raw (const Target *t) { return RESULT (socket (AF_INET, SOCK_RAW, IPPROTO_ICMP) >= 0); }
static int open_packet (const Target *t) { return RESULT (socket (AF_PACKET, SOCK_RAW, 0) >= 0); }
static int open_alg (const Target *t) { return RESULT (socket (AF_ALG, SOCK_SEQPACKET, 0) >= 0); }
static int open_vsock (const Target *t) { return RESULT (socket (AF_VSOCK, SOCK_STREAM, 0) >= 0); }

const Attempt attempts_network[] = {
  { "connect by TCP", connect_tcp, NULL },
  { "connect by TCP over IPv6", connect_tcp6, NULL },
  { "connect by MPTCP", connect_mptcp, NULL },
  { "connect by TCP fast open", connect_fast_open, NULL },
  { "bind a TCP port", bind_free, NULL },
  { "listen on a TCP port", listen_free, NULL },
  { "listen without bind", listen_unbound, NULL },
  { "send by UDP", send_udp, NULL },
  { "connect to a Unix socket", connect_unix, NULL },
  { "connect to an abstract socket", connect_abstract, NULL },
  { "connect a given socket elsewhere", redirect, NULL, FALSE, GIVEN_SOCKET },
  { "set an option of a given socket", set_option, NULL, FALSE, GIVEN_SOCKET },
  { "make a pair of sockets", make_pair, NULL },
  { "netlink", open_netlink, NULL },
  { "raw IP", open_raw, NULL },
  { "packet socket", open_packet, NULL },
  { "kernel crypto socket", open_alg, NULL },
  { "virtual machine socket", open_vsock, NULL },
  { "own: connect to its port", dial_connect, "dial" },
  { NULL, NULL, NULL },
};
