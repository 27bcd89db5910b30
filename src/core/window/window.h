/* window.h - the window's life: its walls, desk, the shell in the box and its connection. One window a core.
 * Trust:  the shell is a client like the command line, and less: it runs foreign HTML's engine. Used in: core. */
#pragma once
#include "core.h"
#include "desk.h"

AppWindow *window_new  (Core *core);
void    window_free (AppWindow *self); /* NULL is a no-op */

/* Opens it, or raises the one that is there. environment: a{ss}, borrowed. `done` is called once, later or at once. error: borrowed FAULT_*, or NULL.
 * is_new: this call is the one that opened it. */
typedef void (*WindowOpenFunc) (const GError *error, gboolean is_new, gpointer data);
void window_open (AppWindow *self, GVariant *environment, WindowOpenFunc done, gpointer data);

Desk *window_get_desk (AppWindow *self); /* borrowed; NULL: none runs */
Environment *window_get_environment (AppWindow *self); /* borrowed: of the desktop on which it is, or was opened last; NULL: none was */

/* The numbers of a campaign have changed: people are told what they have to know, the machine is kept awake. */
void window_note_campaign (AppWindow *self, guint64 campaign);
