#include "listener.h"

#include "fault.h"
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 128 /* chosen: a pool of connections that comes at once */

static void
listen_failed (guint16 port, int number, GError **error)
{
  if (number == EADDRINUSE)
    g_set_error (error, FAULT, FAULT_UNAVAILABLE, "port %u of this machine is in use; choose another with --port", port);
  else if (number == EACCES)
    g_set_error (error, FAULT, FAULT_NO_PERM, "port %u is for the system's own services; choose one from 1024 on with --port", port);
  else
    g_set_error (error, FAULT, FAULT_OS, "port %u of this machine cannot be listened on: %s", port, g_strerror (number));
}

int
listener_open (guint16 port, guint16 *out_port, GError **error)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = g_htons (port), .sin_addr.s_addr = g_htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof address;
  int one = 1, fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  if (fd < 0 || setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
      bind (fd, (const struct sockaddr *) &address, sizeof address) != 0 || listen (fd, BACKLOG) != 0 ||
      getsockname (fd, (struct sockaddr *) &address, &len) != 0) {
    listen_failed (port, errno, error);
    if (fd >= 0)
      close (fd);
    return -1;
  }
  *out_port = g_ntohs (address.sin_port);
  return fd;
}
