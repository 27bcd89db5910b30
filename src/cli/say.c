#include "say.h"

#include "program.h"
#include <sys/wait.h>

#define NOTIFY_MAX_MS 5000 /* chosen: a desktop that just starts */

/* Returns: FALSE: it could not be shown. */
static gboolean
show_window (const char *text, const char *button, gboolean *out_is_pressed)
{
  g_autofree char *program = program_find ("dialog", NULL);
  const char *words[] = { program, "--say", text, button, NULL };
  int status;

  if (program == NULL || !g_spawn_sync (NULL, (char **) words, NULL, G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status, NULL))
    return FALSE;
  *out_is_pressed = WIFEXITED (status) && WEXITSTATUS (status) == 0;
  return WIFEXITED (status) && WEXITSTATUS (status) <= 1;
}

/* Best effort, and the last: where this fails too there is nobody to be told. */
static void
say_notify (const char *text)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autofree char *escaped = g_markup_escape_text (text, -1); /* notification-spec: the body may be markup */
  g_autoptr (GVariant) answer = NULL;

  if (bus == NULL)
    return;
  answer = g_dbus_connection_call_sync (bus, "org.freedesktop.Notifications", "/org/freedesktop/Notifications", "org.freedesktop.Notifications", "Notify",
                                        g_variant_new ("(susssasa{sv}i)", "Postrider", 0u, "org.postrider.Postrider", "Postrider", escaped, NULL, NULL, -1),
                                        G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, NOTIFY_MAX_MS, NULL, NULL);
  if (answer == NULL)
    g_debug ("no notification either");
}

gboolean
say_to_person (const char *text, const char *button)
{
  gboolean is_pressed = FALSE;

  if (!show_window (text, button, &is_pressed))
    say_notify (text);
  return is_pressed;
}
