#include "fault.h"
#include "home.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static guint
get_mode (const char *path)
{
  struct stat found;

  g_assert_cmpint (stat (path, &found), ==, 0);
  return found.st_mode & 0777;
}

static void
test_path (void)
{
  g_autofree char *folder = g_dir_make_tmp ("home-XXXXXX", NULL);
  g_autofree char *chosen = g_build_filename (folder, "a", "b", NULL);
  g_autofree char *made = NULL, *again = NULL, *upper = g_path_get_dirname (chosen);

  g_setenv ("POSTRIDER_HOME", chosen, TRUE);
  made = home_path (NULL);
  g_assert_cmpstr (made, ==, chosen);
  g_assert_cmpuint (get_mode (chosen), ==, 0700);
  g_assert_cmpint (g_chmod (chosen, 0755), ==, 0); /* as mkdir makes it under a usual umask */
  again = home_path (NULL);
  g_assert_cmpstr (again, ==, chosen);
  g_assert_cmpuint (get_mode (chosen), ==, 0700);
  g_rmdir (chosen);
  g_rmdir (upper);
  g_rmdir (folder);
}

static void
test_refused (void)
{
  static const char *const bad[] = {
    "/proc/x",     /* cannot be made */
    "/etc/passwd", /* is a file */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_setenv ("POSTRIDER_HOME", bad[i], TRUE);
    g_assert_null (home_socket_path (&error));
    g_assert_error (error, FAULT, FAULT_CANT_CREATE);
    g_assert_nonnull (strstr (error->message, bad[i])); /* where */
    g_assert_nonnull (strstr (error->message, "POSTRIDER_HOME")); /* what to do */
  }
}

/* A socket's path holds 108 octets: deep homes have it in /tmp, in a folder that only we can enter. */
static void
test_long (void)
{
  g_autofree char *folder = g_dir_make_tmp ("home-XXXXXX", NULL);
  g_autofree char *name = g_strnfill (HOME_SOCKET_MAX, 'x');
  g_autofree char *home = g_build_filename (folder, name, NULL);
  g_autofree char *path = NULL, *again = NULL, *short_folder = NULL;
  g_autoptr (GError) open_error = NULL;
  g_autoptr (GError) link_error = NULL;

  g_setenv ("POSTRIDER_HOME", home, TRUE);
  path = home_socket_path (NULL);
  g_assert_cmpuint (strlen (path), <=, HOME_SOCKET_MAX);
  g_assert_true (g_str_has_prefix (path, "/tmp/postrider-"));
  again = home_socket_path (NULL);
  g_assert_cmpstr (path, ==, again); /* core and the command find each other */
  short_folder = g_path_get_dirname (path);
  g_assert_cmpuint (get_mode (short_folder), ==, 0700);
  g_assert_cmpint (g_chmod (short_folder, 0777), ==, 0); /* somebody else could have put a socket there */
  g_assert_null (home_socket_path (&open_error));
  g_assert_error (open_error, FAULT, FAULT_NO_PERM);
  g_rmdir (short_folder);
  g_assert_cmpint (symlink (folder, short_folder), ==, 0); /* a link laid out for us */
  g_assert_null (home_socket_path (&link_error));
  g_assert_error (link_error, FAULT, FAULT_NO_PERM);
  g_unlink (short_folder);
  g_rmdir (home);
  g_rmdir (folder);
}

static void
test_short (void)
{
  g_autofree char *folder = g_dir_make_tmp ("home-XXXXXX", NULL);
  g_autofree char *expected = g_build_filename (folder, "core.sock", NULL);
  g_autofree char *path = NULL;

  g_setenv ("POSTRIDER_HOME", folder, TRUE);
  path = home_socket_path (NULL);
  g_assert_cmpstr (path, ==, expected);
  g_rmdir (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/home/path", test_path);
  g_test_add_func ("/cli/home/refused", test_refused);
  g_test_add_func ("/cli/home/long", test_long);
  g_test_add_func ("/cli/home/short", test_short);
  return g_test_run ();
}
