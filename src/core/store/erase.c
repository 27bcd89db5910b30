#include "erase.h"

#include "fault.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define MARK "erase"

/* In home and in state. The lock and the socket belong to the process that does it. */
static const char *const files[] = { "store.db", "store.db-wal", "store.db-shm", "vault", "vault.part", "vault.key", "vault.key.part", "vault.key.next", "vault.key.next.part", "mark", "core.log", "core.log.1" };
static const char *const folders[] = { "files", "journals", "sink/new", "sink/cur", "sink/tmp", "sink" }; /* of the sink: where it writes when nobody says */

static gboolean
sync_folder (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean is_synced = fd >= 0 && fsync (fd) == 0;

  if (fd >= 0)
    close (fd);
  return is_synced;
}

static gboolean
erase_fail (GError **error, const char *what, const char *path)
{
  g_set_error (error, FAULT, FAULT_IO, "%s %s: %s", what, path, g_strerror (errno));
  return FALSE;
}

gboolean
erase_request (const char *home, GError **error)
{
  g_autofree char *path = g_build_filename (home, MARK, NULL);
  int fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (fd < 0)
    return erase_fail (error, "nothing was deleted: the data folder cannot be written:", path);
  close (fd);
  if (sync_folder (home))
    return TRUE;
  erase_fail (error, "nothing was deleted: the data folder cannot be synced:", home);
  g_unlink (path);
  sync_folder (home);
  return FALSE;
}

gboolean
erase_is_requested (const char *home)
{
  g_autofree char *path = g_build_filename (home, MARK, NULL);

  return g_access (path, F_OK) == 0;
}

static gboolean
remove_name (const char *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_unlink (path) == 0 || errno == ENOENT || erase_fail (error, "this could not be deleted:", path);
}

/* Our folders hold files alone; what somebody else put there, a folder, stays with it. */
static gboolean
remove_folder (const char *parent, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (parent, name, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *entry;

  while (dir != NULL && (entry = g_dir_read_name (dir)) != NULL) {
    g_autofree char *inside = g_build_filename (path, entry, NULL);

    if (!g_file_test (inside, G_FILE_TEST_IS_DIR) && !remove_name (path, entry, error))
      return FALSE;
  }
  return g_rmdir (path) == 0 || errno == ENOENT || errno == ENOTEMPTY || erase_fail (error, "this could not be deleted:", path);
}

static gboolean
erase_clear (const char *folder, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    if (!remove_name (folder, files[i], error))
      return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    if (!remove_folder (folder, folders[i], error))
      return FALSE;
  return sync_folder (folder) || erase_fail (error, "the folder cannot be synced:", folder);
}

gboolean
erase_carry_out (const char *home, const char *state, GError **error)
{
  return erase_clear (home, error) && erase_clear (state, error) && remove_name (home, MARK, error);
}
