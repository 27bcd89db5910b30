#include "listener.h"

#include "fault.h"
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 1024 /* chosen: knocks that come at once and are not accepted yet. Beyond it the kernel drops them, and a client knocks again after 1 s */

typedef union {
  struct sockaddr     any;
  struct sockaddr_in  v4;
  struct sockaddr_in6 v6;
} ListenerAddress;

static void
listen_failed (const char *address, guint16 port, int number, GError **error)
{
  if (number == EADDRINUSE)
    g_set_error (error, FAULT, FAULT_UNAVAILABLE, "port %u of this machine is in use; choose another with --port", port);
  else if (number == EACCES)
    g_set_error (error, FAULT, FAULT_NO_PERM, "port %u is for the system's own services; choose one from 1024 on with --port", port);
  else if (number == EADDRNOTAVAIL || number == EAFNOSUPPORT)
    g_set_error (error, FAULT, FAULT_UNAVAILABLE, "this machine has no address %s", address);
  else
    g_set_error (error, FAULT, FAULT_OS, "port %u of this machine cannot be listened on: %s", port, g_strerror (number));
}

static gboolean
is_version_6 (const char *address)
{
  return strcmp (address, "::1") == 0;
}

gboolean
listener_is_address (const char *address)
{
  return strcmp (address, "127.0.0.1") == 0 || is_version_6 (address);
}

/* Returns: the length. */
static socklen_t
address_fill (ListenerAddress *self, const char *address, guint16 port)
{
  *self = (ListenerAddress) { 0 };
  if (is_version_6 (address)) {
    self->v6 = (struct sockaddr_in6) { .sin6_family = AF_INET6, .sin6_port = g_htons (port), .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    return sizeof self->v6;
  }
  self->v4 = (struct sockaddr_in) { .sin_family = AF_INET, .sin_port = g_htons (port), .sin_addr.s_addr = g_htonl (INADDR_LOOPBACK) };
  return sizeof self->v4;
}

int
listener_open (const char *address, guint16 port, guint16 *out_port, GError **error)
{
  ListenerAddress wanted;
  socklen_t len;
  int one = 1, fd;

  if (!listener_is_address (address)) {
    g_set_error (error, FAULT, FAULT_USAGE, "only 127.0.0.1 and ::1 are listened on");
    return -1;
  }
  len = address_fill (&wanted, address, port);
  fd = socket (wanted.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0 || setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
      (is_version_6 (address) && setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one) != 0) ||
      bind (fd, &wanted.any, len) != 0 || listen (fd, BACKLOG) != 0 || getsockname (fd, &wanted.any, &len) != 0) {
    listen_failed (address, port, errno, error);
    if (fd >= 0)
      close (fd);
    return -1;
  }
  *out_port = g_ntohs (is_version_6 (address) ? wanted.v6.sin6_port : wanted.v4.sin_port);
  return fd;
}
