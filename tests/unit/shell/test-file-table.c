/* The numbers by which the page names files: never another file than the one that was given, and not without end. */
#include "file-table.h"

#include "fault.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST 128                       /* file-table.c: forty attachments, an import, and room */
#define MOST_PASTED (64 * 1024 * 1024) /* eight of the longest that the contract takes */

static int
open_null (void)
{
  return open ("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void
test_numbers (void)
{
  g_autoptr (FileTable) table = file_table_new ();
  int fd = file_table_paste ("hello", 5, NULL);
  guint32 first = file_table_add (table, fd, 5, NULL), second = file_table_add (table, open_null (), 0, NULL);
  char text[8] = "";

  g_assert_cmpuint (first, !=, 0);
  g_assert_cmpuint (second, !=, first);
  g_assert_cmpint (read (file_table_get (table, first), text, sizeof text), ==, 5);
  g_assert_cmpint (read (file_table_get (table, first), text, sizeof text), ==, 5); /* from its start each time */
  g_assert_cmpint (file_table_get (table, second + 1), ==, -1);
  g_assert_cmpint (file_table_get (table, 0), ==, -1);
  g_assert_true (file_table_release (table, first));
  g_assert_false (file_table_release (table, first));
  g_assert_cmpint (file_table_get (table, first), ==, -1);
  g_assert_cmpint (fcntl (fd, F_GETFD), ==, -1); /* closed with its number */
  g_assert_cmpuint (file_table_add (table, open_null (), 0, NULL), !=, first); /* a late call meets no other file */
}

static void
test_most (void)
{
  g_autoptr (FileTable) table = file_table_new ();
  g_autoptr (GError) error = NULL;
  guint32 last = 0;
  int fd;

  for (guint i = 0; i < MOST; i++)
    g_assert_cmpuint ((last = file_table_add (table, open_null (), 0, NULL)), !=, 0);
  fd = open_null ();
  g_assert_cmpuint (file_table_add (table, fd, 0, &error), ==, 0);
  g_assert_error (error, FAULT, FAULT_TEMP);
  g_assert_cmpint (fcntl (fd, F_GETFD), ==, -1);
  g_assert_true (file_table_release (table, last));
  g_assert_cmpuint (file_table_add (table, open_null (), 0, NULL), !=, 0);
}

static void
test_pasted (void)
{
  g_autoptr (FileTable) table = file_table_new ();
  guint32 whole = file_table_add (table, open_null (), MOST_PASTED, NULL);

  g_assert_cmpuint (whole, !=, 0);
  g_assert_cmpuint (file_table_add (table, open_null (), 1, NULL), ==, 0);
  g_assert_true (file_table_release (table, whole));
  g_assert_cmpuint (file_table_add (table, open_null (), MOST_PASTED, NULL), !=, 0); /* room again */
}

/* Nobody can change it behind core's back. */
static void
test_sealed (void)
{
  int fd = file_table_paste ("hello", 5, NULL);
  struct stat found;

  g_assert_cmpint (write (fd, "x", 1), ==, -1);
  g_assert_cmpint (errno, ==, EPERM);
  g_assert_cmpint (ftruncate (fd, 0), ==, -1);
  g_assert_cmpint (fstat (fd, &found), ==, 0);
  g_assert_cmpint (found.st_size, ==, 5);
  close (fd);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shell/file-table/numbers", test_numbers);
  g_test_add_func ("/shell/file-table/most", test_most);
  g_test_add_func ("/shell/file-table/pasted", test_pasted);
  g_test_add_func ("/shell/file-table/sealed", test_sealed);
  return g_test_run ();
}
