/* shim.c - loaded by LD_PRELOAD below SQLite's own VFS and below every other write of Postrider's.
 * POSTRIDER_FAULTS=NOTEBOOK;FOLDER;BOOT;LIE;KIND:WHO:N:MODE:ERRNO (each may be empty):
 *   NOTEBOOK  the file of notebook.h
 *   FOLDER    what is written below it is noted, and fsync() there is noted instead of done: what it promises is modelled, not measured
 *   BOOT      stands in for /proc/sys/kernel/random/boot_id: after a power cut it is another one
 *   LIE       "all": fsync says 0 and is not noted; "folders": only that of folders (the controls)
 *   KIND …    the N-th call of KIND (write, fsync, open, name, socket, malloc) by WHO (core, cli, smtp, dial, import) fails with ERRNO;
 *             MODE once: only that one; on: that one and all behind it; short: half of the octets are written. N = 0: all are counted, none fails.
 *             Controls that a test must find: lost (from N on nothing is written and all said to be well), crash (the process ends there)
 * What it cannot see: calls inside glibc (stdio's writes) and memory maps. Postrider's data folder has none but SQLite's -shm, which is rebuilt. */
#include "notebook.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

static struct {
  char     folder[PATH_MAX], boot[PATH_MAX];
  size_t   folder_len;
  int      is_noting, is_lying, is_lying_about_folders;
  char     mode[8];
  uint64_t n;
  int      kind, who, error, is_counting, is_victim;
} settings;

static const char *const kinds[KIND_COUNT] = { "write", "fsync", "open", "name", "socket", "malloc" };
static const char *const whos[WHO_COUNT] = { "core", "cli", "smtp", "dial", "import" };

void shim_note (const char *words);
void kill_point_passed (const char *name);
int  shim_fails (Kind kind, const char *where);

/* --- settings --- */

static const char *
take (const char *from, char until, char *out, size_t size)
{
  const char *end = strchrnul (from, until);

  snprintf (out, size, "%.*s", (int) (end - from), from);
  return *end != '\0' ? end + 1 : end;
}

static int
find_word (const char *const *words, int count, const char *word)
{
  for (int i = 0; i < count; i++)
    if (strcmp (words[i], word) == 0)
      return i;
  return -1;
}

static int
find_me (void)
{
  const char *name = program_invocation_short_name;

  return strcmp (name, "postrider") == 0 ? WHO_CLI : strncmp (name, "postrider-", 10) == 0 ? find_word (whos, WHO_COUNT, name + 10) : -1;
}

static void
read_failure (const char *text)
{
  char kind[16], who[16], number[24];

  text = take (text, ':', kind, sizeof kind);
  text = take (text, ':', who, sizeof who);
  text = take (text, ':', number, sizeof number);
  text = take (text, ':', settings.mode, sizeof settings.mode);
  settings.n = strtoull (number, NULL, 10);
  settings.error = atoi (text);
  settings.kind = find_word (kinds, KIND_COUNT, kind);
  settings.who = find_me ();
  settings.is_counting = settings.kind >= 0 && settings.who >= 0;
  settings.is_victim = settings.is_counting && settings.n > 0 && strcmp (whos[settings.who], who) == 0;
}

__attribute__ ((constructor)) static void
begin (void)
{
  const char *text = getenv ("POSTRIDER_FAULTS");
  char notebook[PATH_MAX], lie[16];

  if (text == NULL)
    return;
  text = take (text, ';', notebook, sizeof notebook);
  text = take (text, ';', settings.folder, sizeof settings.folder);
  text = take (text, ';', settings.boot, sizeof settings.boot);
  text = take (text, ';', lie, sizeof lie);
  settings.folder_len = strlen (settings.folder);
  settings.is_lying = strcmp (lie, "all") == 0;
  settings.is_lying_about_folders = strcmp (lie, "folders") == 0;
  if (notebook_open (notebook) != 0) {
    fprintf (stderr, "faults: %s is no notebook\n", notebook);
    _exit (70);
  }
  settings.is_noting = settings.folder_len > 0;
  read_failure (text);
}

