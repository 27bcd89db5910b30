#include "app-secret.h"

#include "descriptor.h"
#include "fault.h"
#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <unistd.h>

#define END_TIMEOUT_MS 10000 /* chosen: the client has the password already when it calls */

typedef struct {
  int   fd;
  gsize max;
} SecretRead;

static void
secret_read_free (gpointer data)
{
  SecretRead *self = data;

  close (self->fd);
  g_free (self);
}

/* Reads to the end or to `max`. Returns: octets, or -1 with `error` set. */
static gssize
read_to_end (int fd, char *buffer, gsize max, GError **error)
{
  gint64 deadline_us = g_get_monotonic_time () + END_TIMEOUT_MS * 1000;
  gsize len = 0;

  while (len < max) {
    gint64 left_ms = (deadline_us - g_get_monotonic_time ()) / 1000;
    struct pollfd wanted = { .fd = fd, .events = POLLIN };
    gssize n;

    if (left_ms <= 0 || poll (&wanted, 1, (int) left_ms) == 0) {
      g_set_error_literal (error, FAULT, FAULT_TEMP, "the password did not come to its end in time");
      return -1;
    }
    n = read (fd, buffer + len, max - len);
    if (n == 0)
      break;
    if (n < 0 && errno != EINTR && errno != EAGAIN) {
      g_set_error (error, FAULT, FAULT_IO, "the password could not be read: %s", g_strerror (errno));
      return -1;
    }
    len += n > 0 ? (gsize) n : 0;
  }
  return (gssize) len;
}

static void
read_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const SecretRead *self = data;
  g_autofree char *buffer = g_malloc (self->max + 1);
  GError *error = NULL;
  gssize len = read_to_end (self->fd, buffer, self->max + 1, &error);

  if (len > (gssize) self->max)
    g_set_error (&error, FAULT, FAULT_DATA, "the password is longer than %" G_GSIZE_FORMAT " octets", self->max);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, secret_bytes_new (buffer, (gsize) len), (GDestroyNotify) secret_bytes_free);
  sodium_memzero (buffer, self->max + 1);
}

void
app_secret_read_async (GUnixFDList *fds, GVariant *handle, gsize max, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  int index = g_variant_get_handle (handle);
  int fd = fds != NULL && index >= 0 && index < g_unix_fd_list_get_length (fds) ? g_unix_fd_list_get (fds, index, NULL) : -1;
  SecretRead *self;

  g_task_set_source_tag (task, app_secret_read_async);
  if (fd < 0) {
    g_task_return_new_error (task, FAULT, FAULT_USAGE, "the call came without the file descriptor of the password");
    return;
  }
  self = g_new0 (SecretRead, 1);
  *self = (SecretRead){ fd, max };
  g_task_set_task_data (task, self, secret_read_free);
  if (!descriptor_can_read (fd)) {
    g_task_return_new_error (task, FAULT, FAULT_NO_INPUT, "the file descriptor of the password was not opened to be read");
    return;
  }
  g_task_run_in_thread (task, read_thread);
}

SecretBytes *
app_secret_read_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
