/* erase.h - everything that Postrider keeps is taken away, for good and whole: what was begun is finished by the next core.
 * Used in: core/app (asks), core/main.c (does it, while nothing is open). Errors: FAULT_IO, FAULT_CANT_CREATE. */
#pragma once
#include <glib.h>

/* From here on it is certain: a mark that survives a crash. */
gboolean erase_request      (const char *home, GError **error);
gboolean erase_is_requested (const char *home);

/* home, state: the two folders; both stay, without what we know by name (a folder may hold other things). */
gboolean erase_carry_out    (const char *home, const char *state, GError **error);
