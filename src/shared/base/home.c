#include "home.h"

#include "fault.h"
#include "folder.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HASH_LEN 16 /* hex digits of the SHA-256: tells the homes of one user apart, protects nothing */

static gboolean
make_private (const char *path, GError **error)
{
  struct stat found;

  if (!folder_make (path) || stat (path, &found) != 0) {
    g_set_error (error, FAULT, FAULT_CANT_CREATE, "the data folder %s cannot be made: %s; set POSTRIDER_HOME to a folder that you can write to",
                 path, g_strerror (errno));
    return FALSE;
  }
  if (!S_ISDIR (found.st_mode)) {
    g_set_error (error, FAULT, FAULT_CANT_CREATE, "%s is not a folder; set POSTRIDER_HOME to a folder that you can write to", path);
    return FALSE;
  }
  if (found.st_uid != geteuid ()) {
    g_set_error (error, FAULT, FAULT_NO_PERM, "the data folder %s belongs to another user; run postrider as that user, or set POSTRIDER_HOME", path);
    return FALSE;
  }
  /* Everybody's addresses lie in it: it is ours alone, whatever the umask was when it was made. */
  if ((found.st_mode & 077) != 0 && chmod (path, 0700) != 0) {
    g_set_error (error, FAULT, FAULT_CANT_CREATE, "others can enter the data folder %s and that cannot be changed: %s", path, g_strerror (errno));
    return FALSE;
  }
  return TRUE;
}

char *
home_path (GError **error)
{
  const char *chosen = g_getenv ("POSTRIDER_HOME");
  g_autofree char *path = chosen != NULL && *chosen != '\0' ? g_canonicalize_filename (chosen, NULL)
                                                            : g_build_filename (g_get_user_data_dir (), "postrider", NULL);

  return make_private (path, error) ? g_steal_pointer (&path) : NULL;
}

/* /tmp is everybody's: the folder counts only if it is a real one, ours, and closed to others. */
static gboolean
make_short (const char *folder, GError **error)
{
  struct stat found;

  if (mkdir (folder, 0700) != 0 && errno != EEXIST) {
    g_set_error (error, FAULT, FAULT_CANT_CREATE, "%s cannot be made: %s", folder, g_strerror (errno));
    return FALSE;
  }
  if (lstat (folder, &found) != 0 || !S_ISDIR (found.st_mode) || found.st_uid != geteuid () || (found.st_mode & 077) != 0) {
    g_set_error (error, FAULT, FAULT_NO_PERM,
                 "%s is not a folder of ours alone; somebody may have put it there: remove it, or set POSTRIDER_HOME to a shorter path", folder);
    return FALSE;
  }
  return TRUE;
}

char *
home_socket_path (GError **error)
{
  g_autofree char *home = home_path (error);
  g_autofree char *path = home != NULL ? g_build_filename (home, "core.sock", NULL) : NULL;
  g_autofree char *hash = NULL;
  g_autofree char *folder = NULL;

  if (path == NULL || strlen (path) <= HOME_SOCKET_MAX)
    return g_steal_pointer (&path);
  hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, home, -1);
  folder = g_strdup_printf ("/tmp/postrider-%u-%.*s", (guint) geteuid (), HASH_LEN, hash);
  return make_short (folder, error) ? g_build_filename (folder, "core.sock", NULL) : NULL;
}
