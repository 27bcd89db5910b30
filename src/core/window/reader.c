#include "reader.h"

#include "bus-address.h"
#include <glob.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GTK "/usr/lib*/{*/,}libgtk-4.so.1"
#define GTK_PREFIX "libgtk-4.so.1."

guint
reader_parse_gtk (const char *name)
{
  const char *number = g_str_has_prefix (name, GTK_PREFIX) ? name + strlen (GTK_PREFIX) : "";
  gsize len = strspn (number, "0123456789"); /* a hundred times the minor version, and the micro one where that is no stable release */

  return len > 0 && len <= 5 && number[len] == '.' ? (guint) (g_ascii_strtoull (number, NULL, 10) / 100) : 0;
}

/* The file that is there when the window starts, not the headers of the day it was built: Debian 12 becomes 13 under an installed Postrider. Of several
 * (another architecture's) the oldest counts. */
gboolean
reader_can_hear_page (void)
{
  guint oldest = G_MAXUINT;
  glob_t found;

  if (glob (GTK, GLOB_NOSORT | GLOB_BRACE, NULL, &found) != 0)
    return FALSE;
  for (gsize i = 0; i < found.gl_pathc; i++) {
    g_autofree char *target = g_file_read_link (found.gl_pathv[i], NULL);
    g_autofree char *name = g_path_get_basename (target != NULL ? target : "");

    oldest = MIN (oldest, reader_parse_gtk (name));
  }
  globfree (&found);
  return oldest != G_MAXUINT && oldest >= READER_GTK_MIN;
}

char *
reader_find_bus (const char *raw_address)
{
  gboolean is_abstract = FALSE; /* such a one is out of reach in the box, whose network is empty */
  g_autofree char *path = bus_address_parse (raw_address, &is_abstract);
  g_autofree char *folder = g_path_get_dirname (path != NULL ? path : "");
  struct stat status;

  if (path == NULL || is_abstract || !g_str_has_suffix (folder, "/at-spi"))
    return NULL;
  return lstat (path, &status) == 0 && S_ISSOCK (status.st_mode) && status.st_uid == geteuid () ? g_steal_pointer (&path) : NULL;
}
