#include "bus-socket.h"

#include "bus-address.h"
#include "fault.h"
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Returns: (transfer full), or NULL: there is no bus, or none on a Unix socket. */
static char *
find_path (gboolean *out_is_abstract)
{
  const char *named = g_getenv ("DBUS_SESSION_BUS_ADDRESS"), *runtime = g_getenv ("XDG_RUNTIME_DIR");
  g_autofree char *usual = runtime != NULL && *runtime == '/' ? g_strdup_printf ("unix:path=%s/bus", runtime) : NULL;

  if (named != NULL && *named != '\0')
    return bus_address_parse (named, out_is_abstract);
  return usual != NULL ? bus_address_parse (usual, out_is_abstract) : NULL;
}

static gboolean
is_of_same_user (int fd)
{
  struct ucred peer;
  socklen_t len = sizeof peer;

  return getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.uid == geteuid ();
}

static gboolean
connect_path (int fd, const char *path, gboolean is_abstract)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  socklen_t len;

  if (strlen (path) + 1 > sizeof address.sun_path)
    return FALSE;
  memcpy (address.sun_path + is_abstract, path, strlen (path));
  len = (socklen_t) (offsetof (struct sockaddr_un, sun_path) + strlen (path) + 1);
  return connect (fd, (const struct sockaddr *) &address, len) == 0;
}

int
bus_socket_connect (GError **error)
{
  gboolean is_abstract = FALSE;
  g_autofree char *path = find_path (&is_abstract);
  int fd;

  errno = 0; /* what it is when all but the user is right */
  fd = path != NULL ? socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) : -1;
  if (fd >= 0 && connect_path (fd, path, is_abstract) && is_of_same_user (fd))
    return fd;
  if (path == NULL)
    g_set_error_literal (error, FAULT, FAULT_UNAVAILABLE, "there is no session bus here, and so no keyring");
  else
    g_set_error (error, FAULT, FAULT_UNAVAILABLE, "the session bus %s cannot be reached: %s", path, errno != 0 ? g_strerror (errno) : "it is another user's");
  if (fd >= 0)
    close (fd);
  return -1;
}
