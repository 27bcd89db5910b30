/* clean.h - the one idea of clean text: what a value from a foreign file may hold, and what becomes of the rest.
 * Trust:  input is hostile. Used in: confined/import (makes values clean), core/intake (accepts nothing else). Does no I/O.
 * Source: Unicode 15 §23.1 (controls), §5.8 (what breaks a line: LF, CR, VT, FF, NEL, LS, PS). */
#pragma once
#include "frame.h"

typedef enum {
  CLEAN_LINE, /* a name: white space of any kind is a single blank, none at the ends */
  CLEAN_TEXT, /* a field: LF, CR and tab stay, other breaks become LF */
} CleanForm;

/* TRUE for valid UTF-8 of which clean_text() would leave each character as it is. (The number of blanks makes no difference.) */
gboolean clean_is (Slice value, CleanForm form);

/* value: valid UTF-8, NULs allowed. out_is_lost: TRUE when controls that mean nothing were left out.
 * Returns: (transfer full) text for which clean_is() holds. */
char *clean_text (Slice value, CleanForm form, gboolean *out_is_lost);
