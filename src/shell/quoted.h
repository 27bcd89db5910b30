/* quoted.h - a stranger's words inside a sentence of our own. Trust: input is hostile. Used in: shell's dialogs. */
#pragma once
#include <glib.h>

/* Printable, at most about `max` octets, in “these marks”, of which none is left inside: it could end the quotation and go on in our words.
 * Returns: (transfer full). */
char *quoted_new (const char *foreign, gsize max);
