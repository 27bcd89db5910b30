#include "desktop.h"

/* As WindowOpen takes them; and all LC_*. */
static const char *const given[] = { "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "LANG", "TZ",
                                     "XDG_CURRENT_DESKTOP", "XDG_SESSION_TYPE", "GTK_THEME",
                                     "LC_ALL", "LC_CTYPE", "LC_NUMERIC", "LC_TIME", "LC_COLLATE", "LC_MONETARY", "LC_MESSAGES", "LC_PAPER", "LC_NAME",
                                     "LC_ADDRESS", "LC_TELEPHONE", "LC_MEASUREMENT", "LC_IDENTIFICATION" };

GVariant *
desktop_read_environment (void)
{
  GVariantBuilder environment;

  g_variant_builder_init (&environment, G_VARIANT_TYPE ("a{ss}"));
  for (gsize i = 0; i < G_N_ELEMENTS (given); i++) {
    const char *value = g_getenv (given[i]);

    if (value != NULL && *value != '\0' && g_utf8_validate (value, -1, NULL))
      g_variant_builder_add (&environment, "{ss}", given[i], value);
  }
  return g_variant_builder_end (&environment);
}
