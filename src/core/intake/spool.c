#include "spool.h"

#include "descriptor.h"
#include "fault.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_BYTES (256 * 1024)
#define ROOM_MIN ((guint64) 64 << 20) /* chosen: octets that are left to the campaigns that are sending */

typedef struct {
  GInputStream *from;
  int           to;
  goffset       size, max_bytes;
} Spool;

static void
spool_free (gpointer data)
{
  Spool *self = data;

  g_clear_object (&self->from);
  if (self->to >= 0)
    close (self->to);
  g_free (self);
}

static void
spool_fail (GTask *task, Fault code, const char *what)
{
  g_task_return_new_error (task, FAULT, (gint) code, "%s", what);
  g_object_unref (task);
}

/* By errno. */
static void
fail_world (GTask *task, Fault code)
{
  g_task_return_new_error (task, FAULT, (gint) code, "the file could not be taken in: %s",
                           errno == ENOSPC ? "the disk is full: make room and try again" : g_strerror (errno));
  g_object_unref (task);
}

static void
return_fd (GTask *task)
{
  Spool *self = g_task_get_task_data (task);
  int fd = self->to;

  self->to = -1;
  g_task_return_int (task, fd);
  g_object_unref (task);
}

static gboolean
write_all (int fd, const guint8 *data, gsize len)
{
  while (len > 0) {
    ssize_t n = TEMP_FAILURE_RETRY (write (fd, data, len));

    if (n < 0)
      return FALSE;
    data += n;
    len -= (gsize) n;
  }
  return TRUE;
}

static void
open_again (GTask *task, int file, goffset size)
{
  Spool *self = g_task_get_task_data (task);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", file);

  self->size = size;
  if (size > self->max_bytes) {
    spool_fail (task, FAULT_DATA, "the file is larger than 1 GiB: split it and import the parts");
    return;
  }
  self->to = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY); /* an offset of its own, and no right to write */
  if (self->to < 0 && errno == EACCES && descriptor_has_mode (file, O_RDONLY)) { /* the file's mode changed: the given fd still reads */
    self->to = fcntl (file, F_DUPFD_CLOEXEC, 0);
    if (self->to >= 0)
      lseek (self->to, 0, SEEK_SET);
  }
  if (self->to < 0)
    fail_world (task, FAULT_IO);
  else
    return_fd (task);
}

/* The worker gets no right to write. */
static void
give_copy (GTask *task)
{
  Spool *self = g_task_get_task_data (task);
  int written = self->to;

  self->to = -1;
  open_again (task, written, self->size);
  close (written);
}

static void
chunk_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Spool *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) chunk = g_input_stream_read_bytes_finish (self->from, result, &error);
  gsize len;
  const guint8 *bytes;

  if (chunk == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    g_object_unref (task);
    return;
  }
  bytes = g_bytes_get_data (chunk, &len);
  self->size += (goffset) len;
  if (self->size > self->max_bytes)
    spool_fail (task, FAULT_DATA, "the file is larger than 1 GiB: split it and import the parts");
  else if (len > 0 && descriptor_get_room (self->to) < ROOM_MIN)
    spool_fail (task, FAULT_IO, "the disk is nearly full: make room and try again");
  else if (len > 0 && !write_all (self->to, bytes, len))
    fail_world (task, FAULT_IO);
  else if (len > 0)
    g_input_stream_read_bytes_async (self->from, CHUNK_BYTES, G_PRIORITY_LOW, g_task_get_cancellable (task), chunk_cb, task);
  else
    give_copy (task);
}

static void
copy_pipe (GTask *task, int file, const char *folder)
{
  Spool *self = g_task_get_task_data (task);

  self->to = open (folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  self->from = g_unix_input_stream_new (fcntl (file, F_DUPFD_CLOEXEC, 0), TRUE);
  if (self->to < 0)
    fail_world (task, FAULT_CANT_CREATE);
  else
    g_input_stream_read_bytes_async (self->from, CHUNK_BYTES, G_PRIORITY_LOW, g_task_get_cancellable (task), chunk_cb, task);
}

void
spool_open_async (int file, const char *folder, goffset max_bytes, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, data);
  Spool *self = g_new0 (Spool, 1);
  struct stat info;

  self->to = -1;
  self->max_bytes = max_bytes;
  g_task_set_task_data (task, self, spool_free);
  if (!descriptor_can_read (file))
    spool_fail (task, FAULT_NO_INPUT, "the file was not opened to be read");
  else if (fstat (file, &info) != 0)
    fail_world (task, FAULT_IO);
  else if (S_ISDIR (info.st_mode))
    spool_fail (task, FAULT_DATA, "that is a folder, not a file of contacts");
  else if (S_ISREG (info.st_mode))
    open_again (task, file, info.st_size);
  else
    copy_pipe (task, file, folder);
}

int
spool_open_finish (GAsyncResult *result, guint64 *out_size, GError **error)
{
  Spool *self = g_task_get_task_data (G_TASK (result));
  gssize fd = g_task_propagate_int (G_TASK (result), error);

  if (fd >= 0)
    *out_size = (guint64) self->size;
  return (int) fd;
}
