/* box.h - the walls around the windows and around desk, as arguments of bwrap. Pure but for looking which folders there are.
 * Trust:  paths come from environment.h and program.h. Used in: core/window. Source: bwrap(1); docs/decisions/desk-in-a-box.md. */
#pragma once
#include "display.h"

#define BOX_BWRAP "/usr/bin/bwrap"
#define BOX_AUTHORITIES "/etc/ssl/certs" /* where GnuTLS, by which WebKit speaks TLS, finds ca-certificates.crt (Debian) */
#define BOX_COOKIE_FD 4 /* where bwrap finds the X server's cookie */

/* The window: no network, own processes, nothing of the user's files; the one display socket. program: absolute path of what will run;
 * accessibility: a socket outside, or NULL. Returns: (transfer full) ends with "--". */
char **box_for_window (Environment *environment, const Display *display, const char *program, const char *accessibility);

/* The window in which somebody signs in: the same, without a screen readers' bus, and with certificates: the system's, or an empty folder in memory where they would lie. */
char **box_for_sign_in (Environment *environment, const Display *display, const char *program, gboolean has_own_authorities);

/* Desk and its dialog: the user's files as they are, but `hidden` folders (absolute, NULL-terminated) are empty. */
char **box_for_desk (const char *const *hidden, gboolean keeps_network);

/* xdg-dbus-proxy: `bus` (a socket outside; NULL: an abstract one, so the network stays) and the folder in which it makes its own. */
char **box_for_proxy (const char *bus, const char *folder);
