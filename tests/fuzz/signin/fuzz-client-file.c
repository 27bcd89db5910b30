#include "client-file.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* What is taken is a word, and of the provider that was meant. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const char *const hosts[] = { "accounts.google.com", "oauth2.googleapis.com", NULL };
  int fd = memfd_create ("client", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autoptr (GError) error = NULL;
  g_autoptr (ClientFile) file = NULL;

  g_assert (write (fd, data, size) == (gssize) size);
  file = client_file_load (path, hosts, &error);
  close (fd);
  if (file == NULL) {
    g_assert (g_utf8_validate (error->message, -1, NULL) && strchr (error->message, '\x1b') == NULL);
    return 0;
  }
  g_assert (*file->id != '\0' && strlen (file->id) <= CLIENT_ID_MAX);
  for (const char *p = file->id; *p != '\0'; p++)
    g_assert (g_ascii_isgraph (*p));
  g_assert (file->secret == NULL || secret_bytes_get_length (file->secret) <= SECRET_BYTES_MAX);
  return 0;
}
