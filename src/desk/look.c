#include "look.h"

#include "bus.h"
#include "contract-keys.h"
#include "fault.h"
#include "portal.h"
#include <langinfo.h>
#include <string.h>

#define SETTINGS "org.freedesktop.portal.Settings"
#define APPEARANCE "org.freedesktop.appearance"
#define INTERFACE "org.gnome.desktop.interface"
#define SCALE_MIN 0.5
#define SCALE_MAX 3.0 /* chosen: as GNOME's own settings */
#define SOON_MS 50    /* a change of theme comes as several signals */

struct DeskLook {
  PrDesk1         *skeleton;
  GDBusConnection *bus;
  GVariant        *last; /* the answer told last; NULL: none yet */
  guint            subscription, soon;
};

typedef struct {
  gboolean dark, contrast, animations;
  double   scale;
  int      clock24; /* -1: as the locale has it */
} Values;

/* --- the locale --- */

/* "de_DE.UTF-8@euro" → "de-DE"; "C", nonsense → "en-GB". Returns: (transfer full) */
static char *
parse_locale (const char *name)
{
  gsize len = name != NULL ? strcspn (name, ".@") : 0;
  g_autofree char *bare = g_strndup (name != NULL ? name : "", len);
  g_auto (GStrv) parts = g_strsplit (bare, "_", 2);
  gsize language = parts[0] != NULL ? strlen (parts[0]) : 0;

  for (const char *p = bare; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && *p != '_')
      return g_strdup ("en-GB");
  if (language < 2 || language > 3 || strcmp (bare, "POSIX") == 0 || (parts[1] != NULL && (strlen (parts[1]) < 2 || strlen (parts[1]) > 8)))
    return g_strdup ("en-GB");
  return parts[1] != NULL ? g_strdup_printf ("%s-%s", parts[0], parts[1]) : g_strdup (parts[0]);
}

/* Dates and numbers follow it, words are English. */
static const char *
find_locale (void)
{
  static const char *const names[] = { "LC_ALL", "LC_TIME", "LANG" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_getenv (names[i]) != NULL && *g_getenv (names[i]) != '\0')
      return g_getenv (names[i]);
  return "C";
}

static gboolean
has_clock24 (void)
{
  const char *format = nl_langinfo (T_FMT);

  return strstr (format, "%r") == NULL && strstr (format, "%I") == NULL && strstr (format, "%p") == NULL && strstr (format, "%l") == NULL;
}

/* --- GTK's own words, where no portal speaks --- */

static void
read_settings_file (Values *values)
{
  g_autofree char *path = g_build_filename (g_get_user_config_dir (), "gtk-4.0", "settings.ini", NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *theme = NULL;
  const char *chosen = g_getenv ("GTK_THEME");
  int dpi;

  if (g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL)) {
    values->dark = g_key_file_get_boolean (file, "Settings", "gtk-application-prefer-dark-theme", NULL);
    theme = g_key_file_get_string (file, "Settings", "gtk-theme-name", NULL);
    if (g_key_file_has_key (file, "Settings", "gtk-enable-animations", NULL))
      values->animations = g_key_file_get_boolean (file, "Settings", "gtk-enable-animations", NULL);
    dpi = g_key_file_get_integer (file, "Settings", "gtk-xft-dpi", NULL); /* 1024 times the dots of an inch */
    if (dpi > 0)
      values->scale = dpi / (96.0 * 1024.0);
  }
  if (chosen == NULL || *chosen == '\0')
    chosen = theme;
  if (chosen == NULL)
    return;
  values->dark |= g_str_has_suffix (chosen, "-dark") || g_str_has_suffix (chosen, ":dark");
  values->contrast |= g_str_has_prefix (chosen, "HighContrast");
}

/* --- the portal's --- */

