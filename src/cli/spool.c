#include "spool.h"

#include "descriptor.h"
#include "fault.h"
#include "home.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_LEN 65536
#define SPOOL_MAX ((guint64) 1 << 30)    /* octets; what core takes of a file */
#define ROOM_MIN ((guint64) 64 << 20)    /* chosen: octets that are left to the campaigns that are sending */

static int
make_nameless (const char *home)
{
  g_autofree char *name = g_build_filename (home, "spool-XXXXXX", NULL);
  int fd = open (home, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

  if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
    return fd;
  fd = g_mkstemp_full (name, O_RDWR | O_CLOEXEC, 0600); /* some network file systems have no O_TMPFILE */
  if (fd >= 0)
    unlink (name);
  return fd;
}

static gboolean
write_all (int to, const char *block, gsize len, GError **error)
{
  for (gsize done = 0; done < len;) {
    gssize written = write (to, block + done, len - done);

    if (written < 0 && errno != EINTR) {
      g_set_error (error, FAULT, FAULT_IO, "the input could not be laid down in the data folder: %s", g_strerror (errno));
      return FALSE;
    }
    done += (gsize) MAX (written, 0);
  }
  return TRUE;
}

/* Before the next block is written: a pipe may have no end. */
static gboolean
check_size (int to, guint64 size, GError **error)
{
  if (size > SPOOL_MAX)
    g_set_error (error, FAULT, FAULT_DATA, "the input is larger than 1 GiB, or has no end: split it and import the parts");
  else if (descriptor_get_room (to) < ROOM_MIN)
    g_set_error (error, FAULT, FAULT_IO, "the disk is nearly full: make room in the data folder and try again");
  else
    return TRUE;
  return FALSE;
}

static gboolean
copy_all (int from, int to, GError **error)
{
  g_autofree char *block = g_malloc (BLOCK_LEN);
  guint64 size = 0;

  for (;;) {
    gssize n = read (from, block, BLOCK_LEN);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      g_set_error (error, FAULT, FAULT_IO, "the input cannot be read: %s", g_strerror (errno));
    if (n <= 0)
      return n == 0;
    size += (guint64) n;
    if (!check_size (to, size, error) || !write_all (to, block, (gsize) n, error))
      return FALSE;
  }
}

/* The reader gets no right to write: the same file is opened anew. */
static int
reopen_to_read (int fd)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);

  return open (path, O_RDONLY | O_CLOEXEC);
}

static int
spool_copy (int from, GError **error)
{
  g_autofree char *home = home_path (error);
  int to = home != NULL ? make_nameless (home) : -1;
  int result = -1;

  if (home == NULL)
    return -1;
  if (to >= 0 && !copy_all (from, to, error)) {
    close (to);
    return -1;
  }
  if (to >= 0)
    result = reopen_to_read (to);
  if (result < 0)
    g_set_error (error, FAULT, FAULT_IO, "the input could not be laid down in %s: %s", home, g_strerror (errno));
  if (to >= 0)
    close (to);
  return result;
}

int
spool_open (const char *path, GError **error)
{
  gboolean is_stdin = strcmp (path, "-") == 0;
  int fd = is_stdin ? STDIN_FILENO : open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  struct stat found;
  int result;

  if (fd < 0 || fstat (fd, &found) != 0) {
    g_set_error (error, FAULT, errno == EACCES ? FAULT_NO_PERM : FAULT_NO_INPUT, "%s cannot be read: %s", path,
                 g_strerror (errno));
    return -1;
  }
  if (S_ISDIR (found.st_mode)) {
    g_set_error (error, FAULT, FAULT_NO_INPUT, "%s is a folder; name a file in it", path);
    close (fd);
    return -1;
  }
  if (S_ISREG (found.st_mode))
    return is_stdin ? reopen_to_read (fd) : fd;
  result = spool_copy (fd, error);
  if (!is_stdin)
    close (fd);
  return result;
}
