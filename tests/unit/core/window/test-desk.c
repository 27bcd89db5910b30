/* What desk and its dialog answer is looked at before it goes to the window: plain files of the right mode, names without a slash. */
#include "desk.h"
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <glib/gstdio.h>
#include <unistd.h>

typedef struct {
  char *folder, *path;
} Place;

static void
set_up (Place *place, gconstpointer data)
{
  place->folder = g_dir_make_tmp ("desk-XXXXXX", NULL);
  place->path = g_build_filename (place->folder, "file", NULL);
}

static void
tear_down (Place *place, gconstpointer data)
{
  g_unlink (place->path);
  g_rmdir (place->folder);
  g_free (place->folder);
  g_free (place->path);
}

static gboolean
check_chosen (const char *name, const char *path, int flags)
{
  int fd = open (path, flags | O_CLOEXEC);
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new_from_array (&fd, 1); /* takes it */
  g_autoptr (GVariant) answer = g_variant_ref_sink (g_variant_new_parsed ("([(%s, uint64 3, handle 0)],)", name));

  g_assert_cmpint (fd, >=, 0);
  return desk_check_chosen (answer, fds);
}

static void
test_chosen (Place *place, gconstpointer data)
{
  g_autoptr (GVariant) none = g_variant_ref_sink (g_variant_new_parsed ("(@a(sth) [],)"));

  g_assert_true (g_file_set_contents (place->path, "abc", 3, NULL));
  g_assert_true (desk_check_chosen (none, NULL)); /* cancelled */
  g_assert_true (check_chosen ("file", place->path, O_RDONLY));
  g_assert_false (check_chosen ("file", place->path, O_RDWR));  /* the window could write it */
  g_assert_false (check_chosen ("file", place->path, O_WRONLY));
  g_assert_false (check_chosen ("file", place->path, O_PATH));
  g_assert_false (check_chosen ("file", place->folder, O_RDONLY)); /* a folder leads to all that is in it */
  g_assert_false (check_chosen ("file", "/dev/null", O_RDONLY));
  g_assert_false (check_chosen ("../file", place->path, O_RDONLY));
  g_assert_false (check_chosen ("", place->path, O_RDONLY));
  g_assert_false (check_chosen ("..", place->path, O_RDONLY));
}

static gboolean
check_saved (const char *name, const char *path, int flags)
{
  int fd = open (path, flags | O_CLOEXEC, 0600);
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new_from_array (&fd, 1);
  g_autoptr (GVariant) answer = g_variant_ref_sink (g_variant_new ("(sh)", name, 0));

  g_assert_cmpint (fd, >=, 0);
  return desk_check_saved (answer, fds);
}

static void
test_saved (Place *place, gconstpointer data)
{
  g_assert_true (check_saved ("file", place->path, O_WRONLY | O_CREAT));
  g_assert_false (check_saved ("file", place->path, O_RDWR)); /* the window could read it */
  g_assert_false (check_saved ("file", place->path, O_RDONLY));
  g_assert_false (check_saved ("a/b", place->path, O_WRONLY));
  g_assert_true (check_saved ("", "/dev/null", O_WRONLY)); /* cancelled */
  g_assert_false (check_saved ("file", "/dev/null", O_WRONLY));
  g_assert_false (check_saved ("", place->path, O_WRONLY));
  g_assert_false (check_saved ("", "/dev/zero", O_WRONLY));
  g_assert_true (g_file_set_contents (place->path, "abc", 3, NULL));
  g_assert_false (check_saved ("file", place->path, O_WRONLY)); /* what was there would be spoilt, not replaced */
}

static void
test_paths (void)
{
  static const char *const fine[] = { "/a", "/home/ann/People 2024.csv", "/home/ann/\303\244", "/a/..b", "/a/...", "/a/.hidden" };
  static const char *const bad[] = { "", "a", "./a", "/", "//a", "/a/", "/a//b", "/a/./b", "/a/../b", "/..", "/a/..", "~/a", "file:///a" };
  g_autofree char *long_one = g_strnfill (5000, 'a');

  long_one[0] = '/';
  g_assert_false (desk_is_path (long_one));
  for (gsize i = 0; i < G_N_ELEMENTS (fine); i++)
    g_assert_true (desk_is_path (fine[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (desk_is_path (bad[i]));
}

static void
test_addresses (void)
{
  static const char *const fine[] = { "https://example.org/", "HTTP://example.org", "mailto:ann@example.org" };
  static const char *const bad[] = { "", "https://", "file:///etc/passwd", "javascript:alert(1)", "--help", "https://a b", "https://a\nb", "https://\303\244", "data:,x", " https://a" };

  for (gsize i = 0; i < G_N_ELEMENTS (fine); i++)
    g_assert_true (desk_is_address (fine[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (desk_is_address (bad[i]));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/core/window/desk/chosen", Place, NULL, set_up, test_chosen, tear_down);
  g_test_add ("/core/window/desk/saved", Place, NULL, set_up, test_saved, tear_down);
  g_test_add_func ("/core/window/desk/paths", test_paths);
  g_test_add_func ("/core/window/desk/addresses", test_addresses);
  return g_test_run ();
}
