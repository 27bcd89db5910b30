/* chosen.h - a path that people chose becomes a descriptor: a plain file, or nothing.
 * Trust:  the path comes from a portal or from GTK. Used in: desk, its dialog. */
#pragma once
#include <gio/gio.h>
#include <gio/gunixfdlist.h>

#define CHOSEN_MAX 40 /* contract */

/* paths: as the dialog gave them. Returns: floating a(sth) whose descriptors were appended to `fds`; or NULL with FAULT_NO_INPUT (one is no
 * plain file, or cannot be read) or FAULT_USAGE (too many). */
GVariant *chosen_open (const char *const *paths, GUnixFDList *fds, GError **error);

/* The same for paths that came by another way than a dialog: one that is a link is refused, as people agreed to the name and not to where it leads. */
GVariant *chosen_open_named (const char *const *paths, GUnixFDList *fds, GError **error);

/* Makes the file, or empties it. path NULL: nothing was chosen, /dev/null. Returns: its name ("" for none; transfer full), one descriptor
 * appended to `fds`; or NULL with FAULT_CANT_CREATE. */
char     *chosen_make (const char *path, GUnixFDList *fds, GError **error);

/* file:///… of this machine. Returns: (transfer full) or NULL. */
char     *chosen_path_from_uri (const char *uri);

/* "*.csv" → "*.[cC][sS][vV]". Returns: (transfer full) */
char     *chosen_fold_pattern (const char *pattern);
