/* app - the window. What it needs to know of this desktop goes to core, which starts it. */
#include "commands.h"
#include "fault.h"
#include <stdio.h>

/* As WindowOpen takes them; and all LC_*. */
static const char *const given[] = { "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "LANG", "TZ",
                                     "XDG_CURRENT_DESKTOP", "XDG_SESSION_TYPE", "GTK_THEME",
                                     "LC_ALL", "LC_CTYPE", "LC_NUMERIC", "LC_TIME", "LC_COLLATE", "LC_MONETARY", "LC_MESSAGES", "LC_PAPER", "LC_NAME",
                                     "LC_ADDRESS", "LC_TELEPHONE", "LC_MEASUREMENT", "LC_IDENTIFICATION" };

static GVariant *
read_environment (void)
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

static int
run_app (Session *session, const void *values, char **words, GError **error)
{
  if (session_core (session, error) == NULL || !pr_app1_call_window_open_sync (session->core, read_environment (), NULL, error))
    return session_end (FALSE, error);
  if (session_is_for_programs (session))
    puts ("{\"schema\":1,\"open\":true}");
  session_say (session, "The window is open.");
  return 0;
}

const Command app_commands[] = {
  { "app", "", "Opens the window, or brings it to the front", 0, 0, NULL, 0, run_app,
    "It needs a desktop (X11 or Wayland), an ordinary user, and what `postrider doctor` lists under “window”.\n"
    "Closing the window does not end a campaign: it asks whether to go on in the background or to pause.\n" },
  { 0 },
};
