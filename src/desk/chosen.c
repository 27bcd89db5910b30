#include "chosen.h"

#include "fault.h"
#include "text.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_MAX_BYTES 250 /* contract: 255 */

static char *
get_name (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);

  return text_printable (base, -1, NAME_MAX_BYTES);
}

/* Opened without waiting: it could be a pipe or a device, and these are not taken. */
static int
open_one (const char *path, int flags, guint64 *out_size, GError **error)
{
  g_autofree char *name = get_name (path);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags);
  struct stat status = { 0 };

  if (fd < 0 && errno == ELOOP && (flags & O_NOFOLLOW) != 0) {
    g_set_error (error, FAULT, FAULT_NO_INPUT, "%s is a link to another file: use that file itself", name);
    return -1;
  }
  if (fd < 0) {
    g_set_error (error, FAULT, FAULT_NO_INPUT, "%s cannot be read: %s. Try a copy of it in a folder of your own", name, g_strerror (errno));
    return -1;
  }
  if (fstat (fd, &status) != 0 || !S_ISREG (status.st_mode)) {
    g_set_error (error, FAULT, FAULT_NO_INPUT, S_ISDIR (status.st_mode) ? "%s is a folder: take the files in it instead"
                                                                        : "%s is no plain file but a device or the like: copy what you need into a file", name);
    close (fd);
    return -1;
  }
  *out_size = (guint64) status.st_size;
  return fd;
}

static gboolean
chosen_give (GUnixFDList *fds, int fd, GError **error)
{
  gboolean is_given = g_unix_fd_list_append (fds, fd, error) >= 0;

  close (fd);
  return is_given;
}

static GVariant *
open_all (const char *const *paths, int flags, GUnixFDList *fds, GError **error)
{
  GVariantBuilder files;

  if (g_strv_length ((char **) paths) > CHOSEN_MAX) {
    g_set_error (error, FAULT, FAULT_USAGE, "at most %d files at a time: take fewer", CHOSEN_MAX);
    return NULL;
  }
  g_variant_builder_init (&files, G_VARIANT_TYPE ("a(sth)"));
  for (gsize i = 0; paths[i] != NULL; i++) {
    g_autofree char *name = get_name (paths[i]);
    guint64 size = 0;
    int fd = open_one (paths[i], flags, &size, error);

    if (fd < 0 || !chosen_give (fds, fd, error)) {
      g_variant_builder_clear (&files);
      return NULL;
    }
    g_variant_builder_add (&files, "(sth)", name, size, (gint32) i);
  }
  return g_variant_builder_end (&files);
}

GVariant *
chosen_open (const char *const *paths, GUnixFDList *fds, GError **error)
{
  return open_all (paths, 0, fds, error);
}

GVariant *
chosen_open_named (const char *const *paths, GUnixFDList *fds, GError **error)
{
  return open_all (paths, O_NOFOLLOW, fds, error);
}

char *
chosen_make (const char *path, GUnixFDList *fds, GError **error)
{
  g_autofree char *name = path != NULL ? get_name (path) : g_strdup ("");
  struct stat status;
  int fd = path != NULL ? open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600) : open ("/dev/null", O_WRONLY | O_CLOEXEC);

  if (fd < 0) {
    g_set_error (error, FAULT, FAULT_CANT_CREATE, "%s cannot be written: %s", *name != '\0' ? name : "/dev/null", g_strerror (errno));
    return NULL;
  }
  if (path != NULL && (fstat (fd, &status) != 0 || !S_ISREG (status.st_mode))) {
    g_set_error (error, FAULT, FAULT_CANT_CREATE, "%s is no plain file", name);
    close (fd);
    return NULL;
  }
  return chosen_give (fds, fd, error) ? g_steal_pointer (&name) : NULL;
}

char *
chosen_path_from_uri (const char *uri)
{
  g_autofree char *host = NULL;
  g_autofree char *path = g_filename_from_uri (uri, &host, NULL);

  return path != NULL && (host == NULL || *host == '\0' || g_ascii_strcasecmp (host, "localhost") == 0) && *path == '/' ? g_steal_pointer (&path) : NULL;
}

char *
chosen_fold_pattern (const char *pattern)
{
  GString *folded = g_string_new (NULL);

  for (const char *p = pattern; *p != '\0'; p++)
    if (g_ascii_isalpha (*p))
      g_string_append_printf (folded, "[%c%c]", g_ascii_tolower (*p), g_ascii_toupper (*p));
    else
      g_string_append_c (folded, *p);
  return g_string_free (folded, FALSE);
}
