/* reader.h - a screen reader in front of the window: can it hear the page at all, and does its bus come into the box as it is?
 * Trust:  the address comes from the session bus by way of desk: hostile. Looks at files alone. Used in: core/window.
 * Source: GtkAtSpiSocket (GTK 4.14); at-spi-bus-launcher of at-spi2-core; docs/decisions/a-reader-hears-the-page.md. */
#pragma once
#include <glib.h>

#define READER_GTK_MIN 14 /* of GTK 4: from here on it leads a reader from a widget into another process, WebKit's */

/* name: "libgtk-4.so.1.1800.6" (GTK 4.18.6). Returns: 18; 0: it does not say. */
guint    reader_parse_gtk     (const char *name);
/* Of the GTK that is installed, which the window runs with. */
gboolean reader_can_hear_page (void);

/* The bus's own socket, when it is one that may come into the window's box: the user's, in the folder where at-spi-bus-launcher makes it, so no other
 * bus and no file. Returns: (transfer full), or NULL. */
char    *reader_find_bus      (const char *raw_address);
