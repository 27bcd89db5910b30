#include "send-fd.h"

#include <unistd.h>

gboolean
send_fd_take (SendFd *self, int fd, GError **error)
{
  int index;

  if (fd < 0)
    return FALSE;
  self->list = g_unix_fd_list_new ();
  index = g_unix_fd_list_append (self->list, fd, error);
  close (fd);
  if (index < 0)
    return FALSE;
  self->handle = g_variant_ref_sink (g_variant_new_handle (index));
  return TRUE;
}

gboolean
send_fd_secret (SendFd *self, const SecretBytes *secret, GError **error)
{
  return send_fd_take (self, secret_bytes_to_memfd (secret, error), error);
}

void
send_fd_clear (SendFd *self)
{
  g_clear_object (&self->list);
  g_clear_pointer (&self->handle, g_variant_unref);
}
