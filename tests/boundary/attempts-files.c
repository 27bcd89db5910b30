/* attempts-files.c - files: read, write, list, rename, rights. */
#include "escape.h"

#include "secret-bytes.h"
#include "slot-key.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

static int
read_some (const char *path)
{
  char octet;
  int fd = open (path, O_RDONLY);

  return RESULT (fd >= 0 && read (fd, &octet, 1) == 1);
}

static int
make_file (const char *path)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL, 0600);

  return RESULT (fd >= 0 && write (fd, "x", 1) == 1);
}

static char *
beneath (char buffer[256], const char *folder, const char *name)
{
  snprintf (buffer, 256, "%s/%s", folder, name);
  return buffer;
}

static int open_passwd (const Target *t) { return read_some ("/etc/passwd"); }
static int open_secret (const Target *t) { return read_some (t->secret); }
static int make_new (const Target *t) { return make_file (t->made); }
static int open_to_write (const Target *t) { int fd = open (t->scratch, O_WRONLY); return RESULT (fd >= 0 && write (fd, "x", 1) == 1); }
static int open_to_append (const Target *t) { int fd = open (t->scratch, O_WRONLY | O_APPEND); return RESULT (fd >= 0); }
static int do_truncate (const Target *t) { return RESULT (truncate (t->scratch, 0) == 0); }
static int do_stat (const Target *t) { struct stat about; return RESULT (stat (t->secret, &about) == 0); }
static int stat_by_flag (const Target *t) { struct stat about; return RESULT (fstatat (AT_FDCWD, t->secret, &about, AT_EMPTY_PATH) == 0); }
static int stat_other_by_flag (const Target *t) { struct stat about; return RESULT (fstatat (3, "/etc/passwd", &about, AT_EMPTY_PATH) == 0); }
static int statx_by_flag (const Target *t) { struct statx about; return RESULT (statx (AT_FDCWD, t->secret, AT_EMPTY_PATH, STATX_SIZE, &about) == 0); }
static int do_access (const Target *t) { return RESULT (access (t->secret, R_OK) == 0); }
static int do_readlink (const Target *t) { char text[64]; return RESULT (readlink ("/proc/self/exe", text, sizeof text) > 0); }
static int do_getcwd (const Target *t) { char text[4096]; return RESULT (syscall (SYS_getcwd, text, sizeof text) > 0); }
static int do_chdir (const Target *t) { return RESULT (chdir (t->folder) == 0); }
static int do_link (const Target *t) { return RESULT (linkat (AT_FDCWD, t->scratch, AT_FDCWD, t->made, 0) == 0); }
static int do_symlink (const Target *t) { return RESULT (symlinkat ("/etc/passwd", AT_FDCWD, t->made) == 0); }
static int do_rename (const Target *t) { return RESULT (renameat (AT_FDCWD, t->scratch, AT_FDCWD, t->made) == 0); }
static int do_unlink (const Target *t) { return RESULT (unlinkat (AT_FDCWD, t->scratch, 0) == 0); }
static int do_mkdir (const Target *t) { return RESULT (mkdirat (AT_FDCWD, t->made, 0700) == 0); }
static int do_mkfifo (const Target *t) { return RESULT (mknodat (AT_FDCWD, t->made, S_IFIFO | 0600, 0) == 0); }
static int do_chmod (const Target *t) { return RESULT (fchmodat (AT_FDCWD, t->scratch, 0666, 0) == 0); }
static int do_chown (const Target *t) { return RESULT (fchownat (AT_FDCWD, t->scratch, getuid (), getgid (), 0) == 0); }
static int do_utimes (const Target *t) { return RESULT (utimensat (AT_FDCWD, t->scratch, NULL, 0) == 0); }
static int do_chroot (const Target *t) { return RESULT (chroot (t->folder) == 0); }
static int do_mount (const Target *t) { return RESULT (mount ("none", t->folder, "tmpfs", 0, NULL) == 0); }

/* As a journal or an attachment is given; beyond what any lock lets a file grow to. */
static int
fill_disk (const Target *t)
{
  return RESULT (lseek (0, (off_t) 8 << 30, SEEK_SET) >= 0 && write (0, "x", 1) == 1);
}

/* One octet behind the longest token. */
static int
oauth_write (const Target *t)
{
  return RESULT (lseek (0, SECRET_BYTES_MAX, SEEK_SET) >= 0 && write (0, "x", 1) == 1);
}

static int
list_folder (const Target *t)
{
  DIR *folder = opendir (t->folder);
  gboolean has_entry = folder != NULL && readdir (folder) != NULL;
  int reason = errno;

  if (folder != NULL)
    closedir (folder);
  return has_entry ? 0 : reason != 0 ? reason : EACCES;
}

