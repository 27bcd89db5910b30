/* notes.c - what was done below the folder, as the write log has it. */
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *
shim_describe (int fd, char out[PATH_MAX])
{
  char link[64];
  ssize_t n;

  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  n = readlink (link, out, PATH_MAX - 1);
  out[n > 0 ? n : 0] = '\0';
  return out;
}

/* The absolute path, or "" where it is not below the folder. */
int
shim_find_path (int folder_fd, const char *path, char out[PATH_MAX])
{
  char link[64], base[PATH_MAX];
  ssize_t n;

  if (path[0] == '/') {
    snprintf (out, PATH_MAX, "%s", path);
  } else {
    snprintf (link, sizeof link, "/proc/self/fd/%d", folder_fd);
    n = folder_fd == AT_FDCWD ? readlink ("/proc/self/cwd", base, sizeof base - 1) : readlink (link, base, sizeof base - 1);
    if (n <= 0 || snprintf (out, PATH_MAX, "%.*s/%s", (int) n, base, path) >= PATH_MAX)
      return 0;
  }
  return shim_settings.is_noting && strncmp (out, shim_settings.folder, shim_settings.folder_len) == 0 && out[shim_settings.folder_len] == '/';
}

void
shim_note_names (char kind, uint64_t began, const char *from, const char *to)
{
  struct stat status = { 0 };
  const char *seen = to != NULL ? to : from;
  int saved = errno;

  fstatat (AT_FDCWD, seen, &status, AT_SYMLINK_NOFOLLOW);
  write_log_add (kind, began, status.st_dev, status.st_ino, 0, 0, S_ISDIR (status.st_mode), from, strlen (from), to != NULL ? to : "",
                 to != NULL ? strlen (to) : 0);
  errno = saved;
}

void
shim_note_opened (uint64_t began, int fd, const char *path, int flags)
{
  struct stat status;
  int saved = errno;

  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode)) {
    write_log_watch (status.st_dev, status.st_ino);
    if ((flags & (O_CREAT | O_TRUNC)) != 0)
      write_log_add ('O', began, status.st_dev, status.st_ino, 0, 0, (flags & O_TRUNC) != 0, path, strlen (path), NULL, 0);
  }
  errno = saved;
}

int
shim_is_noted (int fd, struct stat *out_status)
{
  int saved = errno, is = shim_settings.is_noting && fstat (fd, out_status) == 0 && S_ISREG (out_status->st_mode) &&
                          write_log_is_watched (out_status->st_dev, out_status->st_ino);

  errno = saved;
  return is;
}

void
shim_note_written (uint64_t began, int fd, off_t at, const struct iovec *parts, int count, ssize_t written)
{
  struct stat status;

  if (written <= 0 || !shim_is_noted (fd, &status))
    return;
  if (at < 0)
    at = lseek (fd, 0, SEEK_CUR) - written;
  for (int i = 0; i < count && written > 0; i++) {
    size_t n = parts[i].iov_len < (size_t) written ? parts[i].iov_len : (size_t) written;

    write_log_add ('W', began, status.st_dev, status.st_ino, (uint64_t) at, n, 0, parts[i].iov_base, n, NULL, 0);
    at += (off_t) n;
    written -= (ssize_t) n;
  }
}

void
shim_note (const char *words)
{
  write_log_add ('N', write_log_now (), 0, 0, 0, 0, 0, words, strlen (words), NULL, 0);
}

/* src/shared/base/kill-point.c calls it where somebody has it. */
void
kill_point_passed (const char *name)
{
  write_log_add ('K', write_log_now (), 0, 0, 0, 0, 0, name, strlen (name), NULL, 0);
}
