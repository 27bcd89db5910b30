#include "environment.h"

#include "fault.h"
#include <string.h>

#define VALUE_MAX_BYTES 1024 /* chosen: a bus address with two ways is 200 */

struct Environment {
  GHashTable *values; /* name -> value */
};

typedef gboolean (*FormFunc) (const char *value);

static gboolean
has_only (const char *value, const char *extra)
{
  for (const char *p = value; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr (extra, *p) == NULL)
      return FALSE;
  return *value != '\0';
}

/* An absolute path that means itself: no "..", nothing that a terminal or a list of paths would take for something else. */
static gboolean
is_path (const char *value)
{
  if (*value != '/' || strstr (value, "/../") != NULL || g_str_has_suffix (value, "/.."))
    return FALSE;
  for (const char *p = value; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

static gboolean
is_display (const char *value)
{
  return has_only (value, ":.-_/[]");
}

static gboolean
is_wayland (const char *value)
{
  return *value == '/' ? is_path (value) : has_only (value, "-_.") && strcmp (value, "..") != 0 && strcmp (value, ".") != 0;
}

/* D-Bus specification, server addresses: all else is written as %xx. Of the ways only a socket: "unixexec:" is a program. */
static gboolean
is_bus (const char *value)
{
  g_auto (GStrv) ways = g_strsplit (value, ";", -1);

  for (gsize i = 0; ways[i] != NULL; i++)
    if (*ways[i] != '\0' && !g_str_has_prefix (ways[i], "unix:path=") && !g_str_has_prefix (ways[i], "unix:abstract="))
      return FALSE;
  return has_only (value, "-_/.\\*:=,;%@") && strstr (value, "/../") == NULL;
}

static gboolean
is_word (const char *value)
{
  return has_only (value, "-_.@:;+") && strlen (value) <= 128;
}

static gboolean
is_zone (const char *value)
{
  return has_only (value, "-_.:/+,<>") && strstr (value, "..") == NULL && strlen (value) <= 128;
}

static const struct {
  const char *name;
  FormFunc    is_fine;
  gboolean    goes_inside; /* into the window's box, as it is */
} allowed[] = {
  { "DISPLAY", is_display, FALSE }, /* the box has its own words for these */
  { "WAYLAND_DISPLAY", is_wayland, FALSE },
  { "XAUTHORITY", is_path, FALSE },
  { "XDG_RUNTIME_DIR", is_path, FALSE },
  { "DBUS_SESSION_BUS_ADDRESS", is_bus, FALSE },
  { "XDG_CURRENT_DESKTOP", is_word, TRUE },
  { "XDG_SESSION_TYPE", is_word, FALSE },
  { "GTK_THEME", is_word, TRUE },
  { "TZ", is_zone, TRUE },
  { "LANG", is_word, TRUE },
  { "LC_ALL", is_word, TRUE },
  { "LC_CTYPE", is_word, TRUE },
  { "LC_NUMERIC", is_word, TRUE },
  { "LC_TIME", is_word, TRUE },
  { "LC_COLLATE", is_word, TRUE },
  { "LC_MONETARY", is_word, TRUE },
  { "LC_MESSAGES", is_word, TRUE },
  { "LC_PAPER", is_word, TRUE },
  { "LC_NAME", is_word, TRUE },
  { "LC_ADDRESS", is_word, TRUE },
  { "LC_TELEPHONE", is_word, TRUE },
  { "LC_MEASUREMENT", is_word, TRUE },
  { "LC_IDENTIFICATION", is_word, TRUE },
};

static gboolean
environment_take (Environment *self, const char *name, const char *value, GError **error)
{
  gsize row = 0;

  while (row < G_N_ELEMENTS (allowed) && strcmp (allowed[row].name, name) != 0)
    row++;
  if (row == G_N_ELEMENTS (allowed)) {
    g_set_error_literal (error, FAULT, FAULT_USAGE, "the window was given a variable of the environment that it has no use for");
    return FALSE;
  }
  if (*value == '\0') /* as good as not set */
    return TRUE;
  if (strlen (value) > VALUE_MAX_BYTES || !g_utf8_validate (value, -1, NULL) || !allowed[row].is_fine (value)) {
    g_set_error (error, FAULT, FAULT_USAGE, "the variable %s of the environment does not look as it should: set it right, or not at all", name);
    return FALSE;
  }
  g_hash_table_insert (self->values, g_strdup (name), g_strdup (value));
  return TRUE;
}

Environment *
environment_parse (GVariant *values, GError **error)
{
  g_autoptr (Environment) self = g_new0 (Environment, 1);
  GVariantIter iter;
  const char *name, *value;

  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_variant_iter_init (&iter, values);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
    if (!environment_take (self, name, value, error))
      return NULL;
  return g_steal_pointer (&self);
}

void
environment_free (Environment *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->values);
  g_free (self);
}

const char *
environment_get (Environment *self, const char *name)
{
  return g_hash_table_lookup (self->values, name);
}

static char **
environment_list_all (Environment *self, gboolean is_inside)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (allowed); i++) {
    const char *value = environment_get (self, allowed[i].name);
    g_autofree char *pair = value != NULL ? g_strdup_printf ("%s=%s", allowed[i].name, value) : NULL;

    if (pair != NULL && (!is_inside || allowed[i].goes_inside))
      g_strv_builder_add (builder, pair);
  }
  return g_strv_builder_end (builder);
}

char **
environment_list (Environment *self)
{
  return environment_list_all (self, FALSE);
}

char **
environment_list_inside (Environment *self)
{
  return environment_list_all (self, TRUE);
}
