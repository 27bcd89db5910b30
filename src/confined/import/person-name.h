/* person-name.h - "Fuchs, Rosa": a name as lists are sorted, to the one that stands in a letter.
 * Trust:  input is hostile. Used in: confined/import. Does no I/O. */
#pragma once
#include "frame.h"

/* Words, one comma, words; what follows the comma is no title and no kind of company ("Lee, MD", "Fuchs, GmbH"). */
gboolean person_name_has_comma (Slice name);

/* name: one for which that holds. Returns: (transfer full). */
char *person_name_first (const char *name);
char *person_name_last  (const char *name);
