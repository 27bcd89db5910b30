#include "descriptor.h"

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
