#include "no-gl.h"

#include "weaken.h"

#define WHERE "__EGL_VENDOR_LIBRARY_FILENAMES"

gboolean
no_gl_is_wanted (void)
{
  return g_strcmp0 (g_getenv ("GSK_RENDERER"), "cairo") == 0;
}

char *
no_gl_begin (const char *module_folder, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "no-gl.json", NULL);
  g_autofree char *module = g_build_filename (module_folder, "postrider-page.so", NULL);
  g_autofree char *quoted = g_strescape (module, NULL);
  g_autofree char *text = g_strdup_printf ("{\"file_format_version\":\"1.0.0\",\"ICD\":{\"library_path\":\"%s\"}}\n", quoted);

  if (!no_gl_is_wanted () || WEAKENED ("gl"))
    return g_strdup ("");
  if (!g_file_set_contents (path, text, -1, error))
    return NULL;
  g_setenv (WHERE, "/dev/null", TRUE);
  return g_steal_pointer (&path);
}

void
no_gl_offer (const char *path)
{
  if (*path != '\0')
    g_setenv (WHERE, path, TRUE);
}
