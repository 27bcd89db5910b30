#include "files.h"

#include "database.h"
#include "descriptor.h"
#include "fault.h"
#include "folder.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
file_measure (int fd, const char *name, gsize max, gsize *out_size, GError **error)
{
  struct stat status;

  if (!descriptor_can_read (fd)) /* to open it anew would read it all the same */
    g_set_error (error, FAULT, FAULT_NO_INPUT, "%s was not opened to be read", name);
  else if (fstat (fd, &status) != 0 || !S_ISREG (status.st_mode))
    g_set_error (error, FAULT, FAULT_DATA, "%s is not a file", name);
  else if ((gsize) status.st_size > max)
    g_set_error (error, FAULT, FAULT_DATA, "%s is too large: attachments may have %d MiB each and %d MiB in all", name, FILES_ONE_MAX >> 20, FILES_ALL_MAX >> 20);
  else {
    *out_size = (gsize) status.st_size;
    return TRUE;
  }
  return FALSE;
}

static GBytes *
read_all (int fd, const char *name, gsize max, GError **error)
{
  g_autofree char *data = NULL;
  gsize len = 0, size = 0;

  if (!file_measure (fd, name, max, &size, error))
    return NULL;
  data = g_malloc (size + 1);
  while (len < size) {
    gssize n = pread (fd, data + len, size - len, (off_t) len);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      break;
    len += (gsize) n;
  }
  if (len == size)
    return g_bytes_new_take (g_steal_pointer (&data), len);
  g_set_error (error, FAULT, FAULT_IO, "%s could not be read to its end", name);
  return NULL;
}

static gboolean
keep_bytes (Core *core, GBytes *bytes, char **out_sha256, GError **error)
{
  g_autofree char *sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  g_autofree char *folder = g_build_filename (core->home, "files", NULL), *path = g_build_filename (folder, sha256, NULL);

  if (!folder_make (folder)) {
    g_set_error (error, FAULT, errno == ENOSPC ? FAULT_IO : FAULT_CANT_CREATE, "an attachment could not be kept: the folder %s cannot be made: %s", folder,
                 g_strerror (errno));
    return FALSE;
  }
  if (!g_file_test (path, G_FILE_TEST_EXISTS) &&
      !g_file_set_contents_full (path, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes),
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error)) {
    g_prefix_error (error, "an attachment could not be kept in the data folder: ");
    return FALSE;
  }
  *out_sha256 = g_steal_pointer (&sha256);
  return TRUE;
}

/* template: its name, or NULL: of the campaign. */
static gboolean
keep_one (Core *core, guint64 campaign, const char *template, gint64 position, GVariant *file, GUnixFDList *fds, gsize *inout_total, GError **error)
{
  const char *role, *name, *media_type;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *sha256 = NULL;
  gint32 index;
  int fd;

  g_variant_get (file, "(&s&s&sh)", &role, &name, &media_type, &index);
  if (!g_str_equal (role, "attach") && !g_str_equal (role, "inline")) {
    g_set_error (error, FAULT, FAULT_USAGE, "a file is either attach or inline");
    return FALSE;
  }
  fd = fds != NULL ? g_unix_fd_list_get (fds, index, error) : -1;
  if (fd < 0)
    return FALSE;
  bytes = read_all (fd, name, MIN (FILES_ONE_MAX, FILES_ALL_MAX - *inout_total), error);
  close (fd);
  if (bytes == NULL || !keep_bytes (core, bytes, &sha256, error))
    return FALSE;
  *inout_total += g_bytes_get_size (bytes);
  if (template != NULL)
    return database_run (core->database, error, "INSERT INTO template_file(template,position,role,name,media_type,sha256) VALUES(?,?,?,?,?,?)", "sissss", template,
                         position, role, name, media_type, sha256);
  return database_run (core->database, error, "INSERT INTO campaign_file(campaign,position,role,name,media_type,sha256) VALUES(?,?,?,?,?,?)", "iissss",
                       (gint64) campaign, position, role, name, media_type, sha256);
}

