#include "bus-socket.h"

#include "fault.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A socket that listens. path: "": an abstract one of a name that nobody else has, which is written there. */
static int
listen_at (char *path, gsize size)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  gboolean is_abstract = *path == '\0';
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (is_abstract)
    g_snprintf (path, size, "/tmp/postrider-test-%d", getpid ());
  memcpy (address.sun_path + is_abstract, path, strlen (path));
  g_assert_cmpint (bind (fd, (const struct sockaddr *) &address, (socklen_t) (offsetof (struct sockaddr_un, sun_path) + strlen (path) + 1)), ==, 0);
  g_assert_cmpint (listen (fd, 1), ==, 0);
  return fd;
}

static void
assert_reached (int listener)
{
  g_autoptr (GError) error = NULL;
  int fd = bus_socket_connect (&error), other;

  g_assert_no_error (error);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, !=, 0);
  other = accept (listener, NULL, NULL);
  g_assert_cmpint (other, >=, 0);
  close (fd);
  close (other);
}

static void
assert_none (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (bus_socket_connect (&error), ==, -1);
  g_assert_error (error, FAULT, FAULT_UNAVAILABLE);
}

static void
test_ways (void)
{
  g_autofree char *folder = g_dir_make_tmp ("bus-XXXXXX", NULL), *address = NULL, *named = NULL;
  char path[100], abstract[100] = "";
  int listener, other;

  g_snprintf (path, sizeof path, "%s/bus", folder);
  g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");
  g_unsetenv ("XDG_RUNTIME_DIR");
  assert_none ();
  g_setenv ("XDG_RUNTIME_DIR", folder, TRUE);
  assert_none (); /* nobody listens there yet */
  listener = listen_at (path, sizeof path);
  assert_reached (listener); /* the usual place */
  other = listen_at (abstract, sizeof abstract);
  named = g_strdup_printf ("unix:abstract=%s,guid=01", abstract);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", named, TRUE);
  assert_reached (other);
  address = g_strdup_printf ("unix:path=%s", path);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", address, TRUE);
  assert_reached (listener);
  close (listener);
  assert_none (); /* a socket that was left behind */
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "tcp:host=127.0.0.1,port=1", TRUE);
  assert_none (); /* nor is the usual place looked at then */
  close (other);
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/keyring/bus-socket/ways", test_ways);
  return g_test_run ();
}
