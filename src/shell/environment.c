#include "environment.h"

#include "weaken.h"
#include <gtk/gtk.h>
#include <string.h>

static const char *const kept[] = {
  "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR", "XDG_SESSION_TYPE", "XDG_CURRENT_DESKTOP", /* where the window goes */
  "AT_SPI_BUS_ADDRESS",                                                                                  /* screen readers */
  "LANG", "LANGUAGE", "TZ", "GTK_THEME", "XCURSOR_THEME", "XCURSOR_SIZE", "GDK_SCALE", "GDK_DPI_SCALE",   /* how it looks */
  "HOME", "PATH", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "TMPDIR",                         /* empty folders of the cage */
#ifdef POSTRIDER_AUTOMATION
  "G_DEBUG", "G_MESSAGES_DEBUG", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "WEBKIT_INSPECTOR_SERVER",
#endif
  NULL,
};

static gboolean
is_kept (const char *name)
{
  return g_strv_contains (kept, name) || g_str_has_prefix (name, "LC_");
}

static gboolean
has_gpu (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/dev/dri", 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_prefix (name, "renderD"))
      return TRUE;
  return FALSE;
}

void
environment_clean (void)
{
  g_auto (GStrv) names = g_listenv ();

  for (gsize i = 0; names[i] != NULL; i++)
    if (!is_kept (names[i]) && !WEAKENED ("environment"))
      g_unsetenv (names[i]);
  g_setenv ("GIO_USE_VFS", "local", TRUE);
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  g_setenv ("GIO_USE_NETWORK_MONITOR", "base", TRUE);
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "disabled:", TRUE); /* without an address GLib and WebKit start a bus of their own in here (seen) */
  if (!WEAKENED ("features"))
    g_setenv ("JSC_useWasm", "0", TRUE); /* WebAssembly: the page has none; WebKit's policy header does not keep it out (tried) */
  if (g_getenv ("AT_SPI_BUS_ADDRESS") == NULL)
    g_setenv ("GTK_A11Y", "none", TRUE); /* GTK would look for a bus that is not there */
  if (!has_gpu ()) {
    g_setenv ("GSK_RENDERER", "cairo", TRUE); /* 80 MiB less than GL in software (measured) */
    /* GTK loads a driver to see that there is no need of it: 60 ms. The word for that moved from one variable to the other, and each warns of the other's */
    if (gtk_get_minor_version () < 14)
      g_setenv ("GDK_DEBUG", "gl-disable", TRUE);
    else
      g_setenv ("GDK_DISABLE", "gl,vulkan", TRUE);
  }
}
