#include "descriptor.h"

#include "fault.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

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

GBytes *
descriptor_read_all (int fd, gsize most, GError **error)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  guint8 chunk[16384];

  while (all->len <= most) {
    gssize n = read (fd, chunk, sizeof chunk);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) {
      g_set_error (error, FAULT, FAULT_IO, "it could not be read: %s", g_strerror (errno));
      return NULL;
    }
    if (n == 0)
      return g_byte_array_free_to_bytes (g_steal_pointer (&all));
    g_byte_array_append (all, chunk, (guint) n);
  }
  g_set_error (error, FAULT, FAULT_DATA, "it is too big: at most %" G_GSIZE_FORMAT " octets", most);
  return NULL;
}

int
descriptor_seal (const char *name, const void *data, gsize len, GError **error)
{
  int fd = memfd_create (name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

  errno = fd >= 0 ? EIO : errno; /* a short write sets none */
  if (fd >= 0 && (len == 0 || write (fd, data, len) == (gssize) len) && lseek (fd, 0, SEEK_SET) == 0 &&
      fcntl (fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0)
    return fd;
  g_set_error (error, FAULT, FAULT_OS, "no sealed memory for a %s: %s", name, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}

guint64
descriptor_get_room (int fd)
{
  struct statvfs space;

  return fstatvfs (fd, &space) == 0 ? (guint64) space.f_bavail * space.f_frsize : G_MAXUINT64;
}