static int
open_by_handle (const Target *t)
{
  struct { struct file_handle head; unsigned char space[128]; } handle = { .head.handle_bytes = 128 };
  int mount_id, folder;

  if (name_to_handle_at (AT_FDCWD, t->secret, &handle.head, &mount_id, 0) != 0)
    return errno;
  folder = open (t->folder, O_RDONLY | O_DIRECTORY);
  return RESULT (open_by_handle_at (folder, &handle.head, O_RDONLY) >= 0);
}

/* --- what a program may, and the same one step further --- */

static int dial_hosts (const Target *t) { return read_some ("/etc/hosts"); }
static int sink_make (const Target *t) { char path[256]; return make_file (beneath (path, t->own_folder, "made")); }
static int sink_dots (const Target *t) { char path[256]; return make_file (beneath (path, t->own_folder, "../made")); }
static int sink_by_symlink (const Target *t) { char path[256]; return make_file (beneath (path, t->own_folder, "outside/made")); }
static int sink_read (const Target *t) { char path[256]; return read_some (beneath (path, t->own_folder, "old")); }
static int sink_overwrite (const Target *t) { char path[256]; int fd = open (beneath (path, t->own_folder, "old"), O_WRONLY); return RESULT (fd >= 0); }

static int
sink_rename (const Target *t)
{
  char from[256], to[256];

  return RESULT (renameat (AT_FDCWD, beneath (from, t->own_folder, "old"), AT_FDCWD, beneath (to, t->own_folder, "new/old")) == 0);
}

static int
sink_rename_out (const Target *t)
{
  char from[256];

  return RESULT (renameat (AT_FDCWD, beneath (from, t->own_folder, "old"), AT_FDCWD, t->made) == 0);
}

static int
sink_rename_in (const Target *t)
{
  char to[256];

  return RESULT (renameat (AT_FDCWD, t->scratch, AT_FDCWD, beneath (to, t->own_folder, "stolen")) == 0);
}

static int sink_unlink (const Target *t) { char path[256]; return RESULT (unlinkat (AT_FDCWD, beneath (path, t->own_folder, "old"), 0) == 0); }
static int sink_rmdir (const Target *t) { char path[256]; return RESULT (unlinkat (AT_FDCWD, beneath (path, t->own_folder, "empty"), AT_REMOVEDIR) == 0); }

static int
keyring_write (const Target *t)
{
  return RESULT (lseek (0, SLOT_KEY_TEXT_LEN, SEEK_SET) >= 0 && write (0, "x", 1) == 1);
}

const Attempt attempts_files[] = {
  { "read /etc/passwd", open_passwd, NULL },
  { "read a secret of the user", open_secret, NULL },
  { "make a file", make_new, NULL },
  { "write a file", open_to_write, NULL },
  { "append to a file", open_to_append, NULL },
  { "truncate a file", do_truncate, NULL },
  { "grow a given file to 8 GiB", fill_disk, NULL, FALSE, GIVEN_FILE },
  { "own: write more than a token", oauth_write, "oauth", FALSE, GIVEN_FILE },
  { "own: write more than a key", keyring_write, "keyring", FALSE, GIVEN_FILE },
  { "list a folder", list_folder, NULL },
  { "stat a file", do_stat, NULL },
  { "stat a file with AT_EMPTY_PATH", stat_by_flag, NULL },
  { "stat /etc/passwd from a socket, with it", stat_other_by_flag, NULL },
  { "statx a file with AT_EMPTY_PATH", statx_by_flag, NULL },
  { "ask for access", do_access, NULL },
  { "read a symbolic link", do_readlink, NULL },
  { "ask where it is", do_getcwd, NULL },
  { "change folder", do_chdir, NULL },
  { "link a file", do_link, NULL },
  { "make a symbolic link", do_symlink, NULL },
  { "rename a file", do_rename, NULL },
  { "remove a file", do_unlink, NULL },
  { "make a folder", do_mkdir, NULL },
  { "make a pipe in a folder", do_mkfifo, NULL },
  { "chmod", do_chmod, NULL },
  { "chown", do_chown, NULL },
  { "set a file's times", do_utimes, NULL },
  { "chroot", do_chroot, NULL },
  { "mount", do_mount, NULL, TRUE },
  { "open by file handle", open_by_handle, NULL },
  { "own: read /etc/hosts", dial_hosts, "dial" },
  { "own: make a file in its folder", sink_make, "sink" },
  { "own: make a file by ..", sink_dots, "sink" },
  { "own: make a file by a symbolic link", sink_by_symlink, "sink" },
  { "own: rename in its folder", sink_rename, "sink" },
  { "own: rename out of its folder", sink_rename_out, "sink" },
  { "own: rename into its folder", sink_rename_in, "sink" },
  { "own: remove in its folder", sink_unlink, "sink" },
  { "own: remove a folder in it", sink_rmdir, "sink" },
  { "own: read what it wrote", sink_read, "sink" },
  { "own: write over what it wrote", sink_overwrite, "sink" },
  { NULL, NULL, NULL },
};