static void
take_setting (Values *values, const char *space, const char *key, GVariant *value)
{
  gboolean is_appearance = strcmp (space, APPEARANCE) == 0;

  if (is_appearance && strcmp (key, "color-scheme") == 0 && g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    values->dark = g_variant_get_uint32 (value) == 1;
  else if (is_appearance && strcmp (key, "contrast") == 0 && g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    values->contrast = g_variant_get_uint32 (value) == 1;
  else if (is_appearance)
    return;
  else if (strcmp (key, "enable-animations") == 0 && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    values->animations = g_variant_get_boolean (value);
  else if (strcmp (key, "text-scaling-factor") == 0 && g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    values->scale = g_variant_get_double (value);
  else if (strcmp (key, "clock-format") == 0 && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    values->clock24 = strcmp (g_variant_get_string (value, NULL), "24h") == 0;
}

static void
take_settings (Values *values, GVariant *answer)
{
  g_autoptr (GVariantIter) spaces = NULL;
  GVariantIter *keys;
  const char *space, *key;
  GVariant *value;

  g_variant_get (answer, "(a{sa{sv}})", &spaces);
  while (g_variant_iter_next (spaces, "{&sa{sv}}", &space, &keys)) {
    while (g_variant_iter_next (keys, "{&sv}", &key, &value)) {
      take_setting (values, space, key, value);
      g_variant_unref (value);
    }
    g_variant_iter_free (keys);
  }
}

/* answer: NULL: no portal. Returns: (transfer full) */
static GVariant *
make_look (GVariant *answer)
{
  Values values = { FALSE, FALSE, TRUE, 1.0, -1 };
  g_autofree char *locale = parse_locale (find_locale ());
  GVariantBuilder look;

  if (answer != NULL)
    take_settings (&values, answer);
  else
    read_settings_file (&values);
  if (!(values.scale >= SCALE_MIN && values.scale <= SCALE_MAX)) /* not a number is neither */
    values.scale = 1.0;
  g_variant_builder_init (&look, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&look, "{sv}", KEY_LOOK_DARK, g_variant_new_boolean (values.dark));
  g_variant_builder_add (&look, "{sv}", KEY_LOOK_CONTRAST, g_variant_new_boolean (values.contrast));
  g_variant_builder_add (&look, "{sv}", KEY_LOOK_ANIMATIONS, g_variant_new_boolean (values.animations));
  g_variant_builder_add (&look, "{sv}", KEY_LOOK_SCALE, g_variant_new_double (values.scale));
  g_variant_builder_add (&look, "{sv}", KEY_LOOK_LOCALE, g_variant_new_string (locale));
  g_variant_builder_add (&look, "{sv}", KEY_LOOK_CLOCK24, g_variant_new_boolean (values.clock24 >= 0 ? values.clock24 : has_clock24 ()));
  return g_variant_ref_sink (g_variant_builder_end (&look));
}

/* --- asked, and told --- */

static void
desk_look_ask (DeskLook *self, BusDoneFunc done, gpointer data)
{
  static const char *const spaces[] = { APPEARANCE, INTERFACE, NULL };

  bus_call (self->bus, PORTAL_NAME, PORTAL_PATH, SETTINGS, "ReadAll", g_variant_new ("(^as)", spaces), "(a{sa{sv}})", done, data);
}

typedef struct {
  DeskLook              *look;
  GDBusMethodInvocation *invocation;
} LookRequest;

static void
desk_look_keep (DeskLook *self, GVariant *look)
{
  g_clear_pointer (&self->last, g_variant_unref);
  self->last = g_variant_ref (look);
}

static void
answered_cb (GVariant *answer, gpointer data)
{
  g_autofree LookRequest *question = data;
  g_autoptr (GVariant) look = make_look (answer);

  desk_look_keep (question->look, look);
  pr_desk1_complete_look (question->look->skeleton, question->invocation, look);
}

static gboolean
handle_look (PrDesk1 *skeleton, GDBusMethodInvocation *invocation, gpointer data)
{
  LookRequest *question = g_new0 (LookRequest, 1);

  *question = (LookRequest){ data, invocation };
  desk_look_ask (data, answered_cb, question);
  return TRUE;
}

static void
changed_cb (GVariant *answer, gpointer data)
{
  DeskLook *self = data;
  g_autoptr (GVariant) look = answer != NULL ? make_look (answer) : NULL;

  if (look == NULL || (self->last != NULL && g_variant_equal (look, self->last)))
    return;
  desk_look_keep (self, look);
  pr_desk1_emit_look_changed (self->skeleton, look);
}

static gboolean
soon_cb (gpointer data)
{
  DeskLook *self = data;

  self->soon = 0;
  desk_look_ask (self, changed_cb, self);
  return G_SOURCE_REMOVE;
}

/* A change is asked for, not believed from the signal; a storm of signals is one question. */
static void
setting_changed_cb (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *signal, GVariant *arguments, gpointer data)
{
  DeskLook *self = data;

  if (self->soon == 0)
    self->soon = g_timeout_add (SOON_MS, soon_cb, self);
}

DeskLook *
desk_look_new (PrDesk1 *skeleton, GDBusConnection *bus)
{
  DeskLook *self = g_new0 (DeskLook, 1);

  self->skeleton = skeleton;
  self->bus = bus;
  g_signal_connect (skeleton, "handle-look", G_CALLBACK (handle_look), self);
  if (bus != NULL)
    self->subscription = g_dbus_connection_signal_subscribe (bus, PORTAL_NAME, SETTINGS, "SettingChanged", PORTAL_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
                                                             setting_changed_cb, self, NULL);
  return self;
}

void
desk_look_free (DeskLook *self)
{
  if (self->bus != NULL)
    g_dbus_connection_signal_unsubscribe (self->bus, self->subscription);
  g_clear_handle_id (&self->soon, g_source_remove);
  g_clear_pointer (&self->last, g_variant_unref);
  g_free (self);
}
