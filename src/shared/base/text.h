/* text.h - foreign words made fit to be shown: capped, one line, nothing that moves a cursor. Pure. */
#pragma once
#include <glib.h>

/* `len` octets at `data` (any bytes; -1: NUL-terminated). Controls and bad UTF-8 become "?"; cut to `max` octets at
 * a character, with "…" when cut. Returns: (transfer full) a string, never NULL. */
char *text_printable (const char *data, gssize len, gsize max);

/* What two names have in common when case, composition and the amount of white space make no difference.
 * `len` octets of UTF-8 at `text` (-1: NUL-terminated). Returns: (transfer full) a key, for comparing only. */
char *text_fold (const char *text, gssize len);

/* Blank, "-", "#N/A", "NULL" (any case, white space around) are no values. */
gboolean text_is_missing (const char *data, gsize len);