static gboolean
keep_all (Core *core, guint64 campaign, const char *template, GVariant *files, GUnixFDList *fds, GError **error)
{
  gsize total = 0;

  for (gsize i = 0, n = g_variant_n_children (files); i < n; i++) {
    g_autoptr (GVariant) file = g_variant_get_child_value (files, i);

    if (!keep_one (core, campaign, template, (gint64) i, file, fds, &total, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
files_keep (Core *core, guint64 campaign, GVariant *files, GUnixFDList *fds, GError **error)
{
  return keep_all (core, campaign, NULL, files, fds, error);
}

gboolean
files_keep_template (Core *core, const char *template, GVariant *files, GUnixFDList *fds, GError **error)
{
  return database_run (core->database, error, "DELETE FROM template_file WHERE template=?", "s", template) && keep_all (core, 0, template, files, fds, error);
}

/* A descriptor of the stored file with an offset of its own, or -1: it is gone. name: for people. */
static int
open_stored (Core *core, const char *sha256, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (core->home, "files", sha256, NULL);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

  if (fd < 0)
    g_set_error (error, FAULT, FAULT_IO, "the stored attachment %s is gone from the data folder; attach it again", name);
  return fd;
}

/* Adds one file to what is asked for. row: role, name, media type; fd is borrowed, index: its place among the descriptors. */
typedef void (*AddFunc) (GVariantBuilder *files, sqlite3_stmt *row, int fd, int index);

static void
add_part (GVariantBuilder *files, sqlite3_stmt *row, int fd, int index)
{
  g_variant_builder_add (files, "(sssh)", database_text (row, 0), database_text (row, 1), database_text (row, 2), index);
}

static void
add_listed (GVariantBuilder *files, sqlite3_stmt *row, int fd, int index)
{
  struct stat status = { 0 };

  if (fstat (fd, &status) != 0)
    status.st_size = 0;
  g_variant_builder_add (files, "(ssth)", database_text (row, 0), database_text (row, 1), (guint64) status.st_size, index);
}

static gboolean
add_stored (Core *core, sqlite3_stmt *row, AddFunc add, GVariantBuilder *files, GUnixFDList *out_fds, GError **error)
{
  int fd = open_stored (core, database_text (row, 3), database_text (row, 1), error), index = fd >= 0 ? g_unix_fd_list_append (out_fds, fd, error) : -1;

  if (index >= 0)
    add (files, row, fd, index);
  if (fd >= 0)
    close (fd);
  return index >= 0;
}

/* Each open has a file offset of its own: a transport may read while another does. */
static GVariant *
files_collect (Core *core, sqlite3_stmt *row, const char *type, AddFunc add, GUnixFDList *out_fds, GError **error)
{
  GVariantBuilder files;
  int result;

  g_variant_builder_init (&files, G_VARIANT_TYPE (type));
  while ((result = database_step (core->database, row, error)) == 1)
    if (!add_stored (core, row, add, &files, out_fds, error)) {
      sqlite3_reset (row);
      result = -1;
      break;
    }
  if (result == 0)
    return g_variant_builder_end (&files);
  g_variant_builder_clear (&files);
  return NULL;
}

static sqlite3_stmt *
query_stored (Core *core, guint64 campaign, const char *template)
{
  if (template != NULL)
    return database_query (core->database, "SELECT role,name,media_type,sha256 FROM template_file WHERE template=? ORDER BY position", "s", template);
  return database_query (core->database, "SELECT role,name,media_type,sha256 FROM campaign_file WHERE campaign=? ORDER BY position", "i", (gint64) campaign);
}

GVariant *
files_list (Core *core, guint64 campaign, const char *template, GUnixFDList *out_fds, GError **error)
{
  return files_collect (core, query_stored (core, campaign, template), "a(ssth)", add_listed, out_fds, error);
}

GVariant *
files_give (Core *core, guint64 campaign, GUnixFDList *out_fds, GError **error)
{
  return files_collect (core, query_stored (core, campaign, NULL), "a(sssh)", add_part, out_fds, error);
}

static int
reopen_one (int fd, const char *name, gsize *inout_total, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  gsize size = 0;
  int again;

  if (!file_measure (fd, name, MIN (FILES_ONE_MAX, FILES_ALL_MAX - *inout_total), &size, error))
    return -1;
  *inout_total += size;
  again = open (path, O_RDONLY | O_CLOEXEC);
  if (again < 0)
    g_set_error (error, FAULT, FAULT_IO, "%s cannot be read: %s", name, g_strerror (errno));
  return again;
}

GVariant *
files_reopen (GVariant *files, GUnixFDList *fds, GUnixFDList *out_fds, GError **error)
{
  GVariantBuilder builder;
  gsize total = 0;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sssh)"));
  for (gsize i = 0, n = g_variant_n_children (files); i < n; i++) {
    const char *role, *name, *media_type;
    gint32 index;
    int fd, again, kept;

    g_variant_get_child (files, i, "(&s&s&sh)", &role, &name, &media_type, &index);
    fd = fds != NULL ? g_unix_fd_list_get (fds, index, error) : -1;
    again = fd >= 0 ? reopen_one (fd, name, &total, error) : -1;
    kept = again >= 0 ? g_unix_fd_list_append (out_fds, again, error) : -1;
    if (fd >= 0)
      close (fd);
    if (again >= 0)
      close (again);
    if (kept < 0) {
      g_variant_builder_clear (&builder);
      return NULL;
    }
    g_variant_builder_add (&builder, "(sssh)", role, name, media_type, kept);
  }
  return g_variant_builder_end (&builder);
}

void
files_sweep (Core *core)
{
  g_autofree char *folder = g_build_filename (core->home, "files", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    gint64 is_used = 0;

    if (database_get_int (core->database, &is_used, NULL, "SELECT 1 FROM campaign_file WHERE sha256=?1 UNION ALL SELECT 1 FROM template_file WHERE sha256=?1 LIMIT 1", "s", name) == 0)
      unlink (path);
  }
}
