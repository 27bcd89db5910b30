#include "descriptor.h"

#include <sys/statvfs.h>
#include <fcntl.h>

gboolean
descriptor_has_mode (int fd, int mode)
{
  int flags = fcntl (fd, F_GETFL);

  return flags >= 0 && (flags & O_PATH) == 0 && (flags & O_ACCMODE) == mode;
}

gboolean
descriptor_can_read (int fd)
{
  return descriptor_has_mode (fd, O_RDONLY) || descriptor_has_mode (fd, O_RDWR);
}

guint64
descriptor_get_room (int fd)
{
  struct statvfs space;

  return fstatvfs (fd, &space) == 0 ? (guint64) space.f_bavail * space.f_frsize : G_MAXUINT64;
}
