/* sockets.c - they are not noted; any may fail. */
#include "shim.h"

#include <sys/socket.h>

int
socket (int domain, int type, int protocol)
{
  NEXT (socket);
  return shim_fails (KIND_SOCKET, "socket") ? -1 : next (domain, type, protocol);
}

int
socketpair (int domain, int type, int protocol, int fds[2])
{
  NEXT (socketpair);
  return shim_fails (KIND_SOCKET, "socketpair") ? -1 : next (domain, type, protocol, fds);
}

int
connect (int fd, const struct sockaddr *address, socklen_t len)
{
  NEXT (connect);
  return shim_fails (KIND_SOCKET, "connect") ? -1 : next (fd, address, len);
}

int
bind (int fd, const struct sockaddr *address, socklen_t len)
{
  NEXT (bind);
  return shim_fails (KIND_SOCKET, "bind") ? -1 : next (fd, address, len);
}

int
listen (int fd, int backlog)
{
  NEXT (listen);
  return shim_fails (KIND_SOCKET, "listen") ? -1 : next (fd, backlog);
}

int
accept (int fd, struct sockaddr *address, socklen_t *len)
{
  NEXT (accept);
  return shim_fails (KIND_SOCKET, "accept") ? -1 : next (fd, address, len);
}

int
accept4 (int fd, struct sockaddr *address, socklen_t *len, int flags)
{
  NEXT (accept4);
  return shim_fails (KIND_SOCKET, "accept4") ? -1 : next (fd, address, len, flags);
}
