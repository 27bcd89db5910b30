/* listener.h - a TCP socket that listens on a free port of 127.0.0.1. Used in: tests. */
#pragma once
#include <glib.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* flags: 0 or SOCK_NONBLOCK. Returns: the socket, which the caller closes. */
static inline int
listener_open (int flags, guint16 *out_port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, len), ==, 0);
  g_assert_cmpint (listen (fd, 64), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &address, &len), ==, 0);
  *out_port = ntohs (address.sin_port);
  return fd;
}
