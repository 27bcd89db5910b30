#include "superblock.h"

#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

typedef enum { BY_NOTHING, BY_MEMORY, BY_DEVICE, BY_UUID } Kind;

static const struct {
  guint32     magic;
  Kind        kind;
  const char *name; /* of the type, and of its folder in /sys/fs */
} types[] = {
  { EXT4_SUPER_MAGIC, BY_DEVICE, "ext4" }, /* ext2 and ext3 too: the ext4 driver serves them */
  { XFS_SUPER_MAGIC, BY_DEVICE, "xfs" },
  { F2FS_SUPER_MAGIC, BY_DEVICE, "f2fs" },
  { BTRFS_SUPER_MAGIC, BY_UUID, "btrfs" },
  { TMPFS_MAGIC, BY_MEMORY, "tmpfs" },
  { RAMFS_MAGIC, BY_MEMORY, "ramfs" },
  { OVERLAYFS_SUPER_MAGIC, BY_NOTHING, "overlay" },
  { SMB2_SUPER_MAGIC, BY_NOTHING, "smb" },
  { NFS_SUPER_MAGIC, BY_NOTHING, "nfs" },
  { CIFS_SUPER_MAGIC, BY_NOTHING, "cifs" },
  { FUSE_SUPER_MAGIC, BY_NOTHING, "fuse" },
  { MSDOS_SUPER_MAGIC, BY_NOTHING, "vfat" },
};

static gssize
find_type (int fd)
{
  struct statfs status;

  if (fstatfs (fd, &status) != 0)
    return -1;
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if ((guint32) status.f_type == types[i].magic)
      return (gssize) i;
  return -1;
}

/* The kernel's name of the block device below, as sysfs writes it ("sda1", "dm-0"). Returns: (transfer full) or NULL. */
static char *
find_device (int fd)
{
  g_autofree char *link = NULL, *target = NULL;
  struct stat status;

  if (fstat (fd, &status) != 0)
    return NULL;
  link = g_strdup_printf ("/sys/dev/block/%u:%u", major (status.st_dev), minor (status.st_dev));
  target = g_file_read_link (link, NULL);
  return target != NULL ? g_path_get_basename (target) : NULL;
}

/* st_dev of a btrfs file belongs to its subvolume; the folder in sysfs has the file system's own UUID. Returns: (transfer full) or NULL. */
static char *
find_uuid (int fd)
{
  struct btrfs_ioctl_fs_info_args info = { 0 };
  const guint8 *b = info.fsid;

  if (ioctl (fd, BTRFS_IOC_FS_INFO, &info) != 0)
    return NULL;
  return g_strdup_printf ("%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9],
                          b[10], b[11], b[12], b[13], b[14], b[15]);
}

/* Only if it is the kernel's own: a container may have put something else there. */
static guint64
read_inode (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  struct statfs of_system;
  struct stat status;
  guint64 inode = SUPERBLOCK_NONE;

  if (fd < 0)
    return SUPERBLOCK_NONE;
  if (fstatfs (fd, &of_system) == 0 && (guint32) of_system.f_type == SYSFS_MAGIC && fstat (fd, &status) == 0 && status.st_ino > SUPERBLOCK_MEMORY)
    inode = status.st_ino;
  close (fd);
  return inode;
}

guint64
superblock_get_witness (int fd)
{
  g_autofree char *name = NULL, *path = NULL;
  gssize i = find_type (fd);

  if (i < 0 || types[i].kind == BY_NOTHING)
    return SUPERBLOCK_NONE;
  if (types[i].kind == BY_MEMORY)
    return SUPERBLOCK_MEMORY;
  name = types[i].kind == BY_UUID ? find_uuid (fd) : find_device (fd);
  if (name == NULL)
    return SUPERBLOCK_NONE;
  path = g_build_filename ("/sys/fs", types[i].name, name, NULL);
  return read_inode (path);
}

const char *
superblock_get_type (int fd)
{
  gssize i = find_type (fd);

  return i >= 0 ? types[i].name : "unknown";
}
