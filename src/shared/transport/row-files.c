#include "row-files.h"

#include "descriptor.h"
#include "fault.h"
#include <fcntl.h>
#include <unistd.h>

struct RowFiles {
  grefcount  count;
  GArray    *fds; /* of int, owned */
};

RowFiles *
row_files_ref (RowFiles *self)
{
  g_ref_count_inc (&self->count);
  return self;
}

void
row_files_unref (RowFiles *self)
{
  if (self == NULL || !g_ref_count_dec (&self->count))
    return;
  for (guint i = 0; i < self->fds->len; i++)
    close (g_array_index (self->fds, int, i));
  g_array_unref (self->fds);
  g_free (self);
}

static gboolean
append_file (RowFiles *self, gint32 handle, GUnixFDList *fds, GError **error)
{
  int fd = fds != NULL && handle >= 0 && handle < g_unix_fd_list_get_length (fds) ? g_unix_fd_list_get (fds, handle, error) : -1;

  if (fd >= 0)
    g_array_append_val (self->fds, fd);
  if (fd >= 0 && descriptor_has_mode (fd, O_RDONLY))
    return TRUE;
  g_clear_error (error);
  g_set_error (error, FAULT, FAULT_USAGE, "a person's file is missing, or was not opened to be read, and nothing else");
  return FALSE;
}

RowFiles *
row_files_new (GVariant *handles, GUnixFDList *fds, GError **error)
{
  RowFiles *self = g_new0 (RowFiles, 1);
  GVariantIter iter;
  gint32 handle;

  g_ref_count_init (&self->count);
  self->fds = g_array_new (FALSE, FALSE, sizeof (int));
  g_variant_iter_init (&iter, handles);
  while (g_variant_iter_next (&iter, "h", &handle))
    if (!append_file (self, handle, fds, error)) {
      row_files_unref (self);
      return NULL;
    }
  return self;
}

int
row_files_get (const RowFiles *self, guint index)
{
  return index < self->fds->len ? g_array_index (self->fds, int, index) : -1;
}
