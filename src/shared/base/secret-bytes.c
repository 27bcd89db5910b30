#include "secret-bytes.h"

#include "descriptor.h"
#include "fault.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct SecretBytes {
  gsize len;
  char  data[]; /* len octets and a NUL */
};

static SecretBytes *
allocate (gsize len)
{
  SecretBytes *self = g_malloc (sizeof *self + len + 1);

  /* mlock and DONTDUMP can fail under RLIMIT_MEMLOCK or the lock: then the wipe on free is what is left. */
  (void) sodium_mlock (self, sizeof *self + len + 1);
  self->len = len;
  self->data[len] = '\0';
  return self;
}

SecretBytes *
secret_bytes_new (const void *data, gsize len)
{
  SecretBytes *self = allocate (len);

  if (len > 0)
    memcpy (self->data, data, len);
  return self;
}

void
secret_bytes_free (SecretBytes *self)
{
  if (self == NULL)
    return;
  sodium_memzero (self->data, self->len);
  (void) sodium_munlock (self, sizeof *self + self->len + 1);
  g_free (self);
}

gsize
secret_bytes_get_length (const SecretBytes *self)
{
  return self != NULL ? self->len : 0;
}

const char *
secret_bytes_peek (const SecretBytes *self)
{
  return self != NULL ? self->data : "";
}

SecretBytes *
secret_bytes_read_fd (int fd, gboolean is_line, GError **error)
{
  char buffer[SECRET_BYTES_MAX + 1];
  gsize len = 0;
  SecretBytes *self = NULL;

  while (len < sizeof buffer) {
    gssize n = read (fd, buffer + len, sizeof buffer - len);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) {
      g_set_error (error, FAULT, FAULT_IO, "the password could not be read: %s", g_strerror (errno));
      break;
    }
    if (n == 0) {
      if (is_line && len > 0 && buffer[len - 1] == '\n')
        len--;
      if (is_line && len > 0 && buffer[len - 1] == '\r')
        len--;
      self = secret_bytes_new (buffer, len);
      break;
    }
    len += (gsize) n;
  }
  if (self == NULL && len == sizeof buffer)
    g_set_error (error, FAULT, FAULT_DATA, "the password is longer than %d octets", SECRET_BYTES_MAX);
  sodium_memzero (buffer, sizeof buffer);
  return self;
}

int
secret_bytes_to_memfd (const SecretBytes *self, GError **error)
{
  return descriptor_seal ("secret", secret_bytes_peek (self), secret_bytes_get_length (self), error);
}
