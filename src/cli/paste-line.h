/* paste-line.h - one long line that a person pastes at the terminal while something else is waited for: not echoed, and not cut at the 4,095 octets of a
 * terminal's own line. The terminal is as before when it is freed, and before a signal ends the program.
 * Used in: cli. Source: termios(3), "Canonical and noncanonical mode". */
#pragma once
#include "secret-bytes.h"

#define PASTE_LINE_MAX 8192 /* octets */

typedef struct PasteLine PasteLine;

/* line: borrowed; for each line that is not empty. NULL: it was longer than PASTE_LINE_MAX. */
typedef void (*PasteLineFunc) (const SecretBytes *line, gpointer data);

PasteLine *paste_line_new  (PasteLineFunc pasted, gpointer data); /* (transfer full), or NULL: there is no terminal */
void       paste_line_free (PasteLine *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PasteLine, paste_line_free)
