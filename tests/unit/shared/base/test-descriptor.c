/* Modes of descriptors, by what open(2) gives. */
#include "descriptor.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct { int flags; gboolean reads, only_reads, only_writes; } rows[] = {
  { O_RDONLY, TRUE, TRUE, FALSE },
  { O_RDONLY | O_NONBLOCK, TRUE, TRUE, FALSE },
  { O_WRONLY, FALSE, FALSE, TRUE },
  { O_WRONLY | O_APPEND, FALSE, FALSE, TRUE },
  { O_RDWR, TRUE, FALSE, FALSE },
  { O_PATH, FALSE, FALSE, FALSE },            /* says access mode 0, which is O_RDONLY's */
  { O_PATH | O_NOFOLLOW, FALSE, FALSE, FALSE },
};

static void
test_open (void)
{
  g_autofree char *path = NULL;
  int made = g_file_open_tmp ("descriptor-XXXXXX", &path, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    int fd = open (path, rows[i].flags | O_CLOEXEC);

    g_assert_cmpint (fd, >=, 0);
    g_assert_cmpint (descriptor_can_read (fd), ==, rows[i].reads);
    g_assert_cmpint (descriptor_has_mode (fd, O_RDONLY), ==, rows[i].only_reads);
    g_assert_cmpint (descriptor_has_mode (fd, O_WRONLY), ==, rows[i].only_writes);
    close (fd);
    g_assert_false (descriptor_can_read (fd)); /* none any more */
  }
  close (made);
  unlink (path);
}

/* A pipe has an end to read and one to write; a socket and a memfd do both. */
static void
test_others (void)
{
  int ends[2], sockets[2], memory = memfd_create ("memory", MFD_CLOEXEC);

  g_assert_cmpint (pipe (ends), ==, 0);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, sockets), ==, 0);
  g_assert_true (descriptor_has_mode (ends[0], O_RDONLY));
  g_assert_false (descriptor_can_read (ends[1]));
  g_assert_true (descriptor_can_read (sockets[0]));
  g_assert_true (descriptor_can_read (memory));
  g_assert_false (descriptor_has_mode (memory, O_RDONLY));
  g_assert_false (descriptor_can_read (-1));
  for (gsize i = 0; i < 2; i++) {
    close (ends[i]);
    close (sockets[i]);
  }
  close (memory);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/base/descriptor/open", test_open);
  g_test_add_func ("/shared/base/descriptor/others", test_others);
  return g_test_run ();
}
