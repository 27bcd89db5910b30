#include "program.h"

#include "fault.h"

char *
program_find (const char *name, GError **error)
{
  /* beside us (installed core) · installed cli · build tree: from src/core and src/cli · tests two to four folders deep */
  static const char *const folders[] = { ".", "../libexec/postrider", "../core", "../shell", "../sign-in", "../desk", "../confined/%s", "../../src/core",
                                         "../../src/confined/%s", "../../../src/confined/%s", "../../../../src/confined/%s", "../../src/cli",
                                         "../../../src/desk", "../../../../src/desk", NULL };
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *here = self != NULL ? g_path_get_dirname (self) : NULL;
  g_autofree char *file = g_strconcat ("postrider-", name, NULL);

  for (gsize i = 0; here != NULL && folders[i] != NULL; i++) {
    g_auto (GStrv) parts = g_strsplit (folders[i], "%s", 2);
    g_autofree char *folder = g_strjoinv (name, parts);
    g_autofree char *path = g_build_filename (here, folder, file, NULL);

    if (g_file_test (path, G_FILE_TEST_IS_EXECUTABLE) && g_file_test (path, G_FILE_TEST_IS_REGULAR))
      return g_canonicalize_filename (path, NULL);
  }
  g_set_error (error, FAULT, FAULT_CONFIG, "postrider-%s is not where it belongs (../libexec/postrider); install Postrider again", name);
  return NULL;
}
