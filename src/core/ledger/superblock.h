/* superblock.h - which life of a file system a file lies on: from mount to unmount. A file system that goes and comes again while the machine
 * stays up (an I/O error that shuts XFS down, a USB or network disk) may have lost what was written and not synced; the boot id does not tell.
 * Witness: the inode number of the file system's folder in sysfs (/sys/fs/ext4/DEVICE, xfs, f2fs, /sys/fs/btrfs/UUID): the kernel makes the folder
 * with the superblock and numbers it anew each time. A mount id will not do: the plain one is given again to the next mount, the unique one
 * (statx, Linux 6.8) is another in each mount namespace.
 * Used in: core/ledger (recovery), core/app (doctor). Source: Documentation/ABI/testing/sysfs-fs-{ext4,xfs,f2fs}; linux/btrfs.h (FS_INFO). */
#pragma once
#include <glib.h>

#define SUPERBLOCK_NONE ((guint64) 0)   /* no witness: overlay, FUSE, network, or sysfs is hidden */
#define SUPERBLOCK_MEMORY ((guint64) 1) /* tmpfs: what it loses it loses whole, the file with it */

/* fd (borrowed): any open file or folder of the file system, not O_PATH. Returns: its witness, good within one boot only, or one of the above. */
guint64 superblock_get_witness (int fd);

/* The name of the file system's type for people: static, "unknown" where it has none here. */
const char *superblock_get_type (int fd);
