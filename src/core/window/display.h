/* display.h - the one socket through which the window is drawn, and the X server's cookie for it.
 * Trust:  environment as checked by environment.h; the cookie file is the user's own, read as bytes from a table of known form.
 * Used in: core/window. Source: X(7), Xsecurity(7), Xauth(3); Wayland's wl_display_connect(3). */
#pragma once
#include "environment.h"

typedef struct {
  gboolean is_wayland;
  char    *socket; /* outside, absolute */
  char    *name;   /* DISPLAY or WAYLAND_DISPLAY inside */
  GBytes  *cookie; /* X11: a cookie file that holds this display's alone; NULL: none is needed */
} Display;

/* home: of the user, where .Xauthority lies when XAUTHORITY does not say so; NULL: nowhere.
 * Returns: (transfer full), or NULL with FAULT_UNAVAILABLE: no display that a box without network can reach (what to do). */
Display *display_find (Environment *environment, const char *home, GError **error);
void     display_free (Display *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Display, display_free)

/* cookie: a Display's. Returns: what bwrap reads it from (the caller closes it); -1 without one, or where there is no memory for it: the display then says no, and the window why. */
int      display_open_cookie (GBytes *cookie);

/* The records of `len` octets at `data` (a cookie file) that are for display number `number`, or for any.
 * Returns: (transfer full), or NULL: there are none. What is malformed ends the reading. */
GBytes  *display_filter_cookies (const guint8 *data, gsize len, const char *number);
