/* letter-notes.h - what a person should know of a letter before it goes out: sentences with line and column.
 * Trust:  templates are the user's own. Used in: skeleton. Pure. */
#pragma once
#include "skeleton.h"
#include "template.h"

typedef struct { /* borrowed; html, text may be NULL */
  Template *subject, *html, *text;
} Letter;

/* Of what was written, before it is changed: links to images are rewritten, and the text part may be made from the HTML. notes: char *, added to. */
void letter_notes_add_foreign (const SkeletonSpec *spec, Letter letter, GPtrArray *notes);

/* Bound: a name of the program's goes before a column of that name, which may have been meant. */
void letter_notes_add_own_names (const SkeletonSpec *spec, Letter letter, GPtrArray *notes);

/* A letter whose text part has no word: readers of text alone, and many a spam filter, would see an empty one. */
void letter_notes_add_empty_text (const Template *text, GPtrArray *notes);
