#include "browser.h"

#include "client.h"
#include "desk.h"
#include "window.h"

typedef struct { /* a desk for one address */
  Core        *core; /* held */
  Environment *environment;
  Desk        *desk;
  char        *address;
} Browser;

static gboolean
free_cb (gpointer data)
{
  Browser *self = data;

  desk_free (self->desk);
  environment_free (self->environment);
  app_release (self->core);
  g_free (self->address);
  g_free (self);
  return G_SOURCE_REMOVE;
}

static void
shown_cb (GVariant *answer, GUnixFDList *fds, const GError *error, gpointer data)
{
  if (error != NULL)
    g_message ("the browser could not be opened: %s", error->message);
  if (data != NULL)
    g_idle_add (free_cb, data);
}

static void
ready_cb (const char *accessibility, gboolean has_reader, gpointer data)
{
  Browser *self = data;

  desk_show (self->desk, self->address, shown_cb, self);
}

static void
look_changed_cb (GVariant *look, gpointer data)
{
}

static void
activated_cb (const char *id, gpointer data)
{
}

gboolean
browser_show (Core *core, GVariant *environment, const char *address, GError **error)
{
  static const DeskFuncs funcs = { ready_cb, look_changed_cb, activated_cb };
  g_autoptr (Environment) parsed = environment_parse (environment, error);
  Desk *desk = core->window != NULL ? window_get_desk (core->window) : NULL;
  Browser *self;

  if (parsed == NULL)
    return FALSE;
  if (desk != NULL) {
    desk_show (desk, address, shown_cb, NULL);
    return TRUE;
  }
  if (environment_get (parsed, "DISPLAY") == NULL && environment_get (parsed, "WAYLAND_DISPLAY") == NULL)
    return TRUE;
  self = g_new0 (Browser, 1);
  self->core = core;
  app_hold (core);
  self->environment = g_steal_pointer (&parsed);
  self->address = g_strdup (address);
  self->desk = desk_start (core, self->environment, &funcs, self);
  return TRUE;
}
