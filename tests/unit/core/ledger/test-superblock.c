/* What can be tried without a disk of one's own: mounts that go and come are in tests/faults/remount.py. */
#include "superblock.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/mman.h>
#include <unistd.h>

static guint64
witness_of (const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  guint64 witness = superblock_get_witness (fd);

  g_assert_cmpint (fd, >=, 0);
  close (fd);
  return witness;
}

/* Nothing but a file that lies somewhere has one, and asking does not fail. */
static void
test_none (void)
{
  g_assert_cmpuint (superblock_get_witness (-1), ==, SUPERBLOCK_NONE);
  g_assert_cmpstr (superblock_get_type (-1), ==, "unknown");
  g_assert_cmpuint (witness_of ("/proc"), ==, SUPERBLOCK_NONE);
}

static void
test_memory (void)
{
  int fd = memfd_create ("memory", MFD_CLOEXEC);

  g_assert_cmpuint (superblock_get_witness (fd), ==, SUPERBLOCK_MEMORY);
  g_assert_cmpstr (superblock_get_type (fd), ==, "tmpfs");
  close (fd);
}

/* The same from each file of it, at any time. */
static void
test_steady (void)
{
  g_autofree char *folder = g_dir_make_tmp ("superblock-XXXXXX", NULL), *path = g_build_filename (folder, "file", NULL);
  guint64 witness = witness_of (folder);

  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
  g_assert_cmpuint (witness_of (path), ==, witness);
  g_usleep (2000);
  g_assert_cmpuint (witness_of (folder), ==, witness);
  g_unlink (path);
  g_rmdir (folder);
  if (witness == SUPERBLOCK_NONE)
    g_test_skip ("the file system of the temporary folder has no witness");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/ledger/superblock/none", test_none);
  g_test_add_func ("/core/ledger/superblock/memory", test_memory);
  g_test_add_func ("/core/ledger/superblock/steady", test_steady);
  return g_test_run ();
}
