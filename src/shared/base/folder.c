#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
sync_folder (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), saved_errno;
  gboolean is_synced;

  if (fd < 0)
    return errno == EACCES; /* a folder that may be written and not read, as some homes are, cannot be synced; SQLite goes on there too */
  is_synced = fsync (fd) == 0;
  saved_errno = errno;
  close (fd);
  errno = saved_errno;
  return is_synced;
}

static gboolean
make_one (const char *path, const char *above)
{
  int saved_errno;

  if (mkdir (path, 0700) != 0) {
    if (errno == EEXIST && !g_file_test (path, G_FILE_TEST_IS_DIR))
      errno = ENOTDIR;
    return errno == EEXIST; /* another was faster */
  }
  if (sync_folder (above))
    return TRUE;
  saved_errno = errno;
  (void) rmdir (path); /* left there, the next one would take it for kept */
  errno = saved_errno;
  return FALSE;
}

gboolean
folder_make (const char *path)
{
  g_autofree char *above = g_path_get_dirname (path);

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return TRUE;
  return (g_str_equal (above, path) || folder_make (above)) && make_one (path, above);
}
