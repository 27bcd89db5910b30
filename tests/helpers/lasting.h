/* lasting.h - a temporary folder whose file system has a witness of its life, so that recovery may queue people again: a plain /tmp has none in many
 * containers (overlay, no /sys). Used in: tests of what a crash leaves. */
#pragma once
#include "superblock.h"
#include <fcntl.h>
#include <glib.h>
#include <unistd.h>

static inline gboolean
lasting_has_witness (const char *folder)
{
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean has = fd >= 0 && superblock_get_witness (fd) != SUPERBLOCK_NONE;

  if (fd >= 0)
    close (fd);
  return has;
}

/* Returns: (static) a place for temporary folders, or NULL: this machine has none. */
static inline const char *
lasting_find_place (void)
{
  const char *places[] = { g_get_tmp_dir (), "/dev/shm" };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (lasting_has_witness (places[i]))
      return places[i];
  return NULL;
}

/* Says to TAP that nothing can be tried here. Returns: TRUE then; the program ends. */
static inline gboolean
lasting_skip_all (void)
{
  if (lasting_find_place () != NULL)
    return FALSE;
  g_print ("1..0 # SKIP no file system here tells whether it was mounted anew (/tmp, /dev/shm; is /sys mounted?)\n");
  return TRUE;
}

/* Returns: (transfer full) a new folder. */
static inline char *
lasting_make_folder (const char *template)
{
  char *folder = g_build_filename (lasting_find_place (), template, NULL);

  g_assert_nonnull (g_mkdtemp (folder));
  return folder;
}