/* --- the n-th call fails --- */

static int
has_mode (const char *mode)
{
  return strcmp (settings.mode, mode) == 0;
}

int
shim_fails (Kind kind, const char *where)
{
  uint64_t call;

  if (!settings.is_counting)
    return 0;
  call = notebook_count_call (kind, (Who) settings.who);
  if (!settings.is_victim || (int) kind != settings.kind)
    return 0;
  if (call < settings.n || (call > settings.n && !has_mode ("on") && !has_mode ("lost")))
    return 0;
  notebook_count_failure ();
  notebook_write ('F', notebook_now (), 0, 0, call, 0, 0, program_invocation_short_name, strlen (program_invocation_short_name), where, strlen (where));
  if (has_mode ("crash"))
    raise (SIGSEGV);
  if (settings.error != 0) /* a short write sets none */
    errno = settings.error;
  return 1;
}

/* --- notes --- */

/* The absolute path, or "" where it is not below the folder. */
static int
find_path (int folder_fd, const char *path, char out[PATH_MAX])
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
  return settings.is_noting && strncmp (out, settings.folder, settings.folder_len) == 0 && out[settings.folder_len] == '/';
}

static void
note_names (char kind, uint64_t began, const char *from, const char *to)
{
  struct stat status = { 0 };
  const char *seen = to != NULL ? to : from;
  int saved = errno;

  fstatat (AT_FDCWD, seen, &status, AT_SYMLINK_NOFOLLOW);
  notebook_write (kind, began, status.st_dev, status.st_ino, 0, 0, S_ISDIR (status.st_mode), from, strlen (from), to != NULL ? to : "",
                  to != NULL ? strlen (to) : 0);
  errno = saved;
}

static void
note_opened (uint64_t began, int fd, const char *path, int flags)
{
  struct stat status;
  int saved = errno;

  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode)) {
    notebook_watch (status.st_dev, status.st_ino);
    if ((flags & (O_CREAT | O_TRUNC)) != 0)
      notebook_write ('O', began, status.st_dev, status.st_ino, 0, 0, (flags & O_TRUNC) != 0, path, strlen (path), NULL, 0);
  }
  errno = saved;
}

static int
is_noted (int fd, struct stat *out_status)
{
  int saved = errno, is = settings.is_noting && fstat (fd, out_status) == 0 && S_ISREG (out_status->st_mode) &&
                          notebook_is_watched (out_status->st_dev, out_status->st_ino);

  errno = saved;
  return is;
}

static void
note_written (uint64_t began, int fd, off_t at, const struct iovec *parts, int count, ssize_t written)
{
  struct stat status;

  if (written <= 0 || !is_noted (fd, &status))
    return;
  if (at < 0)
    at = lseek (fd, 0, SEEK_CUR) - written;
  for (int i = 0; i < count && written > 0; i++) {
    size_t n = parts[i].iov_len < (size_t) written ? parts[i].iov_len : (size_t) written;

    notebook_write ('W', began, status.st_dev, status.st_ino, (uint64_t) at, n, 0, parts[i].iov_base, n, NULL, 0);
    at += (off_t) n;
    written -= (ssize_t) n;
  }
}

void
shim_note (const char *words)
{
  notebook_write ('N', notebook_now (), 0, 0, 0, 0, 0, words, strlen (words), NULL, 0);
}

/* src/shared/base/kill-point.c calls it where somebody has it. */
void
kill_point_passed (const char *name)
{
  notebook_write ('K', notebook_now (), 0, 0, 0, 0, 0, name, strlen (name), NULL, 0);
}

/* --- what is interposed --- */

