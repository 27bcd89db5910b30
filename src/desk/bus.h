/* bus.h - the session bus, and calls on it that may fail because nobody is there.
 * Trust:  whoever sits on the bus is foreign: each answer's type is checked before it is looked at. Used in: desk. */
#pragma once
#include <gio/gio.h>

/* DBUS_SESSION_BUS_ADDRESS, else $XDG_RUNTIME_DIR/bus; never started by us. Returns: (transfer full), or NULL: there is none. */
GDBusConnection *bus_connect (void);
gboolean         bus_is_abstract (void);

/* answer: borrowed, of the type asked for; NULL: nobody there, refused, or of another type. */
typedef void (*BusDoneFunc) (GVariant *answer, gpointer data);
/* bus: NULL is nobody. arguments: floating or NULL. `done` comes once, later; NULL: nobody wants to know. */
void bus_call (GDBusConnection *bus, const char *name, const char *path, const char *interface, const char *method, GVariant *arguments,
               const char *answer_type, BusDoneFunc done, gpointer data);
