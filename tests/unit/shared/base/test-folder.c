/* That what it makes survives a power cut is tried by tests/faults/cuts.py. */
#include "folder.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char *
make_place (void)
{
  char *place = g_dir_make_tmp ("pr-folder-XXXXXX", NULL);

  g_assert_nonnull (place);
  return place;
}

static void
test_makes_all_above (void)
{
  g_autofree char *place = make_place (), *above = g_build_filename (place, "a", NULL), *path = g_build_filename (above, "b", NULL);
  struct stat status;

  g_assert_true (folder_make (path));
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_true (S_ISDIR (status.st_mode));
  g_assert_cmpuint (status.st_mode & 0777, ==, 0700);
  g_assert_true (folder_make (path)); /* again: it is there */
  g_assert_cmpint (rmdir (path) | rmdir (above) | rmdir (place), ==, 0);
}

static void
test_a_file_is_in_the_way (void)
{
  g_autofree char *place = make_place (), *file = g_build_filename (place, "a", NULL), *path = g_build_filename (file, "b", NULL);

  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  g_assert_false (folder_make (path));
  g_assert_cmpint (errno, ==, ENOTDIR);
  g_assert_cmpint (g_unlink (file) | rmdir (place), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/base/folder/makes-all-above", test_makes_all_above);
  g_test_add_func ("/shared/base/folder/a-file-is-in-the-way", test_a_file_is_in_the_way);
  return g_test_run ();
}
