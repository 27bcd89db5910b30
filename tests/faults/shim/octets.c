/* octets.c - what a file has in it: write, truncate, allocate, sync. */
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int
is_file (int fd)
{
  struct stat status;
  int saved = errno, is = shim_settings.is_counting && fstat (fd, &status) == 0 && S_ISREG (status.st_mode);

  errno = saved;
  return is;
}

/* Returns: 0 go on, -1 with errno: the write fails, 1: it is said to be done; *inout_len: of what may be written. */
static int
check_write (int fd, size_t *inout_len)
{
  char where[PATH_MAX];

  if (!is_file (fd) || !shim_fails (KIND_WRITE, shim_describe (fd, where)))
    return 0;
  if (shim_has_mode ("lost"))
    return 1;
  if (!shim_has_mode ("short") || *inout_len < 2)
    return -1;
  *inout_len /= 2;
  return 0;
}

ssize_t
write (int fd, const void *data, size_t len)
{
  NEXT (write);
  uint64_t began = write_log_now ();
  int verdict = check_write (fd, &len);
  ssize_t n;

  if (verdict != 0)
    return verdict < 0 ? -1 : (ssize_t) len;
  n = next (fd, data, len);
  shim_note_written (began, fd, -1, &(struct iovec){ (void *) data, len }, 1, n);
  return n;
}

ssize_t
pwrite (int fd, const void *data, size_t len, off_t at)
{
  NEXT (pwrite);
  uint64_t began = write_log_now ();
  int verdict = check_write (fd, &len);
  ssize_t n;

  if (verdict != 0)
    return verdict < 0 ? -1 : (ssize_t) len;
  n = next (fd, data, len, at);
  shim_note_written (began, fd, at, &(struct iovec){ (void *) data, len }, 1, n);
  return n;
}

ssize_t
pwrite64 (int fd, const void *data, size_t len, off64_t at)
{
  return pwrite (fd, data, len, at);
}

static size_t
measure (const struct iovec *parts, int count)
{
  size_t len = 0;

  for (int i = 0; i < count; i++)
    len += parts[i].iov_len;
  return len;
}

ssize_t
writev (int fd, const struct iovec *parts, int count)
{
  NEXT (writev);
  uint64_t began = write_log_now ();
  size_t len = measure (parts, count);
  int verdict = check_write (fd, &len);
  ssize_t n;

  if (verdict != 0)
    return verdict < 0 ? -1 : (ssize_t) len;
  n = next (fd, parts, count);
  shim_note_written (began, fd, -1, parts, count, n);
  return n;
}

ssize_t
pwritev (int fd, const struct iovec *parts, int count, off_t at)
{
  NEXT (pwritev);
  uint64_t began = write_log_now ();
  size_t len = measure (parts, count);
  int verdict = check_write (fd, &len);
  ssize_t n;

  if (verdict != 0)
    return verdict < 0 ? -1 : (ssize_t) len;
  n = next (fd, parts, count, at);
  shim_note_written (began, fd, at, parts, count, n);
  return n;
}

ssize_t
pwritev64 (int fd, const struct iovec *parts, int count, off64_t at)
{
  return pwritev (fd, parts, count, at);
}

static void
note_size (uint64_t began, int fd, off_t size, int is_growth)
{
  struct stat status;

  if (shim_is_noted (fd, &status))
    write_log_add ('T', began, status.st_dev, status.st_ino, 0, (uint64_t) size, (uint32_t) is_growth, NULL, 0, NULL, 0);
}

int
ftruncate (int fd, off_t size)
{
  NEXT (ftruncate);
  uint64_t began = write_log_now ();
  char where[PATH_MAX];
  int result;

  if (is_file (fd) && shim_fails (KIND_WRITE, shim_describe (fd, where)))
    return -1;
  result = next (fd, size);
  if (result == 0)
    note_size (began, fd, size, 0);
  return result;
}

int
ftruncate64 (int fd, off64_t size)
{
  return ftruncate (fd, size);
}

int
fallocate (int fd, int mode, off_t at, off_t len)
{
  NEXT (fallocate);
  uint64_t began = write_log_now ();
  int result = next (fd, mode, at, len);

  if (result == 0 && mode == 0)
    note_size (began, fd, at + len, 1);
  return result;
}

int
fallocate64 (int fd, int mode, off64_t at, off64_t len)
{
  return fallocate (fd, mode, at, len);
}

int
posix_fallocate (int fd, off_t at, off_t len)
{
  NEXT (posix_fallocate);
  uint64_t began = write_log_now ();
  int result = next (fd, at, len);

  if (result == 0)
    note_size (began, fd, at + len, 1);
  return result;
}

int
posix_fallocate64 (int fd, off64_t at, off64_t len)
{
  return posix_fallocate (fd, at, len);
}

/* TRUE: it is done with. The real call is not made where the disk is modelled: a thousand cuts would wait for a disk that proves nothing. */
static int
note_synced (uint64_t began, int fd)
{
  struct stat status;
  char path[PATH_MAX];

  if (!shim_settings.is_noting || fstat (fd, &status) != 0 || (!S_ISDIR (status.st_mode) && !write_log_is_watched (status.st_dev, status.st_ino)))
    return 0;
  if (shim_settings.is_lying || (shim_settings.is_lying_about_folders && S_ISDIR (status.st_mode)))
    return 1;
  shim_describe (fd, path);
  write_log_add ('S', began, status.st_dev, status.st_ino, 0, 0, S_ISDIR (status.st_mode), path, S_ISDIR (status.st_mode) ? strlen (path) : 0, NULL, 0);
  return 1;
}

static int
sync_with (int fd, int (*next) (int))
{
  char where[PATH_MAX];

  if (shim_fails (KIND_FSYNC, shim_describe (fd, where)))
    return -1;
  return note_synced (write_log_now (), fd) ? 0 : next (fd);
}

int
fsync (int fd)
{
  NEXT (fsync);
  return sync_with (fd, next);
}

int
fdatasync (int fd)
{
  NEXT (fdatasync);
  return sync_with (fd, next);
}
