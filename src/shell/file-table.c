#include "file-table.h"

#include "fault.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define FILES_MAX 128 /* chosen: forty attachments, an import, and room */
#define PASTED_MAX_BYTES (64 * 1024 * 1024) /* chosen: eight of the longest */

typedef struct {
  int     fd;
  guint64 pasted_bytes;
} File;

struct FileTable {
  GHashTable *files; /* number → File */
  guint32     next;
  guint64     pasted_bytes;
};

static void
file_free (gpointer data)
{
  File *self = data;

  close (self->fd);
  g_free (self);
}

FileTable *
file_table_new (void)
{
  FileTable *self = g_new0 (FileTable, 1);

  self->files = g_hash_table_new_full (NULL, NULL, NULL, file_free);
  self->next = (guint32) g_random_int_range (1, 1 << 20);
  return self;
}

void
file_table_free (FileTable *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->files);
  g_free (self);
}

guint32
file_table_add (FileTable *self, int fd, guint64 pasted_bytes, GError **error)
{
  File *file;

  if (g_hash_table_size (self->files) >= FILES_MAX || self->pasted_bytes + pasted_bytes > PASTED_MAX_BYTES || self->next == G_MAXUINT32) {
    g_set_error (error, FAULT, FAULT_TEMP, "too many files are held at once; let go of some first");
    close (fd);
    return 0;
  }
  file = g_new0 (File, 1);
  file->fd = fd;
  file->pasted_bytes = pasted_bytes;
  self->pasted_bytes += pasted_bytes;
  g_hash_table_insert (self->files, GUINT_TO_POINTER (self->next), file);
  return self->next++;
}

int
file_table_get (FileTable *self, guint32 raw_number)
{
  File *file = g_hash_table_lookup (self->files, GUINT_TO_POINTER (raw_number));

  if (file == NULL)
    return -1;
  lseek (file->fd, 0, SEEK_SET); /* core read it before, for a look; a pipe has no place to go back to */
  return file->fd;
}

gboolean
file_table_release (FileTable *self, guint32 raw_number)
{
  File *file = g_hash_table_lookup (self->files, GUINT_TO_POINTER (raw_number));

  if (file == NULL)
    return FALSE;
  self->pasted_bytes -= file->pasted_bytes;
  return g_hash_table_remove (self->files, GUINT_TO_POINTER (raw_number));
}

int
file_table_paste (const char *text, gsize len, GError **error)
{
  int fd = memfd_create ("pasted", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  gsize done = 0;

  while (fd >= 0 && done < len) {
    gssize written = write (fd, text + done, len - done);

    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      break;
    done += (gsize) written;
  }
  if (fd < 0 || done < len || fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0 ||
      lseek (fd, 0, SEEK_SET) != 0) {
    g_set_error (error, FAULT, FAULT_OS, "the text could not be kept: %s", g_strerror (errno));
    if (fd >= 0)
      close (fd);
    return -1;
  }
  return fd;
}
