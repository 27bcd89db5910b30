#include "no-gl.h"

#include "weaken.h"
#include <json-glib/json-glib.h>

#define WHERE "__EGL_VENDOR_LIBRARY_FILENAMES"

gboolean
no_gl_is_wanted (void)
{
  return g_strcmp0 (g_getenv ("GSK_RENDERER"), "cairo") == 0;
}

/* As libglvnd reads it; `module` is UTF-8. */
static char *
no_gl_describe (const char *module)
{
  g_autoptr (GVariant) driver = g_variant_ref_sink (g_variant_new_parsed ("{'file_format_version': <'1.0.0'>, 'ICD': <{'library_path': %s}>}", module));

  return json_gvariant_serialize_data (driver, NULL);
}

char *
no_gl_begin (const char *module_folder, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "no-gl.json", NULL);
  g_autofree char *module = g_build_filename (module_folder, "postrider-page.so", NULL);
  g_autofree char *text = NULL;

  if (!no_gl_is_wanted () || WEAKENED ("gl") || !g_utf8_validate (module, -1, NULL))
    return g_strdup ("");
  text = no_gl_describe (module);
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
