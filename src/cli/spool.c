#include "spool.h"

#include "fault.h"
#include "home.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_LEN 65536

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
copy_all (int from, int to)
{
  g_autofree char *block = g_malloc (BLOCK_LEN);

  for (;;) {
    gssize n = read (from, block, BLOCK_LEN);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return n == 0;
    for (gssize done = 0; done < n;) {
      gssize written = write (to, block + done, (gsize) (n - done));

      if (written < 0 && errno != EINTR)
        return FALSE;
      done += MAX (written, 0);
    }
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
spool (int from, GError **error)
{
  g_autofree char *home = home_path (error);
  int to = home != NULL ? make_nameless (home) : -1;
  int result = -1;

  if (home == NULL)
    return -1;
  if (to >= 0 && copy_all (from, to))
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
  result = spool (fd, error);
  if (!is_stdin)
    close (fd);
  return result;
}