#define NEXT(name) \
  static __typeof__ (name) *next; \
  if (next == NULL) \
  next = (__typeof__ (name) *) dlsym (RTLD_NEXT, #name)

static const char *
describe (int fd, char out[PATH_MAX])
{
  char link[64];
  ssize_t n;

  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  n = readlink (link, out, PATH_MAX - 1);
  out[n > 0 ? n : 0] = '\0';
  return out;
}

static int
is_file (int fd)
{
  struct stat status;
  int saved = errno, is = settings.is_counting && fstat (fd, &status) == 0 && S_ISREG (status.st_mode);

  errno = saved;
  return is;
}

/* Returns: 0 go on, -1 with errno: the write fails, 1: it is said to be done; *inout_len: of what may be written. */
static int
check_write (int fd, size_t *inout_len)
{
  char where[PATH_MAX];

  if (!is_file (fd) || !shim_fails (KIND_WRITE, describe (fd, where)))
    return 0;
  if (has_mode ("lost"))
    return 1;
  if (!has_mode ("short") || *inout_len < 2)
    return -1;
  *inout_len /= 2;
  return 0;
}

ssize_t
write (int fd, const void *data, size_t len)
{
  NEXT (write);
  uint64_t began = notebook_now ();
  int verdict = check_write (fd, &len);
  ssize_t n;

  if (verdict != 0)
    return verdict < 0 ? -1 : (ssize_t) len;
  n = next (fd, data, len);
  note_written (began, fd, -1, &(struct iovec){ (void *) data, len }, 1, n);
  return n;
}

ssize_t
pwrite (int fd, const void *data, size_t len, off_t at)
{
  NEXT (pwrite);
  uint64_t began = notebook_now ();
  int verdict = check_write (fd, &len);
  ssize_t n;

  if (verdict != 0)
    return verdict < 0 ? -1 : (ssize_t) len;
  n = next (fd, data, len, at);
  note_written (began, fd, at, &(struct iovec){ (void *) data, len }, 1, n);
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
  uint64_t began = notebook_now ();
  size_t len = measure (parts, count);
  int verdict = check_write (fd, &len);
  ssize_t n;

  if (verdict != 0)
    return verdict < 0 ? -1 : (ssize_t) len;
  n = next (fd, parts, count);
  note_written (began, fd, -1, parts, count, n);
  return n;
}

ssize_t
pwritev (int fd, const struct iovec *parts, int count, off_t at)
{
  NEXT (pwritev);
  uint64_t began = notebook_now ();
  size_t len = measure (parts, count);
  int verdict = check_write (fd, &len);
  ssize_t n;

  if (verdict != 0)
    return verdict < 0 ? -1 : (ssize_t) len;
  n = next (fd, parts, count, at);
  note_written (began, fd, at, parts, count, n);
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

  if (is_noted (fd, &status))
    notebook_write ('T', began, status.st_dev, status.st_ino, 0, (uint64_t) size, (uint32_t) is_growth, NULL, 0, NULL, 0);
}

int
ftruncate (int fd, off_t size)
{
  NEXT (ftruncate);
  uint64_t began = notebook_now ();
  char where[PATH_MAX];
  int result;

  if (is_file (fd) && shim_fails (KIND_WRITE, describe (fd, where)))
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
  uint64_t began = notebook_now ();
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
  uint64_t began = notebook_now ();
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

  if (!settings.is_noting || fstat (fd, &status) != 0 || (!S_ISDIR (status.st_mode) && !notebook_is_watched (status.st_dev, status.st_ino)))
    return 0;
  if (settings.is_lying || (settings.is_lying_about_folders && S_ISDIR (status.st_mode)))
    return 1;
  describe (fd, path);
  notebook_write ('S', began, status.st_dev, status.st_ino, 0, 0, S_ISDIR (status.st_mode), path, S_ISDIR (status.st_mode) ? strlen (path) : 0, NULL, 0);
  return 1;
}

static int
sync_with (int fd, int (*next) (int))
{
  char where[PATH_MAX];

  if (shim_fails (KIND_FSYNC, describe (fd, where)))
    return -1;
  return note_synced (notebook_now (), fd) ? 0 : next (fd);
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

/* --- names --- */

static int
open_with (int folder_fd, const char *path, int flags, mode_t mode)
{
  static int (*next) (int, const char *, int, ...);
  uint64_t began = notebook_now ();
  char full[PATH_MAX];
  int fd;

  if (next == NULL)
    next = (int (*) (int, const char *, int, ...)) dlsym (RTLD_NEXT, "openat64");
  if (settings.boot[0] != '\0' && strcmp (path, BOOT_ID) == 0)
    path = settings.boot;
  if (shim_fails (KIND_OPEN, path))
    return -1;
  fd = next (folder_fd, path, flags, mode);
  if (fd >= 0 && (flags & O_TMPFILE) != O_TMPFILE && (flags & O_PATH) == 0 && find_path (folder_fd, path, full))
    note_opened (began, fd, full, flags);
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
  uint64_t began = notebook_now ();
  char full[PATH_MAX], other[PATH_MAX];
  int result;

  if (shim_fails (KIND_NAME, to))
    return -1;
  result = next (from, to);
  if (result == 0 && find_path (AT_FDCWD, to, other)) {
    find_path (AT_FDCWD, from, full);
    note_names ('R', began, full, other);
  }
  return result;
}

int
link (const char *from, const char *to)
{
  NEXT (link);
  uint64_t began = notebook_now ();
  char full[PATH_MAX], other[PATH_MAX];
  int result;

  if (shim_fails (KIND_NAME, to))
    return -1;
  result = next (from, to);
  if (result == 0 && find_path (AT_FDCWD, to, other)) {
    find_path (AT_FDCWD, from, full);
    note_names ('L', began, full, other);
  }
  return result;
}

int
unlink (const char *path)
{
  NEXT (unlink);
  uint64_t began = notebook_now ();
  char full[PATH_MAX];
  int result;

  if (shim_fails (KIND_NAME, path))
    return -1;
  result = next (path);
  if (result == 0 && find_path (AT_FDCWD, path, full))
    note_names ('U', began, full, NULL);
  return result;
}

int
mkdir (const char *path, mode_t mode)
{
  NEXT (mkdir);
  uint64_t began = notebook_now ();
  char full[PATH_MAX];
  int result;

  if (shim_fails (KIND_NAME, path))
    return -1;
  result = next (path, mode);
  if (result == 0 && find_path (AT_FDCWD, path, full))
    note_names ('D', began, full, NULL);
  return result;
}

/* What Postrider does not use below its folder would go by unseen: better an end that everybody sees. */
#define UNUSED_BELOW(path) \
  do { \
    char full_[PATH_MAX]; \
    if (find_path (AT_FDCWD, path, full_)) { \
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

/* --- sockets --- */

int
socket (int domain, int type, int protocol)
{
  NEXT (socket);
  return shim_fails (KIND_SOCKET, "socket") ? -1 : next (domain, type, protocol);
}

int
socketpair (int domain, int type, int protocol, int fds[2])
{
  NEXT (socketpair);
  return shim_fails (KIND_SOCKET, "socketpair") ? -1 : next (domain, type, protocol, fds);
}

int
connect (int fd, const struct sockaddr *address, socklen_t len)
{
  NEXT (connect);
  return shim_fails (KIND_SOCKET, "connect") ? -1 : next (fd, address, len);
}

int
bind (int fd, const struct sockaddr *address, socklen_t len)
{
  NEXT (bind);
  return shim_fails (KIND_SOCKET, "bind") ? -1 : next (fd, address, len);
}

int
listen (int fd, int backlog)
{
  NEXT (listen);
  return shim_fails (KIND_SOCKET, "listen") ? -1 : next (fd, backlog);
}

int
accept (int fd, struct sockaddr *address, socklen_t *len)
{
  NEXT (accept);
  return shim_fails (KIND_SOCKET, "accept") ? -1 : next (fd, address, len);
}

int
accept4 (int fd, struct sockaddr *address, socklen_t *len, int flags)
{
  NEXT (accept4);
  return shim_fails (KIND_SOCKET, "accept4") ? -1 : next (fd, address, len, flags);
}
