#include "send-files.h"

#include "fault.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD_LEN 4096

void
send_files_init (SendFiles *self)
{
  self->rows = g_variant_builder_new (G_VARIANT_TYPE ("a(sssh)"));
  self->list = g_unix_fd_list_new ();
  self->images = g_ptr_array_new_with_free_func (g_free);
  self->count = 0;
}

void
send_files_clear (SendFiles *self)
{
  g_clear_pointer (&self->rows, g_variant_builder_unref);
  g_clear_object (&self->list);
  g_clear_pointer (&self->images, g_ptr_array_unref);
}

GVariant *
send_files_end (SendFiles *self)
{
  return g_variant_builder_end (self->rows);
}

/* The usual ones by hand: a bare system has no MIME database, and a mail program shows no application/octet-stream inline. */
static const struct {
  const char *end, *type;
} usual[] = {
  { ".png", "image/png" },   { ".jpg", "image/jpeg" },     { ".jpeg", "image/jpeg" },      { ".gif", "image/gif" },
  { ".webp", "image/webp" }, { ".svg", "image/svg+xml" },  { ".pdf", "application/pdf" },  { ".txt", "text/plain" },
  { ".csv", "text/csv" },    { ".ics", "text/calendar" },  { ".zip", "application/zip" },  { ".html", "text/html" },
};

/* By the name's end, else by the first octets. Returns: (transfer full) "image/png"; "application/octet-stream" if unknown. */
static char *
guess_type (const char *name, const void *head, gsize len)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);
  g_autofree char *content = NULL;
  char *type;

  for (gsize i = 0; i < G_N_ELEMENTS (usual); i++)
    if (g_str_has_suffix (lower, usual[i].end))
      return g_strdup (usual[i].type);
  content = g_content_type_guess (name, head, len, NULL);
  type = g_content_type_get_mime_type (content);
  return type != NULL ? type : g_strdup ("application/octet-stream");
}

/* Takes `fd`. */
static gboolean
send_files_add (SendFiles *self, int fd, const char *role, const char *name, const char *shown, GError **error)
{
  char head[HEAD_LEN];
  g_autofree char *type = NULL;
  struct stat found;
  gssize len;
  int index;

  if (fstat (fd, &found) != 0 || !S_ISREG (found.st_mode) || self->count == SEND_FILES_MAX) {
    g_set_error (error, FAULT, FAULT_NO_INPUT,
                 self->count == SEND_FILES_MAX ? "%s is one file too many: a message takes 40" : "%s is no file", shown);
    close (fd);
    return FALSE;
  }
  len = pread (fd, head, sizeof head, 0);
  type = guess_type (name, head, len > 0 ? (gsize) len : 0);
  index = g_unix_fd_list_append (self->list, fd, error);
  close (fd);
  if (index < 0)
    return FALSE;
  g_variant_builder_add (self->rows, "(sssh)", role, name, type, index);
  self->count++;
  if (strcmp (role, "inline") == 0)
    g_ptr_array_add (self->images, g_strdup (name));
  return TRUE;
}

/* Name by name from `folder` (taken), each of them no link. Returns: a descriptor, or -1 with errno. */
static int
open_beneath (int folder, char **names)
{
  int fd = folder;

  for (gsize i = 0; names[i] != NULL && fd >= 0; i++) {
    gboolean is_last = names[i + 1] == NULL;
    int next, saved;

    if (*names[i] == '\0' || strcmp (names[i], ".") == 0)
      continue;
    next = openat (fd, names[i], O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | (is_last ? 0 : O_DIRECTORY));
    saved = errno;
    close (fd);
    errno = saved;
    fd = next;
  }
  return fd;
}

gboolean
send_files_add_image (SendFiles *self, const char *html_path, const char *src, GError **error)
{
  g_autofree char *folder_path =
      html_path != NULL && strcmp (html_path, "-") != 0 ? g_path_get_dirname (html_path) : g_strdup (".");
  g_autofree char *plain = g_uri_unescape_string (src, NULL);
  g_auto (GStrv) names = plain != NULL ? g_strsplit (plain, "/", -1) : NULL;
  int folder, fd;

  if (names == NULL || g_path_is_absolute (plain) || g_strv_contains ((const char *const *) names, "..")) {
    g_set_error (error, FAULT, FAULT_DATA,
                 "the picture “%s” leads out of the folder of the HTML file; put it beside that file", src);
    return FALSE;
  }
  folder = open (folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  fd = folder >= 0 ? open_beneath (folder, names) : -1;
  if (fd < 0) {
    g_set_error (error, FAULT, FAULT_NO_INPUT, "the picture “%s” of the HTML part is not in %s: %s", src, folder_path,
                 errno == ELOOP ? "it is a link; put the file itself there" : g_strerror (errno));
    return FALSE;
  }
  return send_files_add (self, fd, "inline", src, src, error);
}

gboolean
send_files_add_attachment (SendFiles *self, const char *path, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

  if (fd < 0) {
    g_set_error (error, FAULT, FAULT_NO_INPUT, "the attachment %s cannot be read: %s", path, g_strerror (errno));
    return FALSE;
  }
  return send_files_add (self, fd, "attach", name, path, error);
}

gboolean
send_files_add_kept (SendFiles *self, GVariant *files, GUnixFDList *fds, GError **error)
{
  GVariantIter iter;
  const char *role, *name;
  gint32 handle;

  g_variant_iter_init (&iter, files);
  while (g_variant_iter_next (&iter, "(&s&sth)", &role, &name, NULL, &handle)) {
    int fd = fds != NULL ? g_unix_fd_list_get (fds, handle, error) : -1;

    if (fd < 0 || !send_files_add (self, fd, role, name, name, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
send_files_has_image (const SendFiles *self, const char *name)
{
  return g_ptr_array_find_with_equal_func (self->images, name, g_str_equal, NULL);
}
