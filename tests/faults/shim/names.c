/* names.c - what a folder has in it: open, rename, link, unlink, mkdir. */
#include "shim.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

static int
open_with (int folder_fd, const char *path, int flags, mode_t mode)
{
  static int (*next) (int, const char *, int, ...);
  uint64_t began = write_log_now ();
  char full[PATH_MAX];
  int fd;

  if (next == NULL)
    next = (int (*) (int, const char *, int, ...)) dlsym (RTLD_NEXT, "openat64");
  if (shim_settings.boot[0] != '\0' && strcmp (path, BOOT_ID) == 0)
    path = shim_settings.boot;
  if (shim_fails (KIND_OPEN, path))
    return -1;
  fd = next (folder_fd, path, flags, mode);
  if (fd >= 0 && (flags & O_TMPFILE) != O_TMPFILE && (flags & O_PATH) == 0 && shim_find_path (folder_fd, path, full))
    shim_note_opened (began, fd, full, flags);
  return fd;
}

#define MODE_OF(flags) \
  ({ \
    va_list rest_; \
    mode_t mode_; \
    va_start (rest_, flags); \
    mode_ = ((flags) & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))) != 0 ? va_arg (rest_, mode_t) : 0; \
    va_end (rest_); \
    mode_; \
  })

int
open (const char *path, int flags, ...)
{
  return open_with (AT_FDCWD, path, flags, MODE_OF (flags));
}

int
open64 (const char *path, int flags, ...)
{
  return open_with (AT_FDCWD, path, flags, MODE_OF (flags));
}

int
openat (int folder_fd, const char *path, int flags, ...)
{
  return open_with (folder_fd, path, flags, MODE_OF (flags));
}

int
openat64 (int folder_fd, const char *path, int flags, ...)
{
  return open_with (folder_fd, path, flags, MODE_OF (flags));
}

int
creat (const char *path, mode_t mode)
{
  return open_with (AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

/* What -D_FORTIFY_SOURCE makes of an open() without a mode. */
int __open_2 (const char *path, int flags);
int __open64_2 (const char *path, int flags);
int __openat_2 (int folder_fd, const char *path, int flags);
int __openat64_2 (int folder_fd, const char *path, int flags);

int
__open_2 (const char *path, int flags)
{
  return open_with (AT_FDCWD, path, flags, 0);
}

int
__open64_2 (const char *path, int flags)
{
  return open_with (AT_FDCWD, path, flags, 0);
}

int
__openat_2 (int folder_fd, const char *path, int flags)
{
  return open_with (folder_fd, path, flags, 0);
}

int
__openat64_2 (int folder_fd, const char *path, int flags)
{
  return open_with (folder_fd, path, flags, 0);
}

int
rename (const char *from, const char *to)
{
  NEXT (rename);
  uint64_t began = write_log_now ();
  char full[PATH_MAX], other[PATH_MAX];
  int result;

  if (shim_fails (KIND_NAME, to))
    return -1;
  result = next (from, to);
  if (result == 0 && shim_find_path (AT_FDCWD, to, other)) {
    shim_find_path (AT_FDCWD, from, full);
    shim_note_names ('R', began, full, other);
  }
  return result;
}

int
link (const char *from, const char *to)
{
  NEXT (link);
  uint64_t began = write_log_now ();
  char full[PATH_MAX], other[PATH_MAX];
  int result;

  if (shim_fails (KIND_NAME, to))
    return -1;
  result = next (from, to);
  if (result == 0 && shim_find_path (AT_FDCWD, to, other)) {
    shim_find_path (AT_FDCWD, from, full);
    shim_note_names ('L', began, full, other);
  }
  return result;
}

int
unlink (const char *path)
{
  NEXT (unlink);
  uint64_t began = write_log_now ();
  char full[PATH_MAX];
  int result;

  if (shim_fails (KIND_NAME, path))
    return -1;
  result = next (path);
  if (result == 0 && shim_find_path (AT_FDCWD, path, full))
    shim_note_names ('U', began, full, NULL);
  return result;
}

int
mkdir (const char *path, mode_t mode)
{
  NEXT (mkdir);
  uint64_t began = write_log_now ();
  char full[PATH_MAX];
  int result;

  if (shim_fails (KIND_NAME, path))
    return -1;
  result = next (path, mode);
  if (result == 0 && shim_find_path (AT_FDCWD, path, full))
    shim_note_names ('D', began, full, NULL);
  return result;
}

/* What Postrider does not use below its folder would go by unseen: better an end that everybody sees. */
#define UNUSED_BELOW(path) \
  do { \
    char full_[PATH_MAX]; \
    if (shim_find_path (AT_FDCWD, path, full_)) { \
      fprintf (stderr, "faults: %s of %s is not modelled\n", __func__, full_); \
      abort (); \
    } \
  } while (0)

int
rmdir (const char *path)
{
  NEXT (rmdir);
  UNUSED_BELOW (path);
  return next (path);
}

int
renameat (int from_fd, const char *from, int to_fd, const char *to)
{
  NEXT (renameat);
  UNUSED_BELOW (to);
  return next (from_fd, from, to_fd, to);
}

int
linkat (int from_fd, const char *from, int to_fd, const char *to, int flags)
{
  NEXT (linkat);
  UNUSED_BELOW (to);
  return next (from_fd, from, to_fd, to, flags);
}

int
truncate (const char *path, off_t size)
{
  NEXT (truncate);
  UNUSED_BELOW (path);
  return next (path, size);
}
